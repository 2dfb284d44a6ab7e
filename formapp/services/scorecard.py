"""Gather the scorecard: the database selects and counts; what it cannot do is measure time in opening hours."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from formapp.errors import HelpCentreError
from formapp.models import Promise, Ticket, TicketEvent
from formapp.policy.policy import Policy
from formapp.policy.requests import COMPLAINT
from formapp.reports.scorecard_values import MONTHS, Cell, Kept, Kind, Received, Scorecard, Spans, first_of_month, months_between
from formapp.rules.lifecycle import Move, Status
from formapp.services.desk import Desk
from formapp.services.promises import End

# The days of the first ticket and of one long after all of ours: further ones would only be typing errors.
FIRST_YEAR, LAST_YEAR = 2000, 2200
Pair = tuple[str, str | None]


class WrongPeriod(HelpCentreError):
    """Days that are no period: the later one first, or beyond all reason."""


def gather(session: Session, desk: Desk, since: date | None, until: date | None, now: datetime) -> Scorecard:
    """Return the scorecard for what came in, and was resolved, from one day of the policy's zone to another, both included.

    `until` is today where it is None, and `since` the first day of the month eleven months before. A promise that is not due yet counts
    nowhere, nor does one that another replaced or that was withdrawn, nor anything of a ticket that is suspect or set aside as junk.
    Raises WrongPeriod.
    """
    until = until or desk.today(now)
    since = since or first_of_month(until, earlier=MONTHS - 1)
    if since > until or not FIRST_YEAR <= since.year <= until.year <= LAST_YEAR:
        raise WrongPeriod(f"{since} to {until} is no period of ours: give the earlier day first, from the year {FIRST_YEAR} on")
    period = _Period(desk, since, until)
    cells, received = tuple(_cells(session, period, now)), tuple(_received(session, period))
    responses, (resolutions, resolved, went_quiet, reopened) = _responses(session, period), _resolutions(session, period)
    pairs = {(cell.request_type, cell.priority) for cell in cells} | responses.keys() | resolutions.keys()
    return Scorecard(
        since=since,
        until=until,
        day=desk.today(now),
        kinds=tuple(
            replace(kind, response=Spans.of(responses.get(pair, ())), resolution=Spans.of(resolutions.get(pair, ())))
            for pair, kind in _kinds(desk.policy, pairs).items()
        ),
        types=_types(desk.policy, {one.request_type for one in received}),
        cells=cells,
        received=received,
        response=Spans.of(span for spans in responses.values() for span in spans),
        resolution=Spans.of(span for spans in resolutions.values() for span in spans),
        resolved=resolved,
        went_quiet=went_quiet,
        reopened=reopened,
    )


class _Period:
    """A stretch of days, as moments of the policy's zone."""

    def __init__(self, desk: Desk, since: date, until: date) -> None:
        self.desk = desk
        self.months = months_between(since, until)
        self._begins, self._ends = self._midnight(since), self._midnight(until + timedelta(days=1))

    def has(self, column: Any) -> ColumnElement[bool]:
        """Whether a column's moment lies in it."""
        return and_(column >= self._begins, column < self._ends)

    def month(self, column: Any) -> ColumnElement[int]:
        """The index of the month of a column's moment, which must lie in it."""
        ends = [*(self._midnight(first) for first in self.months[1:]), self._ends]
        return case(*((column < end, index) for index, end in enumerate(ends)))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.desk.policy.hours.zone).astimezone(UTC)


def _counts() -> ColumnElement[bool]:
    """Whether a ticket counts: nothing suspect, and no junk, unless somebody took that back."""
    # By names of their own: the question around them may be about events too.
    aside, back = aliased(TicketEvent), aliased(TicketEvent)
    is_back = select(back.id).where(back.ticket_number == aside.ticket_number, back.id > aside.id, back.new_status == Status.OPEN)
    junk = select(aside.ticket_number).where(aside.event == Move.SET_ASIDE, ~is_back.exists())
    return and_(Ticket.suspect_because.is_(None), Ticket.number.not_in(junk))


def _cells(session: Session, period: _Period, now: datetime) -> Iterator[Cell]:
    is_missed = or_(Promise.ended_at.is_(None), Promise.ended_at > Promise.due_at)
    # What stands and is not late yet has not been decided.
    # What was late when it ended was missed, however it ended; what ended in time by no answer counts nowhere.
    is_late = and_(Promise.due_at < now, or_(Promise.ended_at.is_(None), Promise.ended_at > Promise.due_at))
    is_decided = or_(Promise.ended_as == End.ANSWERED, is_late)
    month = period.month(Promise.asked_at).label("month")
    columns = (month, Promise.request_type, Promise.priority, Promise.is_first)
    missed, every = func.sum(case((is_missed, 1), else_=0)), func.count()
    wanted = select(*columns, missed, every).join(Ticket, Ticket.number == Promise.ticket_number)
    wanted = wanted.where(is_decided, period.has(Promise.asked_at), _counts()).group_by("month", *columns[1:])
    for index, request_type, priority, is_first, late, total in session.execute(wanted.order_by("month", *columns[1:])):
        yield Cell(period.months[index], request_type, priority, is_first, Kept(total - late, late))


def _received(session: Session, period: _Period) -> Iterator[Received]:
    month = period.month(Ticket.received_at).label("month")
    wanted = select(month, Ticket.request_type, func.count()).where(period.has(Ticket.received_at), _counts())
    for index, request_type, count in session.execute(wanted.group_by("month", Ticket.request_type).order_by("month", Ticket.request_type)):
        yield Received(period.months[index], request_type, count)


def _responses(session: Session, period: _Period) -> Mapping[Pair, Sequence[timedelta]]:
    """How long each ticket that came in waited for its first response."""
    columns = (Ticket.received_at, Ticket.first_response_at, Ticket.request_type, Ticket.priority)
    wanted = select(*columns).where(Ticket.first_response_at.is_not(None), period.has(Ticket.received_at), _counts())
    return _spans(period.desk, ((since, until or since, (kind, level)) for since, until, kind, level in session.execute(wanted)))


def _resolutions(session: Session, period: _Period) -> tuple[Mapping[Pair, Sequence[timedelta]], int, int, int]:
    """How long each ticket took from receipt to its last resolution in the period; how many were resolved, went quiet, and came back."""
    columns = (TicketEvent.ticket_number, TicketEvent.at, TicketEvent.event, Ticket.received_at, Ticket.request_type, Ticket.priority)
    resolved = select(*columns, TicketEvent.id).join(Ticket, Ticket.number == TicketEvent.ticket_number)
    became = TicketEvent.new_status == Status.RESOLVED
    rows = session.execute(resolved.where(became, period.has(TicketEvent.at), _counts()).order_by(TicketEvent.id)).all()
    first = {row.ticket_number: row.id for row in reversed(rows)}
    last = {row.ticket_number: row for row in rows}
    spans = _spans(
        period.desk,
        ((row.received_at, row.at, (row.request_type, row.priority)) for row in last.values() if row.event != Move.WENT_QUIET),
    )
    came_back = and_(TicketEvent.new_status == Status.OPEN, TicketEvent.old_status.in_((Status.RESOLVED, Status.CLOSED)))
    times = select(TicketEvent.ticket_number, func.max(TicketEvent.id)).where(came_back).group_by(TicketEvent.ticket_number)
    reopened = sum(number in first and event > first[number] for number, event in session.execute(times))
    return spans, len(last), sum(row.event == Move.WENT_QUIET for row in last.values()), reopened


def _spans(desk: Desk, moments: Iterable[tuple[datetime, datetime, Pair]]) -> Mapping[Pair, Sequence[timedelta]]:
    spans: defaultdict[Pair, list[timedelta]] = defaultdict(list)
    for since, until, pair in moments:
        # A clock that was put back in between must not stop the report.
        spans[pair].append(desk.calendar.between(since, max(since, until)))
    return spans


def _kinds(policy: Policy, pairs: Iterable[Pair]) -> dict[Pair, Kind]:
    """Name every type and level of the policy, in its order, and after them those that only old tickets have."""
    known: list[Pair] = []
    for kind in policy.request_types:
        known += [(kind.key, level.level) for level in policy.priorities] if kind.has_priority else [(kind.key, None)]
    known.append((COMPLAINT, None))
    # An incident whose priority nobody has set yet comes after its levels.
    places = {key: place for place, (key, _) in enumerate(known)}
    others = sorted(set(pairs) - set(known), key=lambda pair: (pair[0], pair[1] or ""))
    in_order = sorted([*known, *others], key=lambda pair: places.get(pair[0], len(known)))
    return {pair: Kind(*pair, ", ".join(filter(None, (policy.name_of(pair[0]), pair[1])))) for pair in in_order}


def _types(policy: Policy, keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    known = [kind.key for kind in policy.request_types] + [COMPLAINT]
    return tuple((key, policy.name_of(key)) for key in (*known, *sorted(set(keys) - set(known))))
