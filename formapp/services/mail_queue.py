"""What stands in the outbox, for the people who look after it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Update, func, or_, select, update
from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError
from formapp.models.outgoing_mail import OutgoingMail


class NothingToRetry(HelpCentreError):
    """There is no such mail, or it has left already."""


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail as a list shows it. `state` is waiting, sending, sent or failed; `next_try` is set while it waits; `reason` has no address."""

    number: int
    ticket_number: int | None
    purpose: str
    recipient: str
    state: str
    attempts: int
    created_at: datetime
    next_try: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """How many mails wait, for how long the oldest has (None when none does), and how many were given up."""

    waiting: int
    oldest_age: timedelta | None
    dead: int


def list_mails(session: Session, *, now: datetime, sent_too: bool = False) -> list[QueuedMail]:
    """Return the mails that have not left, oldest first; with `sent_too` all of them."""
    wanted = select(OutgoingMail).order_by(OutgoingMail.id)
    if not sent_too:
        wanted = wanted.where(OutgoingMail.sent_at.is_(None))
    return [_shown(mail, now) for mail in session.scalars(wanted)]


def queue_health(session: Session, now: datetime) -> QueueHealth:
    """Return the figures by which one sees that mail is not leaving."""
    waiting = (OutgoingMail.sent_at.is_(None), OutgoingMail.failed_at.is_(None))
    count, oldest = session.execute(select(func.count(), func.min(OutgoingMail.trying_since)).where(*waiting)).one()
    dead = session.scalar(select(func.count()).where(OutgoingMail.failed_at.is_not(None))) or 0
    return QueueHealth(count, max(now - oldest, timedelta(0)) if oldest else None, dead)


def retry(session: Session, number: int, now: datetime) -> None:
    """Make one mail due at once, as if it were new; raise NothingToRetry if there is none of that number or it was sent."""
    if _count(session, _as_new(now).where(OutgoingMail.id == number)):
        return
    if session.get(OutgoingMail, number):
        raise NothingToRetry(f"mail {number} has been sent, or is being sent just now: `formapp mail queue --all` shows its state")
    raise NothingToRetry(f"there is no mail {number}: `formapp mail queue` lists those that wait")


def retry_dead(session: Session, now: datetime) -> int:
    """Make every given-up mail due at once, and return how many there were."""
    return _count(session, _as_new(now).where(OutgoingMail.failed_at.is_not(None)))


def state_of(mail: OutgoingMail, now: datetime) -> str:
    """Return what became of a mail so far: waiting, sending, sent or failed."""
    if mail.sent_at:
        return "sent"
    if mail.failed_at:
        return "failed"
    return "sending" if mail.leased_until and mail.leased_until > now else "waiting"


def _as_new(now: datetime) -> Update:
    return (
        update(OutgoingMail)
        .where(OutgoingMail.sent_at.is_(None), or_(OutgoingMail.leased_until.is_(None), OutgoingMail.leased_until <= now))
        .values(
            failed_at=None,
            bounced_at=None,
            failure_told_at=None,
            attempts=0,
            trying_since=now,
            send_after=now,
            lease_token=None,
            leased_until=None,
        )
        .execution_options(synchronize_session=False)
    )


def _count(session: Session, change: Update) -> int:
    return cast(CursorResult[Any], session.execute(change)).rowcount


def _shown(mail: OutgoingMail, now: datetime) -> QueuedMail:
    state = state_of(mail, now)
    return QueuedMail(
        number=mail.id,
        ticket_number=mail.ticket_number,
        purpose=mail.purpose,
        recipient=mail.recipient,
        state=state,
        attempts=mail.attempts,
        created_at=mail.created_at,
        next_try=mail.send_after if state == "waiting" else None,
        reason=mail.last_reply,
    )
