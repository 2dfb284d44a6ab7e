"""A letter before it is sealed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a letter: the number under which it is kept, its name for people, and our own media type for it."""

    number: int
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said to whom; `purpose` names its folder under templates/mail, by which mails are also counted."""

    purpose: str
    recipient: str
    subject: str
    body: str
    reply_to: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    # Asks every robot to keep quiet, so that two of them do not talk all night.
    automatic: bool = True
    # Whether only we are quoted in it: then addresses in what is quoted become links, which no stranger's ever do.
    quotes_us: bool = False
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class SealedLetter:
    """A finished mail on its way: its number in the outbox, its one recipient, the exact bytes, and when they were made (UTC)."""

    number: int
    recipient: str
    raw: bytes
    written_at: datetime
