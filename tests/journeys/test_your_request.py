"""The page of a ticket in a real browser: read and answered with JavaScript and without, on a telephone and on a screen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from formapp.services import staff_acts
from tests.axe import COVERED, faults_of, settle
from tests.clock import Clock
from tests.sample_files import SAMPLES
from tests.services.life import Life
from tests.services.lived_tickets import LIVES, STAFF_ACT
from tests.web.served import served
from tests.web.ticket_page import path_of

pytestmark = pytest.mark.browser
SIZES = [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")]
PNG = {"name": "screen.png", "mimeType": "image/png", "buffer": SAMPLES["png"]}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@dataclass
class World:
    """A served application in which tickets live, and readers who open their pages."""

    life: Life
    base_url: str
    browser: Browser
    complaints: list[str]

    def path(self, state: str, **changes: str) -> str:
        return path_of(self.life.runtime, LIVES[state](self.life, **changes))

    def open(self, path: str, **options: object) -> Page:
        """Open a page as a new reader; nothing may go wrong in it."""
        context = self.browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})  # type: ignore[arg-type]
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(self.base_url + path)
        return page


@pytest.fixture
def world(runtime: Runtime, clock: Clock, built_site: Path, browser: Browser) -> Iterator[World]:
    with served(runtime, built_site) as base_url:
        made = World(Life(runtime, clock), base_url, browser, [])
        yield made
        for context in browser.contexts:
            context.close()
    assert made.complaints == []


def in_state(state: str) -> Callable[[World], Page]:
    def reach(world: World, **options: object) -> Page:
        return world.open(world.path(state), **options)

    return reach


def with_an_error(world: World, **options: object) -> Page:
    page = world.open(world.path("open"), **options)
    page.get_by_label("Screenshots and attachments").set_input_files([PNG])
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    return page


def after_an_act(world: World, **options: object) -> Page:
    return world.open(f"{world.path('resolved')}?done=solved", **options)


STATES = ("new", "waiting", "escalated", "resolved", "closed", "complaint", "undelivered")
SEEN = {state: in_state(state) for state in STATES} | {"error": with_an_error, "done": after_an_act}


@pytest.mark.parametrize("seen", SEEN)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(world: World, seen: str):
    page = SEEN[seen](world, viewport={"width": 320, "height": 800}, color_scheme="light")
    for width, scheme in SIZES:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        settle(page)
        assert faults_of(page) == [], (width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_long_words_break_instead_of_widening_the_page(world: World):
    number = LIVES["waiting"](world.life, summary="x" * 150, name="y" * 120)
    world.life.do(staff_acts.reply, number, STAFF_ACT, text=f"{'z' * 900}\n<b>", waits=True)
    page = world.open(path_of(world.life.runtime, number), viewport={"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("seen", ["waiting", "error"])
def test_no_focus_stop_hides_under_the_header(world: World, seen: str):
    page = SEEN[seen](world, viewport={"width": 320, "height": 640})
    for key in ("Tab", "Shift+Tab"):
        for _ in range(30):
            page.keyboard.press(key)
            settle(page)
            assert page.evaluate(COVERED) is None


def test_an_answer_with_a_screenshot_is_sent_from_the_page_and_confirmed(world: World):
    page = world.open(world.path("waiting"))
    page.get_by_role("link", name="Answer us").click()
    page.get_by_label("Your answer").fill("Firefox.\nSince Monday.")
    page.get_by_label("Screenshots and attachments").set_input_files([PNG])
    expect(page.locator(".hc-kept-file")).to_contain_text("screen.png")
    page.get_by_role("button", name="Send reply").click()
    notice = page.get_by_role("status").filter(has_text="We have your message")
    expect(notice).to_be_focused()
    expect(notice).to_be_in_viewport()
    expect(page.locator(".hc-timeline")).to_contain_text("Since Monday.")
    expect(page.locator(".hc-timeline").get_by_role("link", name="screen.png (PNG, 71 bytes)")).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("")
    expect(page.locator(".hc-reply .hc-kept-file")).to_have_count(0)
    with page.expect_download() as download:
        page.locator(".hc-timeline").get_by_role("link", name="screen.png (PNG, 71 bytes)").click()
    assert Path(download.value.path()).read_bytes() == SAMPLES["png"]
    assert world.life.status(1001) is Status.OPEN


def test_a_life_without_javascript(world: World):
    page = world.open(world.path("waiting"), java_script_enabled=False)
    page.get_by_role("button", name="Send reply").click()
    expect(page).to_have_title("Error: Your request BC-1001 - Billycart Support")
    page.get_by_role("link", name="Enter your answer").click()
    page.get_by_label("Your answer").fill("Firefox.")
    page.get_by_label("Screenshots and attachments").set_input_files([PNG])
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_text("We have your message, and the team has been told.")).to_be_visible()
    expect(page.locator(".hc-timeline")).to_contain_text("screen.png (PNG, 71 bytes)")
    page.reload()
    expect(page.locator(".hc-timeline li").filter(has_text="Firefox.")).to_have_count(1)
    page.get_by_role("button", name="Solved, thank you").click()
    expect(page.locator(".hc-panel")).to_contain_text("Resolved")
    page.get_by_role("button", name="This did not solve it").click()
    expect(page.locator(".hc-panel")).to_contain_text("Open")
    page.get_by_role("button", name="Solved, thank you").click()
    page.get_by_role("button", name="Solved, thank you").click()
    expect(page.locator(".hc-panel")).to_contain_text("Closed")
    page.get_by_label("Your message").fill("It is back.")
    page.get_by_role("button", name="Send and re-open").click()
    expect(page.locator(".hc-panel")).to_contain_text("Open")
    assert world.life.status(1001) is Status.OPEN


def test_a_wrong_answer_is_shown_in_place_with_everything_kept(world: World):
    page = with_an_error(world)
    page.evaluate("() => { window.sameLoad = true }")
    expect(page.locator(".hc-kept-file")).to_contain_text("screen.png")
    page.get_by_label("Your message").fill("x" * 5001)
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("link", name="Your message must be 5,000 characters or less")).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("x" * 5001)
    expect(page.get_by_text("You have 1 character too many").first).to_be_visible()
    assert page.evaluate("() => window.sameLoad")
    page.get_by_label("Your message").fill("Short.")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator(".hc-timeline")).to_contain_text("Short.")


def test_what_was_typed_outlives_a_reload_and_a_look_elsewhere(world: World):
    page = world.open(world.path("waiting"))
    page.get_by_label("Your answer").fill("Half a sentence, and")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("Half a sentence, and")
    page.get_by_role("link", name="Articles").first.click()
    page.wait_for_url("**/articles/")
    page.go_back()
    expect(page.get_by_label("Your answer")).to_have_value("Half a sentence, and")


def test_a_message_that_cannot_be_sent_stays_and_offers_other_ways(world: World):
    page = world.open(world.path("open"))
    page.get_by_label("Your message").fill("It is urgent.")
    page.route(lambda url: "/your-request/" in url, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("[data-hc-failed]")).to_contain_text("We could not send your message. Your text is still here.")
    expect(page.get_by_label("Your message")).to_have_value("It is urgent.")
    link = page.get_by_role("link", name="Email it instead").get_attribute("href")
    assert link
    assert link.startswith("mailto:support@billycart.com?subject=BC-1001%3A%20Invoice%20PDF%20is%20blank&body=Your%20message")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".hc-timeline")).to_contain_text("It is urgent.")


def test_a_double_click_sends_once(world: World):
    page = world.open(world.path("open"))
    page.get_by_label("Your message").fill("Only once.")
    posts: list[str] = []

    def count(route: Route) -> None:
        if route.request.method == "POST":
            posts.append(route.request.url)
        route.continue_()

    page.route(lambda url: "/your-request/" in url, count)
    page.get_by_role("button", name="Send reply").dblclick()
    expect(page.get_by_text("We have your message")).to_be_visible()
    assert len(posts) == 1
    expect(page.locator(".hc-timeline li").filter(has_text="Only once.")).to_have_count(1)


def test_after_back_another_message_is_another_message(world: World):
    page = world.open(world.path("open"))
    for text in ("The first.", "The second."):
        page.get_by_label("Your message").fill(text)
        page.get_by_role("button", name="Send reply").click()
        expect(page.locator(".hc-timeline")).to_contain_text(text)
        page.go_back()
    page.reload()
    for text in ("The first.", "The second."):
        expect(page.locator(".hc-timeline li").filter(has_text=text)).to_have_count(1)


def test_two_messages_in_a_row_each_get_an_empty_form(world: World):
    page = world.open(world.path("open"))
    for text in ("The first.", "The second."):
        expect(page.get_by_label("Your message")).to_have_value("")
        page.get_by_label("Your message").fill(text)
        page.get_by_role("button", name="Send reply").click()
        expect(page.locator(".hc-timeline")).to_contain_text(text)
        expect(page.get_by_role("status").filter(has_text="We have your message")).to_be_focused()


def test_printed_it_is_the_record_and_not_the_form(world: World):
    page = world.open(world.path("resolved"))
    page.emulate_media(media="print")
    expect(page.get_by_text(f"{world.life.runtime.policy.brand.name} Support, http")).to_be_visible()
    expect(page.locator(".hc-timeline")).to_be_visible()
    for part in (".hc-reply", ".hc-record", ".hc-panel__go"):
        expect(page.locator(part)).to_be_hidden()


def test_everything_is_downloaded_from_the_page(world: World):
    page = world.open(world.path("resolved"))
    with page.expect_download() as download:
        page.get_by_role("link", name="download everything").click()
    assert download.value.suggested_filename == "BC-1001.zip"
    assert Path(download.value.path()).read_bytes().startswith(b"PK")


def test_the_due_moment_is_downloaded_for_a_calendar(world: World):
    page = world.open(world.path("open"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Add this date to your calendar").click()
    assert download.value.suggested_filename == "BC-1001.ics"
