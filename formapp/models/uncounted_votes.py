"""Votes that are not even kept."""

from datetime import date

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base


class UncountedVotes(Base):
    """How many votes on an article came, on a day, from clients that had voted more than anybody does in an hour."""

    __tablename__ = "uncounted_votes"

    article_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    times: Mapped[int]
