"""The head of a mail or of a part: its header fields, read by hand in linear time.

The standard library's `Message` holds them for whoever asks, with values that are text already: whatever 8-bit characters a field has
are decoded here, once.
"""

import re
from dataclasses import dataclass
from email.message import Message
from email.policy import compat32

from formapp.mail.charsets import decode

LONGEST = 4_000_000
MOST_FIELDS = 2_000
_LONGEST_VALUE = 20_000
_LONGEST_LIST = 1_000_000
# Those that may name many, of whom none should be lost.
_LISTS = frozenset({"to", "cc", "delivered-to", "x-original-to", "references", "in-reply-to"})
_FIELD = re.compile(rb"(?!--)([!-9;-~]{1,200})[ \t]{0,100}:")
_KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|message-id|mime-version|content-[a-z-]{1,40}|received|reply-to|return-path|sender|references"
    rb"|in-reply-to|delivered-to|importance|(?:x|thread|list|arc|auto|dkim|resent)-[a-z-]{1,60})[ \t]{0,100}:",
    re.IGNORECASE,
)
_MBOX = re.compile(rb">?From ")
_CHARSET = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.-]{1,40})", re.IGNORECASE)
_LOOKED_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Head:
    """The fields of a head, and where its body starts. `is_whole` is False where there were more than anybody honest writes."""

    headers: Message
    body: int
    is_whole: bool


def read_head(raw: bytes, start: int, end: int, *, is_mail: bool) -> Head:
    """Read the head that starts at a place: it ends at the first empty line, or before the first line that is no field.

    A mail's own head is read more leniently than a part's: a line that was broken without indenting stays in its field; a text that
    begins with no known field has no head.
    """
    fields, body, is_whole = _fields(raw, start, min(end, start + LONGEST), is_mail=is_mail)
    if is_mail and not any(_KNOWN.match(name + b":") for name, _ in fields):
        return Head(Message(policy=compat32), start, True)
    headers = Message(policy=compat32)
    charset = next((_CHARSET.search(value) for name, value in fields if name.lower() == b"content-type"), None)
    for name, value in fields:
        headers.set_raw(name.decode("ascii"), _text(name.decode("ascii").lower(), value, charset[1].decode("ascii") if charset else ""))
    return Head(headers, body, is_whole)


def _fields(raw: bytes, start: int, end: int, *, is_mail: bool) -> tuple[list[tuple[bytes, bytes]], int, bool]:
    found: list[tuple[bytes, list[bytes]]] = []
    place, body, is_whole = start, end, True
    while place < end:
        after = raw.find(b"\n", place, end) + 1 or end
        line = raw[place:after].rstrip(b"\r\n")
        if not line.strip() and not (line and _goes_on(raw, after, end)):
            body = after
            break
        if line[:1] in (b" ", b"\t"):
            if found:
                found[-1][1].append(line)
        elif field := _FIELD.match(line):
            if len(found) >= MOST_FIELDS:
                is_whole = False
            else:
                found.append((field[1], [line[field.end() :]]))
        elif not found and _MBOX.match(line):
            pass
        elif found and is_mail and _goes_on(raw, after, end):
            found[-1][1].append(b" " + line)
        else:
            body = place
            break
        place = after
    return [(name, b"".join(value).strip()) for name, value in found], body, is_whole


def _goes_on(raw: bytes, place: int, end: int) -> bool:
    """Whether within a few lines, and before an empty one, a field follows that mails have."""
    for _ in range(_LOOKED_AHEAD):
        after = raw.find(b"\n", place, min(end, place + 2000)) + 1 or end
        if _KNOWN.match(raw, place, after):
            return True
        if not raw[place : min(after, place + 100)].strip():
            return False
        place = after
    return False


def _text(name: str, value: bytes, charset: str) -> str:
    longest = _LONGEST_LIST if name in _LISTS else _LONGEST_VALUE
    bounded = value[-longest:] if name == "references" else value[:longest]
    return decode(bounded, charset if charset.lower() != "utf-7" else "", may_guess=False)[0].replace("\r", " ").replace("\n", " ")
