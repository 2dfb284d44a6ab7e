"""A file that a customer added."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from formapp.models.base import Base, UtcDateTime
from formapp.models.file_content import FileContent

_IS_STAGED = text("ticket_number IS NULL AND escalation_id IS NULL")
_IS_HELD = text("held_because IS NOT NULL")


class Attachment(Base):
    """A file: staged while it belongs to no submission yet, then a ticket's or an escalation's for good."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    # A digest of the random token by which the form that it was added to names it.
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    ticket_number: Mapped[int | None] = mapped_column(ForeignKey("tickets.number"), index=True)
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalations.id"), index=True)
    # The later message with which it came; None for a file of the request itself, and for our own until its reply is written.
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    # An incoming mail itself, which goes to the team whole because nobody could read it.
    incoming_mail_id: Mapped[int | None] = mapped_column(ForeignKey("incoming_mails.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Cleaned, for people; nothing is ever stored or opened under it.
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    # What staff should know before they open it; None for an ordinary file.
    warning: Mapped[str | None] = mapped_column(Text)
    # Why nobody is given it yet, as a scanner that did not answer; None for a file that is passed on.
    held_because: Mapped[str | None] = mapped_column(Text)
    # When a held file whose scan failed may be scanned again; None for one that was not scanned since.
    scan_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # None for a file that was deleted for its virus.
    content_id: Mapped[int | None] = mapped_column(ForeignKey("file_contents.id"), index=True)
    content: Mapped[bytes | None] = column_property(
        select(FileContent.content).where(FileContent.id == content_id).scalar_subquery(), deferred=True
    )

    __table_args__ = (
        CheckConstraint("ticket_number IS NULL OR escalation_id IS NULL", name="one_owner"),
        # For every staging, which adds their sizes up, and for the deletion of the oldest.
        Index("ix_attachments_staged", "added_at", "size", sqlite_where=_IS_STAGED, postgresql_where=_IS_STAGED),
        Index("ix_attachments_held", "scan_after", sqlite_where=_IS_HELD, postgresql_where=_IS_HELD),
        {"sqlite_autoincrement": True},
    )
