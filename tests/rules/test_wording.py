"""How moments, spans and hours are said."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from formapp.policy.policy import Policy
from formapp.rules.wording import (
    say_business_days,
    say_business_hours,
    say_date,
    say_hours,
    say_minutes,
    say_moment,
    say_moment_in_full,
    say_span,
    say_time,
    say_times,
    to_the_minute,
)


def test_a_moment_of_any_zone_is_said_in_the_policy_s(policy: Policy) -> None:
    assert say_moment(datetime(2026, 11, 24, 4, 28, tzinfo=UTC), policy) == "Tue 24 Nov, 2:28 pm AEST"
    assert say_moment(datetime(2026, 11, 24, 20, 0, tzinfo=UTC), policy) == "Wed 25 Nov, 6:00 am AEST"
    assert say_moment_in_full(datetime(2026, 11, 24, 4, 28, tzinfo=UTC), policy) == "Tue 24 Nov 2026, 2:28 pm AEST"


def test_the_year_is_said_where_it_is_not_the_reader_s(policy: Policy) -> None:
    moment = datetime(2027, 1, 4, 0, 0, tzinfo=UTC)
    assert say_moment(moment, policy, date(2027, 5, 1)) == "Mon 4 Jan, 10:00 am AEST"
    assert say_moment(moment, policy, date(2026, 12, 31)) == "Mon 4 Jan 2027, 10:00 am AEST"
    # In Brisbane the new year has begun.
    assert say_moment(moment, policy, datetime(2026, 12, 31, 20, 0, tzinfo=UTC)) == "Mon 4 Jan, 10:00 am AEST"
    assert say_date(date(2027, 1, 4), date(2026, 1, 1)) == "Mon 4 Jan 2027"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (time(0, 0), "12:00 am"),
        (time(9, 0), "9:00 am"),
        (time(12, 0), "12:00 pm"),
        (time(12, 5), "12:05 pm"),
        (time(16, 59, 59), "4:59:59 pm"),
        (time(16, 59, 59, 500_000), "4:59:59.5 pm"),
        (time(23, 59), "11:59 pm"),
    ],
)
def test_a_time_is_said_with_seconds_only_where_there_are_some(moment: time, said: str) -> None:
    assert say_time(moment) == said


def test_a_stretch_says_am_or_pm_once_where_both_times_share_it() -> None:
    assert say_times(time(16, 30), time(17)) == "4:30-5:00 pm"
    assert say_times(time(9), time(17)) == "9:00 am-5:00 pm"
    assert say_times(time(9), time(0)) == "9:00 am-12:00 am"
    assert say_times(time(1, 30), time(1, 30)) == "1:30 am-1:30 am"


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(0), "0 h"),
        (timedelta(minutes=15), "0.25 h"),
        (timedelta(minutes=30), "0.5 h"),
        (timedelta(hours=7, minutes=45), "7.75 h"),
        (timedelta(hours=8), "8 h"),
        (timedelta(hours=10_000), "10,000 h"),
        (timedelta(minutes=20), "20 min"),
        (timedelta(hours=2, minutes=32), "2 h 32 min"),
        (timedelta(hours=1, seconds=1), "1 h 1 s"),
        (timedelta(microseconds=1_500_000), "1.5 s"),
        (timedelta(microseconds=1), "0.000001 s"),
    ],
)
def test_a_span_is_said_exactly(span: timedelta, said: str) -> None:
    assert say_span(span) == said


def test_one_is_singular() -> None:
    assert [say_business_hours(hours) for hours in (1, 2.0, 1.5, 24)] == [
        "1 business hour",
        "2 business hours",
        "1.5 business hours",
        "24 business hours",
    ]
    assert [say_business_days(days) for days in (1, "1.0", 10)] == ["1 business day", "1 business day", "10 business days"]


@pytest.mark.parametrize(
    ("week", "said"),
    [
        ({}, "Monday to Friday, 9:00 am to 5:00 pm AEST"),
        ({"saturday": ("09:00-12:00",)}, "Monday to Friday, 9:00 am to 5:00 pm; Saturday, 9:00 am to 12:00 pm AEST"),
        ({"thursday": (), "friday": ()}, "Monday to Wednesday, 9:00 am to 5:00 pm AEST"),
        ({"wednesday": (), "thursday": (), "friday": ()}, "Monday and Tuesday, 9:00 am to 5:00 pm AEST"),
        (
            {"friday": ("09:00-12:00", "13:00-24:00")},
            "Monday to Thursday, 9:00 am to 5:00 pm; Friday, 9:00 am to 12:00 pm and 1:00 pm to midnight AEST",
        ),
    ],
)
def test_the_opening_hours_are_said_in_stretches_of_like_days(week: dict[str, tuple[str, ...]], said: str, policy: Policy) -> None:
    plain = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), ("09:00-17:00",)) | {"saturday": (), "sunday": ()}
    hours = policy.hours.model_copy(update={"week": policy.hours.week.model_validate(plain | week)})
    assert say_hours(policy.model_copy(update={"hours": hours})) == said


def test_the_end_of_a_day_is_midnight() -> None:
    assert [say_minutes(minutes) for minutes in (0, 540, 1440)] == ["12:00 am", "9:00 am", "midnight"]


def test_a_promise_said_in_minutes_is_counted_from_the_minute_of_receipt() -> None:
    assert to_the_minute(datetime(2026, 11, 23, 6, 59, 59, 999_999, tzinfo=UTC)) == datetime(2026, 11, 23, 6, 59, tzinfo=UTC)
