"""What happened to a ticket."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base, UtcDateTime


class TicketEvent(Base):
    """One line of a ticket's history: who did what, when, how, and what it changed."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_number: Mapped[int] = mapped_column(ForeignKey("tickets.number"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(20))
    old_status: Mapped[str | None] = mapped_column(String(20))
    new_status: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(Text)
    # The address that the link of whoever did it was sent to; only staff have one.
    by: Mapped[str | None] = mapped_column(String(254))
    # The message that it brought, and a digest of the form's key: the same form sent twice acts once.
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    once_key: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)
