"""What is done once a day or a week."""

from datetime import date

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base


class Chore(Base):
    """For which day a regular work was done last, so that of several workers one does it."""

    __tablename__ = "chores"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_for: Mapped[date] = mapped_column(Date)
