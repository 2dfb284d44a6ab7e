"""The articles that the service finds in a built site."""

import re
from pathlib import Path

import pytest

from formapp.articles.revision import revision_of
from formapp.site import BuiltArticle, Site, built_articles
from tests.conftest import ROOT

HEAD = "<html><head><title>{title}</title>{meta}</head><body><h1>A heading</h1></body></html>"
META = '<meta name="helpcentre:article" content="{}">'


def put(folder: Path, path: str, title: str, meta: str) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEAD.format(title=title, meta=meta), encoding="utf-8")


def test_every_article_of_the_site_is_known_by_its_id_with_path_title_and_revision(built_site: Path):
    articles = Site.read(built_site).articles
    sources = {match[1]: file for file in (ROOT / "docs").rglob("*.md") if (match := re.search(r"^id: (\S+)", file.read_text(), re.M))}
    assert articles
    for id, article in articles.items():
        assert article.id == id
        assert (built_site / article.path / "index.html").is_file()
        assert article.title
        assert " - " not in article.title
        assert article.revision == revision_of(sources[id]).name
        assert article.commit_hash == revision_of(sources[id]).commit_hash


def test_an_article_is_found_at_its_path_and_nothing_elsewhere(built_site: Path):
    site = Site.read(built_site)
    for article in site.articles.values():
        assert site.article_at(article.path) == article
        assert site.article_at(f"/{article.path}") is None
        assert site.article_at(article.path.rstrip("/")) is None
    for path in ("", "/", "../", "contact/ticket/", "404.html", "\x00", "x" * 100_000):
        assert site.article_at(path) is None


def test_what_a_page_says_of_itself_is_read(tmp_path: Path):
    commit = "c" * 40
    put(
        tmp_path,
        "a/index.html",
        "Fish &amp; <chips> - Billycart",
        f'{META.format("a")[:-1]} data-revision="0123456789ab" data-commit="{commit}">',
    )
    put(tmp_path, "b/index.html", "Fish - and more - Billycart", f'{META.format("b")[:-1]} data-revision="0123456789ab">')
    put(tmp_path, "c.html", "No name of a site", META.format("c"))
    assert built_articles(tmp_path) == {
        "a": BuiltArticle("a", "a/", "Fish & <chips>", "0123456789ab", commit),
        "b": BuiltArticle("b", "b/", "Fish - and more", "0123456789ab", None),
        "c": BuiltArticle("c", "c.html", "No name of a site", "", None),
    }


@pytest.mark.parametrize(
    "meta",
    [
        "",
        META.format(""),
        META.format("../x"),
        META.format("Refunds"),
        META.format("a b"),
        META.format("x" * 101),
        META.format('x" data-revision="zzzzzzzzzzzz'),
        META.format('x" data-commit="123'),
        '<meta name="helpcentre:other" content="x">',
    ],
)
def test_a_page_that_does_not_say_so_properly_is_no_article(tmp_path: Path, meta: str):
    put(tmp_path, "x/index.html", "A page", meta)
    assert built_articles(tmp_path) == {}
