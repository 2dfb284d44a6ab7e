"""How often an article made a request unnecessary."""

from datetime import date

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base


class AnsweredArticle(Base):
    """The times that an article, suggested while somebody wrote a request, answered it: one row an article and day (UTC)."""

    __tablename__ = "answered_articles"

    article_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    times: Mapped[int]
