"""What time does: it reminds, resolves and closes, in opening hours, and never before the window is over that the customer was told of."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from formapp.mail import purposes
from formapp.models import Ticket
from formapp.policy.policy import Policy
from formapp.rules.lifecycle import Status
from formapp.services import customer_acts, mail_queue, staff_acts, timers
from tests.services.life import CUSTOMER, STAFF, Life, text_of

QUESTION = "Which browser is it,\nand since when?"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def ask(life: Life, **changes: str) -> int:
    """Ask the customer something, by a mail that has not left yet."""
    number = life.ticket(**changes)
    life.do(staff_acts.reply, number, STAFF, text=QUESTION, waits=True)
    return number


def waiting(life: Life) -> int:
    """Ask the customer something, by a mail that leaves now; the worker has seen it."""
    number = ask(life)
    life.send_mail()
    life.let_time_work()
    return number


def resolved(life: Life) -> int:
    number = life.ticket()
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed")
    life.send_mail()
    life.let_time_work()
    return number


def changed(policy: Policy, **days: int) -> Policy:
    return policy.model_copy(update={"resolution": policy.resolution.model_copy(update=days)})


def test_the_window_begins_when_the_mail_has_left_and_not_when_it_was_written(life: Life) -> None:
    number = ask(life)
    life.let_time_work()
    row = life.row(number)
    assert (row.step_at, row.remind_at) == (None, None)
    life.clock.pass_(hours=5)
    life.send_mail()
    left = life.clock.now()
    life.clock.pass_(hours=1)
    life.let_time_work()
    row = life.row(number)
    assert (row.step_at, row.remind_at) == (left + timedelta(days=7), left + timedelta(days=4))


def test_queued_for_three_days_it_has_its_seven_days_from_then(life: Life) -> None:
    number = ask(life)
    for _ in range(3):
        life.hold_mail()
        life.clock.pass_(days=1)
        life.let_time_work()
    life.goes_to("2026-11-26 14:28")
    life.send_mail()
    for day in ("2026-11-30 14:28", "2026-12-01 09:00", "2026-12-03 14:27"):
        life.goes_to(day)
        life.let_time_work()
        assert life.status(number) is Status.WAITING, day
    life.goes_to("2026-12-03 14:28")
    assert life.let_time_work() == 1
    assert life.status(number) is Status.RESOLVED


def test_given_up_for_good_it_never_moves_and_the_team_is_told_once(life: Life) -> None:
    number = ask(life)
    life.refuse_mail(to="zoe@")
    life.days(20, passes=1)
    row = life.row(number)
    assert (row.status, row.step_at, row.remind_at) == ("waiting", None, None)
    assert len(life.mails(purposes.TEAM_MAIL_FAILED)) == 1


def test_retried_and_sent_at_last_it_has_its_full_window(life: Life) -> None:
    number = ask(life)
    life.refuse_mail(to="zoe@")
    life.clock.pass_(days=20)
    (mail,) = life.mails(purposes.TICKET_ANSWERED)
    with life.runtime.database.transaction() as session:
        mail_queue.retry(session, mail.id, life.clock.now())
    life.send_mail()
    life.let_time_work()
    assert life.row(number).step_at == life.clock.now() + timedelta(days=7)
    assert life.status(number) is Status.WAITING


def test_a_quiet_ticket_is_resolved_with_its_reason_and_a_letter_that_says_what_comes_next(life: Life) -> None:
    number = waiting(life)
    life.goes_to("2026-11-30 14:28")
    life.let_time_work()
    row = life.row(number)
    assert (row.status, row.resolved_at) == ("resolved", life.clock.now())
    assert (row.resolution_reason, row.underlying_problem) == ("No response from the customer", None)
    event = life.events(number)[-1]
    assert (event.event, event.actor, event.channel, event.by) == ("resolved without a response", "system", "clock", None)
    assert (event.old_status, event.new_status, event.note) == ("waiting", "resolved", "No response from the customer")
    letter = life.letter(purposes.TICKET_RESOLVED)
    assert letter["Auto-Submitted"] == "auto-generated"
    said = text_of(letter)
    assert "Reason: No response from the customer" in said
    assert "Mon 7 Dec 2026, 2:28 pm AEST unless you write" in said


def test_what_nobody_answered_is_closed_under_the_reason_that_was_logged(life: Life) -> None:
    number = resolved(life)
    life.goes_to("2026-11-30 14:28")
    life.let_time_work()
    row = life.row(number)
    assert (row.status, row.closed_at, row.resolution_reason) == ("closed", life.clock.now(), "Fixed")
    # The closure notification can be answered at any time: nothing runs any more.
    assert (row.notice_id, row.window_days, row.step_at, row.remind_at) == (None, None, None, None)
    said = text_of(life.letter(purposes.TICKET_CLOSED))
    assert "Reason: Fixed" in said
    assert "You can re-open the ticket at any time. Reply to this email" in said
    life.days(9, passes=1)
    assert life.letters_to_customer().count(purposes.TICKET_CLOSED) == 1


@pytest.mark.parametrize(
    ("asked", "not_yet", "then"),
    [
        ("2026-11-23 14:28", "2026-11-30 14:27", "2026-11-30 14:28"),  # to the minute, where support is open
        ("2026-11-23 18:00", "2026-12-01 08:59", "2026-12-01 09:00"),  # after closing time: the next morning
        ("2026-11-28 10:00", "2026-12-06 12:00", "2026-12-07 09:00"),  # on a Saturday: not on the next one, but on Monday
        ("2026-12-18 10:00", "2026-12-28 12:00", "2026-12-29 09:00"),  # Christmas, a weekend, and the Boxing Day holiday
        ("2027-08-04 12:00", "2027-08-11 16:00", "2027-08-12 09:00"),  # the Royal Queensland Show
    ],
)
def test_nothing_happens_while_support_is_closed_and_the_letter_has_said_so(life: Life, asked: str, not_yet: str, then: str) -> None:
    life.goes_to(asked)
    number = waiting(life)
    said = text_of(life.letter(purposes.TICKET_ANSWERED))
    life.goes_to(not_yet)
    life.let_time_work()
    assert life.status(number) is Status.WAITING
    life.goes_to(then)
    life.let_time_work()
    assert life.status(number) is Status.RESOLVED
    day = life.moment(then).astimezone(life.runtime.policy.hours.zone)
    assert f"{day:%a} {day.day} {day:%b} {day.year}, {day.hour % 12 or 12}:{day:%M} {day:%p}".lower() in said.lower()


def test_who_is_quiet_is_reminded_once(life: Life) -> None:
    number = waiting(life)
    life.goes_to("2026-11-27 14:27")
    life.work()
    assert purposes.WAITING_REMINDER not in life.letters_to_customer()
    life.days(3, passes=12)
    (reminder,) = life.mails(purposes.WAITING_REMINDER)
    assert reminder.created_at == life.moment("2026-11-27 16:27")
    said = text_of(life.letter(purposes.WAITING_REMINDER))
    assert "On Mon 23 Nov 2026 we wrote to you about your ticket BC-1001" in said
    assert "Which browser is it, and since when?" in said
    assert "Mon 30 Nov 2026, 2:28 pm AEST unless you write" in said
    assert life.letter(purposes.WAITING_REMINDER)["Auto-Submitted"] == "auto-generated"
    assert life.happened(number).count("reminded") == 1
    # It is still the question's window, and a form that staff have open is good.
    row = life.row(number)
    assert (row.step_at, row.remind_at, row.revision) == (life.moment("2026-11-30 14:28"), None, 1)


@pytest.mark.parametrize("answer", ["customer_writes", "customer_solved"])
def test_who_has_answered_is_not_reminded(life: Life, answer: str) -> None:
    number = waiting(life)
    life.clock.pass_(days=3)
    words = {"text": "Firefox."} if answer == "customer_writes" else {}
    life.do(getattr(customer_acts, answer), number, CUSTOMER, **words)
    life.days(4, passes=1)
    assert purposes.WAITING_REMINDER not in life.letters_to_customer()


def test_a_reminder_waits_for_opening_hours_and_is_left_out_where_it_would_come_too_late(life: Life) -> None:
    life.goes_to("2026-11-24 18:00")
    first = waiting(life)
    for day, reminded in (("2026-11-28 18:00", 0), ("2026-11-29 12:00", 0), ("2026-11-30 09:00", 1)):
        life.goes_to(day)
        life.let_time_work()
        assert life.happened(first).count("reminded") == reminded, day
    # Four days over on Christmas Eve's evening, seven on the weekend: on the first open morning it is time to resolve it.
    life.goes_to("2026-12-20 18:00")
    second = waiting(life)
    life.goes_to("2026-12-29 09:00")
    life.let_time_work()
    assert life.status(second) is Status.RESOLVED
    assert "reminded" not in life.happened(second)


def test_where_nobody_is_resolved_without_a_reminder_time_is_short(life: Life, policy: Policy) -> None:
    """A policy can set two days and a reminder after one: both are counted from the mail that left."""
    life.runtime = replace(life.runtime, policy=changed(policy, resolved_after_quiet_days=2, reminded_after_quiet_days=1))
    number = waiting(life)
    assert life.row(number).remind_at == life.moment("2026-11-24 14:28")
    life.goes_to("2026-11-25 14:28")
    life.let_time_work()
    assert life.status(number) is Status.RESOLVED


def test_who_cannot_be_written_to_is_not_reminded(life: Life) -> None:
    number = waiting(life)
    with life.runtime.database.transaction() as session:
        session.execute(update(Ticket).values(email="zoë@example.net"))
    life.goes_to("2026-11-27 15:00")
    life.let_time_work()
    life.let_time_work()
    assert life.happened(number)[-1] == "letter withheld"
    assert life.happened(number).count("letter withheld") == 1


def test_e43_after_ten_days_without_a_worker_each_moves_one_step_and_has_its_full_window(life: Life) -> None:
    sent, done = waiting(life), resolved(life)
    life.clock.pass_(minutes=5)
    stuck = life.ticket()
    # The worker died before this one left.
    life.do(staff_acts.reply, stuck, STAFF, text=QUESTION, waits=True)
    life.clock.pass_(days=10)
    life.work()
    back = life.clock.now()
    assert [life.status(number) for number in (stuck, sent, done)] == [Status.WAITING, Status.RESOLVED, Status.CLOSED]
    for _ in range(5):
        life.let_time_work()
    assert [life.status(number) for number in (stuck, sent, done)] == [Status.WAITING, Status.RESOLVED, Status.CLOSED]
    # From the letters that have left today, and not from when they should have.
    assert [life.row(number).step_at for number in (stuck, sent)] == [back + timedelta(days=7)] * 2
    assert len(life.mails(purposes.TICKET_RESOLVED)) == 2


def test_a_policy_that_changes_shortens_no_window_that_was_given(life: Life, policy: Policy) -> None:
    begun, unsent, held = waiting(life), ask(life), resolved(life)
    life.runtime = replace(
        life.runtime, policy=changed(policy, resolved_after_quiet_days=2, reminded_after_quiet_days=1, closed_after_resolved_days=1)
    )
    life.send_mail()
    life.goes_to("2026-11-30 14:27")
    life.let_time_work()
    assert [life.status(number) for number in (begun, unsent, held)] == [Status.WAITING, Status.WAITING, Status.RESOLVED]
    life.goes_to("2026-11-30 14:28")
    life.let_time_work()
    assert [life.status(number) for number in (begun, unsent, held)] == [Status.RESOLVED, Status.RESOLVED, Status.CLOSED]
    # What is announced from now on goes by the new one.
    assert life.row(begun).window_days == 1


def test_nor_does_it_lengthen_one(life: Life, policy: Policy) -> None:
    number = waiting(life)
    life.runtime = replace(life.runtime, policy=changed(policy, resolved_after_quiet_days=30))
    life.goes_to("2026-11-30 14:28")
    life.let_time_work()
    assert life.status(number) is Status.RESOLVED


def test_windows_of_an_earlier_policy_are_no_work_for_every_pass(life: Life, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    life.runtime = replace(life.runtime, policy=changed(policy, resolved_after_quiet_days=30))
    numbers = [waiting(life) for _ in range(3)]
    life.runtime = replace(life.runtime, policy=policy)
    monkeypatch.setattr(timers, "MOST_AT_ONCE", 2)
    # A clock that was ahead has set one more, which must not wait behind them.
    life.clock.pass_(days=40)
    ahead = waiting(life)
    life.clock.pass_(days=-40)
    assert timers.mend_windows(life.runtime.database, life.runtime.desk, life.clock.now()) == 1
    assert life.row(ahead).step_at == life.clock.now() + timedelta(days=7)
    assert {life.row(number).step_at for number in numbers} == {life.moment("2026-12-23 14:28")}
    monkeypatch.setattr(life.runtime.database, "transaction", None)
    assert timers.mend_windows(life.runtime.database, life.runtime.desk, life.clock.now()) == 0


def test_one_whose_letter_cannot_be_written_holds_up_no_other_and_is_tried_again(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [waiting(life) for _ in range(3)]
    life.goes_to("2026-11-30 14:28")
    write = timers.write

    def fails(session: object, ticket: Ticket, *rest: object) -> object:
        return 1 / 0 if ticket.number == numbers[0] else write(session, ticket, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(timers, "write", fails)
        assert life.let_time_work() == 2
    assert [life.status(number) for number in numbers] == [Status.WAITING, Status.RESOLVED, Status.RESOLVED]
    assert life.happened(numbers[0])[-1] == "asked the customer"
    assert life.let_time_work() == 1


def test_after_an_outage_the_oldest_leave_first_in_portions(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "MOST_AT_ONCE", 2)
    numbers = []
    for _ in range(5):
        numbers.append(ask(life))
        life.send_mail()
        life.clock.pass_(minutes=1)
    life.goes_to("2026-11-30 16:00")
    for done in (2, 4, 5, 5):
        life.let_time_work()
        states = [life.status(number) for number in numbers]
        assert states == [Status.RESOLVED] * done + [Status.WAITING] * (5 - done)
