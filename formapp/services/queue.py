"""The queue: which tickets there are, by what is due next, late first."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, TextClause, and_, exists, func, or_, select, text
from sqlalchemy.orm import Session

from formapp.models import OutgoingMail, Ticket
from formapp.models.ticket import IN_QUEUE
from formapp.rules.lifecycle import Status
from formapp.rules.references import read_ticket_id, ticket_id
from formapp.services import review
from formapp.services.desk import Desk
from formapp.services.undelivered import CALLED

PAGE = 50
# What can be asked for: what waits for us, one state, or what needs a look.
DUE, ALL = "due", "all"
STATES = (DUE, "late", "due-today", *Status, "to-check", "undelivered", ALL)
_MOST_WORDS = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; an empty text means any."""

    state: str = DUE
    request_type: str = ""
    priority: str = ""
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as the queue lists it; `due_at` is the earliest of what we owe, None when we owe nothing."""

    number: int
    id: str
    summary: str
    status: Status
    request_type: str
    priority: str | None
    due_at: datetime | None
    is_late: bool
    received_at: datetime
    name: str
    company: str
    is_escalated: bool
    suspect_because: str | None
    undelivered: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the queue."""

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tickets there are of each kind, of which one may be several; `to_review` are mails that came in."""

    late: int
    due_today: int
    open: int
    waiting: int
    resolved: int
    closed: int
    to_check: int
    to_review: int
    undelivered: int


def list_tickets(session: Session, wanted: Wanted, desk: Desk, now: datetime) -> Listed:
    """Return a page of the tickets that are looked for, by what is due next; a page beyond the last is the last."""
    which = _which(wanted, desk, now)
    total = session.scalar(select(func.count()).select_from(Ticket).where(*which)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(wanted.page, 1), pages)
    found = session.execute(select(*_COLUMNS).where(*which).order_by(*_order(wanted)).limit(PAGE).offset((page - 1) * PAGE)).all()
    undelivered = _undelivered_of(session, [row.number for row in found])
    rows = tuple(_row(row, undelivered, desk, now) for row in found)
    return Listed(rows, total, page, pages)


def counts(session: Session, desk: Desk, now: datetime) -> Counts:
    """Return how many tickets there are of each kind, and how many mails wait for review."""
    by_status = dict(session.execute(select(Ticket.status, func.count()).group_by(Ticket.status)).all())
    owed = select(func.count()).select_from(Ticket).where(_IN_QUEUE)
    return Counts(
        late=session.scalar(owed.where(_is_late(now))) or 0,
        due_today=session.scalar(owed.where(_is_due_today(desk, now))) or 0,
        open=by_status.get(Status.OPEN, 0),
        waiting=by_status.get(Status.WAITING, 0),
        resolved=by_status.get(Status.RESOLVED, 0),
        closed=by_status.get(Status.CLOSED, 0),
        to_check=session.scalar(select(func.count()).select_from(Ticket).where(_IS_TO_CHECK)) or 0,
        to_review=review.count(session),
        undelivered=session.scalar(select(func.count(OutgoingMail.ticket_number.distinct())).where(_IS_UNDELIVERED)) or 0,
    )


def _is_late(now: datetime) -> ColumnElement[bool]:
    return Ticket.next_due_at < now


def _is_due_today(desk: Desk, now: datetime) -> ColumnElement[bool]:
    tonight = datetime.combine(desk.today(now) + timedelta(days=1), time(), tzinfo=desk.policy.hours.zone)
    return and_(Ticket.next_due_at >= now, Ticket.next_due_at < tonight)


_IN_QUEUE = text(f"({IN_QUEUE})")
_IS_TO_CHECK = and_(Ticket.suspect_because.is_not(None), Ticket.status != Status.CLOSED)
# Of what is closed nobody needs to mend a mail any more.
_IS_ALIVE = exists().where(Ticket.number == OutgoingMail.ticket_number, Ticket.status != Status.CLOSED)
_IS_UNDELIVERED = and_(OutgoingMail.failed_at.is_not(None), OutgoingMail.purpose.in_(CALLED), _IS_ALIVE)


_COLUMNS = (
    Ticket.number,
    Ticket.summary,
    Ticket.status,
    Ticket.request_type,
    Ticket.priority,
    Ticket.next_due_at,
    Ticket.received_at,
    Ticket.name,
    Ticket.company,
    Ticket.escalated_at,
    Ticket.suspect_because,
)


def _which(wanted: Wanted, desk: Desk, now: datetime) -> list[ColumnElement[bool] | TextClause]:
    which = _in_state(wanted.state, desk, now)
    if wanted.request_type:
        which.append(Ticket.request_type == wanted.request_type)
    if wanted.priority:
        which.append(Ticket.priority == wanted.priority)
    if words := wanted.words.strip()[:_MOST_WORDS]:
        which.append(_says(words, desk))
    return which


def _in_state(state: str, desk: Desk, now: datetime) -> list[ColumnElement[bool] | TextClause]:
    match state:
        case "due":
            return [_IN_QUEUE]
        case "late":
            return [_IN_QUEUE, _is_late(now)]
        case "due-today":
            return [_IN_QUEUE, _is_due_today(desk, now)]
        case Status.OPEN:
            return [_IN_QUEUE, Ticket.status == Status.OPEN]
        case "to-check":
            return [_IS_TO_CHECK]
        case "undelivered":
            return [Ticket.number.in_(select(OutgoingMail.ticket_number).where(_IS_UNDELIVERED))]
        case "all":
            return []
    return [Ticket.status == state]


def _says(words: str, desk: Desk) -> ColumnElement[bool]:
    number = read_ticket_id(desk.policy, words)
    texts = (Ticket.summary, Ticket.name, Ticket.email, Ticket.company)
    found: list[ColumnElement[bool]] = [said.icontains(words, autoescape=True) for said in texts]
    return or_(*found, *([Ticket.number == number] if number else []))


def _order(wanted: Wanted) -> tuple[Any, ...]:
    if wanted.state in (Status.RESOLVED, Status.CLOSED, Status.WAITING, ALL):
        # Nothing is due of these: the newest first.
        return (Ticket.number.desc(),)
    return Ticket.next_due_at.nulls_last(), Ticket.number


def _undelivered_of(session: Session, numbers: list[int]) -> dict[int, int]:
    failed = select(OutgoingMail.ticket_number, func.count()).where(_IS_UNDELIVERED, OutgoingMail.ticket_number.in_(numbers))
    return {number: count for number, count in session.execute(failed.group_by(OutgoingMail.ticket_number)) if number is not None}


def _row(row: Any, undelivered: dict[int, int], desk: Desk, now: datetime) -> Row:
    return Row(
        number=row.number,
        id=ticket_id(desk.policy, row.number),
        summary=row.summary,
        status=Status(row.status),
        request_type=desk.policy.name_of(row.request_type),
        priority=row.priority,
        due_at=row.next_due_at,
        is_late=row.next_due_at is not None and row.next_due_at < now,
        received_at=row.received_at,
        name=row.name,
        company=row.company,
        is_escalated=row.escalated_at is not None,
        suspect_because=row.suspect_because if row.status != Status.CLOSED else None,
        undelivered=undelivered.get(row.number, 0),
    )
