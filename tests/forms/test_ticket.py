import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from formapp.forms import UnknownForm, static_form
from formapp.forms.fields import clean_line, clean_text
from formapp.forms.rendering import problems_of, render_form
from formapp.forms.ticket import TicketForm
from formapp.policy.policy import Policy
from tests.pages import Page
from tests.requests import incident, question

FORBIDDEN_WORDS = re.compile(r"please|sorry|invalid|valid\b|forbidden|oops|error|required", re.IGNORECASE)


def filled(policy: Policy, answers: dict[str, str]) -> TicketForm:
    form = TicketForm.of(policy, MultiDict(answers))
    form.validate()
    return form


def errors(policy: Policy, **changes: str) -> dict[str, str]:
    return {name: messages[0] for name, messages in filled(policy, incident(**changes)).errors.items()}


def test_a_complete_form_is_taken(policy: Policy):
    assert filled(policy, question()).errors == filled(policy, incident()).errors == {}


@pytest.mark.parametrize(
    ("field", "answer", "message"),
    [
        ("request_type", "", "Select what your request is about"),
        ("request_type", "refund", "Select what your request is about"),
        ("effect", "P9", "Select how badly this affects your work"),
        ("situation", "P9", "Select what describes the incident best"),
        ("summary", " \u200b ", "Enter a summary"),
        ("summary", "Help", "Summary must be 5 characters or more"),
        ("summary", "x" * 151, "Summary must be 150 characters or less"),
        ("description", "", "Enter what happened"),
        ("description", "It broke.", "What happened must be 20 characters or more"),
        ("description", "x" * 5001, "What happened must be 5,000 characters or less"),
        ("area", "", "Select the area of the application"),
        ("area", "Kitchen", "Select the area of the application"),
        ("extent", "", "Select how many people this affects"),
        ("extent", "nobody", "Select how many people this affects"),
        ("impact", "x" * 2001, "Business impact must be 2,000 characters or less"),
        ("browser", "x" * 121, "Browser must be 120 characters or less"),
        ("name", "", "Enter your full name"),
        ("name", "x" * 121, "Full name must be 120 characters or less"),
        ("company", "x" * 121, "Company name must be 120 characters or less"),
        ("email", "", "Enter your email address"),
    ],
)
def test_each_wrong_answer_has_one_message_that_says_what_to_do(policy: Policy, field: str, answer: str, message: str):
    assert errors(policy, **{field: answer}) == {field: message}
    assert not FORBIDDEN_WORDS.search(message)
    assert message.startswith(("Enter", "Select")) or " must be " in message


@pytest.mark.parametrize(
    "address",
    [
        "zoe", "zoe@", "@example.net", "zoe@example", "a@example.net,b@example.net", "a@example.net;b@example.net", "<a@example.net>",
        "Zoe <zoe@example.net>", "-oQ/tmp@example.net", "=?utf-8?q?x?=@example.net", "x" * 65 + "@example.net",
        "zoe@example.net\nBcc: a@example.net", '"zoe"@example.net', "zoe@[127.0.0.1]", "zoe@" + "x" * 250 + ".net",
    ],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(policy: Policy, address: str):
    assert errors(policy, email=address) == {"email": "Enter an email address in the correct format, like name@example.com"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" zoe@example.net ", "zoe@example.net"),
        ("Zoe.O'Brien+help@EXAMPLE.net", "Zoe.O'Brien+help@example.net"),
        ("zoë@example.net", "zoë@example.net"),
        ("zoe@bücher.example.net", "zoe@bücher.example.net"),
        ("zoe@example.net\u200b", "zoe@example.net"),
    ],
)
def test_addresses_that_people_have_are_taken(policy: Policy, typed: str, kept: str):
    assert filled(policy, question(email=typed)).answers().email == kept


def test_a_limit_counts_characters_as_the_browser_does_and_not_the_newlines_of_the_wire(policy: Policy):
    assert "description" not in errors(policy, description="a\r\n" * 2499 + "bb")


def test_a_summary_pasted_over_several_lines_becomes_one(policy: Policy):
    assert filled(policy, question(summary="Invoice\r\nPDF\u2028is\x0bblank")).answers().summary == "Invoice PDF is blank"


def test_situation_and_extent_are_asked_of_an_incident_only(policy: Policy):
    assert filled(policy, question(situation="", extent="", effect="")).errors == {}


def test_an_incident_needs_its_effect_unless_a_situation_says_as_much(policy: Policy):
    assert errors(policy, situation="", effect="") == {"effect": "Select how badly this affects your work"}
    assert errors(policy, situation="P3", effect="") == errors(policy, situation="", effect="slower") == {}


@pytest.mark.parametrize("extent", ["just-me", "several", "everyone", "not-sure"])
def test_effect_and_extent_suggest_the_level_that_the_policy_gives(policy: Policy, extent: str):
    for effect in policy.ticket_form.effects:
        answers = filled(policy, incident(situation="", effect=effect.key, extent=extent)).answers()
        assert answers.priority == answers.suggested_priority == effect.suggests[extent]
    answers = filled(policy, incident(situation="P5", effect="stopped", extent="everyone")).answers()
    assert (answers.priority, answers.suggested_priority) == ("P5", "P1")


@given(st.text())
def test_cleaned_text_has_no_control_character_and_is_clean_already(text: str):
    cleaned = clean_text(text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]", cleaned)
    assert clean_text(cleaned) == cleaned
    assert "\n" not in clean_line(text)


@given(st.dictionaries(st.sampled_from([*incident(), "leave_empty", "submission_key"]), st.text()))
def test_no_answer_whatever_breaks_the_form_or_its_page(policy: Policy, answers: dict[str, str]):
    form = filled(policy, answers)
    page = Page(render_form(form))
    assert len(problems_of(form)) == len(form.errors)
    assert page.ids_are_unique()
    assert "script" not in page.elements


@pytest.mark.timeout(20)  # composing half a million accents would take minutes
@pytest.mark.parametrize("field", ["description", "email", "name", "submission_key", "leave_empty"])
def test_a_mountain_of_accents_is_refused_without_being_climbed(policy: Policy, field: str):
    form = filled(policy, question(**{field: "\u0315\u0300" * 250_000}))
    assert bool(form.errors) == (field not in ("submission_key", "leave_empty"))


def test_every_control_of_the_static_form_has_a_label_and_the_form_leaves_checking_to_us(policy: Policy):
    page = Page(static_form("ticket", policy))
    assert page.controls_without_label() == []
    assert page.ids_are_unique()
    (form,) = page.elements["form"]
    assert form["method"] == "post"
    assert "novalidate" in form
    assert "action" not in form
    controls = [control for kind in ("input", "select", "textarea") for control in page.elements[kind]]
    assert not any({"required", "maxlength", "placeholder"} & control.keys() for control in controls)
    assert not any("checked" in control for control in controls)


def test_what_is_about_the_sender_can_be_filled_in_by_the_browser(policy: Policy):
    page = Page(static_form("ticket", policy))
    tokens = {control["name"]: control.get("autocomplete") for control in page.elements["input"]}
    assert (tokens["name"], tokens["email"], tokens["company"]) == ("name", "email", "organization")


def test_the_static_page_and_the_error_page_ask_the_same_questions(policy: Policy):
    static, wrong = Page(static_form("ticket", policy)), Page(render_form(filled(policy, {})))
    for kind in ("label", "legend", "h2", "option"):
        assert static.texts[kind] == wrong.texts[kind]
    assert [one.get("name") for one in static.elements["input"]] == [one.get("name") for one in wrong.elements["input"]]


def test_each_error_is_linked_from_the_summary_to_the_first_control_and_tied_to_its_field(policy: Policy):
    form = filled(policy, {"request_type": "incident"})
    page = Page(render_form(form))
    for control, message in problems_of(form):
        name = control.removesuffix("-0")
        assert control in page.ids
        assert f"Error: {message}" in page.texts["p"]
        assert any(f"{name}-error" in one.get("aria-describedby", "") for kind in page.elements.values() for one in kind)


def test_the_form_offers_the_policys_own_types_and_situations(policy: Policy):
    page = Page(static_form("ticket", policy))
    for kind in policy.request_types:
        assert kind.name in page.texts["label"]
    for priority in policy.priorities:
        assert f"{priority.headline} ({priority.level})" in page.texts["label"]


def test_a_form_that_does_not_exist_is_named_with_those_that_do(policy: Policy):
    with pytest.raises(UnknownForm, match="'tickets' does not exist: use one of ticket"):
        static_form("tickets", policy)
