"""The open intervals of a stretch of time in one sorted table, with the open time that lies before each."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from itertools import accumulate

from formapp.rules.instants import DAY, EPOCH, SECOND, microseconds_in, moment_at

Interval = tuple[int, int]
# The opening periods of a day as microseconds after its midnight, by the clock on the wall.
DayPeriods = Callable[[date], Sequence[Interval]]
_EPOCH_DAY = EPOCH.toordinal()


@dataclass(frozen=True, slots=True)
class OpenTable:
    """What is open from the UTC year `first_year` to the end of `last_year`; all figures are microseconds, all intervals half-open."""

    first_year: int
    last_year: int
    begins: int
    end: int
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    before: tuple[int, ...]
    total: int

    @classmethod
    def of(cls, first_year: int, last_year: int, begins: int, end: int, intervals: Iterable[Interval]) -> "OpenTable":
        """Build the table from intervals in order; adjoining ones become one."""
        opens: list[int] = []
        closes: list[int] = []
        for opening, closing in intervals:
            if closes and closes[-1] == opening:
                closes[-1] = closing
            else:
                opens.append(opening)
                closes.append(closing)
        lengths = (closing - opening for opening, closing in zip(opens, closes, strict=True))
        before = list(accumulate(lengths, initial=0))
        return cls(first_year, last_year, begins, end, tuple(opens), tuple(closes), tuple(before[:-1]), before[-1])

    def intervals(self) -> Iterator[Interval]:
        """Return the open intervals in order."""
        return zip(self.opens, self.closes, strict=True)

    def first_ending_after(self, instant: int) -> int | None:
        """Return the index of the interval that is open at an instant, or else of the next; None past the last."""
        index = bisect_right(self.closes, instant)
        return index if index < len(self.closes) else None

    def open_time_until(self, instant: int) -> int:
        """Return the open time between the table's beginning and an instant within it."""
        index = bisect_right(self.opens, instant) - 1
        return self.before[index] + min(instant, self.closes[index]) - self.opens[index] if index >= 0 else 0

    def earliest_with(self, open_time: int) -> int:
        """Return the earliest instant before which the table is open that long; 0 < open_time <= total."""
        index = bisect_left(self.before, open_time) - 1
        return self.opens[index] + open_time - self.before[index]


def open_intervals(zone: tzinfo, periods: DayPeriods, begins: int, ends: int) -> Iterator[Interval]:
    """Yield the instants between two whose time on the wall lies in a period of their day, in order.

    A wall time that a daylight-saving change skips is no instant; one that it repeats is open both times.
    """
    for since, until, offset in _even_stretches(zone, begins, ends):
        wall_begins, wall_ends = since + offset, until + offset
        for day in range(wall_begins // DAY, (wall_ends - 1) // DAY + 1):
            midnight = day * DAY
            for opens, closes in periods(date.fromordinal(_EPOCH_DAY + day)):
                first, last = max(midnight + opens, wall_begins), min(midnight + closes, wall_ends)
                if first < last:
                    yield first - offset, last - offset


def _even_stretches(zone: tzinfo, begins: int, ends: int) -> Iterator[tuple[int, int, int]]:
    """Cut a stretch of time where the zone's offset from UTC changes; yield beginning, end and offset."""
    since, offset = begins, _offset(zone, begins)
    # A day is a fine enough comb: no zone has changed its clocks and changed them back within one.
    combed, combed_offset = begins, offset
    while combed < ends:
        tooth = min(combed + DAY, ends)
        tooth_offset = _offset(zone, tooth)
        for change in _changes(zone, combed, combed_offset, tooth, tooth_offset):
            yield since, change, offset
            since, offset = change, _offset(zone, change)
        combed, combed_offset = tooth, tooth_offset
    if since < ends:
        yield since, ends, offset


def _changes(zone: tzinfo, since: int, offset: int, until: int, later_offset: int) -> Iterator[int]:
    if offset == later_offset:
        return
    if until - since <= SECOND:
        yield until
        return
    # Clocks change on whole seconds, so halving keeps to them.
    middle = since + (until - since) // (2 * SECOND) * SECOND
    middle_offset = _offset(zone, middle)
    yield from _changes(zone, since, offset, middle, middle_offset)
    yield from _changes(zone, middle, middle_offset, until, later_offset)


def _offset(zone: tzinfo, instant: int) -> int:
    offset = moment_at(instant, zone).utcoffset()
    assert isinstance(offset, timedelta)
    return microseconds_in(offset)
