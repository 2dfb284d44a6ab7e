"""Dated examples of the promise, each with its reason; business time is that of docs/policy.toml."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from formapp.policy.policy import Policy, UnknownChoice
from formapp.rules.business_time import BeyondCalendar, BusinessCalendar
from formapp.rules.deadlines import promise_for, promise_of_days, promise_of_hours
from formapp.rules.instants import NaiveMoment

BRISBANE = ZoneInfo("Australia/Brisbane")


def brisbane(text: str) -> datetime:
    """Read "Tue 2026-08-11 16:30" as a Brisbane time, and hold the weekday to its word."""
    weekday, _, moment = text.partition(" ")
    read = datetime.fromisoformat(moment).replace(tzinfo=BRISBANE)
    assert f"{read:%a}" == weekday, f"{text} is a {read:%a}"
    return read


@pytest.mark.parametrize(
    ("received", "hours", "due"),
    [
        # The policy's own two examples, and the edges of an ordinary day
        ("Mon 2026-11-23 14:28", 8, "Tue 2026-11-24 14:28"),  # a business day runs to the same time on the next
        (
            "Mon 2026-11-23 18:00",
            8,
            "Tue 2026-11-24 17:00",
        ),  # after hours counts from the morning, and is due that evening
        ("Mon 2026-11-23 09:00", 8, "Mon 2026-11-23 17:00"),  # a whole day ends at closing time
        ("Mon 2026-11-23 08:59:59", 2, "Mon 2026-11-23 11:00"),  # a second early is as good as on time
        ("Mon 2026-11-23 09:00:01", 2, "Mon 2026-11-23 11:00:01"),  # a second late is a second later
        ("Mon 2026-11-23 00:00", 2, "Mon 2026-11-23 11:00"),  # midnight counts from the same day's morning
        ("Mon 2026-11-23 15:00", 2, "Mon 2026-11-23 17:00"),  # due at closing time itself
        ("Mon 2026-11-23 15:00:01", 2, "Tue 2026-11-24 09:00:01"),  # one second does not fit any more
        ("Mon 2026-11-23 16:59:59", 2, "Tue 2026-11-24 10:59:59"),  # one second of the day is still counted
        ("Mon 2026-11-23 17:00:00", 2, "Tue 2026-11-24 11:00"),  # closing time itself is closed
        ("Mon 2026-11-23 16:59:59.999999", 2, "Tue 2026-11-24 10:59:59.999999"),  # nor is a millionth of a second lost
        # Weekends
        ("Fri 2026-11-20 16:30", 4, "Mon 2026-11-23 12:30"),  # half an hour on Friday, the rest on Monday
        ("Fri 2026-11-20 17:00", 2, "Mon 2026-11-23 11:00"),  # the weekend begins at five
        ("Sat 2026-11-21 10:00", 8, "Mon 2026-11-23 17:00"),  # Saturday counts from Monday
        ("Sun 2026-11-22 23:59:59", 2, "Mon 2026-11-23 11:00"),  # and so does Sunday's last second
        # 24 business hours are three business days
        ("Mon 2026-11-23 10:00", 24, "Thu 2026-11-26 10:00"),  # within a week
        ("Thu 2026-11-26 10:00", 24, "Tue 2026-12-01 10:00"),  # over a weekend and the end of a month
        # P1 at four o'clock before a Monday holiday
        ("Fri 2026-10-02 16:00", 2, "Tue 2026-10-06 10:00"),  # King's Birthday, first Monday of October in Queensland
        ("Fri 2026-05-01 16:00", 2, "Tue 2026-05-05 10:00"),  # Labour Day, first Monday of May in Queensland
        ("Fri 2026-01-23 16:00", 2, "Tue 2026-01-27 10:00"),  # Australia Day on a Monday
        ("Fri 2026-06-05 16:00", 2, "Mon 2026-06-08 10:00"),  # the June holiday of other states is a working day here
        ("Mon 2027-01-25 16:00", 2, "Wed 2027-01-27 10:00"),  # Australia Day in the middle of a week
        # Royal Queensland Show ("Ekka"): a Wednesday of August, from its eve
        ("Tue 2024-08-13 16:30", 8, "Thu 2024-08-15 16:30"),
        ("Tue 2025-08-12 16:30", 8, "Thu 2025-08-14 16:30"),
        ("Tue 2026-08-11 16:30", 8, "Thu 2026-08-13 16:30"),
        ("Tue 2027-08-10 16:30", 8, "Thu 2027-08-12 16:30"),
        ("Tue 2028-08-15 16:30", 8, "Thu 2028-08-17 16:30"),  # the third Wednesday: August 2028 begins on a Tuesday
        ("Tue 2028-08-08 16:30", 8, "Wed 2028-08-09 16:30"),  # so the second Wednesday is a working day
        ("Wed 2026-08-12 10:00", 2, "Thu 2026-08-13 11:00"),  # received on the day itself
        # Easter: Good Friday to Easter Monday
        ("Thu 2026-04-02 16:00", 2, "Tue 2026-04-07 10:00"),
        ("Thu 2027-03-25 16:00", 2, "Tue 2027-03-30 10:00"),
        ("Thu 2028-04-13 16:00", 2, "Tue 2028-04-18 10:00"),
        ("Thu 2026-04-02 09:00", 8, "Thu 2026-04-02 17:00"),  # Maundy Thursday is a whole working day
        # Anzac Day
        ("Fri 2026-04-24 16:00", 2, "Mon 2026-04-27 10:00"),  # on a Saturday it has no substitute in Queensland
        ("Fri 2027-04-23 16:00", 2, "Tue 2027-04-27 10:00"),  # on a Sunday the Monday is the holiday
        ("Wed 2029-04-25 12:00", 2, "Thu 2029-04-26 11:00"),  # on a Wednesday just the day
        # Christmas and New Year
        ("Thu 2026-12-24 16:00", 2, "Tue 2026-12-29 10:00"),  # Boxing Day on a Saturday moves to Monday 28
        ("Fri 2027-12-24 16:00", 2, "Wed 2027-12-29 10:00"),  # both on a weekend: Monday 27 and Tuesday 28
        ("Thu 2026-12-31 16:00", 2, "Mon 2027-01-04 10:00"),  # New Year's Day on a Friday
        ("Fri 2027-12-31 16:00", 2, "Tue 2028-01-04 10:00"),  # New Year's Day on a Saturday moves to Monday 3
        ("Wed 2026-12-23 11:00", 24, "Wed 2026-12-30 11:00"),  # three business days over Christmas
        # Leap day
        ("Mon 2028-02-28 16:00", 8, "Tue 2028-02-29 16:00"),  # the 29th of February is a day like any other
    ],
)
def test_an_answer_is_due_after_so_many_open_hours(received: str, hours: int, due: str, policy: Policy, calendar: BusinessCalendar) -> None:
    assert promise_of_hours(policy, calendar, hours, brisbane(received)).due == brisbane(due)


@pytest.mark.parametrize(
    ("received", "fold", "zone", "due"),
    [
        # 02:30 came twice in Sydney that Sunday: 01:30 and 02:30 in Brisbane, and both count from Tuesday, after Easter Monday
        ("2026-04-05T02:30", 0, "Australia/Sydney", "Tue 2026-04-07 11:00"),
        ("2026-04-05T02:30", 1, "Australia/Sydney", "Tue 2026-04-07 11:00"),
        # 02:30 never came in Sydney that Sunday; the Monday after it is the King's Birthday
        ("2026-10-04T02:30", 0, "Australia/Sydney", "Tue 2026-10-06 11:00"),
        # 01:30 came twice in New York: 15:30 and 16:30 on Sunday in Brisbane
        ("2026-11-01T01:30", 0, "America/New_York", "Mon 2026-11-02 11:00"),
        ("2026-11-01T01:30", 1, "America/New_York", "Mon 2026-11-02 11:00"),
        # 02:30 never came in New York
        ("2026-03-08T02:30", 0, "America/New_York", "Mon 2026-03-09 11:00"),
        # 01:30 came twice in London: 10:30 and 11:30 on Sunday in Brisbane
        ("2026-10-25T01:30", 0, "Europe/London", "Mon 2026-10-26 11:00"),
        ("2026-10-25T01:30", 1, "Europe/London", "Mon 2026-10-26 11:00"),
        # 01:30 never came in London
        ("2026-03-29T01:30", 0, "Europe/London", "Mon 2026-03-30 11:00"),
        # The evening before in New York, an hour apart by the season: Monday 10:30 and 11:30 in Brisbane
        ("2026-10-25T20:30", 0, "America/New_York", "Mon 2026-10-26 12:30"),
        ("2026-11-01T20:30", 0, "America/New_York", "Mon 2026-11-02 13:30"),
    ],
)
def test_a_p1_from_a_zone_whose_clocks_are_changing_is_due_by_brisbane_time(
    received: str, fold: int, zone: str, due: str, policy: Policy, calendar: BusinessCalendar
) -> None:
    moment = datetime.fromisoformat(received).replace(tzinfo=ZoneInfo(zone), fold=fold)
    promise = promise_for(policy, calendar, "incident", "P1", moment)
    assert promise.due == brisbane(due)
    assert promise.received is moment


@pytest.mark.parametrize(
    ("request_type", "level", "target", "basis", "hours"),
    [
        ("general-enquiry", None, "1 business day", "General Enquiry", 8),
        ("Product Help / How To", None, "1 business day", "Product Help / How To", 8),
        ("feature-request", None, "1 business day", "Feature Request", 8),
        ("incident", None, "1 business day", "Incident", 8),  # no priority yet
        ("incident", "P1", "2 business hours", "Incident, P1", 2),
        ("incident", "P2", "4 business hours", "Incident, P2", 4),
        ("incident", "P3", "8 business hours", "Incident, P3", 8),
        ("Incident", "p4", "24 business hours", "Incident, P4", 24),
        ("incident", "P5", "1 business day", "Incident, P5", 8),  # no target of its own
    ],
)
def test_the_priority_replaces_the_target_of_the_type_where_it_has_one(
    request_type: str, level: str | None, target: str, basis: str, hours: int, policy: Policy, calendar: BusinessCalendar
) -> None:
    promise = promise_for(policy, calendar, request_type, level, brisbane("Mon 2026-11-23 14:28"))
    assert (promise.target, promise.basis, promise.span) == (target, basis, timedelta(hours=hours))
    assert promise.policy_version == policy.version


def test_a_promise_outside_hours_counts_from_the_next_opening(policy: Policy, calendar: BusinessCalendar) -> None:
    promise = promise_for(policy, calendar, "general-enquiry", None, brisbane("Sat 2026-11-21 10:00"))
    assert promise.counted_from == brisbane("Mon 2026-11-23 09:00")
    assert promise.counted_from.tzinfo == promise.due.tzinfo == BRISBANE


def test_24_business_hours_are_three_business_days(policy: Policy, calendar: BusinessCalendar) -> None:
    received = brisbane("Wed 2026-12-23 11:00")
    assert promise_of_hours(policy, calendar, 24, received).due == promise_of_days(policy, calendar, 3, received).due


def test_a_business_day_is_as_long_as_the_policy_says(policy: Policy) -> None:
    hours = policy.hours.model_copy(update={"business_day_hours": 7.6})
    shorter = policy.model_copy(update={"hours": hours})
    promise = promise_of_days(shorter, BusinessCalendar.of(shorter), 1, brisbane("Mon 2026-11-23 09:00"))
    assert promise.due == brisbane("Mon 2026-11-23 16:36")


def test_no_promise_is_made_on_a_guess(policy: Policy, calendar: BusinessCalendar) -> None:
    received = brisbane("Mon 2026-11-23 14:28")
    with pytest.raises(UnknownChoice, match="type 'praise' is not in the policy: use one of general-enquiry, product-help"):
        promise_for(policy, calendar, "praise", None, received)
    with pytest.raises(UnknownChoice, match="priority 'P9' is not in the policy: use one of P1, P2"):
        promise_for(policy, calendar, "incident", "P9", received)
    with pytest.raises(UnknownChoice, match="priority P1 does not go with type general-enquiry"):
        promise_for(policy, calendar, "general-enquiry", "P1", received)
    with pytest.raises(NaiveMoment, match="has no time zone"):
        promise_for(policy, calendar, "incident", "P1", received.replace(tzinfo=None))
    with pytest.raises(BeyondCalendar, match="1801 to 2100"):
        promise_for(policy, calendar, "incident", "P1", received.replace(year=2101))
