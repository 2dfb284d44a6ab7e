"""What the server answers to a form, shown without leaving the page: its errors, and the answers to be checked."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.axe import faults_of, settle
from tests.journeys.test_sending import FAILED, on_post, ready_to_send, send, subject_of
from tests.journeys.test_ticket import DESCRIPTION, fill_in

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
Visit = Callable[..., Page]


def test_wrong_answers_are_shown_in_place_and_the_summary_takes_the_focus(visit: Visit):
    page = ready_to_send(visit, email="nobody")
    page.evaluate("() => { window.sameLoad = true }")
    page.get_by_label("Company name").press("Enter")
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    expect(page.locator("[data-hc-error-summary]")).to_be_in_viewport()
    expect(page).to_have_title(re.compile("^Error: "))
    assert page.evaluate("() => window.sameLoad")
    assert page.locator("form[data-hc-form]").count() == 1
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    # What other scripts add is there again: the count, the promise, and the questions that matter.
    expect(page.get_by_role("group", name="Which of these describes the incident best?")).to_be_hidden()
    expect(page.locator("[data-hc-promise]")).to_contain_text("Send now")
    page.get_by_label("Email address").fill("put.right@example.net")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")


def test_after_back_from_the_page_of_the_request_the_form_can_be_sent_again(visit: Visit):
    page = ready_to_send(visit, email="after.back@example.net")
    key = page.locator("[name=submission_key]").input_value()
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    page.go_back()
    expect(page.get_by_label("Summary")).to_have_value("Invoice PDF is blank")
    expect(page.locator("[data-hc-sending]")).to_be_empty()
    assert page.locator("[name=submission_key]").input_value() == key
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")


def test_a_page_that_the_browser_kept_does_not_stay_at_sending(visit: Visit):
    page = ready_to_send(visit)
    on_post(page, lambda route: None)
    with page.expect_request(lambda request: request.method == "POST"):
        send(page)
    expect(page.locator("[data-hc-sending]")).to_have_text("Sending…")
    page.evaluate("() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator("[data-hc-sending]")).to_be_empty()
    expect(page.get_by_role("button", name="Send request")).not_to_have_attribute("aria-disabled", "true")


def write_complaint(page: Page) -> None:
    page.get_by_label("The service").check()
    page.get_by_label("What happened?").fill(DESCRIPTION)
    page.get_by_label("Full name").fill("Zoë O’Brien")
    page.get_by_label("Email address").fill("complains@example.net")


def test_the_check_page_is_a_step_that_back_undoes_and_forward_repeats(visit: Visit):
    page = visit("/contact/complaint/")
    write_complaint(page)
    page.get_by_role("button", name="Check your answers").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Check your answers")
    expect(heading).to_be_focused()
    assert page.evaluate("scrollY") == 0
    expect(page.locator(".hc-check")).to_contain_text(DESCRIPTION.splitlines()[0])

    page.go_back()
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("The service")).to_be_checked()
    expect(page.get_by_role("button", name="Check your answers")).to_be_focused()
    page.go_forward()
    expect(heading).to_have_text("Check your answers")

    page.go_back()
    page.get_by_label("Full name").fill("Zoë Ó Briain")
    page.get_by_role("button", name="Check your answers").click()
    expect(page.locator(".hc-check")).to_contain_text("Zoë Ó Briain")
    page.get_by_role("button", name="Send complaint").click()
    expect(heading).to_have_text(re.compile("received"))


def test_change_leads_to_the_question_with_every_answer_in_place(visit: Visit):
    page = visit("/contact/complaint/")
    write_complaint(page)
    key = page.locator("[name=submission_key]").input_value()
    page.get_by_role("button", name="Check your answers").click()
    page.get_by_role("button", name="Change email address").click()
    field = page.get_by_label("Email address")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    assert page.locator("[name=submission_key]").input_value() == key
    field.fill("moved@example.net")
    page.get_by_role("button", name="Check your answers").click()
    expect(page.locator(".hc-check")).to_contain_text("moved@example.net")
    page.go_back()
    expect(page.get_by_label("Email address")).to_have_value("moved@example.net")
    page.go_back()
    expect(page.locator(".hc-check")).to_contain_text("complains@example.net")


def test_e27_the_answers_on_the_check_page_can_be_emailed(visit: Visit):
    page = visit("/contact/complaint/")
    write_complaint(page)
    page.get_by_label("Ticket ID").fill("BC-1042")
    page.get_by_role("button", name="Check your answers").click()
    send_complaint = page.get_by_role("button", name="Send complaint")
    expect(send_complaint).to_be_visible()
    page.context.set_offline(True)
    send_complaint.click()
    expect(page.locator("[data-hc-failed] p")).to_have_text("We could not send your complaint. Your text is still here.")
    address = page.get_by_role("link", name="Email it instead").get_attribute("href")
    assert address
    sent = parse_qs(urlsplit(address).query)
    (body,) = sent["body"]
    assert sent["subject"] == ["Complaint BC-1042"]
    assert "complains@example.net" in body
    assert DESCRIPTION.replace("\n", "\r\n") in body
    assert "Change" not in body
    assert "Not provided" not in body
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("received"))


def test_the_seconds_are_told_only_where_somebody_began_with_an_empty_form(visit: Visit):
    page = ready_to_send(visit)
    asked = on_post(page, lambda route: route.abort())
    send(page)
    expect(page.locator("[data-hc-failed] p")).to_have_text(FAILED)
    assert re.search(rb'name="seconds"\r\n\r\n\d+\r\n', asked[0].post_data_buffer or b"")

    page.reload()
    page.get_by_label("General Enquiry").check()
    fill_in(page, "sender@example.net")
    send(page)
    expect(page.locator("[data-hc-failed] p")).to_have_text(FAILED)
    assert re.search(rb'name="seconds"\r\n\r\n\r\n', asked[1].post_data_buffer or b"")


def test_the_seconds_are_not_told_with_a_form_that_came_back_with_errors(visit: Visit):
    page = ready_to_send(visit, email="nobody")
    send(page)
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    asked = on_post(page, lambda route: route.abort())
    send(page)
    expect(page.locator("[data-hc-failed] p")).to_have_text(FAILED)
    assert re.search(rb'name="seconds"\r\n\r\n\r\n', asked[0].post_data_buffer or b"")


def test_a_double_click_does_not_press_what_comes_in_the_buttons_place(visit: Visit):
    page = visit("/contact/complaint/")
    write_complaint(page)
    page.get_by_role("button", name="Check your answers").click()
    button = page.get_by_role("button", name="Send complaint")
    expect(button).to_be_visible()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.method == "POST" else None)
    button.dispatch_event("click", {"detail": 2})
    assert [one.url for one in asked if "/contact/" in one.url] == []


def test_the_summarys_link_to_a_notice_leads_there(visit: Visit):
    page = ready_to_send(visit, email="notice@example.net")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    page.go_back()
    page.get_by_label("Summary").fill("Something else entirely")
    send(page)
    summary = page.locator("[data-hc-error-summary]")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(page.locator("#hc-notice")).to_be_focused()
    expect(page.locator("#hc-notice")).to_be_in_viewport()


@pytest.mark.parametrize("path", ["escalation", "complaint"])
@pytest.mark.parametrize(
    ("typed", "said"),
    [("bc 1001", "BC-1001"), ("#1001", "BC-1001"), ("RE: [BC-1001] Blank", "BC-1001"), ("my last one", "my last one"), ("", "")],
)
def test_e27_the_email_has_the_policys_subject_with_the_ticket_id_as_we_write_it(visit: Visit, path: str, typed: str, said: str):
    page = visit(f"/contact/{path}/")
    page.get_by_label("Ticket ID").fill(typed)
    page.context.set_offline(True)
    page.get_by_role("button", name="Check your answers").click()
    expect(page.locator("[data-hc-failed] p")).to_have_text(f"We could not send your {path}. Your text is still here.")
    begins = {"escalation": "Formal Escalation", "complaint": "Complaint"}[path]
    assert subject_of(page) == f"{begins} {said}".strip()


def test_e27_files_are_named_from_the_check_page_too(visit: Visit):
    page = visit("/contact/complaint/")
    write_complaint(page)
    page.get_by_label("Ticket ID").fill("bc 1042")
    page.locator("#files").set_input_files([{"name": "note.txt", "mimeType": "text/plain", "buffer": b"A note."}])
    expect(page.locator("[name=kept_file]")).to_have_count(1)
    page.get_by_role("button", name="Check your answers").click()
    expect(page.locator(".hc-check")).to_contain_text("note.txt")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send complaint").click()
    expect(page.locator("[data-hc-failed] p")).to_contain_text("Your files are kept too.")
    assert subject_of(page) == "Complaint BC-1042"
    address = page.get_by_role("link", name="Email it instead").get_attribute("href")
    assert address
    (body,) = parse_qs(urlsplit(address).query)["body"]
    assert body.count("note.txt") == 1
    assert body.endswith("\r\n\r\nAttach these files by hand: note.txt")


def test_a_file_that_was_removed_meanwhile_is_said_when_the_old_check_page_is_sent(visit: Visit):
    page = visit("/contact/complaint/")
    write_complaint(page)
    page.locator("#files").set_input_files([{"name": "note.txt", "mimeType": "text/plain", "buffer": b"A note."}])
    expect(page.locator("[name=kept_file]")).to_have_count(1)
    page.get_by_role("button", name="Check your answers").click()
    expect(page.locator(".hc-check")).to_contain_text("note.txt")
    page.go_back()
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name="Remove note.txt").click()
    page.go_forward()
    page.get_by_role("button", name="Send complaint").click()
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    page.get_by_role("button", name="Check your answers").click()
    page.get_by_role("button", name="Send complaint").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("received"))


UNDER_THE_NAME = """() => {
  const name = document.createRange()
  name.selectNodeContents(document.querySelector(".hc-brand span"))
  const lines = [...name.getClientRects()]
  return [...document.querySelectorAll(".hc-header .md-header__button")]
    .filter((button) => { const box = button.getBoundingClientRect(); return box.width && lines.some((line) =>
      line.left < box.right && line.right > box.left && line.top < box.bottom && line.bottom > box.top) })
    .map((button) => button.outerHTML)
}"""
# Text of twice the size, and the spacing that WCAG 1.4.12 asks us to bear.
LARGE = "html { font-size: 250% !important } * { letter-spacing: .12em !important; word-spacing: .16em !important }"


def test_the_answers_keep_their_room_at_twice_the_size_of_text(visit: Visit):
    page = visit("/contact/complaint/", viewport={"width": 320, "height": 800}, bypass_csp=True)
    write_complaint(page)
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.add_style_tag(content=LARGE)
    for answer in page.locator(".hc-check dd:not(.hc-check__change)").all():
        assert answer.evaluate("one => one.clientWidth / one.closest('dl').clientWidth") > 0.9
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(UNDER_THE_NAME) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_in_a_failure_and_on_the_check_page(visit: Visit, scheme: str, width: int):
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    page = ready_to_send(visit, **options)
    on_post(page, lambda route: route.abort())
    send(page)
    expect(page.get_by_role("button", name="Copy text")).to_be_in_viewport()
    settle(page)
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page = visit("/contact/complaint/", **options)
    write_complaint(page)
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    settle(page)
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
