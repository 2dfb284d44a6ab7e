"""Which links for staff are believed."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base


class LinkGeneration(Base):
    """The generation of a kind of links: `formapp keys rotate` begins the next, and those of earlier ones open nothing."""

    __tablename__ = "link_generations"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    generation: Mapped[int]
