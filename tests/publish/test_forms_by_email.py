"""The site where no service takes the forms (E-29): each becomes a prepared letter with the list of what belongs in it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from markdown import Markdown

from formapp.forms import FORMS
from formapp.policy.policy import Policy
from formapp.publish.forms_by_email import form_by_email
from formapp.publish.published import PublishError
from tests.conftest import ROOT
from tests.site.markup import Markup


def items_of(policy: Policy, slug: str) -> list[str]:
    return {
        "ticket": ["Your name and your company’s", *(item.text for item in policy.troubleshooting.report_items)],
        "escalation": [item.text for item in policy.escalation.required_items],
        "complaint": [],
    }[slug]


def rendered(policy_file: Path, forms: str, text: str) -> str:
    return Markdown(
        extensions=["formapp.publish"], extension_configs={"formapp.publish": {"policy": str(policy_file), "forms": forms}}
    ).convert(text)


@pytest.mark.parametrize("slug", FORMS)
def test_a_form_becomes_a_letter_with_the_policys_list(policy: Policy, policy_file: Path, slug: str) -> None:
    page = Markup(rendered(policy_file, "email", f"# Title\n\n[[form: {slug}]]"))
    assert page.all("form", "input", "textarea", "button") == []
    listed = [one.words for one in page.all("li")]
    assert listed
    assert listed[: len(items_of(policy, slug))] == items_of(policy, slug)
    (link,) = page.all("a")
    letter = urlsplit(link.attributes["href"])
    assert (letter.scheme, unquote(letter.path)) == ("mailto", "support@billycart.com")
    assert any("support@billycart.com" in one.words for one in page.all("p")), "for a browser that opens no mail program"
    # What most mail programs take of an address.
    assert len(link.attributes["href"]) < 1_800


def test_the_letters_carry_subject_and_every_item_to_fill_in(policy: Policy) -> None:
    letters = {}
    for slug in FORMS:
        (link,) = Markup(form_by_email(slug, policy, is_only_way=True)).all("a")
        letters[slug] = parse_qs(urlsplit(link.attributes["href"]).query)
    assert letters["escalation"]["subject"] == ["Formal Escalation BC-"]
    assert letters["complaint"]["subject"] == ["Complaint"]
    for slug in ("ticket", "escalation"):
        (body,) = letters[slug]["body"]
        # A question keeps its mark, anything else gets a colon.
        assert not any(line.endswith("?:") for line in body.split("\r\n"))
        assert [line.removesuffix(":") for line in body.split("\r\n") if line] == items_of(policy, slug)


def test_a_form_that_does_not_exist_stops_this_build_too(policy_file: Path) -> None:
    with pytest.raises(PublishError, match="use one of ticket"):
        rendered(policy_file, "email", "[[form: tickets]]")


def test_another_word_for_who_takes_the_forms_stops_the_build(policy_file: Path) -> None:
    with pytest.raises(PublishError, match="set it to service or email"):
        rendered(policy_file, "nobody", "[[form: ticket]]")


def test_beside_a_form_the_letter_is_folded_away(policy_file: Path) -> None:
    page = Markup(rendered(policy_file, "service", "[[form: complaint]]"))
    (folded,) = page.all("details")
    assert "Write an email instead" in folded.words


def test_by_default_the_service_takes_them(policy_file: Path) -> None:
    html = Markdown(extensions=["formapp.publish"], extension_configs={"formapp.publish": {"policy": str(policy_file)}}).convert(
        "[[form: ticket]]"
    )
    assert "<form" in html


@pytest.fixture(scope="module", params=["setting", "option"])
def site_by_email(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site, built strictly: by MkDocs with the variable set, and by our command with its option."""
    folder = tmp_path_factory.mktemp("by-email") / "site"
    environ = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    if request.param == "setting":
        environ["HELPCENTRE_FORMS"] = "email"
        command = ["mkdocs", "build", "--strict", "--site-dir", str(folder)]
    else:
        environ |= {"FORMAPP_SITE_DIR": str(folder)}
        command = ["formapp.commands.main", "site", "build", "--forms-by-email"]
    made = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environ, check=False, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


def test_e29_the_whole_site_builds_without_a_warning_and_without_a_form_that_posts(site_by_email: Path) -> None:
    pages = {path.relative_to(site_by_email).as_posix(): path.read_text(encoding="utf-8") for path in site_by_email.rglob("*.html")}
    for slug in FORMS:
        page = pages[f"contact/{slug}/index.html"]
        assert "data-hc-form" not in page
        assert 'href="mailto:support@billycart.com?' in page
        assert "[[" not in page
    for name, page in pages.items():
        posts = [one for one in Markup(page).all("form") if one.attributes.get("method", "get").lower() == "post"]
        assert posts == [], name
        assert not re.search(r'action="[^"]*/(contact|api)/', page), name
