"""The scorecard's figures, worked out by hand; support is open from 9 am to 5 pm on weekdays."""

from datetime import date, timedelta

import pytest

from formapp.reports.scorecard_values import Cell, Kept, Received, Scorecard, Spans
from formapp.rules.lifecycle import Move
from formapp.runtime import Runtime
from formapp.services.scorecard import WrongPeriod, gather
from tests.scorecard_rows import Promised, Told, store

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
GENERAL, INCIDENT = "general-enquiry", "incident"
# It is Monday 23 November, 2:28 pm.
IN_TIME = Told(
    "2026-10-06 10:00",
    response="2026-10-06 12:00",  # 2 h
    promises=(Promised("2026-10-07 10:00", "2026-10-06 12:00"),),  # met
    events=(("2026-10-07 11:00", Move.DELIVERED, "waiting", "resolved"),),  # 7 h on Tuesday and 2 h on Wednesday = 9 h
)
LATE_AND_BACK = Told(
    "2026-10-08 16:00",
    INCIDENT,
    "P1",
    response="2026-10-09 10:30",  # 1 h on Thursday and 1.5 h on Friday = 2.5 h
    promises=(
        Promised("2026-10-09 10:00", "2026-10-09 10:30"),  # missed
        Promised("2026-10-20 12:00", "2026-10-20 12:00", asked="2026-10-20 10:00", is_first=False),  # met, on the minute
    ),
    events=(
        ("2026-10-19 09:00", Move.WENT_QUIET, "waiting", "resolved"),
        ("2026-10-20 10:00", Move.WROTE, "resolved", "open"),  # re-opened
        # Thursday 1 h, Friday 8 h, the week after 40 h, Monday and Tuesday 16 h = 65 h
        ("2026-10-21 09:00", Move.DELIVERED, "open", "resolved"),
    ),
)
REPLACED = Told(
    "2026-11-02 09:00",
    INCIDENT,
    "P2",
    response="2026-11-02 12:59",
    promises=(
        Promised("2026-11-02 11:00", "2026-11-02 11:30", how="replaced", priority="P1"),  # missed: it was late by then
        Promised("2026-11-02 13:00", "2026-11-02 12:59"),  # met
    ),
)
NOT_DUE_YET = Told("2026-11-23 09:00", promises=(Promised("2026-11-24 09:00"),))  # nowhere
STANDS_LATE = Told("2026-11-20 09:00", promises=(Promised("2026-11-23 09:00"),))  # missed
WITHDRAWN = Told(
    "2026-11-03 09:00",
    promises=(Promised("2026-11-04 09:00", "2026-11-03 10:00", how="withdrawn"),),
    events=(("2026-11-03 10:00", Move.SOLVED, "open", "resolved"),),  # 1 h
)
WENT_QUIET = Told("2026-11-04 09:00", events=(("2026-11-12 09:00", Move.WENT_QUIET, "waiting", "resolved"),))
SUSPECT = Told("2026-11-05 09:00", response="2026-11-05 10:00", promises=(Promised("2026-11-06 09:00"),), suspect_because="too fast")
JUNK = Told("2026-11-05 09:00", promises=(Promised("2026-11-06 09:00"),), events=(("2026-11-05 10:00", Move.SET_ASIDE, "open", "closed"),))
NO_JUNK_AFTER_ALL = Told(
    "2026-11-05 09:00",
    response="2026-11-05 11:00",  # 2 h
    promises=(Promised("2026-11-06 09:00", "2026-11-05 11:00"),),  # met
    events=(("2026-11-05 10:00", Move.SET_ASIDE, "open", "closed"), ("2026-11-05 10:30", Move.REOPENED, "closed", "open")),
)
EVERYTHING = (
    IN_TIME, LATE_AND_BACK, REPLACED, NOT_DUE_YET, STANDS_LATE, WITHDRAWN, WENT_QUIET, SUSPECT, JUNK, NO_JUNK_AFTER_ALL
)  # fmt: skip


def of(runtime: Runtime, *told: Told, since: date | None = None, until: date | None = None) -> Scorecard:
    with runtime.database.transaction() as session:
        store(session, *told)
    with runtime.database.reading() as session:
        return gather(session, runtime.desk, since, until, runtime.now())


def hours(*numbers: float) -> Spans:
    return Spans.of(timedelta(hours=number) for number in numbers)


def test_promises_are_counted_by_month_type_priority_and_whether_they_were_the_first(runtime: Runtime) -> None:
    card = of(runtime, *EVERYTHING)
    assert card.cells == (
        Cell(OCTOBER, GENERAL, None, True, Kept(met=1)),
        Cell(OCTOBER, INCIDENT, "P1", False, Kept(met=1)),
        Cell(OCTOBER, INCIDENT, "P1", True, Kept(missed=1)),
        Cell(NOVEMBER, GENERAL, None, True, Kept(met=1, missed=1)),
        Cell(NOVEMBER, INCIDENT, "P1", True, Kept(missed=1)),
        Cell(NOVEMBER, INCIDENT, "P2", True, Kept(met=1)),
    )
    assert card.kept(is_first=True) == Kept(met=3, missed=3)
    assert card.kept(is_first=False) == Kept(met=1)
    assert card.kept(is_first=True, month=NOVEMBER) == Kept(met=2, missed=2)
    (p1,) = [kind for kind in card.kinds if kind.name == "Incident, P1"]
    assert card.kept(is_first=True, kind=p1) == Kept(missed=2)


@pytest.mark.parametrize("how", ["answered", "replaced", "withdrawn"])
@pytest.mark.parametrize(("ended", "missed"), [("2026-11-03 09:00", 0), ("2026-11-03 09:01", 1)])
def test_what_was_late_when_it_ended_was_missed_however_it_ended(runtime: Runtime, how: str, ended: str, missed: int) -> None:
    card = of(runtime, Told("2026-11-02 09:00", promises=(Promised("2026-11-03 09:00", ended, how=how),)))
    in_time = 1 if how == "answered" and not missed else 0
    assert card.kept(is_first=True) == Kept(met=in_time, missed=missed)


def test_times_are_of_open_hours_by_type_and_altogether(runtime: Runtime) -> None:
    card = of(runtime, *EVERYTHING)
    response = {kind.name: kind.response for kind in card.kinds if kind.response.count}
    assert response == {
        "General Enquiry": hours(2, 2),
        "Incident, P1": hours(2.5),
        "Incident, P2": hours(3 + 59 / 60),
    }
    assert card.response == hours(2, 2, 2.5, 3 + 59 / 60)
    # Of four in order the median is the second, and the one in which nine of ten were there is the fourth.
    assert (card.response.median, card.response.ninetieth) == (timedelta(hours=2), timedelta(hours=3, minutes=59))
    # Without the one that nobody answered; of the one that was resolved twice, the last time counts.
    assert card.resolution == hours(9, 65, 1)


def test_volumes_and_how_tickets_ended_are_counted(runtime: Runtime) -> None:
    card = of(runtime, *EVERYTHING)
    assert card.received == (Received(OCTOBER, GENERAL, 1), Received(OCTOBER, INCIDENT, 1), Received(NOVEMBER, GENERAL, 5),
                             Received(NOVEMBER, INCIDENT, 1))  # fmt: skip
    assert card.came_in() == 8
    assert (card.resolved, card.went_quiet, card.reopened) == (4, 1, 1)


def test_of_some_days_only_what_came_in_or_was_resolved_on_them_counts(runtime: Runtime) -> None:
    card = of(runtime, *EVERYTHING, since=date(2026, 10, 8), until=date(2026, 10, 19))
    assert (card.months, card.kept(is_first=True), card.kept(is_first=False)) == ((OCTOBER,), Kept(missed=1), Kept())
    # It was resolved on the 19th; that it came back on the 20th is counted for it all the same.
    assert (card.resolved, card.went_quiet, card.reopened, card.resolution) == (1, 1, 1, Spans())


def test_a_month_begins_at_midnight_in_brisbane(runtime: Runtime) -> None:
    before, after = "2026-10-31 23:59", "2026-11-01 00:00"
    card = of(runtime, *(Told(moment, promises=(Promised("2026-11-03 09:00", "2026-11-02 09:00"),)) for moment in (before, after)))
    assert [(cell.month, cell.kept) for cell in card.cells] == [(OCTOBER, Kept(met=1)), (NOVEMBER, Kept(met=1))]
    assert [(one.month, one.count) for one in card.received] == [(OCTOBER, 1), (NOVEMBER, 1)]


def test_kinds_are_in_the_policys_order_and_after_them_what_only_old_tickets_are(runtime: Runtime) -> None:
    old = Told("2026-11-02 09:00", "billing", response="2026-11-02 10:00")
    unranked = Told("2026-11-02 09:00", INCIDENT, response="2026-11-02 10:00")
    card = of(runtime, old, unranked, Told("2026-11-02 09:00", "complaint"))
    assert [kind.name for kind in card.kinds] == [
        "General Enquiry", "Product Help / How To", "Feature Request", *(f"Incident, P{level}" for level in range(1, 6)), "Incident",
        "Complaint", "billing",
    ]  # fmt: skip
    assert [name for _, name in card.types] == [
        "General Enquiry",
        "Product Help / How To",
        "Feature Request",
        "Incident",
        "Complaint",
        "billing",
    ]


def test_without_days_it_is_of_twelve_months_and_without_tickets_of_nothing(runtime: Runtime) -> None:
    card = of(runtime)
    assert (card.since, card.until, card.day, len(card.months)) == (date(2025, 12, 1), date(2026, 11, 23), date(2026, 11, 23), 12)
    assert (card.cells, card.received, card.response, card.resolved) == ((), (), Spans(), 0)


@pytest.mark.parametrize(
    ("since", "until"),
    [(date(2026, 11, 2), date(2026, 11, 1)), (date(1, 1, 1), None), (None, date(9999, 12, 31)), (date(2027, 1, 1), None)],
)
def test_days_that_are_no_period_are_refused_with_what_to_give(runtime: Runtime, since: date | None, until: date | None) -> None:
    with pytest.raises(WrongPeriod, match="give the earlier day first, from the year 2000 on"):
        of(runtime, since=since, until=until)


def test_a_clock_that_was_put_back_does_not_stop_it(runtime: Runtime) -> None:
    card = of(runtime, Told("2026-11-02 10:00", response="2026-11-02 09:00"))
    assert card.response == hours(0)


@pytest.mark.parametrize(
    ("count", "median", "ninetieth"), [(1, 1, 1), (2, 1, 2), (3, 2, 3), (9, 5, 9), (10, 5, 9), (11, 6, 10), (100, 50, 90)]
)
def test_percentiles_are_by_nearest_rank(count: int, median: int, ninetieth: int) -> None:
    spans = Spans.of(timedelta(hours=number) for number in range(count, 0, -1))
    assert spans == Spans(count, timedelta(hours=median), timedelta(hours=ninetieth))
