"""What is true of every page that the build writes."""

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest

from formapp.articles.head import read_head
from tests.conftest import ROOT
from tests.site.built_site import BuiltSite
from tests.site.markup import Markup

LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "object": "data", "form": "action"}
NOT_LOADED = {"canonical", "prev", "next"}
ARTICLES = sorted(str(file.relative_to(ROOT / "docs")).removesuffix(".md") + "/" for file in (ROOT / "docs/articles").glob("*/*.md"))


@pytest.fixture
def pages(site: BuiltSite) -> dict[str, Markup]:
    return {path: Markup(site.html(path)) for path in site.pages()}


def test_the_site_has_the_pages_that_the_plan_names(site: BuiltSite) -> None:
    assert {"", "404.html", "your-request/", "support-services/", "contact/", "contact/ticket/", "articles/"} <= set(site.pages())
    assert {"contact/escalation/", "contact/complaint/"} <= set(site.pages())
    assert len(ARTICLES) >= 3


def test_every_page_has_a_language_a_title_and_one_heading(pages: dict[str, Markup]) -> None:
    titles = Counter()
    for path, page in pages.items():
        (html,), (title,), (heading,) = page.all("html"), [one for one in page.all("title") if not _in(one, "svg")], page.all("h1")
        assert html.attributes["lang"] == "en", path
        assert heading.words, path
        titles[title.words] += 1
    assert all("Billycart Support" in title for title in titles)
    assert max(titles.values()) == 1


def test_every_page_is_described(pages: dict[str, Markup]) -> None:
    for path, page in pages.items():
        assert [one for one in page.all("meta") if one.attributes.get("name") == "description" and one.attributes["content"]], path


def test_headings_go_down_one_level_at_a_time(pages: dict[str, Markup]) -> None:
    for path, page in pages.items():
        levels = [int(one.tag[1]) for one in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1, path
        assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False)), (path, levels)


def test_no_id_stands_twice(pages: dict[str, Markup]) -> None:
    for path, page in pages.items():
        ids = Counter(one.attributes["id"] for one in page.elements if "id" in one.attributes)
        assert [one for one, count in ids.items() if count > 1] == [], path


def test_what_refers_to_an_id_finds_it(pages: dict[str, Markup]) -> None:
    for path, page in pages.items():
        ids = {one.attributes["id"] for one in page.elements if "id" in one.attributes}
        for element in page.elements:
            for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for", "list"):
                assert set(element.attributes.get(name, "").split()) <= ids, (path, element)


def test_nothing_in_a_page_needs_a_laxer_policy(pages: dict[str, Markup]) -> None:
    for path, page in pages.items():
        for element in page.elements:
            assert element.tag != "style", path
            assert [name for name in element.attributes if name == "style" or name.startswith("on")] == [], (path, element)
            assert not element.attributes.get("href", "").startswith("javascript:"), (path, element)


def test_nobody_else_is_asked_for_anything(site: BuiltSite, pages: dict[str, Markup]) -> None:
    for path, page in pages.items():
        for element in page.elements:
            address = element.attributes.get(LOADS.get(element.tag, ""), "")
            if element.attributes.get("rel") not in NOT_LOADED:
                assert urljoin(site.url, address).startswith((site.url, "data:")), (path, element)
            assert "srcset" not in element.attributes, path
    for sheet in (ROOT / "theme/assets").glob("*.css"):
        assert re.findall(r"url\(\s*['\"]?(?:https?:)?//|@import", sheet.read_text(encoding="utf-8")) == [], sheet


def test_every_link_inside_the_site_leads_to_a_page_and_a_place_on_it(site: BuiltSite, pages: dict[str, Markup]) -> None:
    places = {path: {one.attributes["id"] for one in page.elements if "id" in one.attributes} for path, page in pages.items()}
    for path, page in pages.items():
        for link in page.all("a"):
            target = urljoin(site.url + path, link.attributes["href"])
            if not target.startswith(site.url):
                assert urlsplit(target).scheme == "mailto" or target == "https://support.billycart.com/", (path, target)
                continue
            inside, _, place = target.removeprefix(site.url).partition("#")
            # What stands after a question mark is for the page's script.
            inside = inside.partition("?")[0]
            assert inside in places, (path, target)
            assert not place or place in places[inside], (path, target)


def test_no_marker_is_left(site: BuiltSite) -> None:
    for path in site.pages():
        assert re.findall(r"\[\[\s*\w+\s*:", site.html(path)) == [], path


def test_every_table_says_what_it_shows_and_what_its_cells_belong_to(pages: dict[str, Markup]) -> None:
    tables = 0
    for path, page in pages.items():
        for table in page.all("table"):
            tables += 1
            inside = [one for one in page.elements if table in one.ancestors]
            headers = [one for one in inside if one.tag == "th"]
            assert headers, path
            assert all(one.words for one in headers), path
            if "hc-table" in table.attributes.get("class", ""):
                assert all(one.attributes.get("scope") in ("row", "col") for one in headers), path
                assert [one.words for one in inside if one.tag == "caption"], path
    assert tables >= 6


def test_every_control_has_a_name(pages: dict[str, Markup]) -> None:
    for path, page in pages.items():
        labelled = {one.attributes.get("for") for one in page.all("label") if one.words}
        for control in page.all("input", "select", "textarea"):
            if control.attributes.get("type") == "hidden" or "data-md-toggle" in control.attributes:
                continue
            assert control.attributes.get("aria-label") or control.attributes.get("id") in labelled, (path, control)
        for button in page.all("button"):
            assert button.words or button.attributes.get("aria-label"), (path, button)


@pytest.mark.parametrize("path", ARTICLES)
def test_every_article_says_who_made_it_and_when(site: BuiltSite, path: str) -> None:
    head = read_head(ROOT / "docs" / f"{path.removesuffix('/')}.md")
    (byline,) = [one for one in Markup(site.html(path)).elements if one.attributes.get("class") == "hc-byline"]

    moment = r"\w+day \d+ \w+ \d{4}, \d+:\d\d [ap]m AEST"
    assert re.fullmatch(rf"Created by {head['created_by']} on {moment} Last modified by {head['modified_by']} on {moment}", byline.words)


def test_help_is_at_the_same_place_on_every_page(pages: dict[str, Markup], site: BuiltSite) -> None:
    for path, page in pages.items():
        ways = [
            next(parent for parent in ("header", "footer") if _in(link, parent))
            for link in page.all("a")
            if (_in(link, "header") or _in(link, "footer")) and urljoin(site.url + path, link.attributes["href"]) == f"{site.url}contact/"
        ]
        assert ways == ["header", "footer", "footer"], path


def test_the_sitemap_lists_every_page_but_those_that_instant_navigation_must_leave_alone(site: BuiltSite) -> None:
    listed = re.findall(r"<loc>(.*?)</loc>", (site.folder / "sitemap.xml").read_text(encoding="utf-8"))
    with_form = {path for path in site.pages() if '<form class="hc-form"' in site.html(path)}

    assert len(with_form) == 3
    # These wear a form's scripts, for the service puts a form into them.
    assert {f"{site.url}{path}" for path in set(site.pages()) - with_form - {"contact/check/", "your-request/", "404.html"}} == set(listed)


def test_the_frame_for_requests_is_not_found_by_the_search(site: BuiltSite) -> None:
    index = (site.folder / "search" / "search_index.json").read_text(encoding="utf-8")

    assert '"support-services/"' in index
    assert "your-request" not in index


def test_what_is_for_editors_only_is_not_published(site: BuiltSite) -> None:
    assert list(site.folder.rglob("*.toml")) + list(site.folder.rglob("*.md")) == []


def _in(element: object, tag: str) -> bool:
    return any(ancestor.tag == tag for ancestor in element.ancestors)  # type: ignore[attr-defined]
