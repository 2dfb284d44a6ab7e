"""What somebody wrote on a ticket after it was sent."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base, UtcDateTime


class Message(Base):
    """A customer's message, our reply, or a note that only staff see (a Kind of services/messages.py)."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_number: Mapped[int] = mapped_column(ForeignKey("tickets.number"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(10))
    # How it reached us, or how we wrote it: the customer's page, the staff page, a terminal, or a mail, or told by phone or mail.
    channel: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    # Of a customer's mail the address that it came from; and why nobody can be sure that the customer wrote it, None where it is sure.
    # What has a flag is for staff only: a stranger's mail must not show on the customer's page.
    sender: Mapped[str | None] = mapped_column(String(254))
    flag: Mapped[str | None] = mapped_column(Text)
    # The mail that it came in, with the whole of its text.
    incoming_mail_id: Mapped[int | None] = mapped_column(ForeignKey("incoming_mails.id"))
    # Of a reply or a note the address that its writer's link was sent to.
    author: Mapped[str | None] = mapped_column(String(254))
    # The mail in which a reply went to the customer.
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_mails.id"))

    __table_args__ = ({"sqlite_autoincrement": True},)
