"""What a form left in the database."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from sqlalchemy import func, select

from formapp.models import OutgoingMail
from formapp.runtime import Runtime
from tests.mails import text_of


def count(runtime: Runtime, model: type) -> int:
    with runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def letters(runtime: Runtime) -> list[tuple[str, EmailMessage]]:
    """Return the purpose and the mail of everything in the outbox, oldest first."""
    with runtime.database.reading() as session:
        mails = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
        return [(mail.purpose, cast(EmailMessage, message_from_bytes(mail.raw, policy=policy.default))) for mail in mails]


def words(mail: EmailMessage) -> str:
    """Return the text of a mail, on one line, so that it does not matter where a line was broken."""
    return " ".join(text_of(mail).split())
