"""A finished letter's HTML, read from its plain text line by line: one text, of which both halves of a mail are made.

What a stranger wrote stands indented by four blanks (`quoted`), or within other words on a line. The first is shown as it is and
nothing in it is structure; neither ever becomes a link. The time it takes grows with the text's length and no faster.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from formapp.html import render
from formapp.mail.letter_template import LONGEST_LINE
from formapp.mail.reply_marker import MARKER

_QUOTED = "    "
_BULLET = "  - "
_FACT = re.compile(r"(?P<label>[^\s:][^:]{0,40}): {2,}(?=\S)")
_URL = re.compile(r"https?://[!-~]+")
_MAILBOX = re.compile(r"[A-Za-z0-9.+_-]{1,64}@[A-Za-z0-9.-]{1,255}")
_URL_IN_WORDS = re.compile(r"https?://[!#-;=?-~]+")
_ENDS_A_SENTENCE = ".,;:!?)'"
_SHOWN_OF_A_URL = 48  # characters


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and where they lead, where they do."""

    words: str
    href: str | None = None


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that flow together; a label where they stand right above something quoted or a link."""

    kind: ClassVar[str] = "paragraph"
    text: str
    is_label: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that was underlined."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values, each in lines."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, tuple[Line, ...]], ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, each item in lines."""

    kind: ClassVar[str] = "bullets"
    items: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A line that is an address of the web and nothing else; it stands apart unless a label is right above it."""

    kind: ClassVar[str] = "link"
    piece: Piece
    is_apart: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """Lines shown as they are."""

    kind: ClassVar[str] = "quote"
    lines: tuple[Line, ...]


Block = Paragraph | Heading | Facts | Bullets | Link | Quote


def html_body(body: str, *, subject: str, sender: str, quotes_us: bool = False) -> str:
    """Return the letter as an HTML document that fetches nothing; `quotes_us` turns addresses in what is quoted into links."""
    # The line to write above stands above everything else, or a reply would carry our own heading along.
    first, _, rest = body.partition("\n")
    marker, said = (first, rest) if first == MARKER else (None, body)
    blocks = read_blocks(said, quotes_us=quotes_us)
    return render("mail/layout.html", blocks=blocks, subject=subject, sender=sender, marker=marker)


def read_blocks(body: str, *, quotes_us: bool = False) -> list[Block]:
    """Return what a plain-text body is made of."""
    return list(_Reading(body.split("\n"), quotes_us).blocks())


class _Reading:
    """The lines of a body, and how far they have been read."""

    def __init__(self, lines: Sequence[str], quotes_us: bool) -> None:
        self._lines, self._quotes_us, self._at = lines, quotes_us, 0

    def blocks(self) -> Iterator[Block]:
        while self._at < len(self._lines):
            line = self._line()
            if not line.strip():
                self._at += 1
            elif line.startswith(_QUOTED):
                yield self._quote()
            elif line.startswith(_BULLET):
                yield self._bullets()
            elif self._is_heading():
                self._at += 2
                yield Heading(line)
            elif _FACT.match(line):
                yield self._facts()
            elif _URL.fullmatch(line):
                self._at += 1
                yield Link(_address(line), is_apart=not self._line(-2).strip())
            else:
                yield self._paragraph()

    def _line(self, ahead: int = 0) -> str:
        """Return the line that is read next, or one that many after it; beyond the text they are empty."""
        at = self._at + ahead
        return self._lines[at] if 0 <= at < len(self._lines) else ""

    def _is_heading(self) -> bool:
        line, under = self._line(), self._line(1)
        return len(line) == len(under) and len(line) >= 3 and set(under) == {"-"}

    def _quote(self) -> Quote:
        lines: list[str] = []
        while self._at < len(self._lines) and (not self._line().strip() or self._line().startswith(_QUOTED)):
            lines.append(self._line().removeprefix(_QUOTED))
            self._at += 1
        while not lines[-1].strip():
            lines.pop()
        return Quote(tuple(_pieces(line) if self._quotes_us else (Piece(line),) for line in lines))

    def _bullets(self) -> Bullets:
        items = []
        while self._line().startswith(_BULLET):
            first = self._line().removeprefix(_BULLET)
            # Only a later line of its own is a link: the first may be a name that a stranger gave.
            items.append(_flowing([Piece(first), *map(_address_or_words, self._hanging(_QUOTED))], len(_QUOTED)))
        return Bullets(tuple(items))

    def _facts(self) -> Facts:
        rows = []
        while match := _FACT.match(self._line()):
            value, column = self._line()[match.end() :], match.end()
            others = self._hanging(" " * column)
            # Of several lines none is a link: they may be one text that was wrapped.
            lines = [_address_or_words(value)] if not others else [Piece(value), *map(Piece, others)]
            rows.append((match["label"], _flowing(lines, column)))
        return Facts(tuple(rows))

    def _hanging(self, indent: str) -> list[str]:
        """Read past this line, and return the lines after it that hang exactly under its words."""
        self._at += 1
        lines: list[str] = []
        while (line := self._line()).startswith(indent) and line[len(indent) :][:1].strip():
            lines.append(line.removeprefix(indent))
            self._at += 1
        return lines

    def _paragraph(self) -> Paragraph:
        lines = [self._line()]
        self._at += 1
        while (line := self._line()).strip() and not line.startswith((_QUOTED, _BULLET)):
            if self._is_heading() or _FACT.match(line) or _URL.fullmatch(line):
                break
            lines.append(line)
            self._at += 1
        return Paragraph(" ".join(lines), is_label=line.startswith(_QUOTED) or _URL.fullmatch(line) is not None)


def _flowing(lines: Sequence[Piece], indent: int) -> tuple[Line, ...]:
    """Return the lines with those put together again that were broken for want of room; `indent` is where each begins."""
    flowing: list[list[Piece]] = []
    room = LONGEST_LINE - indent
    for before, line in zip((None, *lines), lines, strict=False):
        first_word = line.words.partition(" ")[0]
        was_wrapped = before and not (before.href or line.href) and len(before.words) + 1 + len(first_word) > room
        if was_wrapped:
            flowing[-1] += [Piece(" "), line]
        else:
            flowing.append([line])
    return tuple(map(tuple, flowing))


def _address_or_words(text: str) -> Piece:
    if _URL.fullmatch(text):
        return _address(text)
    return Piece(text, f"mailto:{text}") if _MAILBOX.fullmatch(text) else Piece(text)


def _address(url: str) -> Piece:
    """Return a link that shows where it leads: the host always, the rest as far as it is short."""
    shown = url.partition("://")[2].rstrip("/")
    return Piece(shown if len(shown) <= _SHOWN_OF_A_URL else f"{shown[:_SHOWN_OF_A_URL]}…", url)


def _pieces(line: str) -> Line:
    """Return a line of ours in pieces, each address of the web a link that shows the whole of it."""
    pieces, done = [], 0
    for match in _URL_IN_WORDS.finditer(line):
        url = match[0].rstrip(_ENDS_A_SENTENCE)
        pieces += [Piece(line[done : match.start()]), Piece(url, url)]
        done = match.start() + len(url)
    return (*pieces, Piece(line[done:]))
