"""The parts of a mail (RFC 2045, 2046), in linear time and bounded in depth and number, whatever the bytes are.

The standard parser reads the headers of each part. It does not split the parts: its work and its stack grow with the depth of the nesting.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32

MOST_DEPTH = 30
MOST_PARTS = 1_000
LONGEST_HEAD = 1_000_000


class _AsTheyAre(Compat32):
    """Gives headers as they stand: bytes that are no ASCII are looked at by whoever reads them."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_HEADERS = BytesHeaderParser(policy=_AsTheyAre())
_MBOX_LINE = re.compile(rb"\A>?From [^\r\n]{0,500}\r?\n")
_HEADER_LINE = re.compile(rb"[!-9;-~]{1,200}[ \t]{0,20}:|[ \t]")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


@dataclass(slots=True)
class Part:
    """A part: its headers, its type in lower case, and either its bytes as they stand in the mail or the parts within."""

    headers: Message
    kind: str
    body: bytes
    parts: list["Part"] = field(default_factory=list)
    # What is wrong with it, in words for staff.
    problem: str = ""

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

    def parameter(self, name: str) -> str:
        """Return a parameter of its Content-Type, an empty text for none."""
        return text_of_parameter(self.headers, name, "Content-Type")

    @property
    def disposition(self) -> str:
        """The word of its Content-Disposition in lower case: inline, attachment, or an empty text."""
        return _first_word(self.headers, "Content-Disposition")

    def content(self) -> bytes:
        """Return its bytes decoded; of what cannot be decoded as much as can be."""
        encoding = _first_word(self.headers, "Content-Transfer-Encoding")
        match encoding:
            case "base64":
                return _from_base64(self.body)
            case "quoted-printable":
                return quopri.decodestring(self.body)
            case "x-uuencode" | "uuencode" | "x-uue" | "uue":
                return from_uuencode(self.body.splitlines())
        return self.body


def parse(raw: bytes) -> Part:
    """Return the parts of a mail. A text with no head at all is a body."""
    text = raw.removeprefix(b"\xef\xbb\xbf")
    if envelope := _MBOX_LINE.match(text):
        text = text[envelope.end() :]
    text = text.lstrip(b"\r\n") if text[:1] in (b"\r", b"\n") and _HEADER_LINE.match(text.lstrip(b"\r\n")) else text
    if b"\n" not in text[:LONGEST_HEAD] and b"\r" in text[:LONGEST_HEAD]:
        # Line ends of old Macs.
        text = text.replace(b"\r", b"\n")
    if not _HEADER_LINE.match(text):
        return Part(_HEADERS.parsebytes(b""), "text/plain", text)
    left = [MOST_PARTS]
    return _part(text, 0, left)


def text_of_parameter(headers: Message, name: str, header: str) -> str:
    """Return a parameter of a header with its RFC 2231 encoding undone, an empty text for none; a malformed header has none."""
    value = headers.get(header)
    if value is None or len(str(value)) > 20_000:
        return ""
    try:
        found = headers.get_param(name, "", header)
    except Exception:
        return ""
    if isinstance(found, tuple):
        charset, _, text = found
        try:
            return str(text).encode("latin-1", "replace").decode(charset or "ascii", "replace")
        except LookupError:
            return str(text)
    return str(found)


def from_uuencode(lines: list[bytes]) -> bytes:
    """Return what uuencoded lines hold; lines that are none are left out."""
    decoded = []
    for line in lines:
        if line[:6] == b"begin " or line in (b"end", b"`", b""):
            continue
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders count wrong.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                decoded.append(binascii.a2b_uu(line[:length]))
            except (binascii.Error, ValueError):
                continue
    return b"".join(decoded)


def _part(text: bytes, depth: int, left: list[int], default: str = "text/plain") -> Part:
    left[0] -= 1
    head, body = _split_head(text)
    headers = _HEADERS.parsebytes(head)
    said = _first_word(headers, "Content-Type")
    kind = said if _TYPE.fullmatch(said) else default if not said else "application/octet-stream"
    if said in ("text", "plain", "html"):
        kind = "text/html" if said == "html" else "text/plain"
    part = Part(headers, kind, body)
    if kind.startswith("multipart/"):
        _fill(part, depth, left)
    return part


def _fill(part: Part, depth: int, left: list[int]) -> None:
    """Split a multipart's body into its parts; what cannot be split stays a text."""
    boundary = part.parameter("boundary").rstrip()
    if not boundary:
        # Some write none, and the first line that could be one is.
        found = re.match(rb"(?:[^\n]{0,1000}\n){0,5}?--([^\s]{1,200})[ \t]*\r?\n", part.body[:6000])
        boundary = found[1].decode("ascii", "replace") if found else ""
    if not boundary or depth >= MOST_DEPTH or left[0] <= 0:
        part.problem = "it is nested too deep" if boundary else "its parts are not told apart"
        part.kind = "text/plain" if not boundary else "application/octet-stream"
        return
    default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    pieces = _pieces(part.body, boundary.encode("utf-8", "surrogateescape"))
    if not pieces:
        part.problem, part.kind = "its parts are not told apart", "text/plain"
        return
    for piece in pieces:
        if left[0] <= 0:
            part.problem = f"it has more than {MOST_PARTS} parts"
            break
        part.parts.append(_part(piece, depth + 1, left, default))
    part.body = b""


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    """Return what stands between the lines of a boundary; the last piece of one that is never closed runs to the end."""
    line = re.compile(rb"(?:\A|(?<=\n))--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    pieces: list[bytes] = []
    start = None
    for found in line.finditer(body):
        if start is not None:
            pieces.append(_without_last_end(body[start : found.start()]))
        start = None if found[1] else found.end()
        if found[1] or len(pieces) > MOST_PARTS:
            break
    if start is not None and start < len(body):
        pieces.append(body[start:])
    return pieces


def _without_last_end(piece: bytes) -> bytes:
    return piece[:-2] if piece.endswith(b"\r\n") else piece.removesuffix(b"\n")


def _split_head(text: bytes) -> tuple[bytes, bytes]:
    """Return head and body: the head ends at the first empty line, or before the first line that is no header."""
    if text[:1] in (b"\n", b"\r"):
        return b"", text[2:] if text[:2] == b"\r\n" else text[1:]
    place, limit = 0, min(len(text), LONGEST_HEAD)
    while place < limit:
        end = text.find(b"\n", place)
        end = len(text) if end < 0 else end + 1
        line = text[place : min(end, place + 300)]
        if line in (b"\n", b"\r\n"):
            return text[:place], text[end:]
        if not _HEADER_LINE.match(line):
            return text[:place], text[place:]
        place = end
    if place >= len(text):
        return text[:LONGEST_HEAD], b""
    # A head without end: the rest of it is left out.
    ends = [found for found in (text.find(b"\n\n", place - 2), text.find(b"\r\n\r\n", place - 4)) if found >= 0]
    return text[:limit], text[min(ends) :].lstrip(b"\r\n") if ends else b""


def _first_word(headers: Message, name: str) -> str:
    value = str(headers.get(name, ""))[:1000]
    return re.split(r"[;\s(]", value.strip().lower(), maxsplit=1)[0].strip("\"'")


def _from_base64(body: bytes) -> bytes:
    """Decode base64 with whatever stands between; each stretch that ends in padding for itself."""
    try:
        return binascii.a2b_base64(body, strict_mode=False)
    except binascii.Error:
        clean = _BASE64.sub(b"", body)
        usable = clean[: len(clean) - (1 if len(clean) % 4 == 1 else 0)]
        return base64.b64decode(usable + b"=" * (-len(usable) % 4))
