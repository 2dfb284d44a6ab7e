"""The headings of an article: the ids that its built page gives them, and where they stand in its file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions.toc import slugify, strip_tags
from material.extensions.emoji import to_svg, twemoji  # type: ignore[import-untyped]

from formapp.articles.head import read_page

# Of mkdocs.yml's extensions, those that have a say in what is a heading, and in its id.
_EXTENSIONS = (
    "admonition",
    "attr_list",
    "md_in_html",
    "tables",
    "toc",
    "pymdownx.superfences",
    "pymdownx.details",
    "pymdownx.keys",
    "pymdownx.emoji",
)
_LEVELS = (2, 3)
# Private characters that carry a line's number through Markdown, to a heading if one comes of the line.
_MARK = re.compile("\ue000([0-9]+)\ue001")
_HASHES = re.compile(r"([ \t>]*#{1,6})(?!#)")
_UNDERLINE = re.compile(r"[ \t>]*(?:=+|-+)[ \t]*")


@dataclass(frozen=True)
class Heading:
    """A heading of the second or third level: its id, its words without markup, and its line in the file, from 1."""

    id: str
    words: str
    line: int


def headings_of(file: Path) -> tuple[Heading, ...]:
    """Return the headings of an article's file in their order; raise BadHead as read_page does.

    The words of a [[policy: …]] marker are known to the build alone: of a heading with one, the id is not the page's.
    """
    text = read_page(file)[1]
    whole = file.read_text(encoding="utf-8-sig")
    above = whole.count("\n", 0, whole.rindex(text)) if text else 0
    marked = "\n".join(_marked(text.split("\n"), above + 1))
    markdown = Markdown(
        extensions=list(_EXTENSIONS),
        extension_configs={
            "toc": {"slugify": _id_of, "toc_depth": "1-6"},
            "pymdownx.emoji": {"emoji_index": twemoji, "emoji_generator": to_svg},
        },
    )
    markdown.convert(marked)
    found = _flat(getattr(markdown, "toc_tokens"))  # noqa: B009 - the extension adds it
    return tuple(heading for token in found if token["level"] in _LEVELS and (heading := _heading(token)))


def _marked(lines: list[str], first: int) -> Iterator[str]:
    """Put its number into every line that may be a heading; what is code keeps it, and is none."""
    for number, line in enumerate(lines, first):
        mark = f"\ue000{number}\ue001"
        following = lines[number - first + 1 : number - first + 2]
        if hashes := _HASHES.match(line):
            yield f"{line[: hashes.end()]}{mark}{line[hashes.end() :]}"
        elif line.strip() and following and _UNDERLINE.fullmatch(following[0]):
            begin = len(line) - len(line.lstrip())
            yield f"{line[:begin]}{mark}{line[begin:]}"
        else:
            yield line


def _id_of(words: str, separator: str) -> str:
    return slugify(_MARK.sub("", words), separator)


def _flat(tokens: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for token in tokens:
        yield token
        yield from _flat(token["children"])


def _heading(token: dict[str, Any]) -> Heading | None:
    mark = _MARK.search(token["html"])
    words = unescape(strip_tags(_MARK.sub("", token["html"])))
    return Heading(token["id"], words, int(mark[1])) if mark else None
