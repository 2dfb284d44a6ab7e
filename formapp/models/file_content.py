"""The content of a customer's file."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base


class FileContent(Base):
    """Bytes in a table of their own: rows that say whose they are change without them, and copies of a file share them."""

    __tablename__ = "file_contents"

    id: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    # An id is never given twice: a scan that ends late must not speak of another content.
    __table_args__ = ({"sqlite_autoincrement": True},)
