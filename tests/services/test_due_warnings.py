"""The team hears of an answer when most of its time is over, and when it is late: once each, in opening hours."""

import pytest
from sqlalchemy import update

from formapp.mail import purposes
from formapp.models import Promise
from formapp.services import customer_acts, due_warnings, staff_acts, staff_checks
from tests.services.life import CUSTOMER, STAFF, SUSPECT, Life, text_of
from tests.services.lived_tickets import complained


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def warn(life: Life) -> int:
    return due_warnings.warn(life.runtime.database, life.runtime.desk, life.clock.now())


def warned_at(life: Life, *days: str) -> list[int]:
    """Return how many tickets the team is told of at each of these moments."""
    told = []
    for day in days:
        life.goes_to(day)
        told.append(warn(life))
    return told


def said(life: Life) -> str:
    """Return what the last letter says, in lower case."""
    return text_of(life.letter(purposes.TEAM_ANSWERS_DUE)).lower()


def incident(life: Life, priority: str = "P1", **changes: str) -> int:
    return life.ticket(request_type="incident", priority=priority, **changes)


def test_one_is_told_of_at_three_quarters_of_its_time_and_when_it_is_late(life: Life) -> None:
    number = incident(life)
    days = ("2026-11-23 15:57", "2026-11-23 15:58", "2026-11-23 16:00", "2026-11-23 16:28", "2026-11-23 16:29", "2026-11-23 16:50")
    assert warned_at(life, *days) == [0, 1, 0, 0, 1, 0]
    (promise,) = life.promises(number)
    assert (promise.warned_at, promise.late_told_at) == (life.moment("2026-11-23 15:58"), life.moment("2026-11-23 16:29"))
    soon, late = life.mails(purposes.TEAM_ANSWERS_DUE)
    assert {mail.recipient for mail in (soon, late)} == {"team@example.org"}
    # In the thread of its ticket.
    assert [mail.ticket_number for mail in (soon, late)] == [number, number]
    letter = life.letter(purposes.TEAM_ANSWERS_DUE)
    assert "BC-1001" in letter["Subject"]
    for words in (
        "bc-1001, late",
        "a question",
        "first response (incident, p1)",
        "mon 23 nov 2026, 4:28 pm aest",
        "/staff-ticket/",
        "/staff-queue/",
    ):
        assert words in said(life)


@pytest.mark.parametrize("act", ["reply", "resolve", "junk", "customer_solved"])
def test_nobody_is_called_for_what_is_done(life: Life, act: str) -> None:
    number = incident(life)
    acts = {
        "reply": lambda: life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=False),
        "resolve": lambda: life.do(staff_acts.resolve, number, STAFF, reason="Fixed"),
        "junk": lambda: life.do(staff_checks.junk, number, STAFF),
        "customer_solved": lambda: life.do(customer_acts.customer_solved, number, CUSTOMER),
    }
    acts[act]()
    assert warned_at(life, "2026-11-23 16:00", "2026-11-24 10:00") == [0, 0]


def test_out_of_hours_only_the_most_urgent_is_told_of_and_the_rest_at_once_in_the_morning(life: Life) -> None:
    p1, p2 = incident(life), incident(life, "P2")
    # In the last minute of the day both become urgent, and the worker comes by in the evening.
    with life.runtime.database.transaction() as session:
        session.execute(update(Promise).values(warn_at=life.moment("2026-11-23 16:59")))
    assert warned_at(life, "2026-11-23 17:30", "2026-11-24 08:59") == [1, 0]
    assert [mail.ticket_number for mail in life.mails(purposes.TEAM_ANSWERS_DUE)] == [p1]
    assert warned_at(life, "2026-11-24 09:00", "2026-11-24 09:01") == [1, 0]
    assert [mail.ticket_number for mail in life.mails(purposes.TEAM_ANSWERS_DUE)] == [p1, p2]


def test_nobody_is_called_on_a_holiday(life: Life) -> None:
    life.goes_to("2026-12-24 15:00")
    incident(life, "P2")
    assert warned_at(life, "2026-12-25 12:00", "2026-12-26 12:00", "2026-12-28 12:00", "2026-12-29 09:59", "2026-12-29 10:00") == [
        0,
        0,
        0,
        0,
        1,
    ]


def test_what_became_urgent_while_nobody_worked_stands_in_one_letter_the_most_urgent_first(life: Life) -> None:
    for priority in ("P3", "P1", "P2"):
        incident(life, priority, summary=f"It is {priority}")
    life.goes_to("2026-11-26 10:00")
    assert (warn(life), warn(life)) == (3, 0)
    (mail,) = life.mails(purposes.TEAM_ANSWERS_DUE)
    assert mail.ticket_number is None
    assert said(life).index("it is p1") < said(life).index("it is p2") < said(life).index("it is p3")
    # Nearly due and late are one piece of news by now.
    assert said(life).count("it is p1") == 1


def test_a_later_answer_is_told_of_as_such_and_a_new_message_begins_anew(life: Life) -> None:
    number = incident(life)
    assert warned_at(life, "2026-11-23 16:00") == [1]
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.goes_to("2026-11-24 10:00")
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="Firefox")
    assert warned_at(life, "2026-11-24 11:29", "2026-11-24 11:30") == [0, 1]
    assert "what: answer (incident, p1)" in said(life)


def test_reclassified_it_is_told_of_by_its_new_promise(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reclassify, number, STAFF, request_type="incident", priority="P1", because="It is down.")
    assert warned_at(life, "2026-11-23 15:57", "2026-11-23 15:58") == [0, 1]
    life.do(staff_acts.reclassify, number, STAFF, request_type="general-enquiry", priority=None, because="It is not.")
    assert warned_at(life, "2026-11-23 16:40", "2026-11-24 12:28") == [0, 1]


def test_a_complaint_is_told_of_too(life: Life) -> None:
    complained(life)
    assert warned_at(life, "2026-11-24 12:28") == [1]
    assert "confirmation of the complaint (complaint)" in said(life)


def test_nobody_is_called_for_what_looks_automatic_until_somebody_believes_it(life: Life) -> None:
    number = life.ticket(SUSPECT)
    assert warned_at(life, "2026-11-26 10:00") == [0]
    life.do(staff_checks.believe, number, STAFF)
    assert warned_at(life, "2026-11-26 10:01") == [1]


def dates_at(life: Life, *days: str) -> list[int]:
    """Return how many late reviews and answers to complaints the team is told of at each of these moments."""
    told = []
    for day in days:
        life.goes_to(day)
        told.append(due_warnings.warn_of_dates(life.runtime.database, life.runtime.desk, life.clock.now()))
    return told


def test_a_late_review_of_an_escalation_is_told_of_once_and_one_that_was_answered_is_not(life: Life) -> None:
    late, answered = life.ticket(), life.ticket()
    for number in (late, answered):
        life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
        life.escalate(number)
    life.do(staff_acts.answer_escalation, answered, STAFF, text="You are right.")
    # Due at 2:28 pm the next day; told of in opening hours.
    assert dates_at(life, "2026-11-24 14:28", "2026-11-24 18:00", "2026-11-25 09:00", "2026-11-25 09:01") == [0, 0, 1, 0]
    assert [mail.ticket_number for mail in life.mails(purposes.TEAM_ANSWERS_DUE)] == [late]
    for words in ("bc-1001, late", "review of the escalation (general enquiry)", "tue 24 nov 2026, 2:28 pm aest", "/staff-ticket/"):
        assert words in said(life)


def test_a_complaint_that_nobody_answered_is_told_of_on_the_day_after_and_an_answered_one_is_not(life: Life) -> None:
    late, answered, junk = (complained(life, description=f"Nobody has told me anything for three weeks now ({n}).") for n in "abc")
    life.do(staff_acts.resolve, answered, STAFF, reason="Answered", text="We are sorry.")
    life.do(staff_checks.junk, junk, STAFF)
    for number in (late, answered):
        life.do(customer_acts.customer_writes, number, CUSTOMER, text="And now?")
    assert dates_at(life, "2026-12-23 14:28", "2026-12-23 14:29", "2026-12-24 09:00") == [0, 1, 0]
    assert [mail.ticket_number for mail in life.mails(purposes.TEAM_ANSWERS_DUE)] == [late]
    assert "answer to the complaint" in said(life)


def test_very_many_are_told_of_in_portions_and_each_once(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due_warnings, "MOST_AT_ONCE", 2)
    for _ in range(5):
        life.ticket()
    life.goes_to("2026-11-26 10:00")
    assert [warn(life) for _ in range(4)] == [2, 2, 1, 0]


def test_one_that_is_answered_between_the_look_and_the_letter_is_not_told_of(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = incident(life), incident(life)
    life.goes_to("2026-11-23 16:00")
    begin = life.runtime.database.transaction

    def after_an_answer() -> object:
        monkeypatch.setattr(life.runtime.database, "transaction", begin)
        life.do(staff_acts.reply, first, STAFF, text="Which browser?", waits=True)
        return begin()

    monkeypatch.setattr(life.runtime.database, "transaction", after_an_answer)
    assert warn(life) == 1
    assert [mail.ticket_number for mail in life.mails(purposes.TEAM_ANSWERS_DUE)] == [second]
