"""What a customer was told about when an answer is due."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base, UtcDateTime


class Promise(Base):
    """A deadline as it was given, with its working; a later policy never moves it."""

    __tablename__ = "promises"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_number: Mapped[int] = mapped_column(ForeignKey("tickets.number"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counted_from: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # "2 business hours", "Incident, P1" and the open periods that were counted, all as said to the customer.
    target: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    working: Mapped[str] = mapped_column(Text)
    policy_version: Mapped[str] = mapped_column(Text)
