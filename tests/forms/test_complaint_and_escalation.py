import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from formapp.forms import FORMS
from formapp.forms.rendering import problems_of, render_check, render_form
from formapp.forms.support_form import SupportForm
from formapp.policy.policy import Policy
from tests.pages import Page
from tests.requests import answers

SERIOUS = ("escalation", "complaint")


def filled(policy: Policy, slug: str, given: dict[str, str]) -> SupportForm:
    form = FORMS[slug].of(policy, MultiDict(given))
    form.validate()
    return form


def errors(policy: Policy, slug: str, **changes: str) -> dict[str, str]:
    return {name: messages[0] for name, messages in filled(policy, slug, answers(slug, **changes)).errors.items()}


@pytest.mark.parametrize("slug", SERIOUS)
@pytest.mark.parametrize(
    "number",
    [
        "07 3000 0000",
        "(07) 3000-0000",
        "0412 345 678",
        "+61 7 3000 0000",
        "61 7 3000 0000",
        "0011 44 20 7946 0958",
        "+44 (0)20 7946 0958",
        "+1 (212) 555-0100 ext. 12",
        "1300 123 456",
        "13 11 14",
        "０７ ３０００ ００００",
        "07.3000.0000",
        "tel:+61730000000",
        " 07 3000 0000\u200b",
    ],
)
def test_a_phone_number_is_taken_as_people_write_it_and_kept_so(policy: Policy, slug: str, number: str) -> None:
    form = filled(policy, slug, answers(slug, phone=number))
    assert form.errors == {}
    assert form.answers().phone == " ".join(number.replace("\u200b", "").split())


@pytest.mark.parametrize("slug", SERIOUS)
@pytest.mark.parametrize("number", ["ring me", "123", "07", "+", "0" * 60, "+999 1234 5678", "zoe@example.net", "1" * 30])
def test_what_nobody_could_call_is_asked_for_again_with_an_example(policy: Policy, slug: str, number: str) -> None:
    said = "Phone number must be one that we can call, like 07 3000 0000 or +61 7 3000 0000"
    assert errors(policy, slug, phone=number) == {"phone": said}


def test_only_a_complaint_can_do_without_a_phone_number(policy: Policy) -> None:
    assert errors(policy, "complaint", phone="") == {}
    assert errors(policy, "escalation", phone="") == {"phone": "Enter your phone number"}


@pytest.mark.parametrize(
    ("field", "answer", "message"),
    [
        ("ticket", "", "Enter the ticket ID"),
        ("ticket", "the last one", "Ticket ID must be BC- and a number, as in the subject of our emails"),
        ("company", "", "Enter your company name"),
        ("impact", "", "Enter the impact"),
        ("impact", "x" * 5001, "The impact must be 5,000 characters or less"),
        ("business_case", "", "Enter why this needs to be escalated"),
        ("business_case", "x" * 5001, "Why this needs to be escalated must be 5,000 characters or less"),
    ],
)
def test_an_escalation_says_what_it_needs(policy: Policy, field: str, answer: str, message: str) -> None:
    assert errors(policy, "escalation", **{field: answer}) == {field: message}


@pytest.mark.parametrize(
    ("field", "answer", "message"),
    [
        ("about", "", "Select what your complaint is about"),
        ("about", "weather", "Select what your complaint is about"),
        ("ticket", "the last one", "Ticket ID must be BC- and a number, as in the subject of our emails"),
        ("description", "", "Enter what happened"),
        ("wanted", "x" * 2001, "What you would like us to do must be 2,000 characters or less"),
    ],
)
def test_a_complaint_says_what_it_needs(policy: Policy, field: str, answer: str, message: str) -> None:
    assert errors(policy, "complaint", **{field: answer}) == {field: message}


def test_a_complaint_can_be_about_what_the_policy_lists(policy: Policy) -> None:
    for one in policy.complaints.about:
        assert filled(policy, "complaint", answers("complaint", about=one.key)).answers().about == one.text


@given(st.data())
@pytest.mark.parametrize("slug", SERIOUS)
def test_no_answer_whatever_breaks_the_form_or_its_page(policy: Policy, slug: str, data: st.DataObject) -> None:
    names = [*answers(slug), "leave_empty", "submission_key", "proof", "seconds", "kept_file", "files", "phone"]
    form = filled(policy, slug, data.draw(st.dictionaries(st.sampled_from(names), st.text())))
    page = Page(render_form(form))
    assert len(problems_of(form)) == len(form.errors)
    assert page.ids_are_unique()
    assert "script" not in page.elements
    if not form.errors:
        assert "script" not in Page(render_check(form)).elements


@pytest.mark.timeout(20)
@pytest.mark.parametrize("slug", SERIOUS)
@pytest.mark.parametrize("field", ["ticket", "phone", "email", "name", "proof", "kept_file", "seconds"])
def test_a_mountain_of_accents_or_digits_is_refused_without_being_climbed(policy: Policy, slug: str, field: str) -> None:
    for mountain in ("\u0315\u0300" * 250_000, "9" * 500_000, "0" * 500_000 + "7", " 7" * 100_000):
        filled(policy, slug, answers(slug, **{field: mountain}))


@pytest.mark.parametrize("slug", FORMS)
def test_facts_for_the_scripts_hold_no_copy_of_a_limit(policy: Policy, slug: str) -> None:
    facts = FORMS[slug].of(policy).facts
    assert (facts["form"], facts["email"]) == (slug, "support@billycart.com")
    assert (facts["most"], facts["largest"], facts["together"]) == (5, 5_000_000, 15_000_000)
    assert ("suggests" in facts) == (slug == "ticket")
    if slug == "ticket":
        assert facts["suggests"] == {one.key: dict(one.suggests) for one in policy.ticket_form.effects}
        assert facts["levels"]["P1"]["target"] == "2 business hours"
        assert {name for one in facts["evidence"] for name in one["fields"]} <= set(FORMS[slug]()._fields)
