"""What the headers of a mail say, read with care: they may be broken, in any character set, far too long, or meant to deceive."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from formapp.address import UnusableAddress, bare_address, mailbox_of
from formapp.mail.charsets import decode

LONGEST_LINE = 1_000
_LONGEST_VALUE = 20_000
_LONGEST_LIST = 1_000_000
MOST_RECIPIENTS = 50
MOST_REFERENCES = 100
_RECIPIENTS = (
    "To",
    "Cc",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "Original-Recipient",
    "Resent-To",
    "Resent-Cc",
    "Apparently-To",
)
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]{0,10000}?)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]{1,100}(=\?[^?\s]{1,60}\?[bBqQ]\?)")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@\x00-\x1f\x7f]{1,100}@[^\s<>()\[\],;:\"@\x00-\x1f\x7f]{1,255}")
_ID = re.compile(r"<([^<>\s\x00-\x1f\x7f]{1,400})>")
_BARE_ID = re.compile(r"[^\s<>\"()\x00-\x1f\x7f]{1,300}@[^\s<>\"()\x00-\x1f\x7f]{1,255}")
# Marks that turn the direction of text or cannot be seen: in one line of text they only deceive.
_UNSEEN = {ord(mark): None for mark in "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad"}


def text_of(headers: Message, name: str) -> str:
    """Return a header as one clean line of text, at most LONGEST_LINE characters; an empty text for none."""
    return clean_line(_decoded(_raw(headers.get(name))))[:LONGEST_LINE]


def sender_of(headers: Message) -> tuple[str | None, str, str]:
    """Return the address and the name of the From line, and what is wrong with it in words; no address where there is any doubt."""
    lines = headers.get_all("From") or []
    if not lines:
        return None, "", "It does not say who it is from"
    raw = _raw(lines[0])
    name = _name_of(raw)
    if len(lines) > 1:
        return None, name, "It has several From lines"
    address, problem = _one_address(raw)
    return address, name or "", problem


def first_address(headers: Message, name: str) -> str | None:
    """Return the first address of a header, for people to see; None for none."""
    found = _ADDRESS.search(_raw(headers.get(name)))
    return found[0].strip("'.") if found else None


def recipients_of(headers: Message, own: Sequence[str]) -> tuple[str, ...]:
    """Return whom a mail says it went to, at most MOST_RECIPIENTS; our own addresses, tagged or not, are never left out."""
    mailboxes = {mailbox_of(address) for address in own}
    ours: dict[str, None] = {}
    others: dict[str, None] = {}
    for name in _RECIPIENTS:
        for value in (headers.get_all(name) or [])[:20]:
            for found in _ADDRESS.finditer(_plain(str(value)[:_LONGEST_LIST])):
                address = found[0].strip("'.").lower()
                (ours if mailbox_of(address) in mailboxes else others)[address] = None
    return (*list(ours)[:MOST_RECIPIENTS], *list(others)[: max(0, MOST_RECIPIENTS - len(ours))])


def message_id_of(headers: Message, name: str) -> str | None:
    """Return the first message ID of a header, with its angle brackets; None for none."""
    return next(iter(_ids(_raw(headers.get(name)))), None)


def references_of(headers: Message) -> tuple[str, ...]:
    """Return the last message IDs of the References, each once, oldest first."""
    text = " ".join(_plain(str(value)[-_LONGEST_VALUE * 5 :]) for value in (headers.get_all("References") or [])[:5])
    return tuple(dict.fromkeys(_ids(text)))[-MOST_REFERENCES:]


def moment_of(headers: Message) -> datetime | None:
    """Return the Date in UTC; None where there is none that makes sense."""
    try:
        moment = parsedate_to_datetime(_raw(headers.get("Date"))[:200])
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def decoded_words(text: str) -> str:
    """Return a text with its encoded words (RFC 2047) undone, those that are cut in the middle of a character too."""
    return _decoded(text[:_LONGEST_VALUE])


def clean_line(text: str) -> str:
    """Return a text as one line without what cannot be seen."""
    seen = text.translate(_UNSEEN)
    return " ".join("".join(" " if unicodedata.category(mark) in ("Cc", "Zl", "Zp", "Cs") else mark for mark in seen).split())


def _raw(value: object) -> str:
    """Return a header's value with its bytes as text: UTF-8 where they are that, and what they look like else."""
    return _plain(str(value or "")[:_LONGEST_VALUE])


def _plain(text: str) -> str:
    try:
        text.encode("ascii")
    except UnicodeEncodeError:
        return decode(text.encode("utf-8", "surrogateescape"), "")[0]
    return text


def _decoded(text: str) -> str:
    if "=?" not in text:
        return text
    pieces: list[str] = []
    place, run, charset = 0, b"", ""

    def end_run() -> None:
        nonlocal run
        if run:
            pieces.append(decode(run, charset)[0])
            run = b""

    for found in _WORD.finditer(_BETWEEN_WORDS.sub(r"\1\2", text)) if "?=" in text else ():
        joined = found.string
        between = joined[place : found.start()]
        said = found[1].partition("*")[0]
        # Words of one set that follow each other may share a character.
        if between or said.lower() != charset.lower():
            end_run()
            pieces.append(between)
        charset = said
        run += _bytes_of_word(found[2], found[3])
        place = found.end()
    end_run()
    if not place:
        return text
    return "".join(pieces) + _BETWEEN_WORDS.sub(r"\1\2", text)[place:]


def _bytes_of_word(way: str, text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    if way in "bB":
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
        usable = clean[: len(clean) - (1 if len(clean) % 4 == 1 else 0)]
        try:
            return base64.b64decode(usable + b"=" * (-len(usable) % 4))
        except binascii.Error:
            return content
    return re.sub(rb"=([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), content.replace(b"_", b" "))


def _one_address(raw: str) -> tuple[str | None, str]:
    """Return the one address of a From line; none where another reading could find another."""
    unclear = "Its From line is not clear"
    plain = _without_comments(raw)
    in_brackets = re.findall(r"<([^<>]*)>", plain)
    outside = re.sub(r"<[^<>]*>", " ", plain)
    if len(in_brackets) > 1 or "<" in outside or ">" in outside:
        return None, unclear
    outside_unquoted = re.sub(r'"(?:[^"\\]|\\.)*"', " ", outside)
    if in_brackets:
        # An address in front of the brackets is the one that some programs show, and others take.
        if "@" in outside_unquoted.replace("=?", "") or re.search(r"[:;]", outside_unquoted):
            return None, unclear
        candidate = in_brackets[0].strip()
    else:
        if re.search(r"[,;:]", outside_unquoted):
            return None, unclear
        candidate = outside.strip()
    try:
        return bare_address(_ascii_domain(candidate)), ""
    except UnusableAddress:
        return None, "Its From line has no address that can be written to"


def _ascii_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}" if not domain.isascii() else address
    except UnicodeError:
        return address


def _name_of(raw: str) -> str:
    plain = _without_comments(raw)
    name = re.sub(r"<[^<>]*>?", " ", plain) if "<" in plain else ""
    if not name.strip():
        comment = re.search(r"\(([^()]{1,200})\)", raw)
        name = comment[1] if comment else ""
    return clean_line(_decoded(re.sub(r"\\(.)", r"\1", name.strip().strip('"'))))[:200].strip("\"' ")


def _without_comments(text: str) -> str:
    """Return a value without (comments), which may be nested; parentheses in a quoted text stay."""
    kept: list[str] = []
    depth, is_quoted, is_escaped = 0, False, False
    for mark in text:
        if is_escaped:
            is_escaped = False
        elif mark == "\\":
            is_escaped = True
        elif mark == '"' and not depth:
            is_quoted = not is_quoted
        elif mark == "(" and not is_quoted:
            depth += 1
        elif mark == ")" and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(mark)
    # A parenthesis that is never closed hides nothing.
    return "".join(kept) if not depth else text


def _ids(text: str) -> Iterator[str]:
    found = [f"<{one}>" for one in _ID.findall(text)]
    if not found:
        found = [f"<{one}>" for one in _BARE_ID.findall(text[:2000])]
    yield from found
