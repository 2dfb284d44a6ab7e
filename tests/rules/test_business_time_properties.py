"""What must hold of every calendar, hours and zone; the reference looks at the clock on the wall once a minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from formapp.rules.business_time import BusinessCalendar
from formapp.rules.working import working_of
from tests.rules.wall_clock import ZONES, WallClock

MICROSECOND = timedelta(microseconds=1)
WINDOW = timedelta(days=3)
# Near changes of the clocks in Sydney and Lord Howe, New York and Havana, London; near New Year; and an ordinary week.
TURNS = tuple(
    datetime.fromisoformat(f"{moment}+00:00")
    for moment in (
        "2026-04-04T12:00",
        "2026-10-03T12:00",
        "2026-03-08T03:00",
        "2026-11-01T02:00",
        "2026-03-28T22:00",
        "2026-10-24T22:00",
        "2026-12-31T08:00",
        "2027-05-19T12:00",
    )
)

moments = st.builds(
    lambda turn, minutes: turn + timedelta(minutes=minutes), st.sampled_from(TURNS), st.integers(min_value=-2 * 1440, max_value=2 * 1440)
)
fine_moments = st.builds(
    lambda moment, fine: moment + timedelta(microseconds=fine), moments, st.integers(min_value=0, max_value=60_000_000)
)
spans = st.builds(lambda microseconds: timedelta(microseconds=microseconds), st.integers(min_value=1, max_value=400 * 3600 * 1_000_000))


@st.composite
def days(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Up to three periods of a day, apart or touching, any minute, midnight at either end among them."""
    marks = draw(
        st.lists(st.one_of(st.integers(0, 1440), st.sampled_from((0, 60, 120, 150, 180, 540, 1020, 1440))), max_size=6, unique=True)
    )
    marks = sorted(marks)[: len(marks) // 2 * 2]
    periods = list(zip(marks[::2], marks[1::2], strict=False))
    if periods and draw(st.booleans()):
        first, last = periods[-1]
        if last - first > 1:
            middle = (first + last) // 2
            periods[-1:] = [(first, middle), (middle, last)]
    return tuple(periods)


@st.composite
def clocks(draw: st.DrawFn) -> WallClock:
    week = draw(st.tuples(*[days()] * 7).filter(any))
    near = [(turn + timedelta(days=away)).date() for turn in TURNS for away in range(-3, 4)]
    closed = draw(st.frozensets(st.sampled_from(near), max_size=6))
    return WallClock(draw(st.sampled_from(tuple(ZONES))), week, closed)


def utc(moment: datetime) -> datetime:
    """Return a moment fit for comparing: in an hour that the wall clock repeats, Python calls no moments of two zones equal."""
    return moment.astimezone(UTC)


@given(clocks(), moments)
@settings(max_examples=40, deadline=None)
def test_support_is_open_whenever_the_clock_on_the_wall_says_so(clock: WallClock, start: datetime) -> None:
    calendar = clock.calendar()
    for moment, is_open in clock.minutes(start, timedelta(days=1)):
        assert calendar.is_open(moment) == is_open, moment
        assert calendar.is_open(moment + timedelta(minutes=1) - MICROSECOND) == is_open, moment


@given(clocks(), moments)
@settings(max_examples=40, deadline=None)
def test_the_next_opening_and_closing_are_those_that_a_watcher_of_the_clock_sees(clock: WallClock, start: datetime) -> None:
    calendar = clock.calendar()
    opening = clock.first(start, is_open=True, most=WINDOW)
    if opening is None:
        assert utc(calendar.next_opening(start)) >= start + WINDOW
        return
    assert utc(calendar.next_opening(start)) == opening
    closing = clock.first(opening, is_open=False, most=WINDOW)
    if closing is not None:
        assert utc(calendar.next_closing(start)) == closing


@given(clocks(), moments, st.integers(min_value=0, max_value=3 * 1440))
@settings(max_examples=40, deadline=None)
def test_the_open_time_between_two_moments_is_the_count_of_open_minutes(clock: WallClock, start: datetime, minutes: int) -> None:
    end = start + timedelta(minutes=minutes)
    calendar = clock.calendar()
    assert calendar.between(start, end) == clock.between(start, end)
    periods = list(calendar.open_periods(start, end))
    assert sum((utc(closes) - utc(opens) for opens, closes in periods), timedelta(0)) == clock.between(start, end)
    assert all(utc(earlier[1]) < utc(later[0]) for earlier, later in zip(periods, periods[1:], strict=False))


@given(clocks(), moments, st.integers(min_value=0, max_value=2000))
@settings(max_examples=40, deadline=None)
def test_a_deadline_is_the_end_of_the_last_open_minute_that_was_promised(clock: WallClock, start: datetime, minutes: int) -> None:
    span = timedelta(minutes=minutes)
    due = clock.add(start, span, WINDOW)
    computed = clock.calendar().add(start, span)
    if due is None:
        assert utc(computed) > start + WINDOW or clock.between(start, start + WINDOW) <= span
    else:
        assert utc(computed) == due


@given(clocks(), fine_moments, spans)
@settings(max_examples=60, deadline=None)
def test_a_deadline_is_the_earliest_moment_with_so_much_open_time_before_it(clock: WallClock, start: datetime, span: timedelta) -> None:
    calendar = clock.calendar()
    due = calendar.add(start, span)
    assert calendar.between(start, due) == span
    assert calendar.between(start, due - MICROSECOND) == span - MICROSECOND


@given(clocks(), fine_moments, spans, spans)
@settings(max_examples=60, deadline=None)
def test_one_span_after_another_ends_where_their_sum_ends(clock: WallClock, start: datetime, one: timedelta, other: timedelta) -> None:
    calendar = clock.calendar()
    assert utc(calendar.add(calendar.add(start, one), other)) == utc(calendar.add(start, one + other))
    assert utc(calendar.add(calendar.add(start, timedelta(0)), other)) == utc(calendar.add(start, other))


@given(clocks(), fine_moments, fine_moments, spans, spans)
@settings(max_examples=60, deadline=None)
def test_nothing_received_later_or_promised_for_longer_is_due_earlier(
    clock: WallClock, one: datetime, other: datetime, short: timedelta, long: timedelta
) -> None:
    calendar = clock.calendar()
    (one, other), (short, long) = sorted((one, other)), sorted((short, long))
    assert utc(calendar.add(one, short)) <= utc(calendar.add(other, short))
    assert utc(calendar.add(one, short)) <= utc(calendar.add(one, long))
    assert utc(calendar.next_opening(one)) <= utc(calendar.next_opening(other))


@given(clocks(), st.tuples(fine_moments, fine_moments, fine_moments))
@settings(max_examples=60, deadline=None)
def test_open_time_adds_up_over_any_moment_in_between(clock: WallClock, three: tuple[datetime, datetime, datetime]) -> None:
    calendar = clock.calendar()
    first, middle, last = sorted(three)
    assert calendar.between(first, middle) + calendar.between(middle, last) == calendar.between(first, last)


@given(clocks(), fine_moments, spans, st.sampled_from([*ZONES, "Pacific/Apia", "Asia/Kathmandu", "America/St_Johns"]))
@settings(max_examples=60, deadline=None)
def test_the_zone_in_which_a_moment_is_given_changes_nothing(clock: WallClock, start: datetime, span: timedelta, zone: str) -> None:
    calendar = clock.calendar()
    elsewhere = start.astimezone(ZoneInfo(zone))
    assert utc(calendar.add(elsewhere, span)) == utc(calendar.add(start, span))
    assert utc(calendar.next_opening(elsewhere)) == utc(calendar.next_opening(start))
    assert calendar.is_open(elsewhere) == calendar.is_open(start)
    assert calendar.add(elsewhere, span).tzinfo is calendar.zone


@given(clocks(), fine_moments, spans, st.lists(st.integers(min_value=2024, max_value=2030), max_size=5))
@settings(max_examples=40, deadline=None)
def test_what_was_asked_before_changes_no_answer(clock: WallClock, start: datetime, span: timedelta, years: list[int]) -> None:
    asked_before: BusinessCalendar = clock.calendar()
    for year in years:
        asked_before.is_open(datetime(year, 6, 1, tzinfo=UTC))
    fresh = clock.calendar()
    assert utc(asked_before.add(start, span)) == utc(fresh.add(start, span))
    assert asked_before.between(start, start + span) == fresh.between(start, start + span)


@given(clocks(), fine_moments, spans)
@settings(max_examples=40, deadline=None)
def test_the_lines_of_any_working_add_up_to_the_span(clock: WallClock, start: datetime, span: timedelta) -> None:
    calendar = clock.calendar()
    lines = working_of(calendar, start, calendar.add(start, span))
    assert sum((line.counted for line in lines), timedelta(0)) == span
    assert all(earlier.last_day <= later.first_day for earlier, later in zip(lines, lines[1:], strict=False))


def test_the_reference_itself_knows_a_plain_working_day() -> None:
    nine_to_five = ((540, 1020),)
    clock = WallClock("Australia/Brisbane", (nine_to_five,) * 5 + ((), ()), frozenset({date(2026, 8, 12)}))
    tuesday = datetime.fromisoformat("2026-08-11T16:30+10:00")
    assert clock.add(tuesday, timedelta(hours=8), timedelta(days=4)) == datetime.fromisoformat("2026-08-13T16:30+10:00")
