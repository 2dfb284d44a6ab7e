"""The parts of a mail (RFC 2045, 2046), in linear time and bounded in depth and number, whatever the bytes are.

One pass over the boundary lines, with places in the raw bytes and no copies: the standard parser's work, memory and stack grow with the
depth of the nesting.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from formapp.mail.mail_head import read_head
from formapp.mail.mime_parameters import parameters
from formapp.mail.transfer_encodings import from_base64, from_quoted_printable, from_uuencode

MOST_DEPTH = 30
MOST_PARTS = 1_000
NESTED_TOO_DEEP = "Its parts are nested too deep to be told apart"
TOO_MANY_PARTS = f"Only the first {MOST_PARTS} of its parts were read"
NO_BOUNDARY = "Its parts could not be told apart"
HEAD_TOO_LONG = "Its head has too many lines to be read"
_MOST_GUESSES = 5
_LINE_END, _CARRIAGE_RETURN = b"\n\r"
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
_HTML = re.compile(rb"\s{0,200}<(?:!doctype|html|head|body|div|p|table|span|meta)\b", re.IGNORECASE)
# The boundary that a mail uses without saying so, or by another name than it says.
_BOUNDARY_LINE = re.compile(
    rb"(?:\A|\n)--([^\s-][^\r\n]{0,199}|-{1,60}[^\s-][^\r\n]{0,139})\r?\n(?=content-[a-z-]{1,40}[ \t]{0,20}:)", re.IGNORECASE
)
_ENCODED_MULTIPART = ("base64", "quoted-printable")


@dataclass(slots=True)
class Part:
    """A part: its headers, its type in lower case, where its body stands in the mail, and the parts within."""

    headers: Message
    kind: str
    raw: bytes
    start: int
    end: int
    depth: int = 0
    parts: list["Part"] = field(default_factory=list)
    # What is wrong with it, in words for staff.
    problem: str = ""
    # Whether it has more fields than were read: then nothing that its head says is sure.
    is_head_cut: bool = False

    def walk(self) -> Iterator["Part"]:
        """Yield it and everything within, in order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))

    @property
    def main(self) -> str:
        """The first half of its type."""
        return self.kind.partition("/")[0]

    @property
    def disposition(self) -> str:
        """The word of its Content-Disposition in lower case: inline, attachment, or an empty text."""
        return _first_word(self.headers, "Content-Disposition")

    @property
    def body(self) -> bytes:
        """Its bytes as they stand in the mail."""
        return self.raw[self.start : self.end]

    def parameter(self, name: str, header: str = "Content-Type") -> str:
        """Return a parameter of its Content-Type or of another header, an empty text for none."""
        return parameters(str(self.headers.get(header, ""))).get(name, "")

    def content(self) -> bytes:
        """Return its bytes decoded; of what cannot be decoded as much as can be."""
        match _first_word(self.headers, "Content-Transfer-Encoding"):
            case "base64":
                return from_base64(self.body, is_text=self.main == "text")
            case "quoted-printable":
                return from_quoted_printable(self.body)
            case "x-uuencode" | "uuencode" | "x-uue" | "uue":
                return from_uuencode(self.body)
        return self.body


def parse(raw: bytes) -> Part:
    """Return the parts of a mail. A text with no head at all is a body."""
    text = _with_plain_line_ends(raw)
    start = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    while text[start : start + 1] in (b"\r", b"\n"):
        start += 1
    root = _part(text, start, len(text), is_mail=True)
    if root.start == start:
        # Nothing but a body: what was skipped belongs to it.
        root.start = 0
    _split(root, [MOST_PARTS])
    return root


def _with_plain_line_ends(raw: bytes) -> bytes:
    """Return a mail with the line ends of old Macs replaced; all others are read as they are."""
    head = raw[:100_000]
    return raw.replace(b"\r", b"\n") if b"\n" not in head and b"\r" in head else raw


def _part(raw: bytes, start: int, end: int, *, is_mail: bool = False, default: str = "text/plain", depth: int = 0) -> Part:
    head = read_head(raw, start, end, is_mail=is_mail)
    said = _first_word(head.headers, "Content-Type")
    return Part(
        head.headers,
        _kind(said, default, is_mail=is_mail),
        raw,
        head.body,
        end,
        depth,
        problem="" if head.is_whole else HEAD_TOO_LONG,
        is_head_cut=not head.is_whole,
    )


def _kind(said: str, default: str, *, is_mail: bool) -> str:
    if _TYPE.fullmatch(said):
        return said
    match said:
        case "" | "text" | "plain" | "text/":
            return default
        case "html":
            return "text/html"
    if "=" in said or is_mail:
        return default
    return "application/octet-stream"


def _split(root: Part, left: list[int]) -> None:
    """Find the parts of a mail, and of each of its parts that has parts."""
    boundary = _boundary(root)
    if not boundary and root.kind == "text/plain" and root.headers.get("MIME-Version") is None and not root.headers.get("Content-Type"):
        # Its head was lost with the boundary in it.
        found = _BOUNDARY_LINE.search(root.raw, root.start, min(root.end, root.start + 2_000))
        if found and root.raw.count(b"--" + found[1], root.start, root.end) > 1:
            root.kind, boundary = "multipart/mixed", found[1].rstrip()
    if boundary:
        _Splitter(root, boundary, left).run()
    guesses = 0
    for part in root.walk():
        if part.main != "multipart" or part.parts:
            continue
        guesses += 1
        _without_parts(part, left if guesses <= _MOST_GUESSES else [0])


def _without_parts(part: Part, left: list[int]) -> None:
    """Deal with a multipart whose boundary never came: it may have another one, or be a text."""
    if part.problem == NESTED_TOO_DEEP:
        part.kind = "application/octet-stream"
        return
    found = _BOUNDARY_LINE.search(part.raw, max(part.start - 1, 0), part.end) if left[0] > 0 else None
    if found:
        _Splitter(part, found[1].rstrip(), left).run()
    if not part.parts:
        encoding = _first_word(part.headers, "Content-Transfer-Encoding")
        inner = part.content() if encoding in _ENCODED_MULTIPART and left[0] > 0 else b""
        if inner and (boundary := _boundary(part)) and b"--" + boundary in inner:
            # Encoded as a whole, against the rules.
            part.raw, part.start, part.end = inner, 0, len(inner)
            _Splitter(part, boundary, left).run()
    if not part.parts:
        part.problem = part.problem or (NO_BOUNDARY if part.raw[part.start : part.end].strip() else "")
        part.kind = "text/html" if _HTML.match(part.raw, part.start, part.end) else "text/plain"


def _boundary(part: Part) -> bytes:
    return part.parameter("boundary").rstrip().encode("utf-8", "replace")[:500] if part.main == "multipart" else b""


@dataclass(slots=True)
class _Open:
    """A multipart whose parts are being found; `current` is the one that is not ended yet."""

    part: Part
    boundary: bytes
    current: Part | None = None


class _Splitter:
    """Goes from one boundary line to the next. A line of an outer multipart ends all that is within."""

    def __init__(self, root: Part, boundary: bytes, left: list[int]) -> None:
        self._raw, self._end, self._left = root.raw, root.end, left
        self._open = [_Open(root, boundary)]
        self._line = self._lines_of_all()

    def run(self) -> None:
        start = self._open[0].part.start
        place = start - 1 if start and self._raw[start - 1] == _LINE_END else start
        while found := self._line.search(self._raw, place, self._end):
            after = self._take(found)
            if after is None:
                self._open[0].part.problem = TOO_MANY_PARTS
                break
            place = after

    def _take(self, found: re.Match[bytes]) -> int | None:
        """Act on a boundary line, and return from where to look for the next; None when there are too many parts."""
        innermost = len(self._open)
        level = innermost - next(group for group in range(1, innermost + 1) if found[group] is not None)
        is_last = found[innermost + 1] is not None
        self._close(level, found.start())
        if is_last:
            if level and self._open[level - 1].boundary == self._open[level].boundary:
                self._pop_to(level - 1)
            return found.end()
        if self._left[0] <= 0:
            return None
        after = self._raw.find(b"\n", found.end(), self._end) + 1 or self._end
        return self._begin(self._open[level], after)

    def _begin(self, here: _Open, place: int) -> int:
        default = "message/rfc822" if here.part.kind == "multipart/digest" else "text/plain"
        part = _part(self._raw, place, self._end, default=default, depth=here.part.depth + 1)
        here.part.parts.append(part)
        here.current = part
        self._left[0] -= 1
        if boundary := _boundary(part):
            if part.depth < MOST_DEPTH:
                self._open.append(_Open(part, boundary))
                self._line = self._lines_of_all()
            else:
                part.problem = NESTED_TOO_DEEP
        # The line end before the body may be that of the next boundary line.
        return max(part.start - 1, place - 1)

    def _close(self, level: int, place: int) -> None:
        """End what is open within a level at a place."""
        while place and self._raw[place - 1] == _CARRIAGE_RETURN:
            place -= 1
        for one in self._open[level:]:
            if one.current is not None:
                one.current.end = max(place, one.current.start)
                one.current = None
        self._pop_to(level)

    def _pop_to(self, level: int) -> None:
        if len(self._open) > level + 1:
            self._open = self._open[: level + 1]
            self._line = self._lines_of_all()

    def _lines_of_all(self) -> re.Pattern[bytes]:
        """Return what matches the boundary lines of all that is open, the innermost first."""
        every = b"|".join(b"(" + re.escape(one.boundary) + b")" for one in reversed(self._open))
        first = b"".join(sorted({re.escape(one.boundary[:1]) for one in self._open}))
        return re.compile(rb"(?:\A|\n)--(?=[" + first + rb"])(?:" + every + rb")(--)?[ \t]*+(?=\r*(?:\n|\Z))")


def _first_word(headers: Message, name: str) -> str:
    value = str(headers.get(name, ""))[:1000]
    return re.split(r"[;\s(,]", value.strip().strip("\"'").lower(), maxsplit=1)[0].strip("\"'")
