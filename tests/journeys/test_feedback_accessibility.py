"""The question under an article for readers who hear it, who use the keyboard, who see little, and on small windows."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.axe import COVERED, faults_of, settle
from tests.journeys.feedback_reader import (
    ARTICLE,
    FAILED,
    NO_REASON,
    SENT,
    SORRY,
    THANKS,
    Visit,
    button,
    change,
    on_feedback,
    question,
    read,
    said,
    say_no,
    say_yes,
    send_feedback,
    try_again,
)

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
# Every target that can be pressed, with its size; a label belongs to its control. The first button of a form is for the Enter key alone.
SMALL = """() => [...document.querySelectorAll(".hc-feedback :is(a, button, input:not([type=hidden]), textarea)")]
  .filter((one) => one.checkVisibility() && !one.closest(".hc-apart"))
  .map((one) => ({ box: one.getBoundingClientRect(), least: one.matches("[name=helpful]") ? 44 : 24, html: one.outerHTML.slice(0, 120) }))
  .filter(({ box, least }) => box.width < least || box.height < least)
  .map(({ box, html }) => `${box.width} x ${box.height}: ${html}`)"""
# What a screen reader is given to say: each text that is put into a live region, in order. Only a slow answer has it say “Sending…” too.
LISTEN = """() => {
  window.spoken = []
  for (const region of document.querySelectorAll(".hc-feedback > :is([data-hc-feedback-status], [data-hc-feedback-failed])"))
    new MutationObserver((changes) => {
      if (changes.some((one) => one.addedNodes.length)) window.spoken.push(region.textContent.trim().replace(/\\s+/g, " "))
    }).observe(region, { childList: true, characterData: true, subtree: true })
}"""
FOCUSED = "() => document.activeElement.outerHTML.slice(0, 160)"


def spoken(page: Page) -> list[str]:
    said: list[str] = page.evaluate("window.spoken")
    return said


def look_at_it(page: Page) -> None:
    """In both colour schemes, on a wide and on the narrowest window."""
    for scheme, name in (("light", "default"), ("dark", "slate")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            settle(page)
            assert page.evaluate("document.body.dataset.mdColorScheme") == name
            assert faults_of(page, ".hc-feedback") == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(SMALL) == []


def test_axe_finds_nothing_in_any_state_and_every_target_is_large_enough(visit: Visit):
    page = read(visit)
    look_at_it(page)  # S0
    say_yes(page)
    look_at_it(page)  # S1
    question(page).get_by_role("link", name="Tell us what you liked").click()
    expect(question(page).get_by_label("What did you like?")).to_be_visible()
    look_at_it(page)  # S3, after Yes
    page.reload()
    expect(change(page)).to_be_visible()
    look_at_it(page)  # S6
    change(page).click()
    say_no(page)
    look_at_it(page)  # S2
    question(page).get_by_label("Tell us more").fill("x" * 1001)
    send_feedback(page)
    expect(question(page).get_by_text(NO_REASON)).to_be_visible()
    look_at_it(page)  # S3, in error
    page.context.set_offline(True)
    send_feedback(page)
    expect(try_again(page)).to_be_visible()
    look_at_it(page)  # S5
    page.context.set_offline(False)
    question(page).get_by_label("Tell us more").fill("")
    question(page).get_by_label("Something else").check()
    try_again(page).click()
    expect(said(page)).to_have_text(SENT)
    look_at_it(page)  # S4


def test_axe_finds_nothing_on_the_pages_for_readers_without_javascript(visit: Visit):
    page = read(visit)
    # As from a browser in which our script has not arrived.
    page.locator("[data-hc-vote]").evaluate("""(form) => {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "helpful", value: "no" }))
      HTMLFormElement.prototype.submit.call(form)
    }""")
    expect(page.get_by_text(SORRY)).to_be_visible()
    look_at_it(page)
    page.get_by_role("button", name="Send feedback").last.click()
    expect(page.locator("#reasons-field").get_by_text(NO_REASON)).to_be_visible()
    look_at_it(page)
    assert faults_of(page) == []
    page.get_by_role("link", name="Change your answer").click()
    expect(button(page, "Yes")).to_be_visible()
    look_at_it(page)


def test_the_live_regions_are_on_the_page_from_the_start_and_empty(visit: Visit):
    page = read(visit)
    html = page.request.get(page.url).text()
    assert re.search(r'<p [^>]*role="status" data-hc-feedback-status[^>]*></p>', html)
    assert re.search(r'<div [^>]*role="alert" data-hc-feedback-failed></div>', html)


def test_what_is_said_is_said_once_and_in_full(visit: Visit):
    page = read(visit)
    page.evaluate(LISTEN)
    say_yes(page)
    assert spoken(page) == [THANKS]
    change(page).click()
    say_no(page)
    assert spoken(page) == [THANKS, SORRY]
    send_feedback(page)
    expect(question(page).get_by_text(NO_REASON)).to_be_visible()
    assert spoken(page) == [THANKS, SORRY]
    # The message is tied to the question, which is read out with the control that has the focus.
    named = page.locator("#reasons-field").get_attribute("aria-describedby") or ""
    assert NO_REASON in " ".join(page.locator(f"#{one}").inner_text() for one in named.split())
    question(page).get_by_label("It is inaccurate").check()
    page.context.set_offline(True)
    send_feedback(page)
    expect(try_again(page)).to_be_visible()
    assert spoken(page) == [THANKS, SORRY, FAILED]
    page.context.set_offline(False)
    try_again(page).click()
    expect(said(page)).to_have_text(SENT)
    assert spoken(page) == [THANKS, SORRY, FAILED, SENT]


def test_what_goes_wrong_twice_is_said_twice(visit: Visit):
    page = read(visit)
    on_feedback(page, lambda route: route.abort())
    page.evaluate(LISTEN)
    button(page, "Yes").click()
    expect(try_again(page)).to_be_visible()
    try_again(page).click()
    expect(try_again(page)).to_be_visible()
    page.wait_for_function("window.spoken.length === 2")
    assert spoken(page) == [FAILED, FAILED]


def tab_to(page: Page, is_there: Callable[[str], bool]) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(COVERED) is None
        if is_there(page.evaluate(FOCUSED)):
            return
    raise AssertionError("the keyboard does not get there")


def test_with_the_keyboard_alone(visit: Visit):
    page = read(visit, viewport={"width": 1280, "height": 640})
    tab_to(page, lambda html: 'value="yes"' in html)
    tab_to(page, lambda html: 'value="no"' in html)
    page.keyboard.press("Enter")
    expect(page.locator("#details-heading")).to_be_focused()
    assert page.evaluate(COVERED) is None
    tab_to(page, lambda html: 'id="reasons-1"' in html)
    page.keyboard.press("Space")
    tab_to(page, lambda html: 'id="comment"' in html)
    page.keyboard.type("Which of the two menus?")
    tab_to(page, lambda html: 'id="email"' in html)
    tab_to(page, lambda html: "Send feedback" in html)
    page.keyboard.press("Space")
    expect(said(page)).to_have_text(SENT)
    expect(question(page)).to_be_focused()
    assert page.evaluate(COVERED) is None
    # The next stop is what now follows: nothing was lost to the top of the page.
    page.keyboard.press("Tab")
    expect(question(page).get_by_role("link", name="Contact support")).to_be_focused()
    tab_to(page, lambda html: "data-hc-feedback-change" in html)
    page.keyboard.press("Enter")
    expect(question(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(button(page, "Yes")).to_be_focused()


def test_with_less_motion_nothing_moves_and_on_paper_nothing_is_asked(visit: Visit):
    page = read(visit, reduced_motion="reduce")
    say_no(page)
    assert page.evaluate("document.querySelector('.hc-feedback').getAnimations({ subtree: true }).length") == 0
    page.emulate_media(media="print")
    assert page.locator(".hc-feedback").is_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith(ARTICLE)
