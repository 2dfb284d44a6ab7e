"""What time does to tickets: a waiting one is reminded of, then resolved, a resolved one closed (policy, Resolution).

Nothing is scheduled, so nothing can be lost: each pass asks the database what is due, and moves each ticket one step in a transaction
of its own, with its letter. The window of the next step begins when that letter has left.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from formapp.mail.life_letters import ticket_closed, ticket_resolved, waiting_reminder
from formapp.models import Message, OutgoingMail, Ticket
from formapp.rules.lifecycle import Move, Step, say_step
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_day, say_hours, say_moment_in_full, to_the_minute
from formapp.services import intake, promises
from formapp.services.database import Database
from formapp.services.desk import Desk
from formapp.services.one_by_one import Outrun, one_by_one
from formapp.services.ticket_life import (
    BY_RULE,
    announce,
    coming_step,
    hold,
    move,
    reason_not_to_write,
    record,
    say_next_step,
    window_of,
    write,
)

# In one pass: after a long outage the letters leave in portions, and the mail has its turn in between.
MOST_AT_ONCE = 200


def start_windows(database: Database, desk: Desk) -> int:
    """Begin the window of each ticket whose notice has left since the last pass; return how many."""
    unstarted = and_(Ticket.notice_id.is_not(None), Ticket.step_at.is_(None))
    left = select(Ticket.number).join(OutgoingMail, OutgoingMail.id == Ticket.notice_id)
    numbers = _numbers(database, left.where(unstarted, OutgoingMail.sent_at.is_not(None)).limit(MOST_AT_ONCE))

    def start(session: Session, number: int) -> int:
        ticket = _locked(session, number)
        mail = session.get(OutgoingMail, ticket.notice_id) if ticket.notice_id else None
        step = coming_step(ticket, desk.policy)
        if ticket.step_at is not None or mail is None or mail.sent_at is None or step is None:
            raise Outrun("another worker has begun it, or the ticket has moved on")
        # Not before it was written: the clock may have been behind when it left.
        left_at = max(mail.sent_at, mail.created_at)
        ticket.step_at = left_at + window_of(ticket, step)
        ticket.remind_at = _remind_at(left_at, step, ticket.step_at)
        return 1

    return one_by_one(database, numbers, start, "a ticket's window could not be begun")


def mend_windows(database: Database, desk: Desk, now: datetime) -> int:
    """Begin anew the windows that a clock set, which has since been put back; return how many."""
    resolution = desk.policy.resolution
    longest = timedelta(days=max(resolution.resolved_after_quiet_days, resolution.closed_after_resolved_days))
    with database.reading() as session:
        far = session.execute(select(Ticket.number, Ticket.step_at, Ticket.window_days).where(Ticket.step_at > now + longest)).all()
    # A window that an earlier policy gave may be longer, and is as it should be.
    numbers = [number for number, step_at, days in far if step_at and (days is None or step_at > now + timedelta(days=days))][:MOST_AT_ONCE]

    def mend(session: Session, number: int) -> int:
        ticket = _locked(session, number)
        step = coming_step(ticket, desk.policy)
        if step is None or ticket.step_at is None or ticket.step_at <= now + window_of(ticket, step):
            raise Outrun("another worker has mended it, or the ticket has moved on")
        ticket.step_at = now + window_of(ticket, step)
        ticket.remind_at = ticket.remind_at and _remind_at(now, step, ticket.step_at)
        return 1

    return one_by_one(database, numbers, mend, "a ticket's window could not be mended")


def remind(database: Database, desk: Desk, now: datetime) -> int:
    """Remind the customers who have not answered for so long, once, in opening hours; return how many."""
    due = select(Ticket.number).where(Ticket.remind_at <= now, Ticket.step_at > now).order_by(Ticket.remind_at)

    def work(session: Session, number: int) -> int:
        ticket = _locked(session, number)
        if ticket.remind_at is None or ticket.remind_at > now or ticket.step_at is None or ticket.step_at <= now:
            raise Outrun("another worker has reminded, or the customer has written")
        ticket.remind_at = None
        return _remind(session, ticket, desk, now)

    return one_by_one(database, _when_open(database, due.limit(MOST_AT_ONCE), desk, now), work, "a reminder could not be written")


def step(database: Database, desk: Desk, now: datetime) -> int:
    """Move each ticket whose time has come one step, in opening hours, with its letter; return how many."""
    due = select(Ticket.number).where(Ticket.step_at <= now).order_by(Ticket.step_at)

    def work(session: Session, number: int) -> int:
        ticket = _locked(session, number)
        coming = coming_step(ticket, desk.policy)
        if ticket.step_at is None or ticket.step_at > now or coming is None:
            # A reply in the same second wins: the ticket is open.
            raise Outrun("another worker has moved it, or the customer has written")
        return _make(session, ticket, coming, desk, now)

    return one_by_one(database, _when_open(database, due.limit(MOST_AT_ONCE), desk, now), work, "a ticket could not be moved on")


def _make(session: Session, ticket: Ticket, coming: Step, desk: Desk, now: datetime) -> int:
    policy, link, bc = desk.policy, desk.links.ticket_url(ticket.number), ticket_id(desk.policy, ticket.number)
    if coming.move is Move.WENT_QUIET:
        reason = policy.resolution.reason_when_quiet
        move(session, ticket, coming.move, BY_RULE, now, note=reason)
        ticket.resolution_reason = reason
    else:
        reason = ticket.resolution_reason or ""
        move(session, ticket, coming.move, BY_RULE, now, note=reason or None)
    promises.note_what_we_owe(session, ticket)
    withheld = reason_not_to_write(ticket, desk)
    if withheld:
        record(session, ticket, "letter withheld", BY_RULE, now, note=withheld)
        announce(ticket, None, policy, now)
        return 1
    about: dict[str, Any] = {"ticket_id": bc, "customer": ticket.email, "reason": reason, "link": link, "hours": say_hours(policy)}
    if coming.move is Move.WENT_QUIET:
        next_step = say_next_step(ticket, desk, now)
        letter = ticket_resolved(**about, text="", underlying_problem="", how="quiet", next_step=next_step, policy=policy)
    else:
        letter = ticket_closed(**about, by_customer=False, policy=policy)
    announce(ticket, write(session, ticket, letter, desk, now), policy, now)
    return 1


def _remind(session: Session, ticket: Ticket, desk: Desk, now: datetime) -> int:
    assert ticket.step_at is not None
    if withheld := reason_not_to_write(ticket, desk):
        record(session, ticket, "letter withheld", BY_RULE, now, note=withheld)
        return 0
    coming = coming_step(ticket, desk.policy)
    notice = session.get(OutgoingMail, ticket.notice_id) if ticket.notice_id else None
    if coming is None or notice is None:
        return 0
    letter = waiting_reminder(
        ticket_id=ticket_id(desk.policy, ticket.number),
        customer=ticket.email,
        asked=say_day(notice.created_at, desk.policy),
        text=session.scalar(select(Message.text).where(Message.mail_id == notice.id)) or "",
        next_step=say_step(coming.move, say_moment_in_full(to_the_minute(desk.calendar.next_opening(ticket.step_at)), desk.policy)),
        link=desk.links.ticket_url(ticket.number),
        hours=say_hours(desk.policy),
        policy=desk.policy,
    )
    write(session, ticket, letter, desk, now)
    # Noted beside, not as a change: a form that staff have open stays good.
    intake.note_event(session, ticket.number, now, "reminded", actor=BY_RULE.mover, channel=BY_RULE.channel)
    return 1


def _remind_at(since: datetime, coming: Step, step_at: datetime) -> datetime | None:
    if coming.remind_after_days is None:
        return None
    remind_at = since + timedelta(days=coming.remind_after_days)
    return remind_at if remind_at < step_at else None


def _locked(session: Session, number: int) -> Ticket:
    ticket = hold(session, number)
    if ticket is None:
        raise Outrun("the ticket is gone")
    return ticket


def _when_open(database: Database, wanted: Select[int], desk: Desk, now: datetime) -> Sequence[int]:
    return _numbers(database, wanted) if desk.calendar.is_open(now) else ()


def _numbers(database: Database, wanted: Select[int]) -> Sequence[int]:
    with database.reading() as session:
        return session.scalars(wanted).all()
