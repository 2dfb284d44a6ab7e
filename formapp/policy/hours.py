"""Opening hours and closed days, as the policy file states them."""

import re
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays as holiday_calendars
from pydantic import BeforeValidator, Field, field_validator, model_validator

from formapp.policy.shape import Shape, Text

MINUTES_A_DAY = 24 * 60
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIOD = re.compile(r"(\d\d?):(\d\d)\s*[-–]\s*(\d\d?):(\d\d)")


class Period(Shape):
    """One opening period of a day: minutes after midnight, open at `opens`, closed again at `closes`."""

    opens: int = Field(ge=0, lt=MINUTES_A_DAY)
    closes: int = Field(gt=0, le=MINUTES_A_DAY)


def _read_period(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError('must be a text like "09:00-17:00"')
    match = _PERIOD.fullmatch(value.strip())
    if not match:
        raise ValueError(f'{value!r} must be two times of day, like "09:00-17:00"')
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    opens, closes = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if from_minute > 59 or to_minute > 59 or opens >= MINUTES_A_DAY or closes > MINUTES_A_DAY:
        raise ValueError(f"{value!r} has a time that no clock shows: hours go to 24:00, minutes to 59")
    if closes <= opens:
        raise ValueError(f"{value!r} ends before it begins: write the opening time first (midnight at the end of a day is 24:00)")
    return Period(opens=opens, closes=closes)


DayPeriods = tuple[Annotated[Period, BeforeValidator(_read_period)], ...]


class Week(Shape):
    """The opening periods of each weekday, in order."""

    monday: DayPeriods
    tuesday: DayPeriods
    wednesday: DayPeriods
    thursday: DayPeriods
    friday: DayPeriods
    saturday: DayPeriods
    sunday: DayPeriods

    @field_validator(*WEEKDAYS)
    @classmethod
    def _apart_and_in_order(cls, periods: tuple[Period, ...]) -> tuple[Period, ...]:
        for earlier, later in zip(periods, periods[1:], strict=False):
            if later.opens < earlier.closes:
                raise ValueError("two periods overlap or stand out of order: each must begin after the one before it ends")
        return periods

    def days(self) -> tuple[tuple[Period, ...], ...]:
        """Return the periods of Monday to Sunday, so that `date.weekday()` is the index."""
        return tuple(getattr(self, day) for day in WEEKDAYS)

    @model_validator(mode="after")
    def _open_sometime(self) -> "Week":
        if not any(self.days()):
            raise ValueError("no day has an opening period: give at least one, or no promise could ever fall due")
        return self


class OpeningHours(Shape):
    """When support is open."""

    timezone: Text
    timezone_label: Text
    business_day_hours: float = Field(gt=0, le=24, allow_inf_nan=False)
    week: Week

    @field_validator("timezone")
    @classmethod
    def _a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone: use a name like Australia/Brisbane") from None
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the hours and every promise are read."""
        return ZoneInfo(self.timezone)


class ExtraDay(Shape):
    """A day on which support is closed although the calendar does not know it."""

    date: date
    name: Text


class CancelledDay(Shape):
    """A day on which support is open although the calendar calls it a holiday."""

    date: date
    reason: Text


class HolidayCalendar(Shape):
    """Which public holidays close support, and the days by which we differ."""

    country: Text
    subdivision: Text
    description: Text
    confirmed_until: date
    extra: tuple[ExtraDay, ...]
    cancelled: tuple[CancelledDay, ...]

    @model_validator(mode="after")
    def _known_and_consistent(self) -> "HolidayCalendar":
        supported = holiday_calendars.list_supported_countries()
        if self.country not in supported:
            raise ValueError(f"country {self.country!r} has no holiday calendar: use a two-letter code like AU")
        if self.subdivision not in supported[self.country]:
            raise ValueError(f"subdivision {self.subdivision!r} is not one of {self.country}'s: {', '.join(supported[self.country])}")
        extra, cancelled = [day.date for day in self.extra], [day.date for day in self.cancelled]
        for days, key in ((extra, "extra"), (cancelled, "cancelled")):
            if len(set(days)) < len(days):
                raise ValueError(f"{key} names a date twice: keep one of them")
        both = sorted(set(extra) & set(cancelled))
        if both:
            raise ValueError(f"{both[0]} is both in extra and in cancelled: keep one of them")
        for day in cancelled:
            if day not in self._public(day.year):
                raise ValueError(
                    f"cancelled: {day} is not a public holiday in {self.country}/{self.subdivision}: remove it or correct the date"
                )
        return self

    def known_years(self) -> range:
        """Return the years for which the library knows this country's holidays: in any other every weekday would seem open."""
        calendar = holiday_calendars.country_holidays(self.country, subdiv=self.subdivision)
        return range(max(calendar.start_year, 1800), min(calendar.end_year, 2100) + 1)

    def closed_days(self, year: int) -> dict[date, str]:
        """Return the closed days of a calendar year with their names, in the order of their dates."""
        days = self._public(year)
        days.update({day.date: day.name for day in self.extra if day.date.year == year})
        for day in self.cancelled:
            days.pop(day.date, None)
        return dict(sorted(days.items()))

    def _public(self, year: int) -> dict[date, str]:
        calendar = holiday_calendars.country_holidays(
            self.country, subdiv=self.subdivision, years=year, language="en_AU", categories=("public",)
        )
        return dict(calendar.items())
