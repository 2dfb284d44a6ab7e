"""What a reader said of an article, beyond Yes or No."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formapp.models.base import Base, UtcDateTime
from formapp.models.feedback_reason import FeedbackReason
from formapp.models.vote import Vote

_IS_NEW = text("state = 'new'")
_IS_UNTOLD = text("email IS NOT NULL")
_IS_UNMAILED = text("mailed_at IS NULL")


class Feedback(Base):
    """A comment, reasons, or both; its number with F- before it is its ID (F-123)."""

    __tablename__ = "feedback"

    number: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), unique=True)
    article_id: Mapped[str] = mapped_column(String(100))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # What the reader had answered then; the vote may have been changed since.
    helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text)
    # By which the same text under other articles is found; None for no comment.
    comment_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    # Of a reader who wants to hear when it is better; emptied once they have, or never will.
    email: Mapped[str | None] = mapped_column(String(254))
    is_proven: Mapped[bool]
    # Why it is shown apart and in no digest, as a filled honeypot; None for ordinary feedback.
    set_aside_because: Mapped[str | None] = mapped_column(String(100))

    # new, done or wont-do, since when, and an editor's words about it.
    state: Mapped[str] = mapped_column(String(10))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text)
    # When readers could see what was changed because of it: the sync after it was done.
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When it went into a digest.
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    vote: Mapped[Vote] = relationship()
    reasons: Mapped[list[FeedbackReason]] = relationship(order_by=FeedbackReason.reason, cascade="all, delete-orphan")

    __table_args__ = (
        Index("ix_feedback_article_id_given_at", "article_id", "given_at"),
        Index("ix_feedback_new", "given_at", sqlite_where=_IS_NEW, postgresql_where=_IS_NEW),
        Index("ix_feedback_untold", "published_at", sqlite_where=_IS_UNTOLD, postgresql_where=_IS_UNTOLD),
        Index("ix_feedback_unmailed", "article_id", sqlite_where=_IS_UNMAILED, postgresql_where=_IS_UNMAILED),
        Index("ix_feedback_given_at", "given_at"),
        {"sqlite_autoincrement": True},
    )
