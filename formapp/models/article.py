"""An article as the last build had it."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base, UtcDateTime


class Article(Base):
    """What `formapp articles sync` read of an article; its id outlives any change of its address or title."""

    __tablename__ = "articles"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    # Its page below the site's address, like articles/getting-help/…/, and its file below the folder of mkdocs.yml.
    path: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    # As the head has it: a team's name, or an address that feedback is mailed to.
    owner: Mapped[str] = mapped_column(Text)
    reviewed: Mapped[date | None] = mapped_column(Date)
    revision: Mapped[str] = mapped_column(String(12))
    # Of each heading its id, its words, and its line in the file, in their order.
    headings: Mapped[list[tuple[str, str, int]]] = mapped_column(JSON)
    # The numbers of the feedback that its head says it fixes and that was settled for it: what is opened again stays open.
    fixes: Mapped[list[int]] = mapped_column(JSON, default=list)
    # When a build was first without it; its feedback stays.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
