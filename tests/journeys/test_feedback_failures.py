"""The question under an article when something is missing: the service, our scripts, storage, or parts of an old page."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys.feedback_reader import (
    ARTICLE,
    ARTICLE_ID,
    FAILED,
    SENT,
    SORRY,
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
    try_again,
    votes_in,
)
from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
NOWHERE = "() => document.activeElement === document.body"


@pytest.mark.parametrize(
    "answer",
    [
        lambda route: route.abort("connectionrefused"),
        lambda route: route.fulfill(status=503, content_type="text/html", body="<h1>Sorry</h1>"),
        lambda route: route.fulfill(status=403, content_type="text/html", body="<h1>no</h1>"),
        # A hotel's page for signing in, where the answer should be.
        lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Welcome to our Wi-Fi</h1>"),
    ],
    ids=["refused", "503", "403", "somebody-else"],
)
def test_s5_a_vote_that_could_not_be_saved_is_tried_again(visit: Visit, answer: Callable[[Route], None]):
    page = read(visit)
    asked = on_feedback(page, answer)
    button(page, "No").click()
    alert = question(page).get_by_role("alert")
    expect(alert).to_have_text(FAILED)
    # The button is not read out with it.
    expect(alert.get_by_role("button")).to_have_count(0)
    expect(button(page, "No")).to_be_focused()
    expect(said(page)).to_be_empty()
    try_again(page).click()
    expect(alert).to_have_text(FAILED)
    expect(try_again(page)).to_be_visible()
    assert [parse_qs(one.post_data or "")["helpful"] for one in asked] == [["no"], ["no"]]
    assert page.evaluate("localStorage.getItem('hc-vote:describe-a-problem')") is None
    page.unroute("**/feedback/**")
    on_feedback(page, lambda route: route.fulfill(content_type="text/html", body=body_from_service(helpful="no", said=SORRY)))
    try_again(page).click()
    expect(said(page)).to_have_text(SORRY)
    expect(alert).to_be_empty()
    expect(try_again(page)).to_have_count(0)
    assert not page.evaluate(NOWHERE)


def test_s5_ticks_and_text_stay_and_go_with_the_next_try(visit: Visit):
    page = read(visit)
    say_no(page)
    page.context.set_offline(True)
    question(page).get_by_label("It is inaccurate").check()
    question(page).get_by_label("Tell us more").fill("The menu is called Export")
    send_feedback(page)
    expect(question(page).get_by_role("alert")).to_have_text(FAILED)
    expect(question(page).get_by_label("It is inaccurate")).to_be_checked()
    expect(question(page).get_by_label("Tell us more")).to_have_value("The menu is called Export")
    expect(said(page)).to_have_text(SORRY)
    page.context.set_offline(False)
    question(page).get_by_label("Tell us more").fill("The menu is called Exports")
    sent = posts(page)
    try_again(page).click()
    expect(said(page)).to_have_text(SENT)
    assert parse_qs(sent[0].post_data or "")["comment"] == ["The menu is called Exports"]


def test_s5_an_answer_that_does_not_come_is_waited_for_8_seconds(visit: Visit):
    page = read(visit, ticking=False)
    on_feedback(page, lambda route: None)
    button(page, "Yes").click()
    expect(button(page, "Yes")).to_have_attribute("aria-disabled", "true")
    sending = page.locator("[data-hc-feedback-sending][role=status]")
    expect(sending).to_be_empty()
    page.clock.run_for(1_100)
    expect(sending).to_have_text("Sending…")
    page.clock.run_for(6_000)
    expect(question(page).get_by_role("alert")).to_be_empty()
    page.clock.run_for(1_000)
    expect(question(page).get_by_role("alert")).to_have_text(FAILED)
    expect(sending).to_be_empty()
    expect(button(page, "Yes")).to_be_focused()


def make_old(page: Page) -> None:
    """Make of the page what a browser may have kept from before: of another text, and with less in it."""
    page.evaluate("""() => {
      const form = document.querySelector("[data-hc-vote]")
      form.elements.revision.value = "0123456789ab"
      for (const name of ["heading", "search_words"]) form.elements[name].remove()
      document.querySelector("[data-hc-feedback-failure]").remove()
    }""")


def test_an_old_page_votes_on_the_text_that_it_shows(visit: Visit, service: Service):
    page = read(visit)
    make_old(page)
    say_no(page)
    assert votes_in(service)[-1] == (ARTICLE_ID, "0123456789ab", 0, "")
    question(page).get_by_label("It is out of date").check()
    send_feedback(page)
    expect(said(page)).to_have_text(SENT)


def test_a_page_without_the_places_for_our_answers_sends_the_form_itself(visit: Visit):
    page = read(visit)
    page.route(
        f"**{ARTICLE}",
        lambda route: route.fulfill(
            content_type="text/html",
            body=re.sub(r"<button[^>]*data-hc-feedback-again.*?</button>", "", route.fetch().text()),
        ),
    )
    page.reload()
    button(page, "No").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your feedback on “How to describe a problem”")


def test_without_the_forms_scripts_the_feedback_is_sent_all_the_same(visit: Visit):
    page = read(visit)
    for script in ("forms", "proof"):
        page.route(f"**/assets/{script}.js", lambda route: route.abort())
    # Once a route is set, Chromium loses the answer after a redirect of a request that outlives its page: so it is followed here.
    on_feedback(page, lambda route: route.fulfill(response=route.fetch()))
    say_no(page)
    question(page).get_by_label("Something else").check()
    send_feedback(page)
    expect(said(page)).to_have_text(SENT)


def test_a_browser_that_keeps_nothing_votes_all_the_same(browser: Browser, service: Service):
    """Where cookies are refused, reading and writing storage fails; the theme's own script complains of it, ours must not."""
    context = browser.new_context(user_agent="A reader who refuses cookies")
    context.add_init_script("""
      for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, { get() { throw new DOMException("refused", "SecurityError") } })
      Object.defineProperty(document, "cookie", { get() { throw new DOMException("refused", "SecurityError") } })
    """)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.stack or ""))
    page.goto(service.base_url + ARTICLE)
    say_yes(page)
    change(page).click()
    say_no(page)
    question(page).get_by_role("button", name="Skip").click()
    expect(said(page)).to_have_text(SORRY)
    for script in ("feedback", "kept-votes", "reading", "search-words", "missed-searches"):
        assert [error for error in errors if f"/{script}.js" in error] == []
    context.close()
