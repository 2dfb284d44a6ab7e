"""The text of Outlook's compressed RTF (MS-OXRTFCP), which is all that some of its packages have. Not a reader of documents."""

import re
import struct
from dataclasses import dataclass, field

from formapp.mail.charsets import decode
from formapp.mail.html_text import text_of_html

_LONGEST = 2_000_000  # bytes
_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_RING = 4096
_KNOWN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_PIECE = re.compile(rb"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL)
_HIDDEN = frozenset({b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"generator", b"themedata"})
_BREAKS = {b"par": b"\n", b"line": b"\n", b"tab": b"\t", b"row": b"\n", b"cell": b"\t", b"bullet": b"- ", b"emdash": b"-", b"endash": b"-"}
_PAGE = re.compile(rb"\\ansicpg([0-9]{3,5})")
_MARKS = {b"~": b" ", b"_": b"-", b"-": b""}
_MOST_DEPTH = 1_000


def text_of_rtf(content: bytes) -> str:
    """Return the text of compressed RTF, an empty text for what is none."""
    rtf = _expanded(content)
    if not rtf.lstrip().startswith(b"{\\rtf"):
        return ""
    page = _PAGE.search(rtf[:1_000])
    charset = f"cp{int(page[1])}" if page else "cp1252"
    is_html = b"\\fromhtml" in rtf[:2_000]
    text = _Writer(charset, is_html).written(rtf)
    return text_of_html(text) if is_html else text.strip("\n")


def _expanded(content: bytes) -> bytes:
    if len(content) < 16:
        return b""
    _, size, magic, _ = struct.unpack_from("<II4sI", content)
    if magic == _PLAIN:
        return content[16 : 16 + min(size, _LONGEST)]
    return _decompressed(content[16:], min(size, _LONGEST)) if magic == _COMPRESSED else b""


def _decompressed(content: bytes, size: int) -> bytes:
    ring = bytearray(_KNOWN.ljust(_RING, b" "))
    place, write = 0, len(_KNOWN)
    written = bytearray()
    while place < len(content) and len(written) < size:
        control = content[place]
        place += 1
        for bit in range(8):
            if place >= len(content) or len(written) >= size:
                break
            if not control >> bit & 1:
                run = content[place : place + 1]
                place += 1
            else:
                token = int.from_bytes(content[place : place + 2], "big")
                place += 2
                offset, length = token >> 4, (token & 15) + 2
                if offset == write:
                    return bytes(written)
                run = _from_ring(ring, offset, length, write)
            for byte in run:
                ring[write] = byte
                write = (write + 1) % _RING
            written += run
    return bytes(written)


def _from_ring(ring: bytearray, offset: int, length: int, write: int) -> bytes:
    """Return what stands in the ring, where what is being written may be read in the same breath."""
    run = bytearray()
    distance = (write - offset) % _RING
    for step in range(length):
        run.append(run[step - distance] if step >= distance else ring[(offset + step) % _RING])
    return bytes(run)


@dataclass(slots=True)
class _Writer:
    """Writes what the control words leave of the text. Of a mail that was HTML its tags are the text, and what is in \\htmlrtf is not."""

    charset: str
    is_html: bool
    pieces: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    # Of each open group whether it is hidden.
    hidden: list[bool] = field(default_factory=lambda: [False])
    is_other: bool = False
    # Whether a letter follows for readers that know no Unicode.
    has_substitute: bool = False

    def written(self, rtf: bytes) -> str:
        for found in _PIECE.finditer(rtf):
            code, word, number, mark, brace, plain = found.groups()
            if brace is not None:
                self._group(brace)
            elif word is not None:
                self._word(word, number)
            elif mark == b"*":
                self.hidden[-1] = True
            elif not self._is_unseen():
                self._letters(code, mark, plain or b"")
        self._flush()
        return "".join(self.pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _is_unseen(self) -> bool:
        return self.hidden[-1] or (self.is_html and self.is_other)

    def _group(self, brace: bytes) -> None:
        if brace == b"{" and len(self.hidden) < _MOST_DEPTH:
            self.hidden.append(self.hidden[-1])
        elif brace == b"}" and len(self.hidden) > 1:
            self.hidden.pop()

    def _word(self, word: bytes, number: bytes | None) -> None:
        if word == b"htmlrtf":
            self.is_other = number != b"0"
        elif word == b"htmltag":
            self.hidden[-1] = False
        elif word in _HIDDEN:
            self.hidden[-1] = True
        elif self._is_unseen():
            return
        elif word == b"u" and number:
            self._flush()
            self.pieces.append(chr(int(number) & 0xFFFF))
            self.has_substitute = True
        else:
            self.pending += _BREAKS.get(word, b"")

    def _letters(self, code: bytes | None, mark: bytes | None, plain: bytes) -> None:
        if code is not None:
            plain = bytes([int(code, 16)])
        elif mark is not None:
            plain = _MARKS.get(mark, mark)
        self.pending += plain[1:] if self.has_substitute else plain
        self.has_substitute = False

    def _flush(self) -> None:
        if self.pending:
            self.pieces.append(decode(bytes(self.pending), self.charset, may_guess=False)[0])
            self.pending.clear()
