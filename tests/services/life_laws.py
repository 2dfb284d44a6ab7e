"""What must be true of every ticket at any time, worked out from the rows alone."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from formapp.mail import purposes
from formapp.models import Complaint, Escalation, OutgoingMail, Promise, Ticket, TicketEvent
from formapp.rules import deadlines
from formapp.rules.lifecycle import NEXT, Move, Mover, Status
from formapp.services.desk import Desk

FINISHED = (Status.RESOLVED, Status.CLOSED)
# Letters to the customer that an event brings about, whether it was written or withheld.
_ANNOUNCING = (purposes.TICKET_RESOLVED, purposes.TICKET_CLOSED, purposes.TICKET_REOPENED, purposes.TICKET_RECLASSIFIED)


@dataclass
class Expected:
    """What a test knows of a ticket: since when the customer waits for an answer, as an aware moment; None where they do not."""

    waits_since: datetime | None


def check_all(session: Session, desk: Desk, expected: dict[int, Expected]) -> None:
    """Hold every ticket against the laws; raise AssertionError for the first that is broken."""
    tickets = session.scalars(select(Ticket)).all()
    assert {ticket.number for ticket in tickets} == set(expected), "a ticket is lost, or there is one too many"
    for ticket in tickets:
        events = session.scalars(select(TicketEvent).where(TicketEvent.ticket_number == ticket.number).order_by(TicketEvent.id)).all()
        mails = session.scalars(select(OutgoingMail).where(OutgoingMail.ticket_number == ticket.number)).all()
        _status_is_what_the_history_says(ticket, list(events))
        _each_event_has_its_one_letter(list(events), list(mails))
        _what_comes_is_known_or_waits_for_a_letter(session, ticket)
        _promise_is_that_of_the_oldest_message(session, desk, ticket, expected[ticket.number])
        assert ticket.next_due_at == min(_owed(session, ticket), default=None)


def _status_is_what_the_history_says(ticket: Ticket, events: list[TicketEvent]) -> None:
    assert (events[0].event, events[0].new_status) == ("received", "open")
    status, reminded = Status.OPEN, True
    for event in events[1:]:
        if event.event == "reminded":
            assert (status, reminded) == (Status.WAITING, False), "reminded twice, or out of place"
            reminded = True
        if event.new_status is None:
            assert event.event not in set(Move)
            continue
        assert event.old_status == status
        assert NEXT[status, Move(event.event)] == event.new_status
        status, reminded = Status(event.new_status), event.event != Move.ASKED
    assert ticket.status == status
    assert (ticket.resolved_at is not None) >= (status is Status.RESOLVED)
    assert (ticket.closed_at is not None) is (status is Status.CLOSED)
    assert ticket.resolution_reason is None or status in FINISHED


def _each_event_has_its_one_letter(events: list[TicketEvent], mails: list[OutgoingMail]) -> None:
    happened, sent = Counter(event.event for event in events), Counter(mail.purpose for mail in mails)
    assert sent[purposes.TICKET_ANSWERED] == happened[Move.ASKED] + happened[Move.UPDATED]
    assert sent[purposes.WAITING_REMINDER] == happened["reminded"]
    assert sent[purposes.ESCALATION_ANSWERED] == happened["escalation answered"]
    assert sent[purposes.TEAM_MAIL_FAILED] == happened["mail could not be delivered"]
    # An escalation opens a ticket too, and has letters of its own.
    events = [event for event in events if event.channel != "form"]
    by_customer = [event for event in events if event.actor == Mover.CUSTOMER and event.event in (Move.WROTE, Move.SOLVED, Move.NOT_SOLVED)]
    assert sent[purposes.TEAM_CUSTOMER_WROTE] == len(by_customer)
    came_back = [event for event in events if event.old_status in FINISHED and event.new_status == Status.OPEN]
    ended = [event for event in events if event.new_status in FINISHED and event.event != Move.SET_ASIDE]
    announced = len(came_back) + len(ended) + happened["classified"]
    assert sum(sent[purpose] for purpose in _ANNOUNCING) + happened["letter withheld"] == announced
    assert sent[purposes.TICKET_REOPENED] <= len(came_back)
    assert sent[purposes.TICKET_RECLASSIFIED] <= happened["classified"]


def _what_comes_is_known_or_waits_for_a_letter(session: Session, ticket: Ticket) -> None:
    coming = (ticket.notice_id, ticket.window_days, ticket.step_at, ticket.remind_at)
    if ticket.status in (Status.OPEN, Status.CLOSED):
        assert coming == (None, None, None, None)
        return
    if ticket.status == Status.WAITING and ticket.complaint and ticket.complaint.answered_at is None:
        assert coming == (None, None, None, None)
        assert ticket.next_due_at, "it would stay as it is for ever, and nobody be told of it"
        return
    assert ticket.window_days
    if ticket.notice_id is None:
        assert ticket.step_at, "it would stay as it is for ever"
        return
    notice = session.get_one(OutgoingMail, ticket.notice_id)
    assert notice.ticket_number == ticket.number
    assert notice.sent_at or ticket.step_at is None, "its time runs although its letter has not left"


def _promise_is_that_of_the_oldest_message(session: Session, desk: Desk, ticket: Ticket, expected: Expected) -> None:
    standing = _standing(session, ticket)
    assert len(standing) == (expected.waits_since is not None)
    for promise in standing:
        assert ticket.status == Status.OPEN
        assert promise.asked_at == expected.waits_since
        if ticket.complaint is None:
            again = deadlines.promise_for(desk.policy, desk.calendar, ticket.request_type, ticket.priority, promise.asked_at)
        else:
            again = deadlines.complaint_promise(desk.policy, desk.calendar, promise.asked_at)
        assert (promise.due_at, promise.basis) == (again.due, again.basis)
        assert promise.is_first is (ticket.first_response_at is None)


def _standing(session: Session, ticket: Ticket) -> list[Promise]:
    return list(session.scalars(select(Promise).where(Promise.ticket_number == ticket.number, Promise.ended_at.is_(None))))


def _owed(session: Session, ticket: Ticket) -> list[datetime]:
    owed = [promise.due_at for promise in _standing(session, ticket)]
    if ticket.status not in FINISHED:
        unanswered = (Complaint.ticket_number == ticket.number, Complaint.answered_at.is_(None))
        owed += session.scalars(select(Complaint.answer_by).where(*unanswered))
    reviews = select(Escalation.review_by).where(Escalation.ticket_number == ticket.number, Escalation.answered_at.is_(None))
    return owed + [moment for moment in session.scalars(reviews) if moment]
