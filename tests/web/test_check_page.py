"""The answers are shown once more before an escalation or a complaint is sent (WCAG 3.3.4)."""

import pytest
from flask.testing import FlaskClient

from formapp.forms import FORMS
from formapp.models import Attachment, Escalation, OutgoingMail, Ticket
from formapp.runtime import Runtime
from tests.requests import URLS, answers, with_files
from tests.sample_files import SAMPLES
from tests.web.form_page import FormPage
from tests.web.stored import count

CHECKED = [slug for slug, form in FORMS.items() if form.is_checked]
NASTY = '"><script>alert(1)</script>{{7*7}}\n\n second line &amp; more of it'


def first_post(client: FlaskClient, slug: str, files: dict[str, bytes] | None = None, **changes: str) -> FormPage:
    given = answers(slug, description=NASTY, impact=NASTY, **changes)
    del given["step"]
    answer = client.post(URLS[slug], **with_files({name: given[name] for name in given if name in FORMS[slug]()}, files))
    assert answer.status_code == 200
    return FormPage(answer.text)


def pressed(page: FormPage, **button: str) -> dict[str, object]:
    """What a browser sends when that button is pressed."""
    return {**page.fields, **button}


def test_both_serious_forms_are_checked_and_the_ticket_is_not():
    assert CHECKED == ["escalation", "complaint"]


@pytest.mark.parametrize("slug", CHECKED)
def test_the_first_post_stores_nothing_and_shows_every_answer_with_a_way_back(client: FlaskClient, runtime: Runtime, slug: str):
    page = first_post(client, slug, {"скриншот.png": SAMPLES["png"]})
    assert [count(runtime, model) for model in (Ticket, Escalation, OutgoingMail)] == [0, 0, 0]
    assert page.title == "Check your answers - Billycart Support"
    assert [one.words.rstrip("¶") for one in page.all("h1")] == ["Check your answers"]
    assert f"Nothing has been sent yet. Check your answers, then select {FORMS[slug].button}." in [one.words for one in page.all("p")]
    changes = {one.attributes["value"]: one.words for one in page.all("button") if one.attributes.get("name") == "change"}
    asked = [name for group in FORMS[slug].groups for name in group.fields]
    assert set(changes) == set(asked)
    assert all(words.startswith("Change ") and len(words) > 7 for words in changes.values())
    assert len(set(changes.values())) == len(changes)
    shown = [one.words for one in page.all("dd")]
    assert any("<script>alert(1)</script>{{7*7}}" in words for words in shown)
    assert any(words.startswith("скриншот.png PNG, ") for words in shown)
    assert "<script>alert(1)" not in page.html
    assert [one.words for one in page.all("button") if one.attributes.get("name") == "step"] == [FORMS[slug].button]


@pytest.mark.parametrize("slug", CHECKED)
def test_the_second_post_stores_what_was_shown(client: FlaskClient, runtime: Runtime, slug: str):
    page = first_post(client, slug, {"a.txt": b"text"}, submission_key="k1")
    answer = client.post(URLS[slug], data=pressed(page, step="send"))
    assert answer.status_code == 303
    assert count(runtime, Ticket) + count(runtime, Escalation) == 1
    received = client.get(answer.location).text
    assert "a.txt (TXT, 4 bytes)" in received
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in received
    # Refreshed, or sent again after Back: the same one.
    assert client.post(URLS[slug], data=pressed(page, step="send")).location == answer.location
    assert count(runtime, Ticket) + count(runtime, Escalation) == 1


@pytest.mark.parametrize("slug", CHECKED)
def test_change_brings_back_the_form_with_everything_and_the_focus_in_that_field(client: FlaskClient, runtime: Runtime, slug: str):
    page = first_post(client, slug, {"a.txt": b"text"}, submission_key="k1", seconds="77")
    for name in [field for group in FORMS[slug].groups for field in group.fields]:
        answer = client.post(URLS[slug], data=pressed(page, change=name))
        form = FormPage(answer.text)
        assert answer.status_code == 200
        form.check_hygiene()
        assert not form.title.startswith("Error")
        assert "data-hc-error-summary" not in form.html
        focused = [one.attributes["name"] for one in form.elements if "autofocus" in one.attributes]
        assert focused == ["files" if name == "kept_file" else name]
        held = {key: [value.strip() for value in values] for key, values in form.fields.items() if key != "leave_empty"}
        assert held == {key: [value.strip() for value in values] for key, values in page.fields.items()}
        assert form.kept_files == ["a.txt"]
    assert [count(runtime, model) for model in (Ticket, Escalation, OutgoingMail)] == [0, 0, 0]
    assert count(runtime, Attachment) == 1


@pytest.mark.parametrize("slug", CHECKED)
@pytest.mark.parametrize("change", ["no-such-field", "<script>", "email,name"])
def test_a_change_of_what_is_no_field_brings_the_form_back(client: FlaskClient, slug: str, change: str):
    answer = client.post(URLS[slug], data={**answers(slug), "change": change})
    assert answer.status_code == 200
    assert "<form" in answer.text
    assert "<script>alert" not in answer.text
    assert "autofocus" not in answer.text


@pytest.mark.parametrize("slug", CHECKED)
def test_an_answer_that_was_spoilt_on_the_way_is_asked_for_again(client: FlaskClient, runtime: Runtime, slug: str):
    page = first_post(client, slug)
    answer = client.post(URLS[slug], data=pressed(page, step="send") | {"email": "zoe@"})
    assert answer.status_code == 422
    FormPage(answer.text).check_errors()
    assert count(runtime, Ticket) + count(runtime, Escalation) == 0


@pytest.mark.parametrize("slug", CHECKED)
@pytest.mark.parametrize("mark", [{"leave_empty": "http://buy.example"}, {"seconds": "1"}])
def test_d47_what_looks_automatic_is_not_forgotten_on_the_way_over_the_check_page(
    client: FlaskClient, runtime: Runtime, slug: str, mark: dict[str, str]
):
    page = first_post(client, slug, **mark)
    assert client.post(URLS[slug], data=pressed(page, step="send")).status_code == 303
    with runtime.database.reading() as session:
        kept = session.query(Escalation if slug == "escalation" else Ticket).one()
        assert kept.suspect_because
