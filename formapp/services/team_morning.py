"""The team's letter at the start of each working day: what is late, what is due, and the link to the queue."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, or_, select, update
from sqlalchemy.orm import Session

from formapp.mail.team_life_letters import DueTicket, MorningCounts, team_morning
from formapp.models import Chore, Ticket
from formapp.rules.wording import say_day, say_moment_in_full
from formapp.services import outbox, promises, queue
from formapp.services.database import Database
from formapp.services.desk import Desk
from formapp.services.staff_links import StaffLinks, staff_links
from formapp.services.upsert import insert_into

CHORE = "the team's morning"
# A worker that starts in the afternoon has missed the morning.
FOR_SO_LONG = timedelta(hours=3)
MOST_LISTED = 20


def send_morning(database: Database, desk: Desk, now: datetime) -> int:
    """Queue the letter of the day, once, in the first hours in which support is open; return 1 where there was something to say."""
    today = desk.today(now)
    opened = desk.calendar.next_opening(datetime.combine(today, time(), tzinfo=desk.policy.hours.zone))
    if not opened <= now < opened + FOR_SO_LONG:
        return 0
    with database.reading() as session:
        if session.scalar(select(Chore.name).where(Chore.name == CHORE, ~_is_due(today))):
            return 0
    with database.transaction() as session:
        return _send(session, desk, now) if _claim(session, today) else 0


def _is_due(today: date) -> ColumnElement[bool]:
    # A day ahead was written by a clock that has since been put back.
    return or_(Chore.done_for < today, Chore.done_for > today)


def _claim(session: Session, today: date) -> bool:
    """Take the day for this worker; False if another was faster."""
    # What it returns, as not every driver counts the rows of an INSERT.
    first = insert_into(session, Chore).values(name=CHORE, done_for=today).on_conflict_do_nothing().returning(Chore.name)
    if session.scalar(first) is not None:
        return True
    taken = update(Chore).where(Chore.name == CHORE, _is_due(today)).values(done_for=today)
    return cast(CursorResult[Any], session.execute(taken, execution_options={"synchronize_session": False})).rowcount == 1


def _send(session: Session, desk: Desk, now: datetime) -> int:
    counts = queue.counts(session, desk, now)
    said = MorningCounts(
        late=counts.late,
        due_today=counts.due_today,
        open=counts.open,
        waiting=counts.waiting,
        to_check=counts.to_check,
        to_review=counts.to_review,
        undelivered=counts.undelivered,
    )
    if not any((said.late, said.due_today, said.open, said.to_check, said.to_review, said.undelivered)):
        return 0
    staff = staff_links(session, desk, now)
    listed = queue.list_tickets(session, queue.Wanted(), desk, now).rows[:MOST_LISTED]
    due = [_as_listed(session, row, staff, desk) for row in listed if row.due_at]
    letter = team_morning(team=desk.team_email, day=say_day(now, desk.policy), counts=said, due=due, queue_link=staff.queue_url())
    outbox.queue(session, letter, letterhead=desk.letterhead, now=now)
    return 1


def _as_listed(session: Session, row: queue.Row, staff: StaffLinks, desk: Desk) -> DueTicket:
    assert row.due_at is not None
    basis = f"{row.request_type}, {row.priority}" if row.priority else row.request_type
    due = say_moment_in_full(row.due_at, desk.policy)
    what, _ = promises.what_we_owe(session, session.get_one(Ticket, row.number))[0]
    return DueTicket(row.id, row.summary, what, basis, due, row.is_late, staff.ticket_url(row.number))
