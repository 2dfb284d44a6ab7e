"""Every form with every kind of mistake, with JavaScript and without: the same page, the same words, and nothing lost."""

import re
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Page, expect

from tests.axe import faults_of, settle
from tests.requests import complaint, escalation, incident

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
Visit = Callable[..., Page]
Answers = Mapping[str, str]

FILLED: Mapping[str, Answers] = {"ticket": incident(), "escalation": escalation(), "complaint": complaint()}
# What is wrong, by form: answers beside the right ones, and the message for each in the order of the page.
MISTAKES: Mapping[str, tuple[str, Answers, tuple[str, ...]]] = {
    "a ticket, nothing filled in": (
        "ticket",
        dict.fromkeys(incident(), ""),
        (
            "Select what your request is about",
            "Enter a summary",
            "Enter what happened",
            "Select the area of the application",
            "Enter your full name",
            "Enter your email address",
        ),
    ),
    "a ticket, too short and too long": (
        "ticket",
        {"summary": "Hi", "description": "x" * 5001, "impact": "y" * 2001, "email": "zoe@", "extent": "", "situation": ""},
        (
            "Summary must be 5 characters or more",
            "What happened must be 5,000 characters or less",
            "Select how many people this affects",
            "Business impact must be 2,000 characters or less",
            "Enter an email address in the correct format, like name@example.com",
        ),
    ),
    "an escalation, nothing filled in": (
        "escalation",
        dict.fromkeys(escalation(), ""),
        (
            "Enter the ticket ID",
            "Enter the impact",
            "Enter why this needs to be escalated",
            "Enter your company name",
            "Enter your full name",
            "Enter your email address",
            "Enter your phone number",
        ),
    ),
    "an escalation, badly filled in": (
        "escalation",
        {"ticket": "my ticket", "impact": "Bad.", "phone": "ring me"},
        (
            "Ticket ID must be BC- and a number, as in the subject of our emails",
            "The impact must be 20 characters or more",
            "Phone number must be one that we can call, like 07 3000 0000 or +61 7 3000 0000",
        ),
    ),
    "a complaint, nothing filled in": (
        "complaint",
        dict.fromkeys(complaint(), ""),
        ("Select what your complaint is about", "Enter what happened", "Enter your full name", "Enter your email address"),
    ),
    "a complaint, badly filled in": (
        "complaint",
        {"ticket": "the last one", "wanted": "z" * 2001, "phone": "12"},
        (
            "Ticket ID must be BC- and a number, as in the subject of our emails",
            "What you would like us to do must be 2,000 characters or less",
            "Phone number must be one that we can call, like 07 3000 0000 or +61 7 3000 0000",
        ),
    ),
}


def fill_in(page: Page, answers: Answers) -> None:
    for name, answer in answers.items():
        control = page.locator(f"form[data-hc-form] [name={name}]:not([type=hidden]):not(button)")
        if not control.count():
            continue
        if control.first.get_attribute("type") == "radio":
            if answer:
                page.locator(f"[name={name}][value='{answer}']").check()
        elif control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(answer)
        else:
            control.fill(answer)


def answers_in(page: Page) -> dict[str, str]:
    """What the form holds, of what a person answers."""
    kept: dict[str, str] = page.evaluate(
        "() => Object.fromEntries([...new FormData(document.querySelector('form[data-hc-form]'))]"
        ".filter(([name, value]) => typeof value === 'string' && !['submission_key', 'proof', 'seconds', 'leave_empty'].includes(name)))"
    )
    return kept


def send(page: Page) -> None:
    page.locator("form[data-hc-form] button.md-button[type=submit]").click()


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_each_mistake_is_named_linked_and_nothing_is_lost(visit: Visit, mistake: str, javascript: bool):
    form, wrong, messages = MISTAKES[mistake]
    page = visit(f"/contact/{form}/", java_script_enabled=True)
    if not javascript:
        page = visit(f"/contact/{form}/", java_script_enabled=False)
    fill_in(page, {**FILLED[form], **wrong})
    name = "hc-error.log"
    page.locator("#files").set_input_files({"name": name, "mimeType": "text/plain", "buffer": b"10:42 the export failed\n"})
    if javascript:
        expect(page.locator(".hc-kept-file", has_text=name)).to_be_visible()
    before = answers_in(page)
    send(page)

    # A2, A3: the title, and the summary first in the page's content.
    expect(page).to_have_title(re.compile("^Error: "))
    summary = page.locator("[data-hc-error-summary]")
    expect(summary.locator("h2")).to_have_text("There is a problem")
    assert page.locator("h1").count() == 1
    assert page.evaluate(
        "() => !!(document.querySelector('[data-hc-error-summary]').compareDocumentPosition(document.querySelector('h1'))"
        " & Node.DOCUMENT_POSITION_FOLLOWING)"
    )
    assert summary.get_by_role("link").all_inner_texts() == list(messages)
    for link in summary.get_by_role("link").all():
        target = page.locator(link.get_attribute("href") or "")
        assert target.count() == 1
        # A5, A6: the control, or the first of a question's; the message at the field is the same to the letter.
        question = target.locator("xpath=ancestor::*[contains(@class, 'hc-field--wrong')]")
        shown = question.locator(".hc-error").first
        assert (shown.inner_text().removeprefix("Error:").strip()) == link.inner_text()
        described = (target if target.get_attribute("type") != "radio" else question).get_attribute("aria-describedby") or ""
        assert shown.get_attribute("id") in described.split()
        assert target.get_attribute("type") == "radio" or target.get_attribute("aria-invalid") == "true"

    # A1: every answer, right and wrong, and the file.
    after = answers_in(page)
    assert {field: after.get(field, "") for field in before if field != "kept_file"} == {
        field: answer.replace("\r\n", "\n") for field, answer in before.items() if field != "kept_file"
    }
    expect(page.locator(".hc-kept-file", has_text=name)).to_be_visible()
    if javascript:
        # A4: the summary has the focus, and its links lead to the fields.
        expect(summary).to_be_focused()
        summary.get_by_role("link").last.click()
        assert page.evaluate("() => '#' + document.activeElement.id") == summary.get_by_role("link").last.get_attribute("href")
        settle(page)
        assert faults_of(page) == []


@pytest.mark.parametrize("form", FILLED)
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_complete_form_gets_to_its_page_and_its_answers_can_be_checked_and_changed(visit: Visit, form: str, javascript: bool):
    page = visit(f"/contact/{form}/", java_script_enabled=javascript)
    fill_in(page, FILLED[form])
    send(page)
    if form != "ticket":
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
        if javascript:
            expect(page.get_by_role("heading", level=1)).to_be_focused()
            settle(page)
            assert faults_of(page) == []
        page.get_by_role("button", name="Change email address").click()
        email = page.get_by_label("Email address")
        expect(email).to_be_focused()
        expect(email).to_have_value(FILLED[form]["email"])
        email.fill(f"other-{form}-{javascript}@example.net".lower())
        send(page)
        expect(page.locator(".hc-check")).to_contain_text(f"other-{form}-{javascript}@example.net".lower())
        page.get_by_role("button", name=re.compile("^Send ")).last.click()
    page.wait_for_url(re.compile("/your-(request|escalation)/."))
    expect(page.get_by_role("heading", level=1)).to_contain_text("received")


@pytest.mark.parametrize("form", ["escalation", "complaint"])
def test_without_javascript_back_shows_each_page_with_what_was_typed(visit: Visit, form: str):
    page = visit(f"/contact/{form}/", java_script_enabled=False)
    fill_in(page, {**FILLED[form], "email": ""})
    send(page)
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_label("Email address").fill("back@example.net")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    page.get_by_role("button", name=re.compile("^Send ")).last.click()
    page.wait_for_url(re.compile("/your-(request|escalation)/."))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    page.go_back()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_label("Full name")).to_have_value(FILLED[form]["name"])
    expect(page.get_by_label("Email address")).to_have_value("back@example.net")
    page.go_back()
    expect(page.get_by_label("Full name")).to_have_value(FILLED[form]["name"])
    if form == "escalation":
        expect(page.get_by_label("Ticket ID")).to_have_value(FILLED[form]["ticket"])
