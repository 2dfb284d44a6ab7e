"""A clock that is put forward and back: nothing is done twice, nothing is stuck until the wrong year, no window is cut short (E-25)."""

from datetime import timedelta

import pytest

from formapp.mail import purposes
from formapp.mail.letter import SealedLetter
from formapp.rules.lifecycle import Status
from formapp.services import customer_acts, outbox, staff_acts, ticket_view
from tests.services.life import CUSTOMER, STAFF, Life

A_WEEK = timedelta(days=7)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def ask(life: Life) -> int:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    return number


def waiting(life: Life) -> int:
    number = ask(life)
    life.send_mail()
    life.work()
    return number


def test_a_day_ahead_for_an_hour_and_back(life: Life) -> None:
    before = waiting(life)
    life.clock.pass_(days=1)
    while_ahead, unsent = waiting(life), ask(life)
    life.clock.pass_(days=-1, hours=1)
    life.work()
    life.work()
    now = life.clock.now()
    # What was begun in the right time goes on as it was, the others have a week from the right time.
    assert life.row(before).step_at == life.moment("2026-11-30 14:28")
    assert [life.row(number).step_at for number in (while_ahead, unsent)] == [now + A_WEEK] * 2
    assert [life.row(number).remind_at for number in (while_ahead, unsent)] == [now + timedelta(days=4)] * 2
    life.days(9, passes=1)
    assert {life.status(number) for number in (before, while_ahead, unsent)} == {Status.RESOLVED}
    for purpose in (purposes.WAITING_REMINDER, purposes.TICKET_RESOLVED):
        assert sorted(mail.ticket_number or 0 for mail in life.mails(purpose)) == [before, while_ahead, unsent]


def test_a_day_behind_and_right_again_does_nothing_twice(life: Life) -> None:
    number = waiting(life)
    life.goes_to("2026-11-30 14:28")
    life.work()
    resolved_at = life.row(number).resolved_at
    life.clock.pass_(days=-1)
    life.days(1, passes=8)
    assert life.row(number).resolved_at == resolved_at
    assert life.letters_to_customer().count(purposes.TICKET_RESOLVED) == 1
    # Its week began with the letter that left in the right time, or later.
    step_at = life.row(number).step_at
    assert step_at
    assert life.moment("2026-12-06 14:28") <= step_at <= life.moment("2026-12-07 14:28")


def test_a_clock_that_was_behind_when_the_letter_left_cuts_no_window_short(life: Life) -> None:
    number, written = ask(life), life.clock.now()

    def put_back_meanwhile(letter: SealedLetter) -> str:
        life.clock.moment = written - timedelta(days=3)
        return "250 ok"

    while outbox.deliver_one(life.runtime.database, put_back_meanwhile, life.clock.now):
        pass
    life.clock.moment = written
    (mail,) = life.mails(purposes.TICKET_ANSWERED)
    assert mail.sent_at == written - timedelta(days=3)
    with life.runtime.database.reading() as session:
        view = ticket_view.for_customer(session, number, life.runtime.desk, life.clock.now())
    life.let_time_work()
    # Not from before it was written; and the page has said the same before the worker came by.
    assert life.row(number).step_at == written + A_WEEK
    assert view
    assert view.coming
    assert view.coming.at == written + A_WEEK


@pytest.mark.parametrize("sent_when", ["ahead", "back"])
def test_in_2038_for_a_while_every_ticket_takes_one_step_and_has_its_week_from_then_on(life: Life, sent_when: str) -> None:
    quiet, fresh = waiting(life), life.ticket()
    home = life.clock.now()
    life.goes_to("2038-01-19 13:14")
    for _ in range(3):
        if sent_when == "ahead":
            life.work()
        else:
            life.let_time_work()
    assert [life.status(number) for number in (quiet, fresh)] == [Status.RESOLVED, Status.OPEN]
    life.clock.moment = home + timedelta(hours=1)
    life.work()
    life.work()
    assert life.row(quiet).step_at == home + timedelta(hours=1) + A_WEEK
    # Not stuck until 2038: its letter has left, and the customer is answered in this year.
    assert [mail.sent_at is None for mail in life.mails()] == [False] * len(life.mails())
    life.do(customer_acts.customer_not_solved, quiet, CUSTOMER)
    assert [promise.due_at for promise in life.standing(quiet)] == [life.moment("2026-11-24 15:28")]
    life.do(staff_acts.resolve, quiet, STAFF, reason="Fixed")
    life.days(9, passes=1)
    assert life.status(quiet) is Status.CLOSED
    assert life.letters_to_customer().count(purposes.TICKET_CLOSED) == 1


def test_a_ticket_of_the_wrong_year_lives_on_in_the_right_one(life: Life) -> None:
    home = life.clock.now()
    life.goes_to("2038-01-19 13:14")
    number = waiting(life)
    life.clock.moment = home
    life.days(9, passes=1)
    assert life.status(number) is Status.RESOLVED
    life.days(9, passes=1)
    assert life.status(number) is Status.CLOSED


def test_beyond_the_years_that_the_calendar_knows_time_stands_still_and_nothing_is_lost(life: Life) -> None:
    number = waiting(life)
    home = life.clock.now()
    life.goes_to("2199-01-07 10:00")
    with pytest.raises(Exception, match="2199|calendar|known"):
        life.work()
    life.clock.moment = home
    life.days(8, passes=1)
    assert life.status(number) is Status.RESOLVED
