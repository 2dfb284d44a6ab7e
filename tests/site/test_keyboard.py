"""Menu and search by keyboard alone, where the screen is too small to show them."""

import pytest
from playwright.sync_api import Page, expect

from tests.site.conftest import Open

pytestmark = pytest.mark.browser

SMALL = pytest.mark.parametrize("width", [320, 390])
FOCUSED = "document.activeElement.getAttribute('aria-label')"


def tab_to(page: Page, name: str) -> None:
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    pytest.fail(f"Tab does not reach {name!r}")


@SMALL
def test_the_keyboard_opens_and_closes_the_menu(open_page: Open, width: int) -> None:
    page = open_page("contact/ticket/", width=width)
    button = page.get_by_role("button", name="Menu", exact=True)
    tab_to(page, "Menu")
    expect(button).to_have_attribute("aria-expanded", "false")

    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Close the menu")).to_be_focused()
    assert page.evaluate("document.querySelector('[data-hc-drawer]').getAttribute('aria-expanded')") == "true"
    expect(page.get_by_role("link", name="Escalate a ticket")).to_be_in_viewport()

    page.keyboard.press("Escape")

    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


@SMALL
def test_the_keyboard_cannot_leave_the_open_menu_for_what_lies_behind_it(open_page: Open, width: int) -> None:
    page = open_page("contact/ticket/", width=width)
    tab_to(page, "Menu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Close the menu")).to_be_focused()

    inside = "document.activeElement === document.body || Boolean(document.activeElement.closest('#site-menu, .md-sidebar--primary'))"
    for key in ["Tab"] * 15 + ["Shift+Tab"] * 15:
        page.keyboard.press(key)
        assert page.evaluate(inside), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


@SMALL
def test_a_closed_menu_is_out_of_the_keyboard_s_way(open_page: Open, width: int) -> None:
    page = open_page("contact/ticket/", width=width)
    for _ in range(30):
        page.keyboard.press("Tab")
        assert not page.evaluate("Boolean(document.activeElement.closest('#site-menu'))")


def test_the_close_button_and_a_touch_beside_the_menu_close_it(open_page: Open) -> None:
    page = open_page("contact/ticket/", width=390)
    button = page.get_by_role("button", name="Menu", exact=True)
    for close in (
        lambda: page.get_by_role("button", name="Close the menu").click(),
        lambda: page.mouse.click(370, 400),
    ):
        button.click()
        expect(page.get_by_role("button", name="Close the menu")).to_be_focused()
        close()
        expect(button).to_have_attribute("aria-expanded", "false")
        expect(button).to_be_focused()


def test_a_window_made_wide_does_not_keep_a_page_locked(open_page: Open) -> None:
    page = open_page("contact/ticket/", width=390)
    page.get_by_role("button", name="Menu", exact=True).click()
    page.set_viewport_size({"width": 1400, "height": 800})

    expect(page.locator("[inert]")).to_have_count(0)
    page.get_by_label("Summary").click()
    expect(page.get_by_label("Summary")).to_be_focused()


def test_a_link_of_the_menu_leads_on_and_closes_it(open_page: Open) -> None:
    page = open_page("contact/ticket/", width=390)
    page.get_by_role("button", name="Menu", exact=True).click()
    page.locator("#site-menu").get_by_role("link", name="Make a complaint").click()

    expect(page.get_by_role("heading", level=1, name="Make a complaint")).to_be_visible()
    expect(page.get_by_role("button", name="Menu", exact=True)).to_have_attribute("aria-expanded", "false")
    expect(page.locator("[inert]")).to_have_count(0)


@SMALL
def test_the_keyboard_opens_the_search_and_comes_back(open_page: Open, width: int) -> None:
    page = open_page("support-services/", width=width)
    button = page.get_by_role("button", name="Search", exact=True)
    tab_to(page, "Search")
    page.keyboard.press("Enter")

    query = page.locator("[data-md-component=search-query]")
    expect(query).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.type("screenshot")
    page.locator(".md-search-result__link").first.wait_for()

    page.keyboard.press("Escape")

    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("width", [320, 1280])
def test_the_home_page_s_search_field_searches(open_page: Open, width: int) -> None:
    page = open_page("", width=width)
    field = page.get_by_role("button", name="Search the help centre")
    field.press("Enter")
    expect(page.locator("[data-md-component=search-query]")).to_be_focused()

    page.keyboard.type("browser version")
    page.locator(".md-search-result__link").first.wait_for()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Taking a useful screenshot, and finding your browser’s version")
