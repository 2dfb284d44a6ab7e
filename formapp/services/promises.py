"""Promises on a ticket: given for each message that nobody has answered yet, and ended by the answer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from formapp.models import Escalation, Promise, Ticket
from formapp.policy.policy import UnknownChoice
from formapp.policy.requests import COMPLAINT
from formapp.rules import deadlines
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.lifecycle import Status
from formapp.rules.wording import to_the_minute
from formapp.services.desk import Desk

_AS_IT_IS = {"synchronize_session": False}


class End(StrEnum):
    """How a promise stopped to stand."""

    ANSWERED = "answered"
    # By another for the same message, as the type or the priority became another.
    REPLACED = "replaced"
    # Nobody waits for an answer any more: the customer says that it is solved.
    WITHDRAWN = "withdrawn"


def store(
    session: Session,
    number: int,
    promise: deadlines.Promise,
    calendar: BusinessCalendar,
    *,
    request_type: str,
    priority: str | None,
    is_first: bool,
    now: datetime,
) -> None:
    """Insert a promise that stands from now on; it was asked for when `promise.received` says."""
    # Plain inserts: the write lock is held here, and the unit of work costs three times as much.
    session.execute(
        insert(Promise).values(
            ticket_number=number,
            is_first=is_first,
            asked_at=promise.received,
            request_type=request_type,
            priority=priority,
            made_at=now,
            counted_from=promise.counted_from,
            due_at=promise.due,
            warn_at=deadlines.warning_at(calendar, promise),
            target=promise.target,
            basis=promise.basis,
            working=deadlines.explain(promise),
            policy_version=promise.policy_version,
        )
    )


def standing(session: Session, number: int) -> Promise | None:
    """Return the promise that waits to be kept; None where nobody waits for an answer."""
    waits = (Promise.ticket_number == number, Promise.ended_at.is_(None))
    return session.scalar(select(Promise).where(*waits).order_by(Promise.id.desc()).limit(1))


def give_for_message(session: Session, ticket: Ticket, desk: Desk, now: datetime) -> Promise:
    """Return the promise for what the customer has just written: the one that stands, counted from their oldest message, or a new one.

    A later answer is due by the same target as the first.
    """
    found = standing(session, ticket.number)
    return found or _give(session, ticket, desk, asked_at=to_the_minute(now), is_first=ticket.first_response_at is None, now=now)


def give_instead(session: Session, ticket: Ticket, desk: Desk, now: datetime) -> Promise | None:
    """Replace the standing promise after the ticket's type or priority changed, counted from the same message; None where none stands."""
    found = standing(session, ticket.number)
    if found is None:
        return None
    found.ended_at, found.ended_as = now, End.REPLACED
    session.flush()
    return _give(session, ticket, desk, asked_at=found.asked_at, is_first=found.is_first, now=now)


def end(session: Session, number: int, how: End, now: datetime) -> None:
    """End the promise that stands, if there is one."""
    which = (Promise.ticket_number == number, Promise.ended_at.is_(None))
    session.execute(update(Promise).where(*which).values(ended_at=now, ended_as=how), execution_options=_AS_IT_IS)


def note_what_we_owe(session: Session, ticket: Ticket) -> None:
    """Set the moment by which the queue is sorted: the earliest of what we owe."""
    session.flush()
    ticket.next_due_at = min((due for _, due in what_we_owe(session, ticket)), default=None)


def what_we_owe(session: Session, ticket: Ticket) -> list[tuple[str, datetime]]:
    """Return what is due from us and when, the earliest first."""
    if ticket.status in (Status.RESOLVED, Status.CLOSED):
        owed = []
    else:
        promise = standing(session, ticket.number)
        owed = [(say_what_is_due(promise), promise.due_at)] if promise else []
        if ticket.complaint and ticket.complaint.answered_at is None:
            owed.append(("answer to the complaint", ticket.complaint.answer_by))
    if (escalation := unanswered_escalation(session, ticket.number)) and escalation.review_by:
        owed.append(("review of the escalation", escalation.review_by))
    return sorted(owed, key=lambda one: one[1])


def say_what_is_due(promise: Promise) -> str:
    """Say what a promise is for."""
    if promise.request_type == COMPLAINT and promise.is_first:
        return "confirmation of the complaint"
    return "first response" if promise.is_first else "answer"


def unanswered_escalation(session: Session, number: int) -> Escalation | None:
    """Return the escalation of a ticket that went through and has no answer yet, the first to be reviewed of them."""
    waits = (Escalation.ticket_number == number, Escalation.review_by.is_not(None), Escalation.answered_at.is_(None))
    return session.scalar(select(Escalation).where(*waits).order_by(Escalation.review_by, Escalation.id).limit(1))


def _give(session: Session, ticket: Ticket, desk: Desk, *, asked_at: datetime, is_first: bool, now: datetime) -> Promise:
    if ticket.request_type == COMPLAINT:
        promise = deadlines.complaint_promise(desk.policy, desk.calendar, asked_at)
    else:
        promise = _promise_for(ticket, desk, asked_at)
    store(
        session,
        ticket.number,
        promise,
        desk.calendar,
        request_type=ticket.request_type,
        priority=ticket.priority,
        is_first=is_first,
        now=now,
    )
    given = standing(session, ticket.number)
    assert given is not None
    return given


def _promise_for(ticket: Ticket, desk: Desk, asked_at: datetime) -> deadlines.Promise:
    """Return the promise of a ticket's type and priority; of what the policy no longer has, the nearest that it has."""
    # An answer must never be refused because the policy has changed since the question.
    choices = ((ticket.request_type, ticket.priority), (ticket.request_type, None), (desk.policy.request_types[0].key, None))
    for kind, level in choices:
        try:
            return deadlines.promise_for(desk.policy, desk.calendar, kind, level, asked_at)
        except UnknownChoice:
            continue
    raise AssertionError("the policy has its own first request type")
