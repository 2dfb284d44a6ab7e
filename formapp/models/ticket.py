"""A customer's request."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formapp.models.base import Base, UtcDateTime
from formapp.models.complaint import Complaint
from formapp.models.promise import Promise
from formapp.models.ticket_event import TicketEvent


class Ticket(Base):
    """A request from a customer; its number with the policy's prefix is its ID (BC-1001)."""

    __tablename__ = "tickets"
    # Numbers are never used twice, not even after a deletion; the first migration starts them at 1001.
    __table_args__ = (Index("ix_tickets_content_digest_received_at", "content_digest", "received_at"), {"sqlite_autoincrement": True})

    number: Mapped[int] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(20))
    # Why staff should look at it before it is believed, as a filled honeypot; None for an ordinary ticket.
    suspect_because: Mapped[str | None] = mapped_column(String(200))
    # Whether a proof of work came with it; without one it is kept and answered all the same.
    is_proven: Mapped[bool] = mapped_column(default=False)
    # When staff first answered it; an acknowledgement is no answer.
    first_response_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

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

    # A digest of the form's idempotency key where the browser made one, and of the answers for where it did not.
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    content_digest: Mapped[str] = mapped_column(String(64))

    complaint: Mapped[Complaint | None] = relationship()
    promises: Mapped[list[Promise]] = relationship(order_by=Promise.id)
    events: Mapped[list[TicketEvent]] = relationship(order_by=TicketEvent.id)

    @property
    def promise(self) -> Promise:
        """The promise that stands: the last one given."""
        return self.promises[-1]
