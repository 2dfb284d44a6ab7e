import pytest

from tests.axe import COVERED, faults_of, settle
from tests.site.built_site import BuiltSite
from tests.site.conftest import Open

pytestmark = pytest.mark.browser

SIZES = [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")]


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_axe_finds_nothing_on_any_page(open_page: Open, site: BuiltSite, width: int, scheme: str) -> None:
    page = open_page(width=width, color_scheme=scheme)
    for path in site.pages():
        page.goto(site.url + path)
        assert page.evaluate("document.body.dataset.mdColorScheme") == {"light": "default", "dark": "slate"}[scheme]
        assert faults_of(page) == [], path


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_axe_finds_nothing_while_a_search_shows_its_results(open_page: Open, width: int, scheme: str) -> None:
    page = open_page("support-services/", width=width, color_scheme=scheme)
    page.locator("[data-hc-search]:visible, [data-md-component=search-query]:visible").first.click()
    page.keyboard.type("escalation")
    page.locator(".md-search-result__item").first.wait_for()
    settle(page)

    assert faults_of(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_the_menu_is_open(open_page: Open, scheme: str) -> None:
    page = open_page("contact/ticket/", width=390, color_scheme=scheme)
    page.get_by_role("button", name="Menu", exact=True).click()
    settle(page)

    assert faults_of(page) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_is_wider_than_its_window(open_page: Open, site: BuiltSite, width: int) -> None:
    page = open_page(width=width)
    for path in site.pages():
        page.goto(site.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", ["", "support-services/", "contact/ticket/", "articles/getting-help/screenshot-and-browser-version/"])
def test_no_focus_stop_hides_under_the_header(open_page: Open, path: str, width: int) -> None:
    page = open_page(path, width=width, height=640)
    seen = set()
    for key in ["Tab"] * 50 + ["Shift+Tab"] * 50:
        page.keyboard.press(key)
        assert page.evaluate(COVERED) is None
        seen.add(page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))
    assert len(seen) > 10


@pytest.mark.parametrize("width", [320, 1280])
def test_every_focus_stop_can_be_seen(open_page: Open, width: int) -> None:
    page = open_page("contact/ticket/", width=width)
    for _ in range(40):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => {
              const element = document.activeElement, style = getComputedStyle(element);
              const label = element.matches(".md-option") ? getComputedStyle(element.nextElementSibling) : style;
              const outlined = parseFloat(label.outlineWidth) > 0 && label.outlineStyle !== "none";
              return element === document.body || (style.visibility === "visible" && outlined);
            }"""
        )
        assert shown, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_text_can_be_spaced_out_without_being_cut_off(open_page: Open) -> None:
    page = open_page("support-services/", width=320)
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          const spaced = "line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important";
          sheet.replaceSync(`* { ${spaced} } p { margin-bottom: 2em !important }`);
          document.adoptedStyleSheets = [sheet];
        }"""
    )

    wide = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().right > innerWidth + 1)
          .map((one) => one.outerHTML.slice(0, 200))"""
    )
    assert wide == []
    cut = page.evaluate(
        """() => [...document.querySelectorAll("article :is(p, li, td, th, dd, h1, h2)")]
          .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== "visible")
          .map((one) => one.outerHTML.slice(0, 200))"""
    )
    assert cut == []
