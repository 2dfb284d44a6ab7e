"""Telling the team of mails that wait for a person: each by itself, as long as they are few."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from formapp.mail.incoming_letters import MailToReview, team_mail_to_review, team_mail_unreadable, team_mails_to_review_many
from formapp.mail.letter import Enclosure
from formapp.mail.purposes import TEAM_MAIL_TO_REVIEW, TEAM_REVIEWS_CAPPED
from formapp.mail.understood import Understood
from formapp.models import IncomingMail, OutgoingMail
from formapp.models.incoming_mail import MailState
from formapp.rules.files import say_size
from formapp.rules.wording import say_moment_in_full, to_the_minute
from formapp.services import attachments, outbox
from formapp.services.desk import Desk
from formapp.services.staff_links import staff_links

# Beyond so many an hour one letter says that there are more: a flood must not go on in the team's mailbox.
MOST_AN_HOUR = 20
_AN_HOUR = timedelta(hours=1)
_LONGEST_TEXT = 5_000


def tell_team(session: Session, row: IncomingMail, mail: Understood, reason: str, desk: Desk, now: datetime) -> None:
    """Write to the team that a mail waits for review."""
    staff = staff_links(session, desk, now)
    if _sent_lately(session, TEAM_MAIL_TO_REVIEW, now) < MOST_AN_HOUR:
        seen = MailToReview(
            reason=reason,
            sender=mail.from_address or "",
            name=mail.from_name,
            subject=mail.subject,
            received=say_moment_in_full(to_the_minute(row.received_at), desk.policy),
            text=(mail.reply or mail.text)[:_LONGEST_TEXT],
            files=tuple(f"{file.name} ({say_size(len(file.content))})" for file in mail.files),
            link=staff.review_url(),
        )
        letter = team_mail_to_review(seen, team=desk.team_email)
    elif not _sent_lately(session, TEAM_REVIEWS_CAPPED, now):
        waiting = select(func.count()).where(IncomingMail.state.in_((MailState.REVIEW, MailState.UNREADABLE)))
        count = (session.scalar(waiting) or 0) + 1
        letter = team_mails_to_review_many(count=count, link=staff.review_url(), team=desk.team_email)
    else:
        return
    outbox.queue(session, letter, letterhead=desk.letterhead, now=now)


def tell_unreadable(session: Session, row: IncomingMail, reason: str, desk: Desk, now: datetime) -> None:
    """Give the team a mail that could not be read, as it came."""
    raw = session.scalars(select(IncomingMail).where(IncomingMail.id == row.id).options(undefer(IncomingMail.raw))).one().raw
    name = f"email-{row.id}.eml"
    enclosure = Enclosure(attachments.keep_mail(session, row.id, name, raw, now), name, "application/octet-stream")
    letter = team_mail_unreadable(
        reason=reason,
        size=say_size(row.size),
        received=say_moment_in_full(to_the_minute(row.received_at), desk.policy),
        link=staff_links(session, desk, now).review_url(),
        enclosure=enclosure,
        team=desk.team_email,
    )
    outbox.queue(session, letter, letterhead=desk.letterhead, now=now)


def _sent_lately(session: Session, purpose: str, now: datetime) -> int:
    lately = (OutgoingMail.purpose == purpose, OutgoingMail.created_at > now - _AN_HOUR, OutgoingMail.created_at <= now)
    return session.scalar(select(func.count()).where(*lately)) or 0
