"""The team is told of answers that are nearly due, and of those that are late: once each, in opening hours, the most urgent at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, exists, select, update
from sqlalchemy.orm import Session

from formapp.mail.team_life_letters import DueTicket, team_answers_due
from formapp.models import Complaint, Escalation, Promise, Ticket
from formapp.rules.lifecycle import Status
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_moment_in_full
from formapp.services import outbox, promises
from formapp.services.database import Database
from formapp.services.desk import Desk
from formapp.services.one_by_one import Outrun, one_by_one
from formapp.services.staff_links import StaffLinks, staff_links

MOST_AT_ONCE = 100
_AS_IT_IS = {"synchronize_session": False}


def warn(database: Database, desk: Desk, now: datetime) -> int:
    """Queue one letter about everything that has become urgent since the last pass; return how many tickets stand in it.

    Three quarters of the business time over, or the deadline past; what came in while nobody worked is told of once, together.
    """
    with database.reading() as session:
        due = [promise.id for promise in _news(session, desk, now)]

    def tell(session: Session, seen: Sequence[int]) -> int:
        found = [promise for promise in _news(session, desk, now) if promise.id in seen]
        unwarned = [promise.id for promise in found if promise.warned_at is None]
        late = [promise.id for promise in found if promise.due_at < now and promise.late_told_at is None]
        # Claimed before it is written: of two workers one finds fewer than it saw.
        claimed = _mark(session, unwarned, Promise.warned_at, now) + _mark(session, late, Promise.late_told_at, now)
        if not found or claimed != len(unwarned) + len(late):
            raise Outrun("another worker has told of some of them")
        tickets = {ticket.number: ticket for ticket in session.scalars(select(Ticket).where(Ticket.number.in_(_tickets(found))))}
        staff = staff_links(session, desk, now)
        shown = [as_due(promise, tickets[promise.ticket_number], staff, desk, now) for promise in found]
        letter = team_answers_due(team=desk.team_email, due=shown, queue_link=staff.queue_url())
        only = found[0].ticket_number if len(found) == 1 else None
        outbox.queue(session, letter, letterhead=desk.letterhead, now=now, ticket_number=only)
        return len(found)

    return one_by_one(database, [due] if due else [], tell, "the team could not be told what is due")


def warn_of_dates(database: Database, desk: Desk, now: datetime) -> int:
    """Queue one letter about the reviews of escalations and the answers to complaints that have become late, in opening hours."""
    if not desk.calendar.is_open(now):
        return 0
    with database.reading() as session:
        is_news = bool(_late_dates(session, now))

    def tell(session: Session, _: bool) -> int:
        found = _late_dates(session, now)
        staff = staff_links(session, desk, now)
        shown = []
        for row, ticket in found:
            row.late_told_at = now
            is_review = isinstance(row, Escalation)
            due = row.review_by if isinstance(row, Escalation) else row.answer_by
            shown.append(
                DueTicket(
                    ticket_id=ticket_id(desk.policy, ticket.number),
                    summary=ticket.summary,
                    what="review of the escalation" if is_review else "answer to the complaint",
                    basis=desk.policy.name_of(ticket.request_type),
                    due=say_moment_in_full(due or now, desk.policy),
                    is_late=True,
                    link=staff.ticket_url(ticket.number),
                )
            )
        if not shown:
            raise Outrun("another worker has told of them")
        letter = team_answers_due(team=desk.team_email, due=shown, queue_link=staff.queue_url())
        outbox.queue(session, letter, letterhead=desk.letterhead, now=now, ticket_number=found[0][1].number if len(found) == 1 else None)
        return len(shown)

    return one_by_one(database, [True] if is_news else [], tell, "the team could not be told what is late")


def _late_dates(session: Session, now: datetime) -> list[tuple[Escalation | Complaint, Ticket]]:
    """Return what is late and was not told of, each locked for whoever tells of it now."""
    is_believed = Ticket.suspect_because.is_(None)
    reviews = (
        select(Escalation, Ticket).join(Ticket, Ticket.number == Escalation.ticket_number).where(Escalation.review_by < now, is_believed)
    )
    reviews = reviews.where(Escalation.answered_at.is_(None), Escalation.late_told_at.is_(None)).order_by(Escalation.review_by)
    answers = select(Complaint, Ticket).join(Ticket, Ticket.number == Complaint.ticket_number).where(Complaint.answer_by < now, is_believed)
    answers = answers.where(Complaint.answered_at.is_(None), Complaint.late_told_at.is_(None)).order_by(Complaint.answer_by)
    alive = answers.where(Ticket.status.in_((Status.OPEN, Status.WAITING)))
    late_reviews = session.execute(reviews.limit(MOST_AT_ONCE).with_for_update(of=Escalation, skip_locked=True)).all()
    late_answers = session.execute(alive.limit(MOST_AT_ONCE).with_for_update(of=Complaint, skip_locked=True)).all()
    return [*((row, ticket) for row, ticket in late_reviews), *((row, ticket) for row, ticket in late_answers)]


def as_due(promise: Promise, ticket: Ticket, staff: StaffLinks, desk: Desk, now: datetime) -> DueTicket:
    """Return a promise as the team's letters list it."""
    return DueTicket(
        ticket_id=ticket_id(desk.policy, ticket.number),
        summary=ticket.summary,
        what=promises.say_what_is_due(promise),
        basis=promise.basis,
        due=say_moment_in_full(promise.due_at, desk.policy),
        is_late=promise.due_at < now,
        link=staff.ticket_url(ticket.number),
    )


def _news(session: Session, desk: Desk, now: datetime) -> list[Promise]:
    """Return the promises of which the team has not been told yet what it must know now, the most urgent first."""
    # What looks automatic waits in the queue for somebody to look at it; nobody is called for it.
    is_believed = exists().where(Ticket.number == Promise.ticket_number, Ticket.suspect_because.is_(None))
    which = [Promise.ended_at.is_(None), is_believed]
    if not desk.calendar.is_open(now):
        which.append(Promise.priority == desk.policy.priorities[0].level)
    # Two questions, each with an index of its own that holds little else.
    soon = select(Promise).where(*which, Promise.warned_at.is_(None), Promise.warn_at <= now).order_by(Promise.warn_at)
    late = select(Promise).where(*which, Promise.late_told_at.is_(None), Promise.due_at < now).order_by(Promise.due_at)
    found = {promise.id: promise for wanted in (soon, late) for promise in session.scalars(wanted.limit(MOST_AT_ONCE))}
    return sorted(found.values(), key=lambda promise: promise.due_at)


def _mark(session: Session, numbers: Sequence[int], column: Any, now: datetime) -> int:
    marked = update(Promise).where(Promise.id.in_(numbers), column.is_(None)).values({column: now})
    return cast(CursorResult[Any], session.execute(marked, execution_options=_AS_IT_IS)).rowcount


def _tickets(found: Sequence[Promise]) -> list[int]:
    return [promise.ticket_number for promise in found]
