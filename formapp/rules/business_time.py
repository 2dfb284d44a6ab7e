"""Business time: when support is open, and how far apart two moments are in open hours."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from threading import Lock
from typing import Self

from formapp.errors import HelpCentreError
from formapp.policy.policy import Policy
from formapp.rules.instants import SECOND, microseconds_at, microseconds_in, moment_at, start_of_year, year_at
from formapp.rules.open_table import Interval, OpenTable, open_intervals

MINUTE = 60 * SECOND
A_WEEK = 7
ClosedDays = Callable[[int], Mapping[date, str]]


class NoOpenTime(HelpCentreError):
    """A calendar that never opens, in which no promise could fall due."""


class BeyondCalendar(HelpCentreError):
    """A moment before or after the years whose closed days are known."""


class WrongSpan(HelpCentreError):
    """A span of time that cannot be counted: negative, or not a number of hours."""


class BusinessCalendar:
    """Opening hours and closed days as one exact measure of time; unchanging to its users, and safe to share between threads.

    Every moment given must be aware, of any zone; every moment returned is in the calendar's zone. Intervals are half-open.
    Moments outside `years` (in the calendar's zone) raise BeyondCalendar, moments without a zone NaiveMoment.
    """

    def __init__(self, zone: tzinfo, week: Sequence[Sequence[tuple[int, int]]], closed_days: ClosedDays, years: range) -> None:
        """Take the opening periods of Monday to Sunday in minutes after midnight, and the named closed days of any of the years."""
        if len(week) != A_WEEK:
            raise ValueError("a week has seven days")
        if not any(week):
            raise NoOpenTime("no day of the week has an opening period: give at least one")
        self.zone = zone
        self.years = years
        self._week = tuple(tuple((opens * MINUTE, closes * MINUTE) for opens, closes in day) for day in week)
        self._closed_days_of = closed_days
        self._closed: dict[int, Mapping[date, str]] = {}
        self._begins = _midnight(years[0], zone)
        self._ends = _midnight(years[-1] + 1, zone)
        # The table grows by whole years where a question leads out of it; each version of it is immutable.
        self._table: OpenTable | None = None
        self._growing = Lock()

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """Return the calendar of the policy's hours and holidays, for the years that its holiday calendar knows."""
        week = [[(period.opens, period.closes) for period in day] for day in policy.hours.week.days()]
        return cls(policy.hours.zone, week, policy.holidays.closed_days, policy.holidays.known_years())

    def is_open(self, moment: datetime) -> bool:
        """Return whether support is open: at 9:00 it is, at 17:00 no longer."""
        instant = self._instant(moment)
        table = self._reaching(instant)
        index = table.first_ending_after(instant)
        return index is not None and table.opens[index] <= instant

    def next_opening(self, moment: datetime) -> datetime:
        """Return the moment itself if open, else the next at which support opens."""
        return self._moment(self._opening(self._instant(moment)))

    def next_closing(self, moment: datetime) -> datetime:
        """Return the end of the current or else of the next open period; periods that meet count as one."""
        instant = self._instant(moment)
        table = self._reaching(instant)
        while True:
            index = table.first_ending_after(instant)
            if index is not None and table.closes[index] < table.end:
                return self._moment(table.closes[index])
            table = self._grown_later(table, "support does not close again")

    def add(self, moment: datetime, span: timedelta) -> datetime:
        """Return the earliest moment before which support is open for the span, counted from the moment on.

        A span of open time may end at a closing time; no span at all gives the next opening. Raises WrongSpan for a negative one.
        """
        wanted = microseconds_in(span)
        if wanted < 0:
            raise WrongSpan(f"{span} is negative: business time is added to a moment, never taken away")
        instant = self._instant(moment)
        if not wanted:
            return self._moment(self._opening(instant))
        # Open time is never longer than time itself, so nothing need be built to refuse a span of centuries.
        if instant + wanted > self._ends:
            raise self._too_far("that span does not end")
        table = self._reaching(instant)
        while True:
            measure = table.open_time_until(instant) + wanted
            if measure <= table.total:
                return self._moment(table.earliest_with(measure))
            table = self._grown_later(table, "that span does not end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time from start to end; raise WrongSpan when the end comes first."""
        since, until = self._instant(start), self._instant(end)
        if until < since:
            raise WrongSpan(f"{end.isoformat()} lies before {start.isoformat()}: give the earlier moment first")
        self._reaching(since)
        table = self._reaching(until)
        return timedelta(microseconds=table.open_time_until(until) - table.open_time_until(since))

    def open_periods(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Return the open periods from start to end in order, cut to fit; periods that meet are one, even over midnight."""
        since, until = self._instant(start), self._instant(end)
        self._reaching(since)
        return self._periods(self._reaching(until), since, until)

    def closed_day(self, day: date) -> str | None:
        """Return the name of the public holiday or extra closed day that a date is, or None; weekends have no name."""
        if isinstance(day, datetime):
            day = self._moment(self._instant(day)).date()
        if day.year not in self.years:
            raise self._unknown(day)
        return self._closed_in(day.year).get(day)

    def opens_on(self, weekday: int) -> bool:
        """Return whether a weekday, Monday being 0, has opening hours when it is no closed day."""
        return bool(self._week[weekday])

    def _periods(self, table: OpenTable, since: int, until: int) -> Iterator[tuple[datetime, datetime]]:
        index = table.first_ending_after(since)
        while index is not None and index < len(table.opens) and table.opens[index] < until:
            yield self._moment(max(table.opens[index], since)), self._moment(min(table.closes[index], until))
            index += 1

    def _opening(self, instant: int) -> int:
        table = self._reaching(instant)
        while True:
            index = table.first_ending_after(instant)
            if index is not None:
                return max(table.opens[index], instant)
            table = self._grown_later(table, "support does not open again")

    def _instant(self, moment: datetime) -> int:
        instant = microseconds_at(moment)
        if not self._begins <= instant < self._ends:
            raise self._unknown(moment)
        return instant

    def _moment(self, instant: int) -> datetime:
        return moment_at(instant, self.zone)

    def _unknown(self, day: date) -> BeyondCalendar:
        known = f"the years {self.years[0]} to {self.years[-1]}, whose closed days are known"
        return BeyondCalendar(f"{day.isoformat()} is outside {known}: correct the date")

    def _too_far(self, what: str) -> BeyondCalendar:
        known = f"{self.years[-1]}, the last year whose closed days are known"
        return BeyondCalendar(f"{what} by the end of {known}: use an earlier moment or a shorter span")

    def _closed_in(self, year: int) -> Mapping[date, str]:
        if year not in self._closed:
            self._closed[year] = self._closed_days_of(year)
        return self._closed[year]

    def _reaching(self, instant: int) -> OpenTable:
        """Return a table in which an instant lies."""
        table = self._table
        if table is not None and table.begins <= instant < table.end:
            return table
        year = year_at(instant)
        return self._grown(year, year)

    def _grown_later(self, table: OpenTable, what: str) -> OpenTable:
        """Return a table that goes on after this one; raise BeyondCalendar where the known years end."""
        if table.end >= self._ends:
            raise self._too_far(what)
        # Twice as many years each time, so that a far deadline costs no more than the years it spans.
        return self._grown(table.last_year, 2 * table.last_year - table.first_year + 1)

    def _grown(self, first_year: int, last_year: int) -> OpenTable:
        with self._growing:
            last_year = min(last_year, year_at(self._ends - 1))
            table = self._table
            if table is None:
                table = self._table = self._table_of(first_year, last_year, self._intervals(first_year, last_year))
            if first_year < table.first_year or last_year > table.last_year:
                intervals = [
                    *self._intervals(first_year, table.first_year - 1),
                    *table.intervals(),
                    *self._intervals(table.last_year + 1, last_year),
                ]
                table = self._table = self._table_of(min(first_year, table.first_year), max(last_year, table.last_year), intervals)
            return table

    def _table_of(self, first_year: int, last_year: int, intervals: Sequence[Interval]) -> OpenTable:
        begins, end = max(start_of_year(first_year), self._begins), min(start_of_year(last_year + 1), self._ends)
        return OpenTable.of(first_year, last_year, begins, end, intervals)

    def _intervals(self, first_year: int, last_year: int) -> list[Interval]:
        if first_year > last_year:
            return []
        begins, ends = max(start_of_year(first_year), self._begins), min(start_of_year(last_year + 1), self._ends)
        return list(open_intervals(self.zone, self._periods_of, begins, ends))

    def _periods_of(self, day: date) -> Sequence[Interval]:
        # At the edge of the known years a zone west of Greenwich touches the day before them.
        if day.year not in self.years or day in self._closed_in(day.year):
            return ()
        return self._week[day.weekday()]


def _midnight(year: int, zone: tzinfo) -> int:
    return microseconds_at(datetime(year, 1, 1, tzinfo=zone).astimezone(UTC))
