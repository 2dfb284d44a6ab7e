"""What the headers of a mail say, read with care: they may be broken, far too long, or meant to deceive."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from formapp.address import mailbox_of
from formapp.mail.encoded_words import decoded_words
from formapp.mail.header_text import one_line

LONGEST_LINE = 1_000
MOST_RECIPIENTS = 50
MOST_REFERENCES = 100
_LONGEST_ID = 400
_LONGEST_ADDRESS = 320
_MOST_FIELDS = 20
_RECIPIENTS = (
    "To",
    "Cc",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "X-Forwarded-To",
    "Original-Recipient",
    "Resent-To",
    "Resent-Cc",
    "Apparently-To",
)
_BETWEEN_ADDRESSES = re.compile(r"[\s<>()\[\],;:\"]+")
_ID = re.compile(r"<([^<>]{1,500})>")


def text_of(headers: Message, name: str) -> str:
    """Return a header as one clean line of text, at most LONGEST_LINE characters; an empty text for none."""
    return one_line(decoded_words(value_of(headers, name)))[:LONGEST_LINE]


def value_of(headers: Message, name: str) -> str:
    """Return the first header of a name as it stands, on one line; an empty text for none."""
    return str(headers.get(name, "")).strip()


def addresses_in(text: str) -> Iterable[str]:
    """Yield what looks like an address, in linear time."""
    for word in _BETWEEN_ADDRESSES.split(text):
        local, at, domain = word.strip("'.").rpartition("@")
        if at and local and "@" not in local and len(word) <= _LONGEST_ADDRESS and "." in domain and not word.startswith("=?"):
            yield f"{local}@{domain}"


def first_address(headers: Message, name: str) -> str | None:
    """Return the first address of a header, for people to see; None for none."""
    text = value_of(headers, name)
    in_brackets = re.search(r"<([^<>]{1,320})>", text)
    return next(iter(addresses_in(in_brackets[1] if in_brackets else text)), next(iter(addresses_in(text)), None))


def recipients_of(headers: Message, own: Sequence[str]) -> tuple[str, ...]:
    """Return whom a mail says it went to, at most MOST_RECIPIENTS; our own addresses, tagged or not, come first and are not left out."""
    mailboxes = {mailbox_of(address) for address in own}
    ours: dict[str, None] = {}
    others: dict[str, None] = {}
    for name in _RECIPIENTS:
        for value in (headers.get_all(name) or [])[:_MOST_FIELDS]:
            for address in addresses_in(str(value).lower()):
                (ours if mailbox_of(address) in mailboxes else others)[one_line(address)] = None
    return (*list(ours)[:MOST_RECIPIENTS], *list(others)[: max(0, MOST_RECIPIENTS - len(ours))])


def message_id_of(headers: Message) -> str | None:
    """Return the Message-ID with its angle brackets; None for none."""
    return next(iter(_ids(value_of(headers, "Message-ID"))), None)


def in_reply_to_of(headers: Message) -> str | None:
    """Return the ID of the mail that this one answers; None for none."""
    value = value_of(headers, "In-Reply-To")
    found = _ids(value)
    if not found:
        return None
    # Old programs wrote a sentence: "Message from Jane <jane@x> of Monday <id@y>".
    return found[0] if value.startswith(("<", "=?")) else found[-1]


def references_of(headers: Message) -> tuple[str, ...]:
    """Return the last message IDs of the References, each once, oldest first, and what In-Reply-To names besides."""
    named = [one for value in (headers.get_all("References") or [])[:_MOST_FIELDS] for one in _ids(str(value))]
    more = _ids(value_of(headers, "In-Reply-To"))
    if len(more) > 1:
        named = [one for one in more if one not in set(named)] + named
    newest_first = dict.fromkeys(reversed(named[-MOST_REFERENCES * 10 :]))
    return tuple(reversed(list(newest_first)[:MOST_REFERENCES]))


def moment_of(headers: Message) -> datetime | None:
    """Return the Date in UTC; None where there is none that makes sense."""
    text = re.sub(r"\([^()]{0,100}\)", " ", value_of(headers, "Date")[:200]).strip()
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
            return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
            continue
    return None


def _ids(text: str) -> list[str]:
    """Return the message IDs in a header, in their order; without brackets there is at most one."""
    plain = decoded_words(text) if "=?" in text and len(text) < _LONGEST_ID * 10 else text
    found = [_id(inner) for inner in _ID.findall(plain)]
    if not found:
        bare = next((word for word in plain[:2_000].split() if "@" in word), "")
        found = [_id(bare.strip("<>\"'();,"))]
    return [one for one in found if one]


def _id(inner: str) -> str:
    # Some servers fold a long ID in its middle.
    whole = one_line("".join(inner.split())).replace(" ", "")
    return f"<{whole}>" if 0 < len(whole) <= _LONGEST_ID else ""
