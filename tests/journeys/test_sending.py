"""A form that is sent without leaving the page, and what becomes of it when the way to us is broken."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.journeys.test_ticket import DESCRIPTION, fill_in

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
Visit = Callable[..., Page]
FAILED = "We could not send your request. Your text is still here."


def ready_to_send(visit: Visit, email: str = "sender@example.net", **options: object) -> Page:
    page = visit("/contact/ticket/", **options)
    page.get_by_label("General Enquiry").check()
    fill_in(page, email)
    return page


def send(page: Page) -> None:
    page.get_by_role("button", name="Send request").click()


def on_post(page: Page, act: Callable[[Route], None]) -> list[Request]:
    """Answer what the form posts with `act`, and return the requests as they come."""
    asked: list[Request] = []

    def answer(route: Route) -> None:
        if route.request.method != "POST":
            return route.fallback()
        asked.append(route.request)
        return act(route)

    page.route("**/contact/ticket/", answer)
    return asked


def subject_of(page: Page) -> str:
    """The subject of the email that can be sent instead."""
    address = page.get_by_role("link", name="Email it instead").get_attribute("href")
    assert address
    return parse_qs(urlsplit(address).query)["subject"][0]


def nothing_is_lost(page: Page) -> None:
    expect(page.get_by_label("Summary")).to_have_value("Invoice PDF is blank")
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("Email address")).to_have_value("sender@example.net")
    expect(page.get_by_label("General Enquiry")).to_be_checked()


@pytest.mark.parametrize(
    "answer",
    [
        lambda route: route.abort("connectionrefused"),
        lambda route: route.abort("internetdisconnected"),
        lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>502 Bad Gateway</h1>"),
        lambda route: route.fulfill(status=504, content_type="text/html", body=""),
        lambda route: route.fulfill(status=403, content_type="text/html", body="<h1>no</h1>"),
        # A hotel's page for signing in, where the answer should be.
        lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Welcome to our Wi-Fi</h1>"),
    ],
    ids=["refused", "offline", "502", "504", "403", "somebody-else"],
)
def test_e27_what_could_not_be_sent_stays_and_is_sent_with_the_same_key(visit: Visit, answer: Callable[[Route], None]):
    page = ready_to_send(visit)
    asked = on_post(page, answer)
    send(page)
    alert = page.get_by_role("alert").filter(has_text="could not")
    expect(alert).to_have_text(FAILED)
    # The buttons are not read out with it.
    expect(alert.get_by_role("button")).to_have_count(0)
    expect(page.locator("[data-hc-sending]")).to_be_empty()
    expect(page.get_by_role("button", name="Send request")).to_be_focused()
    nothing_is_lost(page)

    with page.expect_request(lambda request: request.method == "POST"):
        page.get_by_role("button", name="Try again").click()
    expect(alert).to_have_text(FAILED)
    # The button that was pressed is gone, the focus is not.
    expect(page.get_by_role("button", name="Send request")).to_be_focused()
    assert len(asked) == 2
    first, second = (re.search(rb'name="submission_key"\r\n\r\n(\w{32})\r\n', request.post_data_buffer or b"") for request in asked)
    assert first
    assert second
    assert first[1] == second[1]
    nothing_is_lost(page)


def test_e27_an_answer_that_does_not_come_is_waited_for_20_seconds(visit: Visit):
    page = visit("/contact/ticket/", ticking=False)
    page.reload()
    page.get_by_label("General Enquiry").check()
    fill_in(page, "sender@example.net")
    on_post(page, lambda route: None)
    with page.expect_request(lambda request: request.method == "POST"):
        send(page)
    expect(page.locator("[data-hc-sending]")).to_have_text("Sending…")
    page.clock.fast_forward(19_000)
    expect(page.locator("[data-hc-sending]")).to_have_text("Sending…")
    page.clock.fast_forward(2_000)
    expect(page.locator("[data-hc-failed] p")).to_have_text(FAILED)
    nothing_is_lost(page)


def test_e27_try_again_sends_what_was_changed_since(visit: Visit):
    page = ready_to_send(visit)
    page.context.set_offline(True)
    send(page)
    expect(page.locator("[data-hc-failed] p")).to_have_text(FAILED)
    page.context.set_offline(False)
    page.get_by_label("Summary").fill("Every PDF is blank")
    asked = on_post(page, lambda route: route.abort())
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-hc-failed] p")).to_have_text(FAILED)
    assert b"Every PDF is blank" in (asked[0].post_data_buffer or b"")


def test_e27_email_it_instead_carries_every_question_and_answer(visit: Visit):
    page = ready_to_send(visit)
    on_post(page, lambda route: route.abort())
    send(page)
    address = page.get_by_role("link", name="Email it instead").get_attribute("href")
    assert address
    parts = urlsplit(address)
    sent = parse_qs(parts.query)
    assert parts.scheme == "mailto"
    assert parts.path == "support@billycart.com"
    assert sent["subject"] == ["Invoice PDF is blank"]
    for words in ("What is your request about?\r\nGeneral Enquiry", "Full name:\r\nZoë O’Brien", DESCRIPTION.replace("\n", "\r\n")):
        assert words in sent["body"][0]
    assert "leave_empty" not in address
    assert "Leave this field empty" not in unquote(address)


@pytest.mark.parametrize("text", ["x" * 5000, "漢" * 3000, "👩‍👩‍👧" * 900, "half \ud83d pair " * 200])
def test_e27_an_email_that_would_be_too_long_is_cut_and_says_so(visit: Visit, text: str):
    page = ready_to_send(visit)
    page.get_by_label("What happened?").evaluate("(area, text) => { area.value = text }", text)
    on_post(page, lambda route: route.abort())
    send(page)
    address = page.get_by_role("link", name="Email it instead").get_attribute("href")
    assert address
    assert 1700 < len(address) <= 1800
    body = parse_qs(urlsplit(address).query, errors="strict")["body"][0]
    assert "The rest did not fit" in body
    assert "Zoë O’Brien" in body  # a short answer after the long one


def test_e27_both_ways_name_the_files_and_the_panel_says_that_they_are_kept(visit: Visit):
    page = ready_to_send(visit, permissions=["clipboard-read", "clipboard-write"])
    page.locator("#files").set_input_files([{"name": "скриншот.txt", "mimeType": "text/plain", "buffer": b"A note."}])
    expect(page.locator("[name=kept_file]")).to_have_count(1)
    on_post(page, lambda route: route.abort())
    send(page)
    expect(page.locator("[data-hc-failed] p")).to_have_text(f"{FAILED} Your files are kept too.")
    address = page.get_by_role("link", name="Email it instead").get_attribute("href")
    assert address
    (body,) = parse_qs(urlsplit(address).query)["body"]
    page.get_by_role("button", name="Copy text").click()
    expect(page.locator("[data-hc-sending]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n")
    assert copied == "Invoice PDF is blank\n\n" + body.replace("\r\n", "\n")
    assert copied.endswith("\n\nAttach these files by hand: скриншот.txt")


def test_e27_an_email_with_a_long_subject_and_many_file_names_still_opens(visit: Visit):
    page = ready_to_send(visit)
    page.get_by_label("Summary").fill("漢" * 150)
    page.get_by_label("What happened?").fill("字" * 3000)
    names = ["漢" * 60 + f"{number}.txt" for number in range(5)]
    page.locator("#files").set_input_files([{"name": name, "mimeType": "text/plain", "buffer": b"A note."} for name in names])
    expect(page.locator("[name=kept_file]")).to_have_count(5)
    on_post(page, lambda route: route.abort())
    send(page)
    address = page.get_by_role("link", name="Email it instead").get_attribute("href")
    assert address
    assert 1700 < len(address) <= 1800
    body = parse_qs(urlsplit(address).query, errors="strict")["body"][0]
    assert "General Enquiry" in body
    assert "Attach these files by hand: 漢" in body


def test_what_is_said_while_sending_is_said_once(visit: Visit):
    page = ready_to_send(visit)
    on_post(page, lambda route: route.abort())
    page.evaluate("""() => {
      window.said = []
      const tell = (changes) => changes.forEach((one) => one.addedNodes.forEach((node) => window.said.push(node.textContent)))
      new MutationObserver(tell).observe(document.querySelector("[data-hc-sending]"), { childList: true })
    }""")
    send(page)
    expect(page.locator("[data-hc-failed] p")).to_have_text(FAILED)
    assert page.evaluate("window.said") == ["Sending…"]


def test_e27_the_text_can_be_copied(visit: Visit):
    page = ready_to_send(visit, permissions=["clipboard-read", "clipboard-write"])
    on_post(page, lambda route: route.abort())
    send(page)
    page.get_by_role("button", name="Copy text").click()
    expect(page.locator("[data-hc-sending]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n")
    assert f"What happened?\n{DESCRIPTION}" in copied
    assert "Email address:\nsender@example.net" in copied


def test_e27_the_text_can_be_copied_where_a_page_may_not_write_to_the_clipboard(visit: Visit):
    page = ready_to_send(visit)
    page.evaluate("() => { Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false }")
    on_post(page, lambda route: route.abort())
    send(page)
    page.get_by_role("button", name="Copy text").click()
    area = page.get_by_label("Your text")
    expect(area).to_have_value(re.compile(re.escape(DESCRIPTION)))
    expect(area).to_be_focused()
    assert area.evaluate("(area) => area.value.slice(area.selectionStart, area.selectionEnd) === area.value")


def test_e27_files_that_are_too_large_together_are_named_as_the_reason(visit: Visit):
    page = ready_to_send(visit)
    on_post(page, lambda route: route.fulfill(status=413, content_type="text/html", body="<h1>Too large</h1>"))
    send(page)
    expect(page.locator("[data-hc-failed] p")).to_contain_text("the files are too large together")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    nothing_is_lost(page)


def test_e32_while_an_answer_is_on_its_way_the_button_stays_and_a_second_click_is_the_first_one(visit: Visit):
    page = ready_to_send(visit)
    waiting: list[Route] = []
    asked = on_post(page, lambda route: waiting.append(route))
    button = page.get_by_role("button", name="Send request")
    with page.expect_request(lambda request: request.method == "POST"):
        button.dblclick()
    expect(page.locator("[data-hc-sending]")).to_have_text("Sending…")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Summary").press("Enter")
    waiting[0].abort()
    expect(page.locator("[data-hc-failed] p")).to_have_text(FAILED)
    expect(button).not_to_have_attribute("aria-disabled", "true")
    assert len(asked) == 1
