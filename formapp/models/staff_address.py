"""Whom links for staff were sent to."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base


class StaffAddress(Base):
    """An address to which links to staff pages go; a link holds its number, so that no address stands in one."""

    __tablename__ = "staff_addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(254), unique=True)

    __table_args__ = ({"sqlite_autoincrement": True},)
