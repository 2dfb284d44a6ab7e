"""Encoded words in header lines (RFC 2047), undone as far as can be: those of the wild keep to no rule."""

import base64
import binascii
import re

from formapp.mail.charsets import decode

_LONGEST = 20_000
# The last word of a line that was cut off has no end.
_WORD = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?([^\r\n]{0,3000}?)(?:\?=|\Z)")
_BETWEEN = re.compile(r"\?=[ \t\r\n]{1,100}=\?(?=[^?\s=]{1,60}\?[bBqQ]\?)")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_HEXADECIMAL = re.compile(rb"=([0-9A-Fa-f]{2})")


def decoded_words(text: str) -> str:
    """Return a text with its encoded words undone, also those that were cut in the middle of a character."""
    if "=?" not in text:
        return text
    joined = _BETWEEN.sub("?==?", text[:_LONGEST])
    pieces: list[str] = []
    place = 0
    run: list[tuple[str, str]] = []
    charset = ""
    for word in _WORD.finditer(joined):
        between = joined[place : word.start()]
        said = word[1].partition("*")[0].lower()
        # Words of one set that follow each other may share a character.
        if run and (between or said != charset):
            pieces.append(_decoded(run, charset))
            run = []
        pieces.append(between)
        charset = said
        run.append((word[2].lower(), word[3]))
        place = word.end()
    if run:
        pieces.append(_decoded(run, charset))
    return "".join(pieces) + joined[place:]


def _decoded(run: list[tuple[str, str]], charset: str) -> str:
    content = b""
    begun = ""
    for way, text in run:
        if way == "b" and len(begun + text) % 4 and "=" not in text:
            # Some programs cut in the middle of four letters.
            begun += text
            continue
        content += _content("b", begun + text) if way == "b" else (_content("b", begun) + _content(way, text))
        begun = ""
    return decode(content + _content("b", begun), charset, may_guess=False)[0]


def _content(way: str, text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    if way == "q":
        return _HEXADECIMAL.sub(lambda found: bytes([int(found[1], 16)]), content.replace(b"_", b" "))
    letters = _NO_BASE64.sub(b"", content)
    usable = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return base64.b64decode(usable + b"=" * (-len(usable) % 4))
    except binascii.Error:
        return content
