"""Hours and days as people write them, read exactly."""

from datetime import timedelta
from decimal import Decimal

import pytest

from formapp.policy.policy import Policy
from formapp.rules.business_time import WrongSpan
from formapp.rules.spans import Amount, span_of_days, span_of_hours

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours", "span"),
    [
        (8, 8 * HOUR),
        ("8", 8 * HOUR),
        (" 1.5 ", 1.5 * HOUR),
        (0.1, timedelta(minutes=6)),
        ("0.1", timedelta(minutes=6)),
        (Decimal("0.1"), timedelta(minutes=6)),
        (0.7, timedelta(minutes=42)),
        ("1e3", 1000 * HOUR),
        (Decimal("0.0000000001"), timedelta(0)),
        ("1e-999999", timedelta(0)),
        (0, timedelta(0)),
        ("0.3333333333333333333333333333333333333333333333", timedelta(minutes=20)),
    ],
)
def test_hours_are_read_to_the_microsecond(hours: Amount, span: timedelta) -> None:
    assert span_of_hours(hours) == span


def test_days_are_as_long_as_the_policy_s_business_day(policy: Policy) -> None:
    assert span_of_days(1, policy) == 8 * HOUR
    assert span_of_days("0.5", policy) == 4 * HOUR


@pytest.mark.parametrize(
    "hours", ["", "eight", "1,5", "nan", "sNaN", "inf", "-inf", float("nan"), float("inf"), Decimal("NaN"), True, "1e9999999999999999999"]
)
def test_what_is_no_number_of_hours_is_refused(hours: Amount, policy: Policy) -> None:
    with pytest.raises(WrongSpan, match="hours must be a number, for example 4 or 1.5"):
        span_of_hours(hours)
    with pytest.raises(WrongSpan, match="days must be a number, for example 4 or 1.5"):
        span_of_days(hours, policy)


@pytest.mark.parametrize("hours", [-1, "-0.001", float("-1e-9"), pytest.param(-(10**6000), id="minus a number of 6,000 digits")])
def test_negative_hours_are_refused(hours: Amount) -> None:
    with pytest.raises(WrongSpan, match="hours must not be negative: give 0 or more"):
        span_of_hours(hours)


@pytest.mark.parametrize("hours", [10_000_001, "1e400", 1e300, pytest.param(10**6000, id="a number of 6,000 digits"), Decimal("1e999999")])
def test_more_hours_than_any_calendar_holds_are_refused(hours: Amount) -> None:
    with pytest.raises(WrongSpan, match="hours must not be more than 10,000,000: give fewer"):
        span_of_hours(hours)
