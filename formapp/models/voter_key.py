"""The key under which a day's voters are told apart."""

from datetime import date

from sqlalchemy import Date, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base


class VoterKey(Base):
    """A random key, destroyed with its day: after that no vote can be tied to anybody."""

    __tablename__ = "voter_keys"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary)
