"""A mail that came in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base, UtcDateTime


class MailState(StrEnum):
    """How far a mail is."""

    NEW = "new"
    DONE = "done"
    REVIEW = "review"
    UNREADABLE = "unreadable"
    JUNK = "junk"


_IS_NEW = text("state = 'new'")
_IS_TO_REVIEW = text("state IN ('review', 'unreadable')")


class IncomingMail(Base):
    """A mail as it came, stored before anything is understood of it; and then what was understood and done."""

    __tablename__ = "incoming_mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    # A digest of its Message-ID, From, Date, Subject and body: the same mail again is the same row, whatever way it took.
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # How it came: "imap" or "receive".
    source: Mapped[str] = mapped_column(String(10))
    # The envelope's recipient, where whoever handed it over said so.
    recipient: Mapped[str | None] = mapped_column(String(254))
    size: Mapped[int]
    # Whether only its head was taken, because it is larger than we take.
    is_cut: Mapped[bool]
    raw: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    # A MailState.
    state: Mapped[str] = mapped_column(String(10))
    # Counted before each try to read it, so that a mail that kills its reader is not read for ever.
    attempts: Mapped[int]
    try_after: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    # What was understood; all None until then.
    kind: Mapped[str | None] = mapped_column(String(10))
    subject: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[str | None] = mapped_column(String(250), index=True)
    from_address: Mapped[str | None] = mapped_column(String(254))
    # Lower case and without a tag, for counting.
    from_mailbox: Mapped[str | None] = mapped_column(String(254))
    from_name: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text, deferred=True)
    # What its files are called, how large they are and what it says they are: a JSON list of {name, type, size}.
    files: Mapped[str | None] = mapped_column(Text)

    # What was done, or why it waits for somebody, in words for staff; and the ticket that it is on, or that it names.
    outcome: Mapped[str | None] = mapped_column(Text)
    ticket_number: Mapped[int | None] = mapped_column(ForeignKey("tickets.number"), index=True)
    # What somebody decided after a review ("attach", "ticket" or "junk"), and the address of their link; it is then read once more.
    decision: Mapped[str | None] = mapped_column(String(10))
    decided_by: Mapped[str | None] = mapped_column(String(254))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_incoming_mails_new", "try_after", "id", sqlite_where=_IS_NEW, postgresql_where=_IS_NEW),
        Index("ix_incoming_mails_to_review", "id", sqlite_where=_IS_TO_REVIEW, postgresql_where=_IS_TO_REVIEW),
        Index("ix_incoming_mails_from_mailbox_received_at", "from_mailbox", "received_at"),
        {"sqlite_autoincrement": True},
    )
