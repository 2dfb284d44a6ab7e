import re
from html import unescape
from pathlib import Path, PurePosixPath

import pytest

from formapp.articles.headings import headings_of
from formapp.services.articles_sync import page_path
from tests.conftest import ROOT

DOCS = ROOT / "docs"
HEAD = "---\ntitle: A page\nid: a-page\n---\n"


def headings(tmp_path: Path, text: str, head: str = HEAD) -> list[tuple[str, str, int]]:
    file = tmp_path / "page.md"
    file.write_text(f"{head}\n{text}", encoding="utf-8")
    return [(heading.id, heading.words, heading.line) for heading in headings_of(file)]


@pytest.mark.parametrize("file", sorted(DOCS.rglob("*.md")), ids=lambda file: file.name)
def test_every_heading_of_our_pages_is_found_with_the_id_of_the_built_page_and_its_line(built_site: Path, file: Path) -> None:
    path = page_path(PurePosixPath(file.relative_to(DOCS).as_posix()))
    content = (built_site / path / "index.html").read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
    # What the build puts in place of a marker, and the question at the end, have headings of their own.
    built = re.findall(r'<h[23] id="([^"]*)">(.*?)</h[23]>', content, re.DOTALL)
    built = [(key, " ".join(unescape(re.sub("<[^>]*>", "", words)).split())) for key, words in built]
    found = headings_of(file)
    own = {heading.id for heading in found}
    assert [(heading.id, heading.words) for heading in found] == [(key, words) for key, words in built if key in own]
    lines = file.read_text(encoding="utf-8").split("\n")
    assert len(found) == len([line for line in lines if re.match("###? ", line)])
    for heading in found:
        assert re.match(rf"###? .*{re.escape(heading.words[:20])}", lines[heading.line - 1])


def test_lines_are_counted_from_the_top_of_the_file(tmp_path: Path) -> None:
    assert headings(tmp_path, "# Title\n\n## First\n\ntext\n\n### Second\n") == [("first", "First", 8), ("second", "Second", 12)]
    assert headings(tmp_path, "## First\n", head="") == [("first", "First", 2)]
    assert headings(tmp_path, "## First\n", head=HEAD.replace("\n", "\r\n")) == [("first", "First", 6)]


def test_the_same_words_get_a_number(tmp_path: Path) -> None:
    assert [key for key, _, _ in headings(tmp_path, "# Show it\n\n## Show it\n\n## Show it\n\n### Show it\n")] == [
        "show-it_1",
        "show-it_2",
        "show-it_3",
    ]


@pytest.mark.parametrize(
    ("line", "expected", "words"),
    [
        ("## Your browser’s *version*, and `code`", "your-browsers-version-and-code", "Your browser’s version, and code"),
        ("## [A link](https://example.org/#x) and ![alt](x.png)", "a-link-and", "A link and"),
        ("## Chosen { #my-id }", "my-id", "Chosen"),
        ("## Chosen {#my-id .wide}", "my-id", "Chosen"),
        ("## Labelled { data-toc-label='Short' }", "labelled", "Labelled"),
        ("## Closed ##", "closed", "Closed"),
        ("##Close by", "close-by", "Close by"),
        ("## Café & Über <b>uns</b>", "cafe-uber-uns", "Café & Über uns"),
        ("## a_b __c__ \\*d\\*", "a_b-c-d", "a_b c *d*"),
        ("## Press ++ctrl+c++", "press-ctrlc", "Press Ctrl+C"),
        ("## :material-plus: More", "more", "More"),
        ("## 2 + 2", "2-2", "2 + 2"),
        ("## 漢字", "_1", "漢字"),
        ("Underlined\n----------", "underlined", "Underlined"),
        ("!!! note\n\n    ## Inside a note", "inside-a-note", "Inside a note"),
        ("> ## Inside a quote", "inside-a-quote", "Inside a quote"),
        ("<div markdown>\n\n## Inside a box\n\n</div>", "inside-a-box", "Inside a box"),
    ],
)
def test_markup_is_read_as_the_build_reads_it(tmp_path: Path, line: str, expected: str, words: str) -> None:
    ((key, said, number),) = headings(tmp_path, f"# Title\n\n{line}\n\ntext\n")
    assert key == expected
    assert re.sub(r"\s", "", said) == re.sub(r"\s", "", words)
    assert number == 8 + line.partition("## ")[0].count("\n") * ("##" in line)


@pytest.mark.parametrize(
    "text",
    [
        "```\n## a comment\n```",
        "~~~ python\n## a comment\n~~~",
        "    ## indented code",
        "1. step\n\n    ```\n    ## a comment\n    ```",
        "`## code`",
        "Title of its own\n================",
        "#### too deep",
        "a | b\n--|--\n1 | 2",
        "text\n\n---\n\ntext",
        "\\## escaped",
        "<!--\n## commented out\n-->",
    ],
)
def test_what_only_looks_like_a_heading_is_none(tmp_path: Path, text: str) -> None:
    assert headings(tmp_path, f"# Title\n\n{text}\n\n## Real\n")[-1][:2] == ("real", "Real")
    assert len(headings(tmp_path, f"# Title\n\n{text}\n")) == 0


def test_a_page_without_text_has_no_headings(tmp_path: Path) -> None:
    assert headings(tmp_path, "") == []
