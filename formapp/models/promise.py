"""What a customer was told about when an answer is due."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base, UtcDateTime

_UNWARNED = text("ended_at IS NULL AND warned_at IS NULL")
_UNTOLD = text("ended_at IS NULL AND late_told_at IS NULL")


class Promise(Base):
    """A deadline as it was given, with its working; a later policy never moves it."""

    __tablename__ = "promises"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_number: Mapped[int] = mapped_column(ForeignKey("tickets.number"), index=True)
    # Whether it is for the first response, or for the answer to a later message of the customer.
    is_first: Mapped[bool] = mapped_column(default=True)
    # When the message came that it answers; what it rests on; and when three quarters of its business time are over.
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    request_type: Mapped[str] = mapped_column(String(40))
    priority: Mapped[str | None] = mapped_column(String(2))
    warn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the team was told that it is nearly due, and that it is late.
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    late_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When and how it stopped to stand, an End of services/promises.py; None for the one that stands.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_as: Mapped[str | None] = mapped_column(String(20))

    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counted_from: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # "2 business hours", "Incident, P1" and the open periods that were counted, all as said to the customer.
    target: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    working: Mapped[str] = mapped_column(Text)
    policy_version: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index("ix_promises_unwarned", "warn_at", sqlite_where=_UNWARNED, postgresql_where=_UNWARNED),
        Index("ix_promises_untold", "due_at", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
        Index("ix_promises_ended_at", "ended_at"),
    )
