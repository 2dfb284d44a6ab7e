"""A reader's answer to whether an article helped."""

from datetime import date, datetime

from sqlalchemy import Date, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base, UtcDateTime

_COUNTS = text("set_aside_because IS NULL")


class Vote(Base):
    """One vote of a reader on a revision of an article; the last answer stands."""

    __tablename__ = "votes"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[str] = mapped_column(String(100))
    # A hash of the text that was voted on, empty for one that we do not know, and its commit where there is git.
    revision: Mapped[str] = mapped_column(String(12))
    commit_hash: Mapped[str | None] = mapped_column(String(40))
    helpful: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The day of `at` in the policy's zone, by which votes are added up.
    day: Mapped[date] = mapped_column(Date)
    # The id of the heading where the reader was longest, and the words that they searched for; empty for none.
    heading: Mapped[str] = mapped_column(String(100))
    search_words: Mapped[str] = mapped_column(String(80))
    # Keyed hashes of who voted and of their network, with a key of the day; both are emptied with the day.
    voter: Mapped[str | None] = mapped_column(String(32))
    network: Mapped[str | None] = mapped_column(String(32))
    # Why it does not count, as a burst; None for a vote that does.
    set_aside_because: Mapped[str | None] = mapped_column(String(100))

    __table_args__ = (
        UniqueConstraint("voter", "article_id", "revision"),
        # For the look for a burst, which only those that count can make.
        Index("ix_votes_counted", "article_id", "at", sqlite_where=_COUNTS, postgresql_where=_COUNTS),
        Index("ix_votes_network", "network"),
        Index("ix_votes_day", "day"),
        {"sqlite_autoincrement": True},
    )
