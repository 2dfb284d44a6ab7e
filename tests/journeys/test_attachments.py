"""Files added to a form: chosen, dropped, pasted, removed, and kept whatever happens to the form."""

import re
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.axe import faults_of, settle
from tests.journeys.test_ticket import fill_in

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
Visit = Callable[..., Page]

NOT_UPLOADED = "one.png could not be uploaded: try again, or send the form and it goes with it"
# Puts files where a hand would: dropped on an element, or pasted while it has the focus.
GIVE = """([selector, kind, names, type, text]) => {
  const data = new DataTransfer()
  names.forEach((name) => data.items.add(new File([Uint8Array.from(atob(window.png), (one) => one.charCodeAt(0))], name, { type })))
  if (text) data.setData("text/plain", text)
  const target = document.querySelector(selector)
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true })
  target.dispatchEvent(event)
  return event.defaultPrevented
}"""


def png(filler: int = 0) -> bytes:
    """A picture of one pixel, and of so many bytes more."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    comment = [chunk(b"tEXt", b"Comment\0" + b"x" * filler)] if filler else []
    return b"".join((b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *comment, chunk(b"IDAT", zlib.compress(b"\0\0")), chunk(b"IEND", b"")))


def picture(name: str, filler: int = 0) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": png(filler)}


def choose(page: Page, *files: FilePayload) -> None:
    page.locator("#files").set_input_files(list(files))


def kept(page: Page) -> Locator:
    return page.locator(".hc-kept-file:has([name=kept_file])")


def status(page: Page) -> Locator:
    return page.locator("[data-hc-files-status]")


def give(page: Page, selector: str, kind: str, *names: str, type: str = "image/png", text: str = "") -> bool:
    page.evaluate("(bytes) => { window.png = bytes }", b64encode(png()).decode())
    return bool(page.evaluate(GIVE, [selector, kind, list(names), type, text]))


def test_chosen_files_are_sent_at_once_and_listed(visit: Visit):
    page = visit("/contact/ticket/")
    choose(page, picture("скриншот.png"), picture("two.png", 2000))
    expect(kept(page)).to_have_count(2)
    expect(status(page)).to_have_text("2 files added")
    expect(kept(page).first.locator(".hc-kept-file__name")).to_have_text("скриншот.png")
    expect(kept(page).nth(1).locator(".hc-kept-file__said")).to_have_text(re.compile(r"^PNG, 2(\.1)? kB$"))
    assert page.locator("#files").input_value() == ""
    assert page.locator(".hc-kept-file progress").count() == 0


def test_the_progress_of_each_file_is_named_by_the_file(visit: Visit):
    page = visit("/contact/ticket/")
    held: list[Route] = []
    page.route("**/api/attachments", lambda route: held.append(route))
    choose(page, picture("one.png"), picture("two.png"))
    expect(page.get_by_role("progressbar", name="Uploading one.png")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(1)
    expect(status(page)).to_have_text("Adding 2 files")
    settle(page)
    assert faults_of(page) == []
    held[0].continue_()
    expect(page.get_by_role("progressbar", name="Uploading two.png")).to_be_visible()
    held[1].continue_()
    expect(status(page)).to_have_text("2 files added")


def test_a_removed_file_is_gone_and_the_focus_goes_on(visit: Visit):
    page = visit("/contact/ticket/")
    choose(page, picture("one.png"), picture("two.png"))
    expect(kept(page)).to_have_count(2)
    with page.expect_request(lambda request: request.method == "DELETE") as removal:
        page.get_by_role("button", name="Remove one.png").click()
    assert re.search(r"/api/attachments/[\w-]+$", removal.value.url)
    expect(status(page)).to_have_text("one.png removed")
    expect(page.get_by_role("button", name="Remove two.png")).to_be_focused()
    page.keyboard.press("Enter")
    expect(kept(page)).to_have_count(0)
    expect(page.locator("#files")).to_be_focused()


def test_files_that_cannot_be_taken_are_said_at_the_field_and_not_sent(visit: Visit):
    page = visit("/contact/ticket/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/api/attachments" in request.url else None)
    choose(page, picture("large.png", 5_000_000))
    expect(page.locator("#files-error")).to_have_text("Error: large.png: the selected file must be 5 MB or smaller")
    expect(page.locator("#files")).to_have_attribute("aria-describedby", "files-hint files-error")
    settle(page)
    assert faults_of(page) == []
    assert sent == []
    choose(page, *(picture(f"{number}.png") for number in range(6)))
    expect(kept(page)).to_have_count(5)
    expect(page.locator("#files-error")).to_have_text("Error: 5.png: you can only select up to 5 files")
    page.get_by_role("button", name="Remove 0.png").click()
    choose(page, picture("last.png"))
    expect(kept(page)).to_have_count(5)
    expect(page.locator("#files-error")).to_have_count(0)
    expect(page.locator("#files")).not_to_have_attribute("aria-invalid", "true")


def test_files_that_are_too_large_together_are_said_at_the_field(visit: Visit):
    page = visit("/contact/ticket/")
    choose(page, *(picture(f"{number}.png", 4_000_000) for number in range(4)))
    expect(kept(page)).to_have_count(3)
    expect(page.locator("#files-error")).to_have_text("Error: 3.png: the selected files must be 15 MB or smaller together")


def test_what_the_server_says_of_a_file_is_shown_as_it_is(visit: Visit):
    page = visit("/contact/ticket/")
    choose(page, {"name": "run.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"})
    item = page.locator(".hc-kept-file")
    expect(item.locator(".hc-error")).to_have_text(re.compile("^run.exe: the selected file must be a "))
    expect(item.get_by_role("button", name="Try again")).to_have_count(0)
    settle(page)
    assert faults_of(page) == []
    item.get_by_role("button", name="Remove run.exe").click()
    expect(page.locator(".hc-kept-file")).to_have_count(0)


def test_what_is_wrong_with_a_file_is_said_with_how_many_were_added_and_shown_once(visit: Visit):
    page = visit("/contact/ticket/")
    choose(page, picture("one.png"), {"name": "bad.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"})
    expect(status(page)).to_have_text(re.compile(r"^1 file added\. bad\.exe: the selected file must be a "))
    expect(page.locator(".hc-kept-file .hc-error")).to_have_text(re.compile("^bad.exe: "))
    # Whoever sees the file's own message does not see it a second time.
    assert status(page).evaluate("one => one.querySelector('.hc-visually-hidden').textContent").startswith("bad.exe: ")
    choose(page, picture("two.png"))
    expect(status(page)).to_have_text("1 file added")


def test_too_many_files_in_an_hour_is_said_of_the_file_and_trying_again_is_not_offered(visit: Visit):
    page = visit("/contact/ticket/")
    many = "Many files have been added from your network in the last hour. Add more in 5 minutes"
    page.route("**/api/attachments", lambda route: route.fulfill(status=429, json={"error": many}))
    choose(page, picture("one.png"))
    expect(page.locator(".hc-kept-file .hc-error")).to_have_text(f"one.png: {many}")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove one.png")).to_be_visible()


def test_e27_a_file_that_could_not_be_sent_is_tried_again(visit: Visit):
    page = visit("/contact/ticket/")
    page.route("**/api/attachments", lambda route: route.abort(), times=1)
    choose(page, picture("one.png"), picture("two.png"))
    expect(page.locator(".hc-kept-file .hc-error")).to_have_text(NOT_UPLOADED)
    expect(kept(page)).to_have_count(1)
    page.get_by_role("button", name="Try again one.png").click()
    expect(kept(page)).to_have_count(2)
    expect(page.locator(".hc-error")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove one.png")).to_be_focused()


def test_e27_a_file_that_could_not_be_sent_goes_with_the_form(visit: Visit):
    page = visit("/contact/ticket/")
    page.route("**/api/attachments", lambda route: route.fulfill(status=503, body="down"))
    choose(page, picture("one.png"))
    expect(page.locator(".hc-kept-file .hc-error")).to_have_text(NOT_UPLOADED)
    page.get_by_label("Summary").fill("Hi")
    page.get_by_role("button", name="Send request").click()
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    expect(kept(page).locator(".hc-kept-file__name")).to_have_text("one.png")


def test_sending_waits_for_files_that_are_under_way(visit: Visit):
    page = visit("/contact/ticket/")
    page.get_by_label("General Enquiry").check()
    fill_in(page, "files@example.net")
    held: list[Route] = []
    page.route("**/api/attachments", lambda route: held.append(route))
    choose(page, picture("one.png"))
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Send request").click()
    expect(page.locator("[data-hc-sending]")).to_have_text("Sending your files first…")
    with page.expect_request(lambda request: request.url.endswith("/contact/ticket/") and request.method == "POST") as posted:
        held[0].continue_()
    assert b'name="kept_file"' in (posted.value.post_data_buffer or b"")
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")


def test_files_survive_wrong_answers_and_can_still_be_removed(visit: Visit):
    page = visit("/contact/ticket/")
    choose(page, picture("one.png"), picture("two.png"))
    expect(kept(page)).to_have_count(2)
    page.get_by_role("button", name="Send request").click()
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    expect(kept(page)).to_have_count(2)
    page.get_by_role("button", name="Remove one.png").click()
    expect(kept(page)).to_have_count(1)
    expect(status(page)).to_have_text("one.png removed")
    assert page.locator("form[data-hc-form]").count() == 1


def test_files_survive_back_and_a_reload(visit: Visit):
    page = visit("/contact/ticket/")
    choose(page, picture("one.png"), picture("two.png"))
    expect(kept(page)).to_have_count(2)
    page.get_by_role("button", name="Remove one.png").click()
    page.reload()
    expect(kept(page).locator(".hc-kept-file__name")).to_have_text(["two.png"])
    page.get_by_role("link", name="Support Services", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Support Services")
    page.go_back()
    expect(kept(page).locator(".hc-kept-file__name")).to_have_text(["two.png"])
    # A form opened anew has nothing of it.
    page.get_by_role("link", name="Contact support").first.click()
    page.get_by_role("main").get_by_role("link", name="Report a problem").first.click()
    expect(page.locator("#files")).to_be_visible()
    assert kept(page).count() == 0


def test_a_pasted_picture_gets_a_name_that_can_be_told_from_others(visit: Visit):
    page = visit("/contact/ticket/")
    page.clock.set_fixed_time("2026-11-23T14:28:00")
    assert give(page, "#description", "paste", "image.png")
    expect(kept(page).locator(".hc-kept-file__name")).to_have_text("Screenshot 2026-11-23 14.28.png")


def test_pasted_text_stays_text(visit: Visit):
    page = visit("/contact/ticket/")
    assert not give(page, "#description", "paste", "image.png", text="A cell of a spreadsheet")
    assert not give(page, "#description", "paste", text="Some words")
    assert page.locator(".hc-kept-file").count() == 0


def test_dropped_files_are_taken_and_a_near_miss_does_not_leave_the_page(visit: Visit):
    page = visit("/contact/ticket/")
    assert give(page, "#files-field", "dragover", "drop.png")
    assert give(page, "#files-field", "drop", "drop.png")
    expect(kept(page).locator(".hc-kept-file__name")).to_have_text("drop.png")
    assert give(page, "h1", "drop", "beside.png")
    assert page.locator(".hc-kept-file").count() == 1


def test_without_javascript_files_go_with_the_form_and_can_be_removed(visit: Visit):
    page = visit("/contact/ticket/", java_script_enabled=False)
    choose(page, picture("one.png"), picture("two.png"))
    page.get_by_role("button", name="Send request").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(kept(page)).to_have_count(2)
    page.get_by_role("button", name="Remove one.png").click()
    expect(kept(page).locator(".hc-kept-file__name")).to_have_text(["two.png"])
