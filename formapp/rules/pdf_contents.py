"""What can be seen of a PDF without opening it: whether it has a password, and whether it holds scripts."""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

SCRIPT = "This PDF holds a script: open it with care"
STARTS_SOMETHING = "This PDF starts something when it is opened: open it with care"
ANOTHER_FILE = "This PDF holds another file: open it with care"

_CHUNK = 65_536
# Longer than anything that is looked for, so that nothing is missed where two pieces meet.
_OVERLAP = 256
# What is looked at of packed streams, at most: how many, and how many bytes in all, those read and those inflated from them.
# Streams that overlap are read again and again, and a stream may be long and inflate to nothing; what lies beyond is not looked at.
_MOST_PACKED = 100
_MOST_UNPACKED = 8_000_000
_PACKED_CHUNK = 8192


class NotPdf(ValueError):
    """The content does not begin as a PDF."""


class EncryptedPdf(ValueError):
    """The content is encrypted, so that nobody here could open it."""


def _name(word: str) -> bytes:
    # A name may be written in numbers: /J#61vaScript.
    letters = "".join(f"(?:{letter}|(?i:#{ord(letter):02x}))" for letter in word)
    return f"/{letters}(?![A-Za-z0-9])".encode()


_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?\s*%PDF-\d")
_ENCRYPTED = re.compile(_name("Encrypt") + rb"\s*(?:\d+\s+\d+\s+R\b|<<)")
# The worst first. /JS is too short a name to be looked for without its value: compressed pictures hold it by chance.
_WARNINGS = (
    (re.compile(_name("JavaScript")), SCRIPT),
    (re.compile(_name("JS") + rb"\s*(?:\(|<[0-9A-Fa-f\s]|\d+\s+\d+\s+R\b)"), SCRIPT),
    (re.compile(_name("Launch")), STARTS_SOMETHING),
    # Where OpenAction is a dictionary it acts, unless it only goes to a page; an array says which page is shown first.
    (re.compile(_name("OpenAction") + rb"\s*<<(?!.{0,80}/GoTo\b)", re.DOTALL), STARTS_SOMETHING),
    (re.compile(_name("EmbeddedFile")), ANOTHER_FILE),
)


def look_at_pdf(stream: BinaryIO) -> str | None:
    """Look through a PDF and return a warning for staff, or None; NotPdf or EncryptedPdf where it cannot be taken.

    What a PDF hides on purpose is not found: the warning is a help, its absence no promise.
    """
    stream.seek(0)
    if not _HEADER.match(stream.read(_OVERLAP)):
        raise NotPdf
    found: set[str] = set()
    packed: set[int] = set()
    for start, window in _windows(stream):
        if _ENCRYPTED.search(window):
            raise EncryptedPdf
        found |= _warnings_in(window)
        if len(packed) < _MOST_PACKED:
            packed |= {start + position for position in _packed_in(window)}
    for window in _inflated(stream, sorted(packed)[:_MOST_PACKED]):
        found |= _warnings_in(window)
    return next((warning for _, warning in _WARNINGS if warning in found), None)


def _warnings_in(window: bytes) -> set[str]:
    return {warning for pattern, warning in _WARNINGS if pattern.search(window)}


def _packed_in(window: bytes) -> Iterator[int]:
    """Where streams of objects begin: newer PDFs keep in them what older ones show in the open."""
    position = window.find(b"/ObjStm")
    while position >= 0 and (begins := window.find(b"stream", position)) >= 0:
        if begins - position < _OVERLAP:
            after = window[begins + 6 : begins + 8]
            yield begins + 6 + (2 if after == b"\r\n" else 1)
            position = begins + 6
        else:
            # Only a name shortly before this word can belong to it.
            position = begins - _OVERLAP + 1
        position = window.find(b"/ObjStm", position)


def _windows(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    stream.seek(0)
    start, left = 0, b""
    while chunk := stream.read(_CHUNK):
        window = left + chunk
        yield start, window
        left = window[-_OVERLAP:]
        start += len(window) - len(left)


def _inflated(stream: BinaryIO, positions: list[int]) -> Iterator[bytes]:
    budget = _MOST_UNPACKED
    for position in positions:
        # Without zlib's head, its sum at the end does not count: programs that show PDFs do not look at it either.
        stream.seek(position + 2)
        inflate, left = zlib.decompressobj(-zlib.MAX_WBITS), b""
        while not inflate.eof:
            if not (chunk := inflate.unconsumed_tail):
                budget -= len(chunk := stream.read(_PACKED_CHUNK))
            if not chunk:
                break
            try:
                piece = inflate.decompress(chunk, _CHUNK)
            except zlib.error:
                break
            budget -= len(piece)
            yield left + piece
            if budget <= 0:
                return
            left = (left + piece)[-_OVERLAP:]
