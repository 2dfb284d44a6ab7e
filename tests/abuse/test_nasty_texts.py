"""Nasty texts through every field, onto every page and into every letter (D-51)."""

import io
import re
import unicodedata
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from formapp.forms import FORMS
from formapp.runtime import Runtime
from tests.file_links import file_url
from tests.requests import FREE_TEXTS, URLS, answers, with_files
from tests.sample_files import SAMPLES
from tests.web.form_page import FormPage
from tests.web.stored import letters, words

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</textarea><script>alert(1)</script>",
    "</title><script>x</script>",
    "javascript:alert(1)",
    "{{7*7}}",
    "{% raw %}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "%s %n %x",
    "{0}",
    "{ticket_id}",
    "'; DROP TABLE tickets; --",
    '" OR 1=1 --',
    "../../etc/passwd",
    '=HYPERLINK("http://evil.example")',
    "&lt;b&gt; &amp; &#x27;",
    '\\" \\n \\u0000',
    "$(reboot) `reboot`",
    "<!-- helpcentre:swap -->x<!-- /helpcentre:swap -->",
    "]]>",
    "<svg/onload=alert(1)>",
    "\u202egnp.exe",
    "Z\u0338\u031b\u0317a\u0335l\u0336g\u0337o\u0335",
    "\u202e\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\ufdfa\ufdfa\ufdfa",
    "\xc5\xc4\xd6 \ufb01 \u2460",
    "[[policy: hours]]",
    "[[form: ticket]]",
    "$& $1 \\1 \\g<0>",
    "=enclosure 1=",
    "-- \nsignature",
    ".\n..\nFrom me",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
)


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text[:24]))
def test_d51_every_text_is_shown_literally_on_the_form_the_pages_the_letters_and_the_file_list(
    client: FlaskClient, runtime: Runtime, slug: str, text: str
):
    given = answers(slug, **dict.fromkeys(FREE_TEXTS[slug], f"{text} and some more of the same"))
    # In the form that comes back.
    page = FormPage(client.post(URLS[slug], **with_files(given | {"email": "zoe@"}, {"a.png": SAMPLES["png"]})).text)
    page.check_errors()
    page.check_hygiene()
    shown = {name: page.fields[name][0].strip() for name in FREE_TEXTS[slug]}
    stored_as = f"{text} and some more of the same".encode("utf-8", "ignore").decode()
    for name, value in shown.items():
        assert value in (expected := (normal(stored_as), " ".join(normal(stored_as).split()))), (name, expected)
    # On the page that shows the answers, where there is one, and on the page that confirms them.
    if FORMS[slug].is_checked:
        check = client.post(URLS[slug], data=given | {"step": ""}).text
        assert {name: FormPage(check).fields[name][0].strip() for name in FREE_TEXTS[slug]} == shown
        assert set(shown.values()) <= seen(check)
    answer = client.post(URLS[slug], data=given)
    assert answer.status_code == 303
    confirmation = client.get(answer.location).text
    assert set(shown.values()) <= seen(confirmation)
    assert [one for one in FormPage(confirmation).all("script") if not one.attributes and one.words != "var a = 1"] == []
    # In the letter to the team, as indented text; and in no header but the subject.
    team = letters(runtime)[0][1]
    for name in FREE_TEXTS[slug]:
        for line in shown[name].splitlines():
            assert " ".join(re.sub("[\u202a-\u202e\u2066-\u2069]", "", line).split()) in re.sub(
                "[\u202a-\u202e\u2066-\u2069]", "", words(team)
            )
    assert "evil" not in str([value for name, value in team.items() if name != "Subject"])


def normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def seen(html: str) -> set[str]:
    """Return the answers that a page shows, each as it was typed."""
    return {unescape(found).strip() for found in re.findall(r"<dd>(.*?)</dd>", html, re.DOTALL)}


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>.png", '"><img src=x>.png', "{{7*7}}.png", "javascript:x.png", "скриншот & co.png"]
)
def test_d51_a_files_name_is_shown_literally_everywhere(client: FlaskClient, runtime: Runtime, slug: str, name: str):
    boundary, body = encode_multipart(
        MultiDict([*answers(slug, email="zoe@").items(), ("files", FileStorage(io.BytesIO(SAMPLES["png"]), "NAME"))])
    )
    sent = {"data": body.replace(b"NAME", name.replace('"', "%22").encode()), "content_type": f"multipart/form-data; boundary={boundary}"}
    page = FormPage(client.post(URLS[slug], **sent).text)
    (shown,) = page.kept_files
    assert shown.endswith(".png")
    assert not re.search("<(script>alert|img)", page.html)
    answer = client.post(URLS[slug], **with_files(answers(slug), kept=page.fields["kept_file"]))
    confirmation = client.get(answer.location).text
    assert f"{shown} (PNG" in unescape(confirmation)
    assert not re.search("<(script>alert|img)", confirmation)
    assert shown in words(letters(runtime)[0][1])
    disposition = client.get(file_url(runtime, 1)).headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename")
    assert disposition.isascii()
