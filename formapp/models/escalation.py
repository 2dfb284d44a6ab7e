"""A request for a formal escalation."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base, UtcDateTime


class Escalation(Base):
    """What somebody asked, and whether it went through to escalation level; `ticket_number` only where the ticket is theirs."""

    __tablename__ = "escalations"

    id: Mapped[int] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The number as it was given, which may be nobody's or a stranger's.
    given_number: Mapped[int]
    ticket_number: Mapped[int | None] = mapped_column(ForeignKey("tickets.number"), index=True)
    # A Verdict of rules/escalation.py; for staff only.
    verdict: Mapped[str] = mapped_column(String(20))
    review_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When staff told the customer what became of it.
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When the team was told that its review is late.
    late_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When the items that were missing in a mail were asked for: once.
    items_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suspect_because: Mapped[str | None] = mapped_column(String(200))
    is_proven: Mapped[bool]

    company: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(Text)
    impact: Mapped[str] = mapped_column(Text)
    business_case: Mapped[str] = mapped_column(Text)

    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    content_digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_escalations_content_digest_received_at", "content_digest", "received_at"), {"sqlite_autoincrement": True})
