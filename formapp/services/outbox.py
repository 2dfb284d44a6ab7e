"""The outbox: a letter is a row in its transaction, and leaves once that is committed.

At least once: a worker that dies between the server's 250 and our mark leaves a mail that is sent again, the same
to the byte and with the same Message-ID. A mail's files are kept once, with the ticket, and put in as it leaves.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from formapp.address import bare_address, domain_of, mailbox_of
from formapp.mail.composer import compose
from formapp.mail.enclosures import fill_in, left_out
from formapp.mail.failures import PermanentFailure, ServerRefusesUs, ServerUnreachable, TemporaryFailure
from formapp.mail.letter import Letter, SealedLetter
from formapp.mail.letterhead import Letterhead
from formapp.models.outgoing_mail import OutgoingMail
from formapp.services import attachments
from formapp.services.database import Database, DatabaseError

# Longer than any sending can take (see mail/sender.py), so that a mail in a living worker's hands is never taken from it.
LEASE = timedelta(minutes=15)
LONGEST_WAIT = timedelta(minutes=60)
GIVE_UP_AFTER = timedelta(days=5)
# An error of our own making does not pass with time; a mail that was taken this often has met worse than a slow server.
MOST_SURPRISES = 8
MOST_ATTEMPTS = 200
_CANDIDATES = 8

Send = Callable[[SealedLetter], str]


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail in this worker's hands; `token` proves that it still is."""

    letter: SealedLetter
    token: str
    attempts: int
    trying_since: datetime
    message_id: str
    ticket_number: int | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one mail. `reply` is the server's or the reason, without addresses; `next_try` is set while it waits."""

    number: int
    message_id: str
    ticket_number: int | None
    attempts: int
    outcome: Literal["sent", "waiting", "failed", "taken over"]
    reply: str
    next_try: datetime | None = None
    server_down: bool = False


def queue(session: Session, letter: Letter, *, letterhead: Letterhead, now: datetime, ticket_number: int | None = None) -> OutgoingMail:
    """Seal a letter and put it in the outbox, in the caller's transaction; the letters about a ticket are one thread.

    Raises UnusableAddress or MalformedLetter for a letter that must not leave.
    """
    if ticket_number is not None:
        letter = letterhead.about(letter, ticket_number)
    message_id = letterhead.new_message_id(ticket_number)
    recipient = bare_address(letter.recipient)
    mail = OutgoingMail(
        ticket_number=ticket_number,
        purpose=letter.purpose,
        recipient=recipient,
        recipient_mailbox=mailbox_of(recipient),
        recipient_domain=domain_of(mailbox_of(recipient)),
        message_id=message_id,
        raw=compose(letter, letterhead, message_id=message_id, date=now),
        created_at=now,
        trying_since=now,
        send_after=now,
        attempts=0,
    )
    session.add(mail)
    session.flush()
    return mail


def claim(session: Session, *, now: datetime, lease: timedelta = LEASE) -> Taken | None:
    """Take the mail that has been due for longest, for `lease`; None when nothing is due or others were faster."""
    due = _is_due(now, lease)
    oldest = select(OutgoingMail.id).where(due).order_by(OutgoingMail.send_after, OutgoingMail.id).limit(_CANDIDATES)
    for number in session.scalars(oldest).all():
        token = secrets.token_hex(16)
        # The attempt is counted before the work: a mail that kills its worker is not tried for ever.
        taken = {"lease_token": token, "leased_until": now + lease, "attempts": OutgoingMail.attempts + 1}
        if _change(session, and_(OutgoingMail.id == number, due), taken):
            try:
                return _in_hand(session, number, token)
            except (TypeError, ValueError) as damage:
                # It would stand first in the queue for ever, and no other mail would leave.
                reason = f"the stored mail is damaged: its row cannot be read ({type(damage).__name__})"
                given_up = {"failed_at": now, "lease_token": None, "leased_until": None, "last_reply": reason}
                _change(session, OutgoingMail.id == number, given_up)
    return None


def deliver_one(
    database: Database,
    send: Send,
    now: Callable[[], datetime],
    jitter: Callable[[], float] = secrets.SystemRandom().random,
    lease: timedelta = LEASE,
) -> Delivery | None:
    """Send one due mail: taken in one transaction, sent outside any, marked in another. None when nothing is due.

    `jitter` gives a number in [0, 1). Raises ServerRefusesUs when no mail would fare better; this one's attempt is then not counted.
    """
    with database.transaction() as session:
        taken = claim(session, now=now(), lease=lease)
    if taken is None:
        return None
    if taken.attempts > MOST_ATTEMPTS:
        return _settle(database, taken, _delivery(taken, "failed", f"given up after {MOST_ATTEMPTS} attempts"), now())
    try:
        reply = _send_with_files(database, send, taken.letter)
    except ServerRefusesUs as refusal:
        _settle(database, taken, _put_back(taken, refusal.reply, now()), now())
        raise
    except PermanentFailure as failure:
        return _settle(database, taken, _delivery(taken, "failed", failure.reply), now())
    except TemporaryFailure as failure:
        later = _later(taken, failure.reply, now(), jitter)
        return _settle(database, taken, replace(later, server_down=isinstance(failure, ServerUnreachable)), now())
    except Exception as surprise:
        # Neither its text nor its traceback: either may carry the mail.
        reason = f"an error of our own: {type(surprise).__name__}"
        outcome = _delivery(taken, "failed", reason) if taken.attempts >= MOST_SURPRISES else _later(taken, reason, now(), jitter)
        return _settle(database, taken, outcome, now())
    return _settle(database, taken, _delivery(taken, "sent", reply), now())


def wait_after(attempts: int, jitter: float) -> timedelta:
    """Return the pause after that many failed attempts: 1, 2, 4 … 60 minutes, up to a quarter longer but never over 60."""
    minutes = 2.0 ** min(attempts - 1, 6) * (1 + jitter / 4)
    return min(timedelta(minutes=minutes), LONGEST_WAIT)


def _is_due(now: datetime, lease: timedelta) -> ColumnElement[bool]:
    # A moment further off than we ever set one was written by a clock that has since been put back.
    return and_(
        OutgoingMail.sent_at.is_(None),
        OutgoingMail.failed_at.is_(None),
        or_(OutgoingMail.send_after <= now, OutgoingMail.send_after > now + LONGEST_WAIT),
        or_(OutgoingMail.leased_until.is_(None), OutgoingMail.leased_until <= now, OutgoingMail.leased_until > now + lease),
    )


def _in_hand(session: Session, number: int, token: str) -> Taken:
    row = session.execute(
        select(
            OutgoingMail.recipient,
            OutgoingMail.raw,
            OutgoingMail.created_at,
            OutgoingMail.attempts,
            OutgoingMail.trying_since,
            OutgoingMail.message_id,
            OutgoingMail.ticket_number,
        ).where(OutgoingMail.id == number)
    ).one()
    letter = SealedLetter(number=number, recipient=row.recipient, raw=row.raw, written_at=row.created_at)
    return Taken(letter, token, row.attempts, row.trying_since, row.message_id, row.ticket_number)


def _send_with_files(database: Database, send: Send, letter: SealedLetter) -> str:
    try:
        return send(_complete(database, letter))
    except PermanentFailure as refusal:
        # Too large, a virus, a type that a company bans: what was written must arrive even where the files cannot come with it.
        smaller = left_out(letter.raw)
        if smaller == letter.raw:
            raise
        return f"{send(replace(letter, raw=smaller))} (without its files: {refusal.reply})"


def _complete(database: Database, letter: SealedLetter) -> SealedLetter:
    """Return a letter with its files in it, read outside the claim's transaction: nobody waits for megabytes to be read."""

    def content_of(number: int) -> bytes:
        with database.reading() as session:
            return attachments.content_of(session, number)

    try:
        return replace(letter, raw=fill_in(letter.raw, content_of))
    except SQLAlchemyError as error:
        raise TemporaryFailure(f"the mail's files could not be read: {type(error).__name__}") from None


def _delivery(taken: Taken, outcome: Literal["sent", "waiting", "failed"], reply: str, next_try: datetime | None = None) -> Delivery:
    return Delivery(taken.letter.number, taken.message_id, taken.ticket_number, taken.attempts, outcome, reply, next_try)


def _later(taken: Taken, reply: str, now: datetime, jitter: Callable[[], float]) -> Delivery:
    if now - taken.trying_since >= GIVE_UP_AFTER:
        return _delivery(taken, "failed", f"given up after {GIVE_UP_AFTER.days} days: {reply}")
    return _delivery(taken, "waiting", reply, now + wait_after(taken.attempts, jitter()))


def _put_back(taken: Taken, reply: str, now: datetime) -> Delivery:
    # Due again at once, but behind the others: should the refusal be about this mail after all, they get past it.
    return replace(_delivery(taken, "waiting", reply, now), attempts=taken.attempts - 1)


def _settle(database: Database, taken: Taken, delivery: Delivery, now: datetime) -> Delivery:
    """Mark what became of a mail, at once and only if it is still ours; tried twice, for a mark that is lost is a mail sent twice."""
    values: dict[str, Any] = {"lease_token": None, "leased_until": None, "attempts": delivery.attempts, "last_reply": delivery.reply}
    if delivery.outcome == "sent":
        values["sent_at"] = now
    elif delivery.outcome == "failed":
        values["failed_at"] = now
    elif delivery.next_try:
        values["send_after"] = delivery.next_try
    still_ours = and_(OutgoingMail.id == taken.letter.number, OutgoingMail.lease_token == taken.token)
    try:
        marked = _mark(database, still_ours, values)
    except (SQLAlchemyError, DatabaseError):
        marked = _mark(database, still_ours, values)
    return delivery if marked else replace(delivery, outcome="taken over")


def _mark(database: Database, which: ColumnElement[bool], values: dict[str, Any]) -> bool:
    with database.transaction() as session:
        return _change(session, which, values)


def _change(session: Session, which: ColumnElement[bool], values: dict[str, Any]) -> bool:
    """Change one mail if it is still as described; False when another worker was faster."""
    change = update(OutgoingMail).where(which).values(values).execution_options(synchronize_session=False)
    return cast(CursorResult[Any], session.execute(change)).rowcount == 1
