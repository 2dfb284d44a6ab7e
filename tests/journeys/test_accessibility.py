"""The pages that only the service makes: with errors, of a request, and of what went wrong."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.axe import COVERED, faults_of, settle
from tests.journeys.test_ticket import fill_in

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
Visit = Callable[..., Page]
STOPS = 50


def with_errors(visit: Visit, **options: object) -> Page:
    page = visit("/contact/ticket/", **options)
    page.get_by_label("Incident", exact=True).check()
    page.get_by_label("Summary").fill("Hi")
    page.get_by_role("button", name="Send request").click()
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    return page


def of_a_request(visit: Visit, **options: object) -> Page:
    page = visit("/contact/ticket/", **options)
    page.get_by_label("General Enquiry").check()
    fill_in(page, "reader@example.net")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    page.locator("summary").click()
    return page


def of_a_wrong_link(visit: Visit, **options: object) -> Page:
    return visit("/your-request/nothing", **options)


def of_nothing(visit: Visit, **options: object) -> Page:
    return visit("/nothing-here", **options)


def with_a_promise(visit: Visit, **options: object) -> Page:
    page = visit("/contact/ticket/", **options)
    page.get_by_label("Incident", exact=True).check()
    expect(page.locator("[data-hc-promise]")).to_contain_text("Send now")
    page.get_by_label("What happened?").fill("x" * 5001)
    return page


@pytest.mark.parametrize("reach", [with_errors, of_a_request, of_a_wrong_link, of_nothing, with_a_promise])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(visit: Visit, reach: Callable[..., Page], width: int, scheme: str):
    page = reach(visit, viewport={"width": width, "height": 800}, color_scheme=scheme)
    settle(page)
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("reach", [with_errors, of_a_request])
@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_no_focus_stop_hides_under_the_header(visit: Visit, reach: Callable[..., Page], key: str):
    page = reach(visit, viewport={"width": 320, "height": 640})
    for _ in range(STOPS):
        page.keyboard.press(key)
        settle(page)
        assert page.evaluate(COVERED) is None


def test_the_promise_and_the_count_are_said_by_screen_readers(visit: Visit):
    page = visit("/contact/ticket/")
    # A live region speaks of what changes in it, so it must be there before.
    assert page.locator("[data-hc-promise][role=status]").count() == 1
    page.get_by_label("General Enquiry").check()
    expect(page.locator("[role=status]", has_text="Send now and we aim to answer by")).to_have_count(1)
    page.get_by_label("What happened?").fill("x" * 4999)
    expect(page.locator("[role=status]", has_text="You have 1 character left")).to_have_count(1)
    page.get_by_label("What happened?").fill("x" * 5002)
    expect(page.locator("[role=status]", has_text="You have 2 characters too many")).to_have_count(1)
