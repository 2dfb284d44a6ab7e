"""Articles suggested while a summary is typed, found in the browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.axe import faults_of, settle

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
Visit = Callable[..., Page]
SCREENSHOT = "articles/getting-help/screenshot-and-browser-version/"


def box(page: Page) -> Locator:
    return page.locator("[data-hc-suggested]")


def write(page: Page, words: str) -> None:
    page.get_by_label("Summary").fill("")
    page.get_by_label("Summary").press_sequentially(words)


def asked(page: Page) -> list[Request]:
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    return requests


def test_articles_are_suggested_and_nothing_typed_leaves_the_browser(visit: Visit):
    page = visit("/contact/ticket/")
    requests = asked(page)
    write(page, "How do I take a screenshot")
    expect(box(page).get_by_role("heading", name="Articles that may answer this")).to_be_visible()
    link = box(page).get_by_role("link").first
    expect(link).to_have_text(re.compile(r"^Taking a useful screenshot.* \(opens in a new tab\)$"))
    expect(link).to_have_attribute("href", re.compile(f"/{SCREENSHOT}$"))
    expect(link).to_have_attribute("target", "_blank")
    expect(page.locator("[data-hc-suggested-status]")).to_have_text(re.compile(r"^(1 article|[23] articles) may answer this$"))
    assert 1 <= box(page).get_by_role("link").count() <= 3
    page.get_by_label("Summary").press_sequentially(" please")
    page.get_by_label("What happened?").focus()
    assert len([one for one in requests if "search_index" in one.url]) == 1
    for request in requests:
        for word in ("screenshot", "take", "please"):
            assert f"={word}" not in request.url
            assert word not in (request.post_data or "")


@pytest.mark.parametrize("words", ["screnshot of the window", "screensh", "wich version of my browsr"])
def test_beginnings_and_slips_of_the_finger_are_understood(visit: Visit, words: str):
    page = visit("/contact/ticket/")
    write(page, words)
    expect(box(page).get_by_role("link", name="Taking a useful screenshot")).to_be_visible()


@pytest.mark.parametrize("words", ["", "sc", "how do I", "zyx qwvut lmnop"])
def test_too_little_or_nothing_known_suggests_nothing(visit: Visit, words: str):
    page = visit("/contact/ticket/", ticking=False)
    write(page, "screenshot")
    page.clock.run_for(600)
    expect(box(page)).to_be_visible()
    write(page, words)
    page.clock.run_for(600)
    expect(box(page)).to_be_hidden()
    expect(page.locator("[data-hc-suggested-status]")).to_be_empty()


def test_the_words_for_screen_readers_change_only_with_the_suggestions(visit: Visit):
    page = visit("/contact/ticket/", ticking=False)
    write(page, "take a screenshot")
    page.clock.run_for(600)
    expect(box(page)).to_be_visible()
    page.evaluate("""() => {
      window.changes = 0
      new MutationObserver(() => { window.changes += 1 }).observe(
        document.querySelector("[data-hc-suggested-status]"), { childList: true, characterData: true, subtree: true })
    }""")
    page.get_by_label("Summary").press_sequentially(" ")
    page.clock.run_for(600)
    write(page, "zyx qwvut")
    page.clock.run_for(600)
    expect(box(page)).to_be_hidden()
    assert page.evaluate("window.changes") == 1


def test_this_answered_it_is_counted_and_the_form_stays(visit: Visit):
    page = visit("/contact/ticket/")
    write(page, "take a screenshot")
    button = box(page).get_by_role("button", name="This answered it (Taking a useful screenshot")
    with page.expect_response("**/api/answered") as counted:
        button.click()
    assert counted.value.request.post_data_json == {"page": SCREENSHOT}
    assert counted.value.ok
    expect(box(page).get_by_text("Good to hear. You do not need to send anything.")).to_be_focused()
    expect(page.get_by_label("Summary")).to_have_value("take a screenshot")
    expect(page.get_by_role("button", name="Send request")).to_be_visible()


def test_escape_hides_the_suggestions(visit: Visit):
    page = visit("/contact/ticket/")
    write(page, "take a screenshot")
    box(page).get_by_role("link").first.focus()
    page.keyboard.press("Escape")
    expect(box(page)).to_be_hidden()
    expect(page.get_by_label("Summary")).to_be_focused()


def test_suggestions_that_were_put_away_come_back_only_when_they_are_others(visit: Visit):
    page = visit("/contact/ticket/", ticking=False)
    write(page, "take a screenshot")
    page.clock.run_for(600)
    expect(box(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(box(page)).to_be_hidden()
    page.get_by_label("Summary").press_sequentially(" ")
    page.clock.run_for(600)
    assert box(page).is_hidden()
    write(page, "password")
    page.clock.run_for(600)
    expect(box(page)).to_be_visible()
    write(page, "take a screenshot")
    page.clock.run_for(600)
    expect(box(page).get_by_role("link").first).to_contain_text("screenshot")


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("**/search/search_index.json", {"status": 404, "body": ""}),
        ("**/search/search_index.json", {"status": 200, "body": '{"docs": [{"loca'}),
        ("**/search/search_index.json", {"status": 200, "body": '{"docs": 7}'}),
        ("**/minisearch.js", {"status": 404, "body": ""}),
    ],
)
def test_e33_without_a_search_index_there_are_no_suggestions_and_no_fault(visit: Visit, address: str, answer: dict[str, object]):
    page = visit("/contact/ticket/", ticking=False)
    page.route(address, lambda route: route.fulfill(**answer))  # type: ignore[arg-type]
    with page.expect_response(address):
        write(page, "take a screenshot")
    page.clock.run_for(600)
    page.get_by_label("Summary").press_sequentially(" of the window")
    page.clock.run_for(600)
    expect(page.get_by_label("Summary")).to_have_value("take a screenshot of the window")
    assert box(page).is_hidden()
    assert page.locator("[data-hc-suggested-status]").inner_text() == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_suggestions_fit_a_narrow_window_and_axe_finds_nothing(visit: Visit, scheme: str):
    page = visit("/contact/ticket/", viewport={"width": 320, "height": 800}, color_scheme=scheme)
    write(page, "take a screenshot")
    expect(box(page)).to_be_visible()
    settle(page)
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
