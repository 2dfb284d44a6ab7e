"""How moments, spans and opening hours are said to people, in the policy's time zone."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby

from formapp.policy.hours import MINUTES_A_DAY, WEEKDAYS, Period
from formapp.policy.policy import Policy
from formapp.policy.requests import Priority, RequestType
from formapp.rules.instants import HOUR, SECOND, microseconds_in

MINUTE = 60 * SECOND
_QUARTERS = ("", ".25", ".5", ".75")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def to_the_minute(moment: datetime) -> datetime:
    """Return the minute a moment lies in; promises are said in minutes, so they are counted from the minute of receipt."""
    return moment.replace(second=0, microsecond=0)


def say_moment(moment: datetime, policy: Policy, reference: date | None = None) -> str:
    """Say an aware moment of any zone: "Tue 24 Nov, 2:28 pm AEST"; the year is added where it is not the reference's."""
    there = moment.astimezone(policy.hours.zone)
    if isinstance(reference, datetime) and reference.tzinfo:
        reference = reference.astimezone(policy.hours.zone)
    return f"{say_date(there, reference)}, {say_time(there)} {policy.hours.timezone_label}"


def say_day(moment: datetime, policy: Policy) -> str:
    """Say the day of an aware moment in the policy's zone: "Wed 23 Dec 2026"."""
    return say_date(moment.astimezone(policy.hours.zone).date(), date.min)


def say_moment_in_full(moment: datetime, policy: Policy) -> str:
    """Say an aware moment of any zone with its year: "Tue 24 Nov 2026, 2:28 pm AEST"."""
    return say_moment(moment, policy, date.min)


def say_date(day: date, reference: date | None = None) -> str:
    """Say a date: "Tue 24 Nov"; the year is added where it is not that of the reference date."""
    year = f" {day.year}" if reference is not None and reference.year != day.year else ""
    return f"{say_weekday(day)} {day.day} {_MONTHS[day.month - 1]}{year}"


def say_weekday(day: date) -> str:
    """Say the day of the week: "Tue"."""
    return _WEEKDAYS[day.weekday()]


def say_time(moment: datetime | time) -> str:
    """Say the time on the wall: "2:28 pm", "12:00 pm" for noon; seconds only where there are some."""
    number, half = _clock(moment)
    return f"{number} {half}"


def say_times(opens: datetime | time, closes: datetime | time) -> str:
    """Say two times as a stretch: "4:30-5:00 pm", "9:00 am-5:00 pm"."""
    first, first_half = _clock(opens)
    last, last_half = _clock(closes)
    # 12:00 am at the end of a day comes after every time of it, so the halves must both be said.
    alike = first_half == last_half and (opens.hour, opens.minute) < (closes.hour, closes.minute)
    return f"{first}-{last} {last_half}" if alike else f"{first} {first_half}-{last} {last_half}"


def say_span(span: timedelta) -> str:
    """Say a span of time shortly: "7.5 h", "2 h 32 min", "45 s"; quarters of an hour are said as decimals, all else exactly."""
    hours, left = divmod(microseconds_in(span), HOUR)
    if left % (HOUR // 4) == 0:
        return f"{hours:,}{_QUARTERS[left // (HOUR // 4)]} h"
    minutes, left = divmod(left, MINUTE)
    parts = [(f"{hours:,} h", hours), (f"{minutes} min", minutes), (f"{_plainly(Decimal(left) / SECOND)} s", left)]
    return " ".join(said for said, amount in parts if amount)


def say_business_hours(hours: Decimal | float | str) -> str:
    """Say a target in hours: "2 business hours"."""
    return f"{(number := _plainly(hours))} business {'hour' if number == '1' else 'hours'}"


def say_business_days(days: Decimal | float | str) -> str:
    """Say a target in days: "1 business day"."""
    return f"{(number := _plainly(days))} business {'day' if number == '1' else 'days'}"


def say_target(kind: RequestType, priority: Priority | None = None) -> str:
    """Say the target response time of a request: its priority's, where that has one of its own, else its type's."""
    if priority is not None and priority.target_hours is not None:
        return say_business_hours(priority.target_hours)
    return say_business_days(kind.target_business_days)


def say_holiday(name: str) -> str:
    """Return a closed day's name as it reads in the middle of a sentence: without a leading "The"."""
    return name.removeprefix("The ")


def say_hours(policy: Policy) -> str:
    """Say the opening hours: "Monday to Friday, 9:00 am to 5:00 pm AEST"."""
    said = []
    for periods, days in groupby(enumerate(policy.hours.week.days()), key=lambda day: day[1]):
        if periods:
            said.append(f"{_say_days([number for number, _ in days])}, {_say_periods(periods)}")
    return f"{'; '.join(said)} {policy.hours.timezone_label}"


def say_minutes(minutes: int) -> str:
    """Say a time of day given in minutes after midnight; the end of the day is "midnight"."""
    return "midnight" if minutes == MINUTES_A_DAY else say_time(time(minutes // 60, minutes % 60))


def _say_days(numbers: list[int]) -> str:
    names = [WEEKDAYS[number].capitalize() for number in (numbers[0], numbers[-1])]
    return names[0] if len(numbers) == 1 else (" and " if len(numbers) == 2 else " to ").join(names)


def _say_periods(periods: Iterable[Period]) -> str:
    return " and ".join(f"{say_minutes(period.opens)} to {say_minutes(period.closes)}" for period in periods)


def _clock(moment: datetime | time) -> tuple[str, str]:
    number = f"{moment.hour % 12 or 12}:{moment.minute:02}"
    left = moment.second * SECOND + moment.microsecond
    if left:
        whole, fraction = divmod(left, SECOND)
        number += f":{whole:02}" + (f".{fraction:06}".rstrip("0") if fraction else "")
    return number, "am" if moment.hour < 12 else "pm"


def _plainly(number: Decimal | float | str) -> str:
    whole, _, fraction = f"{round(Decimal(str(number)), 9):f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole
