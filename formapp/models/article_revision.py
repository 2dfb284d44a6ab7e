"""A text that an article has had."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base, UtcDateTime


class ArticleRevision(Base):
    """A revision of an article, named by a hash of its text, with the commit that it came from where there is git."""

    __tablename__ = "article_revisions"

    article_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    revision: Mapped[str] = mapped_column(String(12), primary_key=True)
    # `commit` alone is a word of SQL.
    commit_hash: Mapped[str | None] = mapped_column(String(40))
    # The first line of the commit's message; empty without git.
    summary: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
