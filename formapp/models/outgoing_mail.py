"""A mail on its way out."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, and_
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base, UtcDateTime


class OutgoingMail(Base):
    """One finished mail to one recipient: waiting, sent, or given up (a dead letter, kept until somebody retries it)."""

    __tablename__ = "outgoing_mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_number: Mapped[int | None] = mapped_column(ForeignKey("tickets.number"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(254))
    # The recipient without its +tag and in lower case, and its domain: what acknowledgements are counted by.
    recipient_mailbox: Mapped[str] = mapped_column(String(254))
    recipient_domain: Mapped[str] = mapped_column(String(254))
    message_id: Mapped[str] = mapped_column(String(210), unique=True)
    # Built once, so that a repeat is the same mail to the byte.
    raw: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # From when its age is counted: its creation, or the last time somebody retried it by hand.
    trying_since: Mapped[datetime] = mapped_column(UtcDateTime)
    send_after: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    # Which worker has it in hand, and until when: after that another one may take it.
    lease_token: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When it came back after the server had accepted it: its address is then sent no more acknowledgements.
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When the team was told that it was given up.
    failure_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The server's code and words, or what went wrong on our side; never an address.
    last_reply: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index(
            "ix_outgoing_mails_waiting",
            "send_after",
            "id",
            sqlite_where=and_(sent_at.is_(None), failed_at.is_(None)),
            postgresql_where=and_(sent_at.is_(None), failed_at.is_(None)),
        ),
        # By purpose although there are few: SQLite takes the index of all purposes for the smaller one else.
        Index(
            "ix_outgoing_mails_given_up",
            "purpose",
            "ticket_number",
            sqlite_where=failed_at.is_not(None),
            postgresql_where=failed_at.is_not(None),
        ),
        Index("ix_outgoing_mails_recipient_mailbox_created_at", "recipient_mailbox", "created_at"),
        Index(
            "ix_outgoing_mails_bounced",
            "recipient_mailbox",
            sqlite_where=bounced_at.is_not(None),
            postgresql_where=bounced_at.is_not(None),
        ),
        Index("ix_outgoing_mails_purpose_created_at", "purpose", "created_at"),
        {"sqlite_autoincrement": True},
    )
