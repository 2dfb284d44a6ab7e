"""What a complaint has beyond the ticket that it is."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base, UtcDateTime


class Complaint(Base):
    """A ticket's second half where the ticket is a complaint; the ticket's promise is when it is acknowledged."""

    __tablename__ = "complaints"

    ticket_number: Mapped[int] = mapped_column(ForeignKey("tickets.number"), primary_key=True, autoincrement=False)
    about: Mapped[str] = mapped_column(Text)
    wanted: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    # The ticket that it is about, as it was given; nobody has checked that it is the customer's.
    about_ticket: Mapped[str] = mapped_column(Text)
    answer_by: Mapped[datetime] = mapped_column(UtcDateTime)
    # When it was answered, that is resolved for the first time, and when the team was told that the answer is late.
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    late_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
