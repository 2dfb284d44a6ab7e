"""How we keep our promises, added up: the whole scorecard as one value."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

# How far back the scorecard goes where nobody says otherwise; the month that it is counts as one.
MONTHS = 12
# Below this many a share says little.
FEW = 10
_LAST_MONTH = 12


@dataclass(frozen=True)
class Kept:
    """Promises that were kept, and those that were not: answered late, or still unanswered past their moment."""

    met: int = 0
    missed: int = 0

    @property
    def total(self) -> int:
        """How many there are."""
        return self.met + self.missed

    @property
    def share(self) -> float:
        """The share that was kept, 0 of none."""
        return self.met / self.total if self.total else 0.0

    @property
    def are_few(self) -> bool:
        """Whether a share of them says little."""
        return self.total < FEW

    def __add__(self, other: "Kept") -> "Kept":
        """Return both together."""
        return Kept(self.met + other.met, self.missed + other.missed)


@dataclass(frozen=True)
class Cell:
    """The promises of a month (its first day), for a request type and priority level: for first responses, or for later answers."""

    month: date
    request_type: str
    priority: str | None
    is_first: bool
    kept: Kept


@dataclass(frozen=True)
class Spans:
    """How long something took, in business time: the median and the 90th percentile, by nearest rank.

    Nearest rank: of so many in order, the one at place half (or nine tenths) of their number, rounded up. So each is a time that
    somebody really waited.
    """

    count: int = 0
    median: timedelta | None = None
    ninetieth: timedelta | None = None

    @classmethod
    def of(cls, spans: Iterable[timedelta]) -> "Spans":
        """Return them for any number of spans."""
        ordered = sorted(spans)
        if not ordered:
            return cls()
        return cls(len(ordered), ordered[_nearest_rank(50, len(ordered))], ordered[_nearest_rank(90, len(ordered))])


@dataclass(frozen=True)
class Kind:
    """A request type with a priority level where it has one, its name ("Incident, P1"), and how long its tickets took."""

    request_type: str
    priority: str | None
    name: str
    response: Spans = Spans()
    resolution: Spans = Spans()


@dataclass(frozen=True)
class Received:
    """How many tickets of a type came in in a month, named by its first day."""

    month: date
    request_type: str
    count: int


@dataclass(frozen=True)
class Scorecard:
    """What was promised and kept from one day to another, both included, as it was seen on `day`; the days are of the policy's zone.

    `kinds` and `types` (key, name) are in the policy's order. Times to resolution are of tickets that we or the customer resolved in
    that time; `went_quiet` says how many of those `resolved` ended without a response, which took as long as the policy has it.
    """

    since: date
    until: date
    day: date
    kinds: tuple[Kind, ...]
    types: tuple[tuple[str, str], ...]
    cells: tuple[Cell, ...]
    received: tuple[Received, ...]
    response: Spans
    resolution: Spans
    resolved: int
    went_quiet: int
    reopened: int

    @cached_property
    def months(self) -> tuple[date, ...]:
        """The first days of all months that the time touches."""
        return months_between(self.since, self.until)

    def kept(self, *, is_first: bool, month: date | None = None, kind: Kind | None = None) -> Kept:
        """Add up the promises of a month, or of a kind, or all."""
        chosen = (
            cell.kept
            for cell in self.cells
            if cell.is_first is is_first
            and month in (None, cell.month)
            and (kind is None or (kind.request_type, kind.priority) == (cell.request_type, cell.priority))
        )
        return sum(chosen, Kept())

    def came_in(self, *, month: date | None = None, request_type: str | None = None) -> int:
        """Return how many tickets were received, in a month or of a type or altogether."""
        return sum(
            one.count for one in self.received if month in (None, one.month) and (request_type is None or one.request_type == request_type)
        )


def first_of_month(day: date, *, earlier: int = 0) -> date:
    """Return the first day of the month that a day lies in, or of one so many months earlier (later, where it is negative)."""
    months = day.year * _LAST_MONTH + day.month - 1 - earlier
    return date(months // _LAST_MONTH, months % _LAST_MONTH + 1, 1)


def months_between(since: date, until: date) -> tuple[date, ...]:
    """Return the first days of the months from that of one day to that of another."""
    months = [first_of_month(since)]
    while (following := first_of_month(months[-1], earlier=-1)) <= until:
        months.append(following)
    return tuple(months)


def _nearest_rank(percent: int, count: int) -> int:
    # In whole numbers: 0.9 * 10 is no whole number to a computer.
    return -(-percent * count // 100) - 1
