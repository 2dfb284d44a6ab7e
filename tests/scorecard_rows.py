"""Tickets for the scorecard, with no more than it looks at; times are of Brisbane."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from formapp.models import Promise, TicketEvent
from formapp.rules.lifecycle import Status
from tests.rows import ticket

BRISBANE = ZoneInfo("Australia/Brisbane")


def at(text: str) -> datetime:
    """Return a moment: "2026-10-06 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=BRISBANE)


@dataclass(frozen=True)
class Promised:
    """A promise: by when, how and when it ended, and what it rests on where that is not what the ticket is."""

    due: str
    ended: str | None = None
    how: str | None = "answered"
    asked: str | None = None
    is_first: bool = True
    priority: str | None = None


@dataclass(frozen=True)
class Told:
    """A ticket as a test tells it; `events` are (moment, event, the state before, the state after)."""

    received: str
    request_type: str = "general-enquiry"
    priority: str | None = None
    response: str | None = None
    promises: tuple[Promised, ...] = ()
    events: tuple[tuple[str, str, str | None, str], ...] = ()
    suspect_because: str | None = None
    status: str = Status.OPEN
    extra: dict[str, object] = field(default_factory=dict)


def store(session: Session, *told: Told) -> None:
    for one in told:
        row = ticket(
            received_at=at(one.received), request_type=one.request_type, priority=one.priority, suspect_because=one.suspect_because,
            status=one.status, first_response_at=one.response and at(one.response), **one.extra,
        )  # fmt: skip
        session.add(row)
        session.flush()
        for promise in one.promises:
            session.add(_promise(row.number, one, promise))
        for moment, event, before, after in one.events:
            line = {"event": event, "actor": "staff", "channel": "terminal", "old_status": before, "new_status": after}
            session.add(TicketEvent(ticket_number=row.number, at=at(moment), **line))
            session.flush()


def _promise(number: int, told: Told, promise: Promised) -> Promise:
    asked = at(promise.asked or told.received)
    return Promise(
        ticket_number=number, is_first=promise.is_first, asked_at=asked, request_type=told.request_type,
        priority=promise.priority or told.priority, warn_at=at(promise.due), due_at=at(promise.due), made_at=asked, counted_from=asked,
        ended_at=promise.ended and at(promise.ended), ended_as=promise.how if promise.ended else None,
        target="", basis="", working="", policy_version="",
    )  # fmt: skip
