"""What a vote knows of how its reader came and where they were, and what is told of searches that found nothing."""

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Request, expect

from tests.journeys.feedback_reader import THANKS, Visit, body_from_service, button, on_feedback, question, read, said

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
TITLE = "How to describe a problem"
SLOWEST = 20_000  # ms until the theme's search has answered


def search(page: Page, words: str) -> None:
    page.locator("[data-hc-search]:visible, [data-md-component=search-query]:visible").first.click()
    field = page.get_by_role("textbox", name="Search")
    field.fill("")
    # The theme looks at what is there after a key: one key, so that a busy machine has one search to make and not one a letter.
    field.fill(words[:-1])
    field.press_sequentially(words[-1:])


def follow_result(page: Page, name: str = TITLE) -> None:
    page.locator(".md-search-result__link", has_text=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    # Where the browser loads the page, its heading is there before its scripts: a vote before them is the form's own.
    page.wait_for_load_state()


def vote_of(page: Page, answer: str = "Yes") -> dict[str, str]:
    """Vote without the service, and return what the browser would have sent it."""
    asked = on_feedback(page, lambda route: route.fulfill(content_type="text/html", body=body_from_service()))
    button(page, answer).click()
    expect(said(page)).to_have_text(THANKS)
    page.unroute("**/feedback/**")
    return {name: values[0] for name, values in parse_qs(asked[0].post_data or "", keep_blank_values=True).items()}


@pytest.mark.parametrize("is_instant", [True, False])
def test_a_vote_knows_what_was_searched_for(visit: Visit, is_instant: bool):
    page = read(visit, "/")
    if not is_instant:
        # Without the sitemap the theme does not know which pages are its own, and the browser loads each.
        page.route("**/sitemap.xml", lambda route: route.abort())
        page.reload()
    page.evaluate("window.stillHere = true")
    search(page, "Describe  a problem")
    follow_result(page)
    assert bool(page.evaluate("window.stillHere")) is is_instant
    assert vote_of(page)["search_words"] == "Describe  a problem"


def test_the_words_are_for_the_page_that_the_result_led_to_alone(visit: Visit):
    page = read(visit, "/")
    search(page, "describe a problem")
    follow_result(page)
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Show it").click()
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name="What happens after").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What happens after")
    assert vote_of(page)["search_words"] == ""
    assert page.evaluate("sessionStorage.getItem('hc-search')") is None
    # A result was followed, and then another page was loaded after all.
    page.evaluate("localStorage.clear()")
    page.evaluate("sessionStorage.setItem('hc-search', JSON.stringify({ path: '/articles/', words: 'describe' }))")
    page.reload()
    assert vote_of(page)["search_words"] == ""


def test_a_jump_within_the_page_does_not_forget_the_words(visit: Visit):
    page = read(visit, "/")
    search(page, "describe")
    follow_result(page)
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Show it").click()
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Say how far it goes").click()
    assert vote_of(page)["search_words"] == "describe"
    # To another place on the page that is shown already.
    search(page, "accountant")
    follow_result(page, "A good report, for comparison")
    question(page).get_by_role("link", name="Change your answer").click()
    assert vote_of(page, "No")["search_words"] == "accountant"


def look_at(page: Page, heading: str, seconds: int) -> None:
    page.locator(f"#{heading}").evaluate("(heading) => window.scrollTo(0, heading.getBoundingClientRect().top + scrollY - 120)")
    # The scroll is noticed in a frame of its own.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.clock.run_for(seconds * 1000)


def set_visible(page: Page, is_visible: bool) -> None:
    page.evaluate(
        """(state) => {
          Object.defineProperty(document, "visibilityState", { value: state, configurable: true })
          document.dispatchEvent(new Event("visibilitychange"))
        }""",
        "visible" if is_visible else "hidden",
    )


def test_a_vote_knows_the_section_where_the_reader_was_longest(visit: Visit):
    page = read(visit, ticking=False)
    look_at(page, "say-what-happened-in-four-parts", 20)
    look_at(page, "say-how-far-it-goes", 40)
    look_at(page, "show-it", 10)
    assert vote_of(page)["heading"] == "say-how-far-it-goes"


def test_somebody_who_has_left_the_desk_or_the_tab_reads_nothing(visit: Visit):
    page = read(visit, ticking=False)
    look_at(page, "say-what-happened-in-four-parts", 50)
    look_at(page, "say-what-happened-in-four-parts", 0)
    look_at(page, "say-how-far-it-goes", 3600)  # of which a minute counts
    look_at(page, "say-what-happened-in-four-parts", 20)
    look_at(page, "show-it", 1)
    for _ in range(2):
        set_visible(page, False)
        page.clock.run_for(3_600_000)
        set_visible(page, True)
    assert vote_of(page)["heading"] == "say-what-happened-in-four-parts"


def test_somebody_who_was_only_at_the_beginning_was_under_no_heading(visit: Visit):
    page = read(visit, ticking=False)
    page.clock.run_for(30_000)
    look_at(page, "say-how-far-it-goes", 5)
    assert vote_of(page)["heading"] == ""


def searches_told(page: Page) -> list[Request]:
    told: list[Request] = []
    page.on("request", lambda one: told.append(one) if "/api/searches" in one.url else None)
    return told


def test_a_search_in_vain_is_told_once_and_in_its_words_alone(visit: Visit):
    page = read(visit, "/", ticking=False)
    told = searches_told(page)
    search(page, "zyxqwv  Lmnop")
    expect(page.locator(".md-search-result__meta")).to_have_text("No matching documents", timeout=SLOWEST)
    page.clock.run_for(1_500)
    assert told == []
    with page.expect_response("**/api/searches") as answer:
        page.clock.run_for(1_000)
    assert answer.value.status == 204
    assert told[0].post_data_json == {"words": "zyxqwv Lmnop"}
    search(page, "zyxqwv lmnop")
    expect(page.locator(".md-search-result__meta")).to_have_text("No matching documents", timeout=SLOWEST)
    page.clock.run_for(5_000)
    page.keyboard.press("Escape")
    assert len(told) == 1


def test_leaving_the_search_tells_it_too(visit: Visit):
    page = read(visit, "/")
    search(page, "zyxqwv")
    expect(page.locator(".md-search-result__meta")).to_have_text("No matching documents", timeout=SLOWEST)
    with page.expect_request("**/api/searches") as told:
        page.keyboard.press("Escape")
    assert told.value.post_data_json == {"words": "zyxqwv"}


def test_what_is_short_or_somebodys_own_or_found_is_not_told(visit: Visit):
    page = read(visit, "/", ticking=False)
    told = searches_told(page)
    for words in ("zq", "zyx@wvu.zyx", "zyxq04-987", "zyxq " * 20):
        search(page, words)
        expect(page.locator(".md-search-result__meta")).to_have_text("No matching documents", timeout=SLOWEST)
        page.clock.run_for(3_000)
        page.keyboard.press("Escape")
    search(page, "screenshot")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    page.clock.run_for(3_000)
    page.keyboard.press("Escape")
    search(page, "")
    page.keyboard.press("Escape")
    page.goto("about:blank")
    assert told == []


def test_without_the_service_a_search_in_vain_goes_on(visit: Visit):
    page = read(visit, "/", ticking=False)
    page.route("**/api/searches", lambda route: route.abort())
    search(page, "zyxqwv")
    expect(page.locator(".md-search-result__meta")).to_have_text("No matching documents", timeout=SLOWEST)
    with page.expect_request("**/api/searches"):
        page.clock.run_for(2_100)
    search(page, "screenshot")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
