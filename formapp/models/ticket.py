"""A customer's request."""

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formapp.models.base import Base, UtcDateTime
from formapp.models.complaint import Complaint
from formapp.models.promise import Promise
from formapp.models.ticket_event import TicketEvent

# What waits for us: open, or owed something although it is the customer's turn. In these words in every question, or the index is not used.
IN_QUEUE = "status = 'open' OR next_due_at IS NOT NULL"
_IN_QUEUE = text(IN_QUEUE)
_MOVES_ON = text("step_at IS NOT NULL")
_IS_UNSTARTED = text("notice_id IS NOT NULL AND step_at IS NULL")
_IS_REMINDED = text("remind_at IS NOT NULL")
_IS_SUSPECT = text("suspect_because IS NOT NULL")


class Ticket(Base):
    """A request from a customer; its number with the policy's prefix is its ID (BC-1001)."""

    __tablename__ = "tickets"
    # Numbers are never used twice, not even after a deletion; the first migration starts them at 1001.
    __table_args__ = (
        Index("ix_tickets_content_digest_received_at", "content_digest", "received_at"),
        Index("ix_tickets_status_number", "status", "number"),
        Index("ix_tickets_queue", "next_due_at", "number", "request_type", "priority", sqlite_where=_IN_QUEUE, postgresql_where=_IN_QUEUE),
        Index("ix_tickets_step_at", "step_at", sqlite_where=_MOVES_ON, postgresql_where=_MOVES_ON),
        Index("ix_tickets_unstarted", "notice_id", sqlite_where=_IS_UNSTARTED, postgresql_where=_IS_UNSTARTED),
        Index("ix_tickets_remind_at", "remind_at", sqlite_where=_IS_REMINDED, postgresql_where=_IS_REMINDED),
        Index("ix_tickets_suspect", "number", sqlite_where=_IS_SUSPECT, postgresql_where=_IS_SUSPECT),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # A Status of rules/lifecycle.py.
    status: Mapped[str] = mapped_column(String(20))
    # How often somebody has changed it: a form says which of these its writer saw.
    revision: Mapped[int] = mapped_column(default=0)
    # The earliest of what we owe: an answer, the review of an escalation, the answer to a complaint; None when we owe nothing.
    next_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Why staff should look at it before it is believed, as a filled honeypot; None for an ordinary ticket.
    suspect_because: Mapped[str | None] = mapped_column(String(200))
    # Whether a proof of work came with it; without one it is kept and answered all the same.
    is_proven: Mapped[bool] = mapped_column(default=False)
    # When staff first answered it; an acknowledgement is no answer.
    first_response_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolution_reason: Mapped[str | None] = mapped_column(Text)
    underlying_problem: Mapped[str | None] = mapped_column(Text)

    # Time's next move: the mail that announces it, the days that it promised, and the moment, which is known once that mail has left.
    notice_id: Mapped[int | None]
    window_days: Mapped[int | None]
    step_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    request_type: Mapped[str] = mapped_column(String(40))
    priority: Mapped[str | None] = mapped_column(String(2))
    summary: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(Text)
    extent: Mapped[str] = mapped_column(Text)
    # How badly it hits the customer's work, and the level that this and the extent suggest; the customer may have chosen another.
    effect: Mapped[str] = mapped_column(Text, default="")
    suggested_priority: Mapped[str | None] = mapped_column(String(2))
    impact: Mapped[str] = mapped_column(Text)
    browser: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(254))
    company: Mapped[str] = mapped_column(Text)
    # The article from whose end it was sent, where it was.
    article_id: Mapped[str | None] = mapped_column(String(100))

    # The mail that it was sent by, where it was. No foreign key: mails have one to tickets, and neither table could be made first.
    incoming_mail_id: Mapped[int | None]

    # A digest of the form's idempotency key where the browser made one, and of the answers for where it did not.
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    content_digest: Mapped[str] = mapped_column(String(64))

    complaint: Mapped[Complaint | None] = relationship()
    promises: Mapped[list[Promise]] = relationship(order_by=Promise.id)
    events: Mapped[list[TicketEvent]] = relationship(order_by=TicketEvent.id)

    @property
    def promise(self) -> Promise:
        """The last promise given: it stands, unless it has ended."""
        return self.promises[-1]
