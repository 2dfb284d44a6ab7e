"""Time's moves while others are at work: two workers, a customer in the same second, and staff. On both databases."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from formapp.mail import purposes
from formapp.mail.letter import Letter
from formapp.models import OutgoingMail, Ticket
from formapp.rules.lifecycle import Status
from formapp.services import customer_acts, due_warnings, staff_acts, staff_checks, timers, undelivered
from tests.services.life import CUSTOMER, STAFF, Life
from tests.services.test_attachments_at_once import together

PATIENCE = 10  # seconds in which what waits must go on


def about_to_be(life: Life, status: Status) -> int:
    """Return a ticket that time moves now."""
    number = life.ticket()
    if status is Status.RESOLVED:
        life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    else:
        life.do(staff_acts.resolve, number, STAFF, reason="Fixed")
    life.send_mail()
    life.let_time_work()
    life.clock.pass_(days=7)
    return number


def step(life: Life) -> int:
    return timers.step(life.runtime.database, life.runtime.desk, life.clock.now())


def once_a_worker_has_looked(life: Life, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something between a worker's look at what is due and its transaction."""
    begin = life.runtime.database.transaction

    def after_another() -> AbstractContextManager[Session]:
        monkeypatch.setattr(life.runtime.database, "transaction", begin)
        act()
        return begin()

    monkeypatch.setattr(life.runtime.database, "transaction", after_another)


def waits_for(holds: Callable[[threading.Event, threading.Event], object], waits: Callable[[], object]) -> list[object]:
    """Run the first up to where it has set its first event, then start the second, and let the first go on; return what each gave."""
    has, goes_on = threading.Event(), threading.Event()

    def second() -> object:
        assert has.wait(PATIENCE)
        # It cannot be done before the first goes on, so there is nothing to wait for but its beginning.
        threading.Timer(0.3, goes_on.set).start()
        return waits()

    return together(lambda: holds(has, goes_on), second)


@pytest.mark.parametrize("pass_of", ["step", "remind", "start_windows", "mend_windows"])
def test_e44_two_workers_at_once_do_everything_once(life: Life, pass_of: str) -> None:
    numbers = [life.ticket() for _ in range(6)]
    for number in numbers:
        life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.send_mail()
    if pass_of == "mend_windows":
        life.clock.pass_(days=-3)
    if pass_of != "start_windows":
        timers.start_windows(life.runtime.database, life.runtime.desk)
    if pass_of in ("step", "remind"):
        life.clock.pass_(days=7 if pass_of == "step" else 4)
    database, desk, now = life.runtime.database, life.runtime.desk, life.clock.now()
    work = getattr(timers, pass_of)
    counts = together(*[lambda: work(database, desk) if pass_of == "start_windows" else work(database, desk, now)] * 3)
    assert sum(counts) == 6, counts  # type: ignore[arg-type]
    assert life.letters_to_customer().count(purposes.TICKET_RESOLVED) == (6 if pass_of == "step" else 0)
    assert life.letters_to_customer().count(purposes.WAITING_REMINDER) == (6 if pass_of == "remind" else 0)
    for number in numbers:
        happened = life.happened(number)
        after = {"step": ["resolved without a response"], "remind": ["reminded"]}.get(pass_of, [])
        assert happened[happened.index("asked the customer") + 1 :] == after


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_e45_a_reply_between_the_workers_look_and_its_move_wins(life: Life, monkeypatch: pytest.MonkeyPatch, status: Status) -> None:
    number = about_to_be(life, status)
    letters = len(life.letters_to_customer())
    once_a_worker_has_looked(life, monkeypatch, lambda: life.do(customer_acts.customer_writes, number, CUSTOMER, text="Wait!"))
    assert step(life) == 0
    assert life.status(number) is Status.OPEN
    # Only what was finished is confirmed to be open again.
    assert life.letters_to_customer()[letters:] == ([] if status is Status.RESOLVED else [purposes.TICKET_REOPENED])


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_e45_while_the_reply_is_being_stored_the_worker_waits_and_then_leaves_it_alone(life: Life, status: Status) -> None:
    number = about_to_be(life, status)
    now, desk = life.clock.now(), life.runtime.desk

    def reply(has: threading.Event, goes_on: threading.Event) -> None:
        with life.runtime.database.transaction() as session:
            customer_acts.customer_writes(session, number, CUSTOMER, desk, now, text="Wait!")
            has.set()
            assert goes_on.wait(PATIENCE)

    assert waits_for(reply, lambda: step(life)) == [None, 0]
    assert life.status(number) is Status.OPEN
    assert len(life.standing(number)) == 1


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_e45_while_time_moves_it_the_reply_waits_and_then_opens_it_again(
    life: Life, monkeypatch: pytest.MonkeyPatch, status: Status
) -> None:
    number = about_to_be(life, status)
    write = timers.write

    def move(has: threading.Event, goes_on: threading.Event) -> int:
        def held(session: Session, ticket: Ticket, letter: Letter, *rest: Any) -> OutgoingMail:
            has.set()
            assert goes_on.wait(PATIENCE)
            return write(session, ticket, letter, *rest)

        monkeypatch.setattr(timers, "write", held)
        return step(life)

    assert waits_for(move, lambda: life.do(customer_acts.customer_writes, number, CUSTOMER, text="Wait!")) == [1, None]
    assert life.status(number) is Status.OPEN
    states = [(event.old_status, event.new_status) for event in life.events(number) if event.new_status]
    # One after the other, as if they had been an hour apart.
    assert states[-2:] == [(states[-3][1], status), (status, "open")]
    assert life.letters_to_customer()[-1] == purposes.TICKET_REOPENED
    assert (life.row(number).step_at, life.row(number).notice_id) == (None, None)


def test_of_two_replies_at_once_to_a_resolved_ticket_one_opens_it_and_one_promise_stands(life: Life) -> None:
    number = about_to_be(life, Status.CLOSED)
    done = together(*[lambda: life.do(customer_acts.customer_writes, number, CUSTOMER, text="Wait!")] * 4)
    assert done == [None] * 4
    assert len(life.standing(number)) == 1
    assert life.letters_to_customer().count(purposes.TICKET_REOPENED) == 1
    assert life.row(number).revision == len([event for event in life.events(number) if event.event != "received"])


def test_the_same_form_sent_four_times_at_once_acts_once(life: Life) -> None:
    number = life.ticket()
    by = replace(STAFF, once="one form", seen=0)
    done = together(*[lambda: life.do(staff_acts.reply, number, by, text="Which browser?", waits=True)] * 4)
    assert sorted(type(one).__name__ for one in done) == ["AlreadyDone"] * 3 + ["NoneType"]
    assert life.letters_to_customer().count(purposes.TICKET_ANSWERED) == 1


def test_of_two_colleagues_who_saw_the_same_one_acts(life: Life) -> None:
    number = life.ticket()
    by = [replace(STAFF, by=f"{name}@example.org", once=name, seen=0) for name in ("lee", "sam")]
    done = together(*(lambda one=one: life.do(staff_acts.reply, number, one, text="Hello", waits=True) for one in by))
    assert sorted(type(one).__name__ for one in done) == ["NoneType", "Stale"]
    assert len(life.messages(number)) == 1


def test_an_escalation_that_comes_while_we_answer_opens_it_and_is_owed_its_review_and_nothing_else(life: Life) -> None:
    number = life.ticket(request_type="incident", priority="P1")
    life.clock.pass_(days=1)
    now, desk = life.clock.now(), life.runtime.desk

    def answer(has: threading.Event, goes_on: threading.Event) -> None:
        with life.runtime.database.transaction() as session:
            staff_acts.reply(session, number, STAFF, desk, now, text="Which browser?", waits=True)
            has.set()
            assert goes_on.wait(PATIENCE)

    assert waits_for(answer, lambda: life.escalate(number)) == [None, None]
    row = life.row(number)
    assert row.next_due_at == life.moment("2026-11-25 14:28")
    # Both have changed it: a form that was opened between them is stale.
    assert (row.status, row.revision) == ("open", 2)


@pytest.mark.parametrize("work", ["warn", "tell_team"])
def test_a_worker_that_tells_the_team_waits_for_nobody_who_acts_on_the_ticket(life: Life, work: str) -> None:
    """Each would wait for what the other has: the ticket here, the mail or the promise there."""
    number = life.ticket(request_type="incident", priority="P1")
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.refuse_mail(to="zoe@")
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="And now?")
    life.goes_to("2026-11-24 10:00")
    (mail,) = life.mails(purposes.TICKET_ANSWERED)
    database, now, desk = life.runtime.database, life.clock.now(), life.runtime.desk
    told = {"warn": due_warnings.warn, "tell_team": undelivered.tell_team}[work]

    def act(has: threading.Event, goes_on: threading.Event) -> None:
        with database.transaction() as session:
            staff_acts.note(session, number, STAFF, desk, now, text="Where are we?")
            has.set()
            assert goes_on.wait(PATIENCE)
            if work == "warn":
                staff_acts.reply(session, number, STAFF, desk, now, text="Here we are.", waits=True)
            else:
                staff_checks.retry_mail(session, number, STAFF, desk, now, mail_id=mail.id)

    assert waits_for(act, lambda: told(database, desk, now)) in ([None, 1], [None, 0])
    assert life.happened(number)[-1] in ("asked the customer", "mail retried", "mail could not be delivered")
