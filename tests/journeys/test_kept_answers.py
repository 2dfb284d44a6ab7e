"""What somebody answered is there again after a reload, after Back, and in a tab that the browser threw away."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.axe import faults_of, settle
from tests.journeys.test_answers_in_place import write_complaint
from tests.journeys.test_sending import FAILED, on_post, ready_to_send, send
from tests.journeys.test_ticket import DESCRIPTION, fill_in

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
Visit = Callable[..., Page]
KEPT = "() => (history.state || {}).hcAnswers"
OURS = "We’ve filled this in from your browser. Change it if the problem happened somewhere else"


def leave_and_come_back(page: Page) -> None:
    page.get_by_role("link", name="Support Services", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Support Services")
    page.go_back()


def reload(page: Page) -> None:
    # Nobody reloads a page within the same few milliseconds in which they typed.
    page.wait_for_function("() => history.state.hcAnswers?.email === document.querySelector('[name=email]').value")
    page.reload()


def complaint_is_there(page: Page) -> None:
    expect(page.get_by_label("The service")).to_be_checked()
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("Full name")).to_have_value("Zoë O’Brien")
    expect(page.get_by_label("Email address")).to_have_value("complains@example.net")


@pytest.mark.parametrize("lose", [reload, leave_and_come_back])
def test_the_check_page_loses_no_answer(visit: Visit, lose: Callable[[Page], None]):
    page = visit("/contact/complaint/")
    write_complaint(page)
    page.locator("#files").set_input_files([{"name": "note.txt", "mimeType": "text/plain", "buffer": b"A note."}])
    expect(page.locator("[name=kept_file]")).to_have_count(1)
    key = page.locator("[name=submission_key]").input_value()
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    lose(page)
    complaint_is_there(page)
    expect(page.locator(".hc-kept-file__name")).to_have_text("note.txt")
    assert page.locator("[name=submission_key]").input_value() == key
    settle(page)
    assert faults_of(page) == []
    # Nothing of it is kept anywhere but with this place in the history, and no proof is.
    assert page.evaluate("[localStorage, sessionStorage].some((one) => JSON.stringify(one).includes('complains@'))") is False
    assert set(page.evaluate(KEPT)) == {"about", "ticket", "description", "wanted", "name", "email", "phone"}
    page.get_by_role("button", name="Check your answers").click()
    page.get_by_role("button", name="Send complaint").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("received"))


@pytest.mark.parametrize("lose", [reload, leave_and_come_back])
def test_a_form_that_came_back_with_errors_loses_no_answer(visit: Visit, lose: Callable[[Page], None]):
    page = visit("/contact/complaint/")
    write_complaint(page)
    page.get_by_label("Email address").fill("nobody")
    page.get_by_role("button", name="Check your answers").click()
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    page.get_by_label("Email address").fill("complains@example.net")
    lose(page)
    complaint_is_there(page)


def test_the_last_words_before_the_page_is_left_are_kept_without_a_pause(visit: Visit):
    page = visit("/contact/ticket/")
    page.get_by_label("Summary").fill("First")
    page.wait_for_function("() => history.state.hcAnswers?.summary === 'First'")
    # In one breath, so that the pause in typing cannot be over before the page is left.
    kept = page.evaluate("""() => {
      const field = document.querySelector("form[data-hc-form]").elements.summary;
      field.value = "First and last";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
      return history.state.hcAnswers.summary;
    }""")
    assert kept == "First and last"


def test_what_was_chosen_for_an_incident_is_there_in_a_tab_that_was_thrown_away(visit: Visit):
    page = visit("/contact/ticket/")
    page.get_by_label("Incident", exact=True).check()
    fill_in(page, "sender@example.net")
    page.get_by_label("Just me").check()
    page.get_by_role("group", name="How badly does this affect your work?").get_by_role("radio").first.check()
    page.get_by_role("group", name="Which of these describes the incident best?").get_by_label("(P5)").check()
    page.get_by_label("Browser").fill("")
    page.evaluate("() => window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    # The browser's own memory of the form is not asked: what makes a tab anew may have none.
    page.evaluate("() => document.querySelectorAll('form').forEach((form) => form.setAttribute('autocomplete', 'off'))")
    page.reload()
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("Area of the application")).to_have_value("Reports and exports")
    expect(page.get_by_role("group", name="Which of these describes the incident best?").get_by_label("(P5)")).to_be_checked()
    expect(page.get_by_role("group", name="How badly does this affect your work?").get_by_role("radio").first).to_be_checked()
    expect(page.locator("[data-hc-promise]")).to_contain_text("Send now")
    expect(page.locator("[data-hc-suggestion]")).to_contain_text("you chose P5")
    # A field that the reader emptied stays empty.
    expect(page.get_by_label("Browser")).to_have_value("")
    asked = on_post(page, lambda route: route.abort())
    send(page)
    expect(page.locator("[data-hc-failed] p")).to_have_text(FAILED)
    assert re.search(rb'name="seconds"\r\n\r\n\r\n', asked[0].post_data_buffer or b"")


def test_after_back_from_an_incident_that_was_sent_nothing_of_it_is_lost_or_kept_by_us(visit: Visit):
    page = visit("/contact/ticket/")
    page.get_by_label("Incident", exact=True).check()
    # With a mistake first: what stands in the page that the server answers with is there afterwards too.
    fill_in(page, "nobody")
    page.get_by_label("Just me").check()
    effect = page.get_by_role("group", name="How badly does this affect your work?").get_by_role("radio").first
    situation = page.get_by_role("group", name="Which of these describes the incident best?").get_by_label("(P5)")
    effect.check()
    situation.check()
    send(page)
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    page.get_by_label("Email address").fill("back.again@example.net")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    address = page.url
    page.go_back()
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("Email address")).to_have_value("back.again@example.net")
    expect(effect).to_be_checked()
    expect(situation).to_be_checked()
    expect(page.locator("[data-hc-suggestion]")).to_contain_text("you chose P5")
    assert "description" not in page.evaluate(KEPT)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    assert page.url == address


def test_nothing_is_kept_before_somebody_answers(visit: Visit):
    page = visit("/contact/ticket/")
    expect(page.get_by_label("Browser")).not_to_have_value("")
    assert page.evaluate(KEPT) is None
    page.get_by_label("Summary").press_sequentially("Inv")
    page.wait_for_function("() => (history.state.hcAnswers || {}).summary === 'Inv'")


def test_a_jump_within_the_page_takes_the_answers_and_the_key_with_it(visit: Visit):
    page = ready_to_send(visit)
    key = page.locator("[name=submission_key]").input_value()
    page.locator(".md-skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/contact/ticket/#*")
    # What was kept is taken along a moment later.
    page.wait_for_function("() => history.state?.hcAnswers && history.state.hcKey")
    page.reload()
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    assert page.locator("[name=submission_key]").input_value() == key


def test_an_answer_too_long_to_be_kept_and_a_browser_that_keeps_nothing_disturb_nobody(visit: Visit):
    page = ready_to_send(visit)
    page.get_by_label("What happened?").fill("x" * 60_000)
    page.get_by_label("Summary").fill("Still kept")
    page.get_by_label("Full name").focus()
    assert page.evaluate(KEPT)["summary"] == "Still kept"
    assert "description" not in page.evaluate(KEPT)
    page.evaluate("() => { history.replaceState = history.pushState = () => { throw new DOMException('too much', 'QuotaExceededError') } }")
    page.get_by_label("What happened?").fill(DESCRIPTION)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")


def test_where_the_browser_makes_no_step_the_check_page_is_shown_all_the_same(visit: Visit):
    page = visit("/contact/complaint/")
    page.evaluate("() => { history.replaceState = history.pushState = () => { throw new DOMException('too often', 'SecurityError') } }")
    write_complaint(page)
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    page.get_by_role("button", name="Send complaint").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("received"))


def test_the_browsers_hint_says_who_filled_it_in_after_errors_too(visit: Visit):
    page = ready_to_send(visit, email="nobody")
    hint = page.locator("#browser-hint")
    expect(hint).to_have_text(OURS)
    send(page)
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    expect(hint).to_have_text(OURS)
    page.get_by_label("Browser").fill("Lynx 2.9")
    send(page)
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    expect(hint).to_have_text(re.compile("^For example"))
