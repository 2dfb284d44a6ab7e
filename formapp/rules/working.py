"""The working behind a deadline, day by day, the same for customer, staff and audit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from formapp.rules.business_time import BusinessCalendar
from formapp.rules.wording import say_date, say_holiday, say_span, say_time, say_times, say_weekday

A_DAY = timedelta(days=1)
# More than this is summed up in the middle, with a few days told at either end.
MOST_DAYS = 31
MOST_LINES = 14
DAYS_TOLD = 3


@dataclass(frozen=True, slots=True)
class WorkingLine:
    """One line of the working: the day or days it speaks of, what it says of them, and the open time it counts."""

    first_day: date
    last_day: date
    says: str
    counted: timedelta = timedelta(0)


def working_of(calendar: BusinessCalendar, received: datetime, due: datetime) -> tuple[WorkingLine, ...]:
    """Return the lines between two aware moments, days being those of the calendar's zone; a long stretch is summed up in the middle."""
    first, last = received.astimezone(calendar.zone).date(), due.astimezone(calendar.zone).date()
    received, due = received.astimezone(UTC), due.astimezone(UTC)
    days = (last - first).days + 1
    if days <= MOST_DAYS:
        lines = _grouped(_told(calendar, first, received, due))
        if len(lines) <= MOST_LINES or days <= 2 * DAYS_TOLD:
            return lines
    middle, tail = first + DAYS_TOLD * A_DAY, last - (DAYS_TOLD - 1) * A_DAY
    middle_begins, tail_begins = _midnight(calendar, middle), _midnight(calendar, tail)
    counted = calendar.between(middle_begins, tail_begins)
    return (
        *_grouped(_told(calendar, first, received, middle_begins)),
        WorkingLine(middle, tail - A_DAY, "together", counted),
        *_grouped(_told(calendar, tail, tail_begins, due)),
    )


def write_working(lines: Sequence[WorkingLine], span: timedelta) -> str:
    """Write it on one line: "Tue 4:30-5:00 pm 0.5 h; Wed closed, Royal Queensland Show; Thu 9:00 am-4:30 pm 7.5 h = 8 h"."""
    return f"{'; '.join(write_lines(lines))} = {say_span(span)}" if lines else say_span(span)


def write_lines(lines: Sequence[WorkingLine]) -> list[str]:
    """Write each line: days by their names within a week, with their dates beyond, with the year too where there are two."""
    if not lines:
        return []
    first, last = lines[0].first_day, lines[-1].last_day
    by_name = (last - first).days < 7
    reference = None if first.year == last.year else date.min
    written = []
    for line in lines:
        length = (line.last_day - line.first_day).days
        ends = [line.first_day, line.last_day] if length else [line.first_day]
        days = [say_weekday(day) if by_name else say_date(day, reference) for day in ends]
        said = f"{(', ' if length == 1 else ' to ').join(days)} {line.says}"
        written.append(f"{said} {say_span(line.counted)}" if line.counted else said)
    return written


def _told(calendar: BusinessCalendar, day: date, since: datetime, until: datetime) -> Iterator[WorkingLine]:
    """Yield what each day adds from one UTC moment to another, closed days included."""
    while (begins := max(since, _midnight(calendar, day))) < until:
        next_midnight = _midnight(calendar, day + A_DAY)
        periods = list(calendar.open_periods(begins, min(until, next_midnight))) if begins < next_midnight else []
        for opens, closes in periods:
            yield WorkingLine(day, day, say_times(opens, closes), calendar.between(opens, closes))
        if not periods and begins < next_midnight <= until:
            yield WorkingLine(day, day, _why_closed(calendar, day, begins))
        day += A_DAY


def _why_closed(calendar: BusinessCalendar, day: date, begins: datetime) -> str:
    earlier = list(calendar.open_periods(_midnight(calendar, day), begins))
    if earlier:
        return f"closed after {say_time(earlier[-1][1])}"
    name = calendar.closed_day(day)
    # A weekend is closed whether or not a holiday falls on it.
    return f"closed, {say_holiday(name)}" if name and calendar.opens_on(day.weekday()) else "closed"


def _grouped(lines: Iterator[WorkingLine]) -> tuple[WorkingLine, ...]:
    """Make one line of neighbouring days that are closed for the same reason, such as a weekend."""
    grouped: list[WorkingLine] = []
    for (_, counted), alike in groupby(lines, key=lambda line: (line.says, line.counted)):
        members = list(alike)
        if counted:
            grouped.extend(members)
        else:
            grouped.append(WorkingLine(members[0].first_day, members[-1].last_day, members[0].says))
    return tuple(grouped)


def _midnight(calendar: BusinessCalendar, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=calendar.zone).astimezone(UTC)
