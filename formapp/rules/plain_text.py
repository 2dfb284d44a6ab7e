"""Whether a file is text, and not a page or another kind under a text's name."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

ESCAPE_CODES = "This file holds terminal control codes: open it in an editor"

_CHUNK = 65_536
_ENDS = 1024
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# What no text holds, after the WHATWG's MIME sniffing standard; the escape of coloured logs is not among it.
# Bytes from 80 on are not looked at: logs mix UTF-8, Windows-1252 and characters cut in the middle.
_BINARY = "[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]"
_BINARY_BYTES, _BINARY_CHARACTERS = re.compile(_BINARY.encode()), re.compile(_BINARY)
_BLANK = " \t\n\v\f\r\x85\xa0\u2028\u2029\ufeff"
_TAGS = "a|b|base|body|br|div|embed|font|form|h[1-6]|head|html|iframe|img|link|math|meta|object|p|script|span|style|svg|table|title"
_MARKUP = re.compile(rf"<(?:!doctype\b|!--|!entity\b|[?%]|(?:{_TAGS})(?=[\s/>]))", re.IGNORECASE)
# A tag of any name, but with what only pages and XML have in it.
_TELLING_TAG = re.compile(r"<[a-z_][\w.:-]*[\s/][^<>]*\b(?:xmlns\b|on[a-z]+\s*=)", re.IGNORECASE)
_FIRST_TAG = re.compile(r"<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>")
# The beginnings of other kinds that are made of letters alone.
_OTHER_KINDS = re.compile(r"GIF8[79]a|%PDF-|%!PS-|\{\\rtf")


class NotText(ValueError):
    """The content is binary, markup, or another kind of file."""


def look_at_text(stream: BinaryIO) -> str | None:
    """Read a stream that should be text, in UTF-8, UTF-16 with its mark or Windows-1252; NotText for one that is none.

    Returns a warning for staff, or None.
    """
    stream.seek(0)
    encoding = UTF_16.get(stream.read(2))
    head, tail, has_escapes = "", "", False
    for text in _wide_texts(stream, encoding) if encoding else _texts(stream):
        has_escapes = has_escapes or "\x1b" in text
        if len(head) < _ENDS:
            # Blanks first, however many: a browser looks past them as well.
            head = (head + text).lstrip(_BLANK)[: 2 * _ENDS]
        tail = (tail + text[-_ENDS:])[-_ENDS:]
    if _begins_as_another_kind(head) or _is_one_element(head, tail):
        raise NotText
    return ESCAPE_CODES if has_escapes else None


def _begins_as_another_kind(head: str) -> bool:
    return any(pattern.match(head) for pattern in (_MARKUP, _TELLING_TAG, _OTHER_KINDS))


def _is_one_element(head: str, tail: str) -> bool:
    # XML without a declaration; a log whose lines begin with <info> does not end with </info>.
    first = _FIRST_TAG.match(head)
    return first is not None and tail.rstrip(_BLANK).endswith(f"</{first[1]}>")


def _texts(stream: BinaryIO) -> Iterator[str]:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while chunk := stream.read(_CHUNK):
        if _BINARY_BYTES.search(chunk):
            raise NotText
        yield decoder.decode(chunk)


def _wide_texts(stream: BinaryIO, encoding: str) -> Iterator[str]:
    stream.seek(2)
    decoder = codecs.getincrementaldecoder(encoding)()
    while chunk := stream.read(_CHUNK):
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError:
            raise NotText from None
        if _BINARY_CHARACTERS.search(text):
            raise NotText
        yield text
