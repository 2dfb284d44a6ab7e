"""Going from page to page, with JavaScript and without."""

import pytest
from playwright.sync_api import expect

from tests.site.built_site import BuiltSite
from tests.site.conftest import Open

pytestmark = pytest.mark.browser


def test_navigation_is_instant_and_keeps_header_and_menu_right(open_page: Open) -> None:
    page = open_page("")
    page.evaluate("window.stillHere = true")
    header = page.get_by_role("navigation", name="Main")

    header.get_by_role("link", name="Contact support").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contact support")
    expect(header.get_by_role("link", name="Contact support")).to_have_attribute("aria-current", "page")

    header.get_by_role("link", name="Articles").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles")
    # Three levels deep, so that a relative link left over from the last page would lead astray.
    page.get_by_role("article").get_by_role("link", name="How to describe a problem").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How to describe a problem")
    page.get_by_role("link", name="Billycart Support").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How can we help?")

    assert page.evaluate("window.stillHere"), "a whole page was loaded"


def test_going_back_shows_the_hours_anew(open_page: Open) -> None:
    page = open_page("contact/", moment="2026-11-23T04:28:00Z")
    page.get_by_role("article").get_by_role("link", name="Make a complaint").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Make a complaint")
    page.go_back()

    expect(page.locator("[data-hc-open-now-text]")).to_contain_text("Open now")


def test_the_colours_can_be_chosen_and_stay(open_page: Open, site: BuiltSite) -> None:
    page = open_page("", color_scheme="light")
    scheme = "document.body.dataset.mdColorScheme"
    assert page.evaluate(scheme) == "default"

    page.get_by_title("Colours follow your device. Switch to light colours").click()
    page.get_by_title("Light colours. Switch to dark colours").click()
    assert page.evaluate(scheme) == "slate"

    page.goto(f"{site.url}contact/")
    assert page.evaluate(scheme) == "slate"


def test_without_javascript_everything_is_there_but_what_needs_it(open_page: Open) -> None:
    page = open_page("", width=390, java_script_enabled=False)

    expect(page.get_by_text("Monday to Friday, 9:00 am to 5:00 pm AEST, except public holidays")).to_be_visible()
    expect(page.get_by_role("button", name="Search the help centre")).to_be_hidden()
    expect(page.get_by_role("button", name="Menu", exact=True)).to_be_hidden()
    expect(page.get_by_role("button", name="Search", exact=True)).to_be_hidden()

    page.get_by_role("link", name="Menu").click()
    page.get_by_role("contentinfo").get_by_role("navigation").get_by_role("link", name="Contact support").click()
    page.get_by_role("link", name="Report a problem").click()
    expect(page.get_by_label("Summary")).to_be_visible()


def test_without_javascript_a_wide_page_has_its_navigation(open_page: Open) -> None:
    page = open_page("contact/", java_script_enabled=False)

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Support Services").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Support Services")


def test_a_page_that_is_not_there_leads_on(open_page: Open) -> None:
    page = open_page("404.html")

    page.get_by_role("main").get_by_role("link", name="Contact support").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contact support")
