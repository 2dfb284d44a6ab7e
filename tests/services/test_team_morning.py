"""The team's letter at the start of each working day, once, and on none on which support is closed."""

import pytest

from formapp.mail import purposes
from formapp.services import staff_acts, team_morning
from tests import rows
from tests.services.life import STAFF, SUSPECT, Life, text_of


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def morning(life: Life, day: str) -> int:
    life.goes_to(day)
    return team_morning.send_morning(life.runtime.database, life.runtime.desk, life.clock.now())


def mails_that_wait(life: Life, count: int) -> None:
    with life.runtime.database.transaction() as session:
        session.add_all([rows.incoming_mail() for _ in range(count)])


def test_on_each_working_day_there_is_one_letter_and_none_on_a_closed_one(life: Life) -> None:
    life.ticket()
    sent = {}
    for day in ("11-24", "11-25", "11-26", "11-27", "11-28", "11-29", "11-30"):
        sent[day] = [morning(life, f"2026-{day} {time}") for time in ("08:59", "09:00", "09:01", "11:59", "12:00")]
    once, never = [0, 1, 0, 0, 0], [0] * 5
    # The last two but one are Saturday and Sunday.
    assert sent == {"11-24": once, "11-25": once, "11-26": once, "11-27": once, "11-28": never, "11-29": never, "11-30": once}
    assert [morning(life, f"2026-12-{day} 09:30") for day in (24, 25, 28, 29)] == [1, 0, 0, 1]


def test_who_comes_late_has_missed_it(life: Life) -> None:
    life.ticket()
    assert morning(life, "2026-11-24 12:00") == 0
    assert morning(life, "2026-11-25 11:59") == 1


def test_it_counts_what_needs_an_eye_and_lists_what_is_due_late_first(life: Life) -> None:
    life.ticket(request_type="incident", priority="P1", summary="It is down")
    life.ticket(request_type="feature-request", summary="A wish")
    waits, unsent = life.ticket(summary="Waits"), life.ticket(summary="Never left")
    life.do(staff_acts.reply, waits, STAFF, text="Which browser?", waits=True)
    life.send_mail()
    life.do(staff_acts.reply, unsent, STAFF, text="Which browser?", waits=True)
    life.refuse_mail(to="zoe@")
    life.ticket(SUSPECT, summary="Buy pills")
    mails_that_wait(life, 2)
    assert morning(life, "2026-11-24 09:00") == 1
    letter = life.letter(purposes.TEAM_MORNING)
    assert (letter["To"], letter["Auto-Submitted"]) == ("team@example.org", "auto-generated")
    said = text_of(letter)
    for words in ("Late: 1", "Due today: 2", "Open: 3", "Waiting: 2", "To be checked: 1", "Emails to review: 2", "Undelivered emails: 1"):
        assert words in said
    assert said.index("It is down") < said.index("A wish")
    # What waits for the customer is nobody's work this morning.
    assert "Waits" not in said
    assert "/staff-queue/" in said
    (mail,) = life.mails(purposes.TEAM_MORNING)
    assert mail.ticket_number is None


def test_a_morning_without_work_is_quiet(life: Life) -> None:
    assert morning(life, "2026-11-24 09:00") == 0
    number = life.ticket()
    life.do(staff_acts.resolve, number, STAFF, reason="Answered")
    life.send_mail()
    # It was looked at, and there was nothing to say: what comes in meanwhile has letters of its own.
    assert morning(life, "2026-11-25 09:00") == 0
    life.ticket()
    assert morning(life, "2026-11-25 09:05") == 0
    assert morning(life, "2026-11-26 09:00") == 1


def test_a_mail_that_waits_for_review_is_work_too(life: Life) -> None:
    mails_that_wait(life, 1)
    assert morning(life, "2026-11-24 09:00") == 1
    assert "Emails to review: 1" in text_of(life.letter(purposes.TEAM_MORNING))


def test_a_long_list_is_cut_and_the_queue_has_the_rest(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team_morning, "MOST_LISTED", 2)
    for index in range(3):
        life.ticket(summary=f"Question {index}")
    morning(life, "2026-11-24 09:00")
    said = text_of(life.letter(purposes.TEAM_MORNING))
    assert [f"Question {index}" in said for index in range(3)] == [True, True, False]


def test_a_clock_that_was_ahead_takes_no_morning_away(life: Life) -> None:
    life.ticket()
    assert morning(life, "2038-01-19 09:00") == 1
    assert morning(life, "2026-11-24 09:00") == 1
    assert morning(life, "2026-11-24 09:10") == 0


def test_where_the_letter_fails_the_day_is_not_taken(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.ticket()
    with monkeypatch.context() as patched:
        patched.setattr(team_morning, "team_morning", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            morning(life, "2026-11-24 09:00")
    assert morning(life, "2026-11-24 09:01") == 1
