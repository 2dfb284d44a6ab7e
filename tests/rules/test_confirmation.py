"""Promises are made a year ahead, so somebody must have checked that year's closed days."""

from datetime import UTC, date, datetime

import pytest

from formapp.policy.policy import Policy
from formapp.rules.confirmation import unconfirmed


def confirmed_until(policy: Policy, day: date) -> Policy:
    return policy.model_copy(update={"holidays": policy.holidays.model_copy(update={"confirmed_until": day})})


def test_twelve_confirmed_months_need_no_word(policy: Policy) -> None:
    now = datetime(2026, 11, 23, 4, 28, tzinfo=UTC)
    assert unconfirmed(confirmed_until(policy, date(2027, 11, 23)), now) is None


def test_one_day_less_is_told_with_what_to_do(policy: Policy) -> None:
    now = datetime(2026, 11, 23, 4, 28, tzinfo=UTC)
    assert unconfirmed(confirmed_until(policy, date(2027, 11, 22)), now) == (
        "holidays.confirmed_until: closed days are confirmed up to Mon 22 Nov 2027, but the coming 12 months end on Tue 23 Nov 2027: "
        "compare `formapp policy holidays --year 2027` with the government's own list, then move the date"
    )


@pytest.mark.parametrize(
    ("now", "needed"),
    [
        (datetime(2026, 11, 23, 15, 0, tzinfo=UTC), date(2027, 11, 24)),  # in Brisbane it is tomorrow already
        (datetime(2028, 2, 29, 0, 0, tzinfo=UTC), date(2029, 3, 1)),  # the year after a leap day
    ],
)
def test_the_year_ahead_is_counted_from_brisbane_s_today(now: datetime, needed: date, policy: Policy) -> None:
    assert unconfirmed(confirmed_until(policy, needed), now) is None
    assert unconfirmed(confirmed_until(policy, date.fromordinal(needed.toordinal() - 1)), now) is not None
