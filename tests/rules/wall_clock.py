"""The simplest possible business calendar: look at the clock on the wall once a minute. What it says, ours must say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from formapp.rules.business_time import BusinessCalendar

MINUTE = timedelta(minutes=1)
YEARS = range(2024, 2031)
ZONES = {
    name: ZoneInfo(name)
    for name in (
        "Australia/Brisbane",
        "Australia/Sydney",
        "Australia/Lord_Howe",
        "America/New_York",
        "Europe/London",
        "America/Havana",
        "UTC",
    )
}


@dataclass(frozen=True)
class WallClock:
    """Opening periods of Monday to Sunday in minutes after midnight, and closed days, in a zone."""

    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]
    closed: frozenset[date]

    def calendar(self) -> BusinessCalendar:
        def closed_days(year: int) -> dict[date, str]:
            return {day: "A closed day" for day in self.closed if day.year == year}

        return BusinessCalendar(ZONES[self.zone], self.week, closed_days, YEARS)

    def is_open(self, moment: datetime) -> bool:
        there = moment.astimezone(ZONES[self.zone])
        minute = there.hour * 60 + there.minute
        return there.date() not in self.closed and any(opens <= minute < closes for opens, closes in self.week[there.weekday()])

    def minutes(self, start: datetime, most: timedelta) -> Iterator[tuple[datetime, bool]]:
        moment = start.astimezone(UTC)
        while moment - start < most:
            yield moment, self.is_open(moment)
            moment += MINUTE

    def first(self, start: datetime, *, is_open: bool, most: timedelta) -> datetime | None:
        return next((moment for moment, state in self.minutes(start, most) if state == is_open), None)

    def between(self, start: datetime, end: datetime) -> timedelta:
        return sum((MINUTE for _, is_open in self.minutes(start, end - start) if is_open), timedelta(0))

    def add(self, start: datetime, span: timedelta, most: timedelta) -> datetime | None:
        left = span
        for moment, is_open in self.minutes(start, most):
            if is_open and not left:
                return moment
            if is_open:
                left -= MINUTE
            if is_open and not left:
                return moment + MINUTE
        return None
