"""Mails of ours that came back after a server had accepted them: marked on the exact mail, and their address spared from then on."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from formapp.address import mailbox_of
from formapp.mail.understood import Bounce
from formapp.models import OutgoingMail
from formapp.services import intake
from formapp.services.ticket_life import MAIL

BOUNCED = "mail bounced"


def mark(session: Session, bounce: Bounce, now: datetime) -> tuple[int | None, bool]:
    """Note on the mail that came back that it did; return its ticket, where it has one, and whether it is a mail of ours at all.

    A mail that is only late stays as it is. The team hears of it as of any mail that could not be delivered.
    """
    theirs = OutgoingMail.message_id.in_(bounce.message_ids[:20])
    mail = session.scalar(select(OutgoingMail).where(theirs).order_by(OutgoingMail.id.desc()).limit(1))
    if mail is None or not _is_to(mail, bounce):
        return None, False
    if bounce.is_final and mail.bounced_at is None:
        mail.bounced_at = mail.failed_at = now
        mail.sent_at = mail.failure_told_at = None
        mail.last_reply = f"it came back: {bounce.reply or 'no reason was given'}"
        if mail.ticket_number is not None:
            note = bounce.reply or None
            intake.note_event(session, mail.ticket_number, now, BOUNCED, actor="system", channel=MAIL, note=note)
    return mail.ticket_number, True


def _is_to(mail: OutgoingMail, bounce: Bounce) -> bool:
    """Whether a report is about the recipient: a forwarded mail may come back from elsewhere, and a report may name nobody."""
    return not bounce.recipients or mail.recipient_mailbox in map(mailbox_of, bounce.recipients)
