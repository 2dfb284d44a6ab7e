"""Was this article helpful? From the first click to “Feedback sent”, without leaving the article."""

import re
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.feedback_reader import (
    ARTICLE,
    ARTICLE_ID,
    NO_REASON,
    PASSED_ON,
    SENT,
    SORRY,
    THANKS,
    Visit,
    body_from_service,
    button,
    change,
    on_feedback,
    posts,
    question,
    read,
    said,
    say_no,
    say_yes,
    send_feedback,
    votes_in,
)
from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.postfix]


def test_s0_to_s1_yes_is_stored_at_the_click_and_thanked_for(visit: Visit, service: Service):
    page = read(visit)
    page.evaluate("window.stillHere = true")
    before = len(votes_in(service))
    expect(said(page)).to_be_empty()
    with page.expect_request(lambda one: one.method == "POST") as cast:
        say_yes(page)
    revision = page.locator("meta[name='helpcentre:article']").get_attribute("data-revision")
    sent = {name: values[0] for name, values in parse_qs(cast.value.post_data or "", keep_blank_values=True).items()}
    heading = sent.pop("heading")
    assert sent == {"article": ARTICLE_ID, "revision": revision, "search_words": "", "vote": "", "helpful": "yes"}
    assert votes_in(service)[before:] == [(ARTICLE_ID, revision, 1, heading)]
    expect(question(page).get_by_role("button")).to_have_count(0)
    # No form is forced on somebody who is content, and the focus that was on the button is not lost.
    expect(question(page).locator("form")).to_have_count(0)
    expect(question(page)).to_be_focused()
    expect(question(page).get_by_role("link", name="Report a problem with this page")).to_be_visible()
    assert page.url.endswith(ARTICLE)
    assert page.evaluate("window.stillHere")


def test_s3_after_yes_a_word_on_what_was_good_is_optional(visit: Visit):
    page = read(visit)
    say_yes(page)
    question(page).get_by_role("link", name="Tell us what you liked (optional)").click()
    expect(question(page).get_by_label("What did you like?")).to_be_focused()
    send_feedback(page)
    expect(question(page).get_by_text("Enter what you liked")).to_be_visible()
    expect(question(page).get_by_label("What did you like?")).to_be_focused()
    question(page).get_by_label("What did you like?").fill("The worked example")
    send_feedback(page)
    expect(said(page)).to_have_text(PASSED_ON)


def test_s2_to_s4_no_asks_what_was_wrong_and_at_least_one_reason_is_needed(visit: Visit):
    page = read(visit)
    sent = posts(page)
    say_no(page)
    expect(page.locator("#details-heading")).to_be_focused()
    expect(question(page).get_by_role("checkbox")).to_have_count(7)
    question(page).get_by_label("Tell us more").fill("x" * 1001)
    expect(page.locator("#comment-limit")).to_have_text("You have 1 character too many")
    send_feedback(page)
    expect(question(page).get_by_text(NO_REASON)).to_be_visible()
    expect(question(page).get_by_role("checkbox").first).to_be_focused()
    expect(question(page).get_by_text("Tell us more must be 1,000 characters or less")).to_be_visible()
    expect(question(page).get_by_label("Tell us more")).to_have_value("x" * 1001)
    expect(page.locator("#comment-limit")).to_have_text("You have 1 character too many")
    question(page).get_by_label("It is out of date").check()
    question(page).get_by_label("Something else").check()
    question(page).get_by_label("Tell us more").fill("Step 2 has moved\nto another menu.")
    question(page).get_by_label("Tell me when this is improved").fill("reader@example.net")
    send_feedback(page)
    expect(said(page)).to_have_text(SENT)
    expect(question(page)).to_be_focused()
    expect(question(page).get_by_role("link", name="Contact support")).to_have_attribute("href", re.compile("/contact/$"))
    details = parse_qs(sent[-1].post_data or "")
    assert details["reasons"] == ["out-of-date", "something-else"]
    assert details["comment"] == ["Step 2 has moved\nto another menu."]
    assert details["proof"], "the proof of work is made in the background"
    expect(question(page).locator("form")).to_have_count(0)


def test_s2_skip_leaves_the_vote_and_sends_nothing_more(visit: Visit):
    page = read(visit)
    say_no(page)
    sent = posts(page)
    question(page).get_by_label("Tell us more").fill("Never mind")
    question(page).get_by_role("button", name="Skip").click()
    expect(question(page).locator("form")).to_have_count(0)
    expect(said(page)).to_have_text(SORRY)
    expect(said(page)).to_be_focused()
    expect(change(page)).to_be_visible()
    assert sent == []


def test_s6_a_browser_that_voted_is_told_so_and_the_last_answer_wins(visit: Visit, service: Service):
    page = read(visit)
    say_yes(page)
    count = len(votes_in(service))
    page.reload()
    expect(question(page).get_by_text("You said this article was helpful.")).to_be_visible()
    # It is no news, so it is not spoken of by itself.
    expect(said(page)).to_be_empty()
    change(page).click()
    expect(question(page)).to_be_focused()
    say_no(page)
    assert len(votes_in(service)) == count
    assert votes_in(service)[-1][2] == 0
    page.reload()
    expect(question(page).get_by_text("You said this article was not helpful.")).to_be_visible()


def test_s6_is_for_this_revision_and_for_180_days(visit: Visit):
    page = read(visit)
    say_yes(page)
    keep = """(change) => {
      const kept = JSON.parse(localStorage.getItem("hc-vote:describe-a-problem"))
      localStorage.setItem("hc-vote:describe-a-problem", JSON.stringify({ ...kept, ...change }))
    }"""
    day = 24 * 60 * 60 * 1000
    now = page.evaluate("Date.now()")
    for changed, is_asked in [
        ({"at": now - 179 * day}, False),
        ({"at": now - 181 * day}, True),
        ({"at": now, "revision": "0123456789ab"}, True),
    ]:
        page.evaluate(keep, changed)
        page.reload()
        expect(button(page, "Yes")).to_have_count(1 if is_asked else 0)
    for rubbish in ("{", "null", "7", '{"helpful": "<b>"}'):
        page.evaluate("(rubbish) => localStorage.setItem('hc-vote:describe-a-problem', rubbish)", rubbish)
        page.reload()
        expect(button(page, "Yes")).to_be_visible()


def test_a_double_click_is_one_vote_and_presses_nothing_that_comes_after_it(visit: Visit):
    page = read(visit)
    waiting: list[Route] = []
    asked = on_feedback(page, lambda route: waiting.append(route))
    button(page, "Yes").dblclick()
    expect(button(page, "Yes")).to_have_attribute("aria-disabled", "true")
    button(page, "No").click()
    page.keyboard.press("Enter")
    # An answer so fast that the second click would meet what stands in the button's place.
    more = '<p><a href="/feedback/MQ.token?tell=yes" data-hc-feedback-more>Tell us what you liked (optional)</a></p>'
    waiting[0].fulfill(content_type="text/html", body=body_from_service(rest=more))
    expect(said(page)).to_have_text(THANKS)
    question(page).get_by_role("link", name="Tell us").dispatch_event("click", {"detail": 2})
    change(page).dispatch_event("click", {"detail": 2})
    expect(said(page)).to_have_text(THANKS)
    assert len(asked) == 1


def test_a_vote_that_came_too_often_is_thanked_for_and_not_remembered(visit: Visit):
    page = read(visit)
    on_feedback(page, lambda route: route.fulfill(content_type="text/html", body=body_from_service(token="")))
    say_yes(page)
    page.reload()
    expect(button(page, "Yes")).to_be_visible()


def test_somebody_who_has_gone_on_to_something_else_is_not_called_back(visit: Visit):
    page = read(visit)
    waiting: list[Route] = []
    on_feedback(page, lambda route: waiting.append(route))
    button(page, "No").click()
    expect(button(page, "No")).to_have_attribute("aria-disabled", "true")
    elsewhere = page.get_by_role("contentinfo").get_by_role("link").first
    elsewhere.focus()
    form = '<form data-hc-details data-hc-form action="/feedback/MQ.token"><h3 id="details-heading" tabindex="-1">How?</h3></form>'
    waiting[0].fulfill(content_type="text/html", body=body_from_service(helpful="no", said=SORRY, rest=form))
    expect(said(page)).to_have_text(SORRY)
    expect(elsewhere).to_be_focused()
