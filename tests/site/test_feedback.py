"""The question under each article as the build writes it: with a service, and without one."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Route, expect

from tests.axe import faults_of, settle
from tests.site.built_site import BuiltSite, build
from tests.site.conftest import Open
from tests.site.markup import Element, Markup
from tests.site.test_pages import ARTICLES

ARTICLE = "articles/getting-help/screenshot-and-browser-version/"
TITLE = "Taking a useful screenshot, and finding your browser’s version"


def questions(html: str) -> list[Element]:
    return [one for one in Markup(html).elements if "data-hc-feedback" in one.attributes]


def test_every_article_asks_once_and_no_other_page_does(site: BuiltSite) -> None:
    asking = [path for path in site.pages() if questions(site.html(path))]
    articles = [path for path in site.pages() if '<meta name="helpcentre:article"' in site.html(path)]
    assert asking == articles
    assert set(ARTICLES) <= set(asking)
    assert not {"", "404.html", "articles/", "contact/", "contact/ticket/", "your-request/"} & set(asking)
    assert all(len(questions(site.html(path))) == 1 for path in asking)


@pytest.mark.parametrize("path", ARTICLES)
def test_the_question_is_a_form_that_needs_no_script(site: BuiltSite, path: str) -> None:
    page = Markup(site.html(path))
    (head,) = [one.attributes for one in page.all("meta") if one.attributes.get("name") == "helpcentre:article"]
    (form,) = [one for one in page.all("form") if one.attributes.get("action") == "/feedback/"]
    inside = [one.attributes for one in page.elements if form in one.ancestors]
    assert form.attributes["method"] == "post"
    assert {one["name"]: one["value"] for one in inside if one.get("type") == "hidden"} == {
        "article": head["content"],
        "revision": head["data-revision"],
        "heading": "",
        "search_words": "",
        "vote": "",
    }
    assert [(one["name"], one["value"]) for one in inside if one.get("type") == "submit"] == [("helpful", "yes"), ("helpful", "no")]
    (report,) = [one for one in page.all("a") if one.words == "Report a problem with this page"]
    assert report.attributes["href"].endswith(f"contact/ticket/?page={head['content']}")
    # Nobody has to say No to reach a person.
    assert form not in report.ancestors


@pytest.mark.browser
def test_without_javascript_there_is_the_question_and_nothing_that_does_not_work(open_page: Open) -> None:
    page = open_page(ARTICLE, java_script_enabled=False)
    question = page.get_by_role("region", name="Was this article helpful?")
    expect(question.get_by_role("button")).to_have_count(2)
    expect(question.get_by_role("button", name="Yes, this article was helpful")).to_be_visible()
    expect(question.get_by_role("button", name="No, this article was not helpful")).to_be_visible()


@pytest.fixture(scope="module")
def by_email(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("by-email")
    built = build(folder, HELPCENTRE_FORMS="email")
    assert built.returncode == 0, built.stderr
    return folder


def test_s7_without_a_service_an_article_is_answered_by_email(by_email: Path) -> None:
    html = (by_email / ARTICLE / "index.html").read_text(encoding="utf-8")
    page = Markup(html)
    (question,) = questions(html)
    assert question.words == "Was this article helpful? Email us about this article"
    (link,) = [one for one in page.all("a") if question in one.ancestors]
    letter = urlsplit(link.attributes["href"])
    assert (letter.scheme, unquote(letter.path)) == ("mailto", "support@billycart.com")
    written = parse_qs(letter.query)
    assert written["subject"] == [f"About the article: {TITLE}"]
    assert written["body"] == [f"{TITLE}\r\nhttps://support.billycart.com/{ARTICLE}\r\n\r\n"]
    assert [one for one in page.elements if question in one.ancestors and one.tag in ("form", "button", "input", "template")] == []


def test_s7_without_a_service_no_page_has_a_script_that_would_ask_it(by_email: Path) -> None:
    for file in by_email.rglob("*.html"):
        loaded = [one.attributes.get("src", "") for one in Markup(file.read_text(encoding="utf-8")).all("script")]
        assert [one for one in loaded if "feedback" in one or "missed-searches" in one] == [], file


@pytest.mark.browser
def test_s7_can_be_read_and_pressed_by_everybody(open_page: Open, by_email: Path) -> None:
    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body=(by_email / ARTICLE / "index.html").read_text(encoding="utf-8"))

    page = open_page()
    page.route(f"**/{ARTICLE}", answer)
    page.goto(page.url + ARTICLE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            settle(page)
            assert faults_of(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.get_by_role("link", name="Email us about this article").bounding_box()
    assert box
    assert box["height"] >= 24
