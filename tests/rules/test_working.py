"""The working that is shown with a promise."""

from datetime import datetime

import pytest

from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.deadlines import explain, promise_for, promise_of_hours
from formapp.rules.spans import Amount


def received(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+10:00")


@pytest.mark.parametrize(
    ("moment", "hours", "working"),
    [
        ("2026-08-11T16:30", 8, "Tue 4:30-5:00 pm 0.5 h; Wed closed, Royal Queensland Show; Thu 9:00 am-4:30 pm 7.5 h = 8 h"),
        ("2026-10-02T16:00", 2, "Fri 4:00-5:00 pm 1 h; Sat, Sun closed; Mon closed, King's Birthday; Tue 9:00-10:00 am 1 h = 2 h"),
        ("2026-11-23T14:28", 8, "Mon 2:28-5:00 pm 2 h 32 min; Tue 9:00 am-2:28 pm 5 h 28 min = 8 h"),
        ("2026-11-23T18:00", 8, "Mon closed after 5:00 pm; Tue 9:00 am-5:00 pm 8 h = 8 h"),
        ("2026-11-23T07:00", 2, "Mon 9:00-11:00 am 2 h = 2 h"),
        ("2026-11-21T10:00", 2, "Sat, Sun closed; Mon 9:00-11:00 am 2 h = 2 h"),
        ("2026-11-22T10:00", 2, "Sun closed; Mon 9:00-11:00 am 2 h = 2 h"),
        # The Saturday is a holiday too, but a weekend is closed in any case
        ("2026-04-24T16:00", 2, "Fri 4:00-5:00 pm 1 h; Sat, Sun closed; Mon 9:00-10:00 am 1 h = 2 h"),
        ("2026-11-23T16:59:59", 1, "Mon 4:59:59-5:00 pm 1 s; Tue 9:00-9:59:59 am 59 min 59 s = 1 h"),
        ("2026-11-23T10:00", 0, "0 h"),
        ("2026-11-23T18:00", 0, "Mon closed after 5:00 pm = 0 h"),
        ("2026-11-23T10:00", "0.1", "Mon 10:00-10:06 am 6 min = 6 min"),
        ("2026-11-23T11:30", 1, "Mon 11:30 am-12:30 pm 1 h = 1 h"),
        # A name for the day would be ambiguous once a week has passed
        (
            "2026-12-23T11:00",
            24,
            "Wed 23 Dec 11:00 am-5:00 pm 6 h; Thu 24 Dec 9:00 am-5:00 pm 8 h; Fri 25 Dec closed, Christmas Day; "
            "Sat 26 Dec, Sun 27 Dec closed; Mon 28 Dec closed, Boxing Day (observed); Tue 29 Dec 9:00 am-5:00 pm 8 h; "
            "Wed 30 Dec 9:00-11:00 am 2 h = 24 h",
        ),
        # And so would a date once the year has changed
        (
            "2026-12-30T16:00",
            17,
            "Wed 4:00-5:00 pm 1 h; Thu 9:00 am-5:00 pm 8 h; Fri closed, New Year's Day; Sat, Sun closed; Mon 9:00 am-5:00 pm 8 h = 17 h",
        ),
        (
            "2026-11-23T18:00",
            10_000,
            "Mon 23 Nov 2026 closed after 5:00 pm; Tue 24 Nov 2026 9:00 am-5:00 pm 8 h; Wed 25 Nov 2026 9:00 am-5:00 pm 8 h; "
            "Thu 26 Nov 2026 to Fri 14 Nov 2031 together 9,976 h; Sat 15 Nov 2031, Sun 16 Nov 2031 closed; "
            "Mon 17 Nov 2031 9:00 am-5:00 pm 8 h = 10,000 h",
        ),
    ],
)
def test_the_working_tells_day_by_day_what_was_counted(
    moment: str, hours: Amount, working: str, policy: Policy, calendar: BusinessCalendar
) -> None:
    assert explain(promise_of_hours(policy, calendar, hours, received(moment))) == working


def test_several_periods_of_a_day_stand_on_lines_of_their_own(policy: Policy) -> None:
    week = policy.hours.week.model_validate(dict.fromkeys(policy.hours.week.model_dump(), ("09:00-12:00", "13:00-17:00")))
    split = policy.model_copy(update={"hours": policy.hours.model_copy(update={"week": week})})
    promise = promise_of_hours(split, BusinessCalendar.of(split), 6, received("2026-11-21T11:00"))
    assert explain(promise) == "Sat 11:00 am-12:00 pm 1 h; Sat 1:00-5:00 pm 4 h; Sun 9:00-10:00 am 1 h = 6 h"


def test_support_that_is_open_round_the_clock_is_still_told_by_days(policy: Policy) -> None:
    week = policy.hours.week.model_validate(dict.fromkeys(policy.hours.week.model_dump(), ("00:00-24:00",)))
    always = policy.model_copy(update={"hours": policy.hours.model_copy(update={"week": week})})
    promise = promise_of_hours(always, BusinessCalendar.of(always), 26, received("2026-11-23T23:00"))
    assert explain(promise) == "Mon 11:00 pm-12:00 am 1 h; Tue 12:00 am-12:00 am 24 h; Wed 12:00-1:00 am 1 h = 26 h"


@pytest.mark.parametrize("days", [1, 5, 9, 12, 20, 40, 80, 400])
def test_the_lines_of_a_working_add_up_to_what_was_promised_and_stay_few(days: int, policy: Policy, calendar: BusinessCalendar) -> None:
    promise = promise_of_hours(policy, calendar, 8 * days, received("2026-12-11T10:07:03.25"))
    assert sum((line.counted for line in promise.working), start=promise.span * 0) == promise.span
    assert len(promise.working) <= 14


def test_a_promise_at_the_end_of_the_last_known_year_is_told_too(policy: Policy, calendar: BusinessCalendar) -> None:
    promise = promise_for(policy, calendar, "incident", "P1", received("2100-12-31T15:00"))
    assert explain(promise) == "Fri 3:00-5:00 pm 2 h = 2 h"
