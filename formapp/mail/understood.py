"""What was understood of a mail that came in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What kind of mail it is: only a human's changes anything or is answered."""

    HUMAN = "human"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    LIST = "list"
    # Our own, come back to us.
    LOOP = "loop"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Ours:
    """How we know our own: the addresses that letters of ours are from, and the name of the mail server whose judgement we believe."""

    addresses: tuple[str, ...]
    # The authserv-id of RFC 8601; None: nobody's Authentication-Results are believed.
    authserv_id: str | None = None


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """An attachment or an inline image: `name` cleaned for people, `media_type` as the mail says it, in lower case."""

    name: str
    media_type: str
    content: bytes
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail server's report that a letter did not arrive (RFC 3464, or in free form).

    `is_final` is False for one that is only late. `message_ids` are those of the letter that came back, `recipients` whom it was to;
    `reply` is the server's code and words, without addresses.
    """

    is_final: bool
    message_ids: tuple[str, ...]
    recipients: tuple[str, ...]
    reply: str


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail as far as it was understood; every text is clean (no NUL, no lone surrogates) and bounded.

    `why` names the sign that made it that kind ("Auto-Submitted: auto-replied"), empty for a human's. `from_address` is None wherever
    the mail leaves any doubt about it; `reply_to` is for people to see and never proves who somebody is. `recipients` are all
    addresses that it says it went to. `text` is the whole text, `reply` what its writer wrote new, without the quoted history and the
    signature. `is_authentic`: our own mail server found that the From line's domain vouches for it. `problems` are in words for staff.
    """

    kind: Kind
    why: str
    subject: str
    from_address: str | None
    from_name: str
    reply_to: str | None
    recipients: tuple[str, ...]
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    sent_at: datetime | None
    text: str
    reply: str
    files: tuple[IncomingFile, ...]
    is_authentic: bool
    bounce: Bounce | None
    problems: tuple[str, ...]
