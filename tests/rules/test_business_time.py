"""Business time at its edges: changes of the clocks, midnight, the ends of the calendar, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from formapp.policy.policy import Policy
from formapp.rules.business_time import BeyondCalendar, BusinessCalendar, NoOpenTime, WrongSpan
from formapp.rules.instants import NaiveMoment

HOUR = timedelta(hours=1)
NINE_TO_FIVE = ((540, 1020),)
CLOSED: tuple[tuple[int, int], ...] = ()
WORKING_WEEK = (NINE_TO_FIVE,) * 5 + (CLOSED,) * 2
ALWAYS = (((0, 1440),),) * 7


def calendar_of(
    week: tuple[tuple[tuple[int, int], ...], ...] = WORKING_WEEK, zone: str = "Australia/Brisbane", closed: tuple[date, ...] = ()
) -> BusinessCalendar:
    return BusinessCalendar(
        ZoneInfo(zone), week, lambda year: {day: "A closed day" for day in closed if day.year == year}, range(2020, 2031)
    )


def on_sundays(*periods: tuple[int, int], zone: str) -> BusinessCalendar:
    return calendar_of((CLOSED,) * 6 + (periods,), zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def midnight(day: str, zone: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))


def test_support_is_open_at_nine_and_no_longer_open_at_five() -> None:
    calendar = calendar_of()
    assert not calendar.is_open(at("2026-11-23T08:59:59.999999+10:00"))
    assert calendar.is_open(at("2026-11-23T09:00+10:00"))
    assert calendar.is_open(at("2026-11-23T16:59:59.999999+10:00"))
    assert not calendar.is_open(at("2026-11-23T17:00+10:00"))


def test_the_next_opening_of_an_open_moment_is_that_moment() -> None:
    calendar = calendar_of()
    assert calendar.next_opening(at("2026-11-23T06:00:00.000001+00:00")) == at("2026-11-23T16:00:00.000001+10:00")
    assert calendar.next_opening(at("2026-11-23T17:00+10:00")) == at("2026-11-24T09:00+10:00")
    assert calendar.next_opening(at("2026-11-23T06:00+00:00")).utcoffset() == 10 * HOUR


def test_the_next_closing_is_that_of_the_open_period_or_of_the_next() -> None:
    calendar = calendar_of()
    assert calendar.next_closing(at("2026-11-23T09:00+10:00")) == at("2026-11-23T17:00+10:00")
    assert calendar.next_closing(at("2026-11-20T17:00+10:00")) == at("2026-11-23T17:00+10:00")


def test_no_time_at_all_is_due_now_or_at_the_next_opening() -> None:
    calendar = calendar_of()
    assert calendar.add(at("2026-11-23T10:00+10:00"), timedelta(0)) == at("2026-11-23T10:00+10:00")
    assert calendar.add(at("2026-11-23T17:00+10:00"), timedelta(0)) == at("2026-11-24T09:00+10:00")


def test_several_periods_a_day_are_counted_one_after_the_other() -> None:
    calendar = calendar_of((((540, 720), (780, 1020)),) * 5 + (CLOSED,) * 2)
    assert not calendar.is_open(at("2026-11-23T12:00+10:00"))
    assert calendar.add(at("2026-11-23T11:30+10:00"), HOUR) == at("2026-11-23T13:30+10:00")
    assert calendar.add(at("2026-11-23T11:00+10:00"), HOUR) == at("2026-11-23T12:00+10:00")
    assert calendar.next_opening(at("2026-11-23T12:00+10:00")) == at("2026-11-23T13:00+10:00")


def test_periods_that_meet_at_midnight_or_at_noon_are_one() -> None:
    nights = ((0, 360), (1320, 1440))
    calendar = calendar_of((nights,) * 7)
    assert calendar.next_closing(at("2026-11-23T23:00+10:00")) == at("2026-11-24T06:00+10:00")
    assert list(calendar.open_periods(at("2026-11-23T12:00+10:00"), at("2026-11-24T12:00+10:00"))) == [
        (at("2026-11-23T22:00+10:00"), at("2026-11-24T06:00+10:00"))
    ]
    noon = calendar_of((((540, 720), (720, 1020)),) * 7)
    assert noon.next_closing(at("2026-11-23T10:00+10:00")) == at("2026-11-23T17:00+10:00")


def test_an_open_period_runs_on_over_the_turn_of_a_year_in_utc() -> None:
    # Ten o'clock of a New Year's morning in Brisbane is midnight in UTC, where the table is grown.
    calendar = calendar_of()
    assert calendar.next_closing(at("2026-01-01T09:30+10:00")) == at("2026-01-01T17:00+10:00")
    fresh = calendar_of()
    assert fresh.add(at("2026-01-01T09:30+10:00"), HOUR) == at("2026-01-01T10:30+10:00")


def test_open_time_is_counted_over_years_that_nobody_has_asked_about() -> None:
    since, until = at("2022-01-03T09:00+10:00"), at("2028-01-03T09:00+10:00")
    assert calendar_of().between(since, until) == 313 * 5 * 8 * HOUR
    assert len(list(calendar_of().open_periods(since, until))) == 313 * 5


def test_open_periods_are_cut_to_the_moments_asked_for() -> None:
    periods = calendar_of().open_periods(at("2026-11-20T16:00+10:00"), at("2026-11-23T09:15+10:00"))
    assert list(periods) == [
        (at("2026-11-20T16:00+10:00"), at("2026-11-20T17:00+10:00")),
        (at("2026-11-23T09:00+10:00"), at("2026-11-23T09:15+10:00")),
    ]


@pytest.mark.parametrize(
    ("zone", "day", "periods", "hours"),
    [
        ("Australia/Sydney", "2026-04-05", [(60, 240)], 4.0),  # three o'clock went back to two: the hour is worked twice
        ("Australia/Sydney", "2026-04-05", [(135, 165)], 1.0),  # a period within the repeated hour is open both times
        ("Australia/Sydney", "2026-04-05", [(60, 150)], 2.0),  # open, closed at half past two, open again for the second half hour
        ("Australia/Sydney", "2026-10-04", [(60, 240)], 2.0),  # two o'clock jumped to three: the hour is not there to be worked
        ("Australia/Sydney", "2026-10-04", [(135, 165)], 0.0),  # nor is a period within it
        ("Australia/Sydney", "2026-10-04", [(150, 240)], 1.0),  # opening time was skipped: open as soon as the clock is past it
        ("Australia/Lord_Howe", "2026-04-05", [(60, 240)], 3.5),  # Lord Howe's clocks change by half an hour
        ("America/Havana", "2026-03-08", [(0, 1440)], 23.0),  # midnight itself is skipped there
        ("America/Havana", "2026-11-01", [(0, 1440)], 25.0),
        ("Australia/Brisbane", "2026-10-04", [(0, 1440)], 24.0),  # and Brisbane's clocks never change
    ],
)
def test_the_hours_of_a_day_on_which_the_clocks_change_are_those_that_pass(
    zone: str, day: str, periods: list[tuple[int, int]], hours: float
) -> None:
    calendar = on_sundays(*periods, zone=zone)
    begins = midnight(day, zone)
    ends = midnight(str(begins.date() + timedelta(days=1)), zone)
    assert calendar.between(begins, ends) == hours * HOUR


@pytest.mark.parametrize(("fold", "due"), [(0, "2026-04-05T03:30+10:00"), (1, "2026-04-05T04:30+10:00")])
def test_each_of_two_half_past_twos_has_its_own_deadline(fold: int, due: str) -> None:
    received = datetime(2026, 4, 5, 2, 30, tzinfo=ZoneInfo("Australia/Sydney"), fold=fold)
    assert calendar_of(ALWAYS).add(received, 2 * HOUR) == at(due)


def test_a_calendar_that_never_opens_is_refused() -> None:
    with pytest.raises(NoOpenTime, match="give at least one"):
        calendar_of((CLOSED,) * 7)


def test_a_calendar_whose_every_day_is_closed_says_that_it_does_not_open() -> None:
    every_day = tuple(date(2020, 1, 1) + timedelta(days=number) for number in range(11 * 366))
    calendar = calendar_of(closed=every_day)
    with pytest.raises(BeyondCalendar, match="support does not open again by the end of 2030"):
        calendar.next_opening(at("2026-11-23T10:00+10:00"))
    with pytest.raises(BeyondCalendar, match="that span does not end by the end of 2030"):
        calendar.add(at("2026-11-23T10:00+10:00"), HOUR)


def test_a_calendar_that_never_closes_says_so() -> None:
    with pytest.raises(BeyondCalendar, match="support does not close again"):
        calendar_of(ALWAYS).next_closing(at("2026-11-23T10:00+10:00"))


def test_a_moment_without_a_zone_is_refused_with_its_mend() -> None:
    calendar = calendar_of()
    naive = datetime(2026, 11, 23, 14, 28)  # noqa: DTZ001
    for ask in (calendar.is_open, calendar.next_opening, calendar.next_closing, calendar.closed_day):
        with pytest.raises(NaiveMoment, match=r"2026-11-23T14:28:00 has no time zone: add one, for example 2026-11-23T14:28:00\+10:00"):
            ask(naive)
    with pytest.raises(NaiveMoment):
        calendar.add(naive, HOUR)
    with pytest.raises(NaiveMoment):
        calendar.between(at("2026-11-23T14:28+10:00"), naive)
    with pytest.raises(NaiveMoment):
        calendar.open_periods(naive, at("2026-11-23T14:28+10:00"))


def test_time_is_never_counted_backwards() -> None:
    calendar = calendar_of()
    with pytest.raises(WrongSpan, match="is negative"):
        calendar.add(at("2026-11-23T10:00+10:00"), -HOUR)
    with pytest.raises(WrongSpan, match="give the earlier moment first"):
        calendar.between(at("2026-11-23T10:00+10:00"), at("2026-11-23T09:59+10:00"))


@pytest.mark.parametrize(
    "moment",
    [
        datetime.max.replace(tzinfo=timezone(-23 * HOUR)),
        datetime.min.replace(tzinfo=timezone(23 * HOUR)),
        datetime.max.replace(tzinfo=ZoneInfo("Pacific/Pago_Pago")),
        datetime.min.replace(tzinfo=ZoneInfo("Pacific/Kiritimati")),
        datetime(2031, 1, 1, tzinfo=ZoneInfo("Australia/Brisbane")),
        datetime(2019, 12, 31, 23, 59, tzinfo=ZoneInfo("Australia/Brisbane")),
        datetime(2019, 12, 31, 13, 59, tzinfo=UTC),
    ],
)
def test_a_moment_outside_the_known_years_is_refused(moment: datetime) -> None:
    calendar = calendar_of()
    for ask in (calendar.is_open, calendar.next_opening, calendar.next_closing):
        with pytest.raises(BeyondCalendar, match="is outside the years 2020 to 2030, whose closed days are known: correct the date"):
            ask(moment)


def test_the_first_and_the_last_moment_of_the_known_years_are_counted() -> None:
    calendar = calendar_of(ALWAYS)
    first, last = at("2020-01-01T00:00+10:00"), at("2030-12-31T23:59:59.999999+10:00")
    assert calendar.is_open(first)
    assert calendar.is_open(last)
    assert calendar.add(first, HOUR) == at("2020-01-01T01:00+10:00")
    assert calendar.between(first, last) == last - first
    with pytest.raises(BeyondCalendar):
        calendar.is_open(first - timedelta(microseconds=1))
    with pytest.raises(BeyondCalendar):
        calendar.is_open(last + timedelta(microseconds=1))


@pytest.mark.parametrize("span", [timedelta.max, timedelta(days=2000), timedelta(hours=9000)])
def test_a_deadline_after_the_known_years_is_refused(span: timedelta) -> None:
    with pytest.raises(BeyondCalendar, match="that span does not end by the end of 2030"):
        calendar_of().add(at("2026-11-23T10:00+10:00"), span)


def test_a_closed_day_has_a_name_and_a_weekend_has_none(policy: Policy, calendar: BusinessCalendar) -> None:
    assert calendar.closed_day(date(2026, 8, 12)) == "The Royal Queensland Show"
    assert calendar.closed_day(date(2026, 8, 15)) is None
    assert calendar.closed_day(at("2026-08-11T20:00+00:00")) == "The Royal Queensland Show"
    with pytest.raises(BeyondCalendar):
        calendar.closed_day(date(2101, 1, 1))


def test_extra_days_close_and_cancelled_days_open(policy: Policy) -> None:
    changed = policy.holidays.model_validate(
        {
            **policy.holidays.model_dump(),
            "extra": ({"date": date(2026, 8, 13), "name": "Proclaimed holiday"},),
            "cancelled": ({"date": date(2026, 8, 12), "reason": "Moved by proclamation"},),
        }
    )
    calendar = BusinessCalendar.of(policy.model_copy(update={"holidays": changed}))
    assert calendar.add(at("2026-08-11T16:30+10:00"), HOUR) == at("2026-08-12T09:30+10:00")
    assert calendar.add(at("2026-08-12T16:30+10:00"), HOUR) == at("2026-08-14T09:30+10:00")
    assert calendar.closed_day(date(2026, 8, 13)) == "Proclaimed holiday"
    assert calendar.closed_day(date(2026, 8, 12)) is None


def test_threads_that_ask_at_once_get_the_same_answers(policy: Policy) -> None:
    moments = [datetime(1990 + number % 60, 1 + number % 12, 5, number % 24, tzinfo=UTC) for number in range(240)]
    asked_in_turn = BusinessCalendar.of(policy)
    expected = [asked_in_turn.add(moment, 100 * HOUR) for moment in moments]
    shared = BusinessCalendar.of(policy)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda moment: shared.add(moment, 100 * HOUR), moments)) == expected
