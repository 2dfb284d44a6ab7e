"""The question under an article, from article to article without a page load, in two tabs, and wholly without JavaScript."""

import re
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.feedback_reader import (
    ARTICLE,
    NO_REASON,
    PASSED_ON,
    SENT,
    SORRY,
    THANKS,
    Visit,
    button,
    change,
    posts,
    question,
    read,
    said,
    say_no,
    say_yes,
    send_feedback,
)

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
OTHER = "What happens after you send a request"


def go_to(page: Page, title: str) -> None:
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def test_three_articles_without_a_page_load_have_a_question_each(visit: Visit):
    page = read(visit)
    page.evaluate("window.stillHere = true")
    sent = posts(page)
    say_yes(page)
    go_to(page, "Taking a useful screenshot")
    expect(said(page)).to_be_empty()
    say_no(page)
    expect(page.locator("#details-heading")).to_be_focused()
    go_to(page, OTHER)
    expect(said(page)).to_be_empty()
    say_no(page)
    question(page).get_by_label("Tell us more").fill("x" * 999)
    expect(page.locator("#comment-limit")).to_have_text("You have 1 character left")
    question(page).get_by_label("It is inaccurate").check()
    send_feedback(page)
    expect(said(page)).to_have_text(SENT)
    go_to(page, "How to describe a problem")
    expect(question(page).get_by_text("You said this article was helpful.")).to_be_visible()
    votes = [parse_qs(one.post_data or "") for one in sent if one.url.endswith("/feedback/")]
    assert [(vote["article"], vote["helpful"]) for vote in votes] == [
        (["describe-a-problem"], ["yes"]),
        (["screenshot-and-browser-version"], ["no"]),
        (["what-happens-next"], ["no"]),
    ]
    assert len({vote["revision"][0] for vote in votes}) == 3
    assert len(sent) == 4
    assert page.evaluate("window.stillHere"), "a whole page was loaded"


def test_what_is_being_written_outlives_a_jump_within_the_page_and_a_look_at_another_article(visit: Visit):
    page = read(visit)
    page.evaluate("window.stillHere = true")
    say_no(page)
    question(page).get_by_label("Something else").check()
    question(page).get_by_label("Tell us more").fill("There is no word on")
    with page.expect_response(f"**{ARTICLE}"):  # the theme loads the page anew at the first jump
        page.get_by_role("navigation", name="On this page").get_by_role("link", name="Show it").click()
    expect(page).to_have_url(re.compile("#show-it$"))
    expect(question(page).get_by_label("Tell us more")).to_have_value("There is no word on")
    expect(said(page)).to_have_text(SORRY)
    go_to(page, OTHER)
    expect(button(page, "Yes")).to_be_visible()
    page.go_back()
    expect(question(page).get_by_label("Something else")).to_be_checked()
    expect(question(page).get_by_label("Tell us more")).to_have_value("There is no word on")
    # What the theme keeps in the history for its scrolling is left alone.
    assert page.evaluate("Object.keys(history.state ?? {}).filter((name) => !['x', 'y'].includes(name))") == []
    send_feedback(page)
    expect(said(page)).to_have_text(SENT)
    go_to(page, OTHER)
    page.go_back()
    expect(question(page).get_by_text("You said this article was not helpful.")).to_be_visible()
    assert page.evaluate("window.stillHere"), "a whole page was loaded"


def test_an_article_without_instant_navigation_asks_too(visit: Visit):
    page = visit("/")
    page.route(re.compile("/bundle[^/]*[.]js$"), lambda route: route.abort())
    page.goto(page.url.rstrip("/") + ARTICLE)
    assert page.evaluate("typeof window.document$") == "undefined"
    page.unroute_all()
    say_no(page)
    question(page).get_by_label("It is inaccurate").check()
    send_feedback(page)
    expect(said(page)).to_have_text(SENT)


def test_a_second_tab_notices_a_vote_and_can_change_it(visit: Visit):
    page = read(visit)
    other = page.context.new_page()
    other.goto(page.url)
    expect(button(other, "Yes")).to_be_visible()
    say_yes(page)
    expect(other.get_by_text("You said this article was helpful.")).to_be_visible()
    change(other).click()
    say_no(other)
    page.reload()
    expect(page.get_by_text("You said this article was not helpful.")).to_be_visible()
    # What is being written in a tab is not taken away.
    other.get_by_label("Tell us more").fill("Half a")
    change(page).click()
    say_yes(page)
    expect(other.get_by_label("Tell us more")).to_have_value("Half a")
    page.evaluate("localStorage.clear()")
    expect(other.get_by_label("Tell us more")).to_have_value("Half a")


def test_without_javascript_every_answer_is_a_page_of_its_own(visit: Visit):
    page = read(visit, java_script_enabled=False)
    button(page, "No").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your feedback on “How to describe a problem”")
    expect(page.get_by_text(SORRY)).to_be_visible()
    page.get_by_label("Tell us more").fill("Step 2 has moved")
    page.get_by_role("button", name="Send feedback").last.click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator("#reasons-field").get_by_text(NO_REASON)).to_be_visible()
    expect(page.get_by_label("Tell us more")).to_have_value("Step 2 has moved")
    page.get_by_role("alert").get_by_role("link", name=NO_REASON).click()
    page.get_by_label("It is out of date").check()
    page.get_by_role("button", name="Send feedback").last.click()
    expect(page.get_by_text(SENT)).to_be_visible()
    page.get_by_role("link", name="Change what you told us").click()
    expect(page.get_by_label("It is out of date")).to_be_checked()
    expect(page.get_by_label("Tell us more")).to_have_value("Step 2 has moved")
    page.get_by_label("Tell me when this is improved").fill("reader@example.net")
    page.get_by_role("button", name="Send feedback").last.click()
    expect(page.get_by_text("We’ll email you once, when this article is improved.")).to_be_visible()
    page.get_by_role("link", name="Change your answer").click()
    page.get_by_role("button", name="Yes, this article was helpful").click()
    expect(page.get_by_text(THANKS)).to_be_visible()
    page.get_by_role("link", name="Tell us what you liked (optional)").click()
    page.get_by_label("What did you like?").fill("The example")
    page.get_by_role("button", name="Send feedback").last.click()
    expect(page.get_by_text(PASSED_ON)).to_be_visible()
    page.get_by_role("link", name="Back to “How to describe a problem”").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How to describe a problem")
    # The service knows nothing of who it was, so without JavaScript the question stands there again.
    expect(button(page, "Yes")).to_be_visible()


def test_without_javascript_skip_leads_back_to_the_article(visit: Visit):
    page = read(visit, java_script_enabled=False)
    button(page, "No").click()
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How to describe a problem")
