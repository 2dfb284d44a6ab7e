"""Words that were searched for in vain."""

from datetime import date

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base


class MissedSearch(Base):
    """How often a search for these words found nothing: one row a day, in the policy's zone, and nothing of who searched."""

    __tablename__ = "missed_searches"

    words: Mapped[str] = mapped_column(String(80), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    times: Mapped[int]

    __table_args__ = (Index("ix_missed_searches_day", "day"),)
