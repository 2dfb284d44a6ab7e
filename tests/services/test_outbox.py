import contextlib
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from formapp.address import UnusableAddress
from formapp.mail.failures import PermanentFailure, ServerRefusesUs, ServerUnreachable, TemporaryFailure
from formapp.mail.letter import Letter, SealedLetter
from formapp.mail.patient_smtp import Patience
from formapp.models import OutgoingMail
from formapp.services import outbox
from formapp.services.database import Database
from formapp.services.outbox import GIVE_UP_AFTER, LEASE, MOST_ATTEMPTS, MOST_SURPRISES, deliver_one, wait_after
from tests.clock import Clock
from tests.services.outgoing import LETTERHEAD, TOKENS, Courier, a_ticket, mail, queued


def no_jitter() -> float:
    return 0.0


def deliver(database: Database, send: Callable[[SealedLetter], str], clock: Clock) -> outbox.Delivery | None:
    return deliver_one(database, send, clock.now, no_jitter)


def test_a_queued_letter_is_sent_once_with_its_stored_bytes(database: Database, clock: Clock) -> None:
    number, courier = queued(database, clock.now()), Courier()
    delivery = deliver(database, courier, clock)
    assert delivery is not None
    assert (delivery.outcome, delivery.number, delivery.attempts) == ("sent", number, 1)
    assert deliver(database, courier, clock) is None
    row = mail(database, number)
    [sent] = courier.taken
    assert (sent.raw, sent.recipient) == (row.raw, "jo@example.com")
    assert (row.sent_at, row.lease_token, row.last_reply) == (clock.now(), None, "250 OK")


def test_a_letter_leaves_only_if_its_transaction_is_kept(database: Database, clock: Clock) -> None:
    def submission_that_fails() -> None:
        with database.transaction() as session:
            outbox.queue(session, Letter("test", "jo@example.com", "Hello", "Hi\n"), letterhead=LETTERHEAD, now=clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        submission_that_fails()
    assert deliver(database, Courier(), clock) is None


def test_a_letter_that_must_not_leave_is_refused_at_the_door(database: Database, clock: Clock) -> None:
    with pytest.raises(UnusableAddress):
        queued(database, clock.now(), "jo@example.com\r\nBcc: v@evil.example")


def test_the_mail_that_was_due_first_is_sent_first(database: Database, clock: Clock) -> None:
    numbers = [queued(database, clock.now()) for _ in range(3)]
    clock.pass_(minutes=1)
    numbers.append(queued(database, clock.now()))
    courier = Courier()
    while deliver(database, courier, clock):
        pass
    assert [letter.number for letter in courier.taken] == numbers


def test_the_mails_of_a_ticket_are_one_thread_and_carry_its_reference(database: Database, clock: Clock) -> None:
    ticket = a_ticket(database, clock.now())
    token = TOKENS.for_customer(ticket)
    first, second = (mail(database, queued(database, clock.now(), ticket_number=ticket)) for _ in range(2))
    for one in (first, second):
        headers = message_from_bytes(one.raw)
        assert headers["In-Reply-To"] == headers["References"] == f"<{token}@billycart.com>"
        assert headers["Message-ID"] == one.message_id
        assert one.message_id.endswith(f".{token}@billycart.com>")
    assert first.message_id != second.message_id
    other = mail(database, queued(database, clock.now()))
    assert message_from_bytes(other.raw)["In-Reply-To"] is None
    assert "bc-" not in other.message_id


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 60), (8, 60), (199, 60)])
def test_e12_the_pause_doubles_with_every_attempt_up_to_an_hour(attempts: int, minutes: int) -> None:
    assert wait_after(attempts, 0.0) == timedelta(minutes=minutes)
    assert timedelta(minutes=minutes) <= wait_after(attempts, 0.999) <= timedelta(minutes=min(minutes * 1.25, 60))


def test_e14_a_temporary_failure_is_tried_again_after_longer_and_longer_pauses(database: Database, clock: Clock) -> None:
    number = queued(database, clock.now())
    courier = Courier(*[TemporaryFailure("451 try later")] * 3)
    for attempt, minutes in ((1, 1), (2, 2), (3, 4)):
        delivery = deliver(database, courier, clock)
        assert delivery is not None
        assert (delivery.outcome, delivery.attempts) == ("waiting", attempt)
        assert mail(database, number).send_after == delivery.next_try == clock.now() + timedelta(minutes=minutes)
        clock.pass_(minutes=minutes, seconds=-1)
        assert deliver(database, courier, clock) is None
        clock.pass_(seconds=1)
    delivery = deliver(database, courier, clock)
    assert delivery is not None
    assert delivery.outcome == "sent"
    assert len({letter.raw for letter in courier.taken}) == 1


def test_e15_after_five_days_a_mail_is_given_up_and_says_why(database: Database, clock: Clock) -> None:
    number, begun = queued(database, clock.now()), clock.now()
    attempts = 0
    while not mail(database, number).failed_at:
        delivery = deliver(database, Courier(TemporaryFailure("451 try later")), clock)
        attempts += delivery is not None
        clock.pass_(minutes=30)
    row = mail(database, number)
    assert row.failed_at is not None
    assert GIVE_UP_AFTER <= row.failed_at - begun <= GIVE_UP_AFTER + timedelta(hours=1)
    assert 100 < attempts == row.attempts < MOST_ATTEMPTS
    assert row.last_reply == "given up after 5 days: 451 try later"


def test_a_mail_that_waited_while_no_worker_ran_is_still_tried(database: Database, clock: Clock) -> None:
    queued(database, clock.now())
    clock.pass_(days=30)
    delivery = deliver(database, Courier(), clock)
    assert delivery is not None
    assert delivery.outcome == "sent"


def test_e15_a_permanent_failure_is_a_dead_letter_at_once(database: Database, clock: Clock) -> None:
    number = queued(database, clock.now())
    delivery = deliver(database, Courier(PermanentFailure("550 5.1.1 <jo@example.com> unknown")), clock)
    assert delivery is not None
    assert delivery.outcome == "failed"
    row = mail(database, number)
    assert (row.failed_at, row.last_reply) == (clock.now(), "550 5.1.1 <address> unknown")
    clock.pass_(days=1)
    assert deliver(database, Courier(), clock) is None


def test_e20_a_server_that_refuses_us_does_not_use_up_the_mails(database: Database, clock: Clock) -> None:
    numbers = [queued(database, clock.now()) for _ in range(2)]
    for _ in range(300):
        with pytest.raises(ServerRefusesUs):
            deliver(database, Courier(ServerRefusesUs("535 authentication failed")), clock)
        clock.pass_(hours=1)
    for number in numbers:
        assert mail(database, number).attempts == 0
        assert mail(database, number).last_reply == "535 authentication failed"
    courier = Courier()
    while deliver(database, courier, clock):
        pass
    assert sorted(letter.number for letter in courier.taken) == numbers


def test_a_refusal_that_is_about_one_mail_after_all_lets_the_others_pass(database: Database, clock: Clock) -> None:
    refused, *others = (queued(database, clock.now()) for _ in range(3))
    sent: list[int] = []

    def send(letter: SealedLetter) -> str:
        if letter.number == refused:
            raise ServerRefusesUs("530 5.7.1 not for you")
        sent.append(letter.number)
        return "250 OK"

    for _ in range(6):
        clock.pass_(minutes=1)
        with contextlib.suppress(ServerRefusesUs):
            deliver(database, send, clock)
    assert sent == others


def test_e21_a_lease_outlasts_the_longest_sending() -> None:
    patience = Patience()
    assert timedelta(seconds=patience.whole + 10 * patience.connect) < LEASE


def test_an_unreachable_server_is_told_from_a_refused_mail(database: Database, clock: Clock) -> None:
    queued(database, clock.now())
    queued(database, clock.now())
    unreachable = deliver(database, Courier(ServerUnreachable("no connection: connection refused")), clock)
    slow = deliver(database, Courier(TemporaryFailure("451 try later")), clock)
    assert unreachable is not None
    assert slow is not None
    assert (unreachable.server_down, slow.server_down) == (True, False)


def test_e21_a_mail_in_one_workers_hands_is_not_taken_by_another(database: Database, clock: Clock) -> None:
    queued(database, clock.now())
    with database.transaction() as session:
        assert outbox.claim(session, now=clock.now()) is not None
    clock.moment += LEASE - timedelta(seconds=1)
    with database.transaction() as session:
        assert outbox.claim(session, now=clock.now()) is None


def test_e22_a_mail_of_a_worker_that_died_is_taken_when_its_lease_ends(database: Database, clock: Clock) -> None:
    queued(database, clock.now())
    with database.transaction() as session:
        assert outbox.claim(session, now=clock.now()) is not None
    clock.moment += LEASE
    delivery = deliver(database, Courier(), clock)
    assert delivery is not None
    assert (delivery.outcome, delivery.attempts) == ("sent", 2)


def test_e21_a_worker_that_lost_its_lease_marks_nothing(database: Database, clock: Clock) -> None:
    number = queued(database, clock.now())

    def overtaken(letter: SealedLetter) -> str:
        clock.moment += LEASE
        delivery = deliver(database, Courier(), clock)  # another worker, meanwhile
        assert delivery is not None
        assert delivery.outcome == "sent"
        raise PermanentFailure("550 too late")

    delivery = deliver(database, overtaken, clock)
    assert delivery is not None
    assert delivery.outcome == "taken over"
    row = mail(database, number)
    assert row.sent_at is not None
    assert row.failed_at is None


def test_e23_a_mail_that_breaks_the_worker_is_given_up_and_lets_the_others_pass(database: Database, clock: Clock) -> None:
    poisoned, good = queued(database, clock.now()), queued(database, clock.now())
    sent: list[int] = []

    def send(letter: SealedLetter) -> str:
        if letter.number == poisoned:
            raise KeyError("the customer's words")
        sent.append(letter.number)
        return "250 OK"

    for _ in range(500):
        deliver(database, send, clock)
        clock.pass_(minutes=10)
    row = mail(database, poisoned)
    assert sent == [good]
    assert row.failed_at is not None
    assert (row.attempts, row.last_reply) == (MOST_SURPRISES, "an error of our own: KeyError")


def test_e23_a_mail_that_kills_its_worker_each_time_is_given_up_in_the_end(database: Database, clock: Clock) -> None:
    number = queued(database, clock.now())
    for _ in range(MOST_ATTEMPTS):
        with database.transaction() as session:
            assert outbox.claim(session, now=clock.now()) is not None
        clock.moment += LEASE
    courier = Courier()
    delivery = deliver(database, courier, clock)
    assert delivery is not None
    assert delivery.outcome == "failed"
    assert courier.taken == []
    assert mail(database, number).failed_at is not None


def test_e25_a_clock_put_back_a_day_stalls_no_mail(database: Database, clock: Clock) -> None:
    queued(database, clock.now())
    deliver(database, Courier(TemporaryFailure("451 try later")), clock)
    queued(database, clock.now())
    with database.transaction() as session:
        assert outbox.claim(session, now=clock.now()) is not None
    clock.pass_(days=-1)
    courier = Courier()
    while deliver(database, courier, clock):
        pass
    assert len(courier.taken) == 2


def test_e18_a_mark_that_fails_once_is_made_again(database: Database, clock: Clock) -> None:
    number = queued(database, clock.now())

    class Flaky(Database):
        transactions = 0

        def transaction(self):  # type: ignore[no-untyped-def]
            Flaky.transactions += 1
            if Flaky.transactions == 2:
                raise OperationalError("UPDATE", {}, Exception("connection lost"))
            return super().transaction()

    courier = Courier()
    delivery = deliver(Flaky(database.engine), courier, clock)
    assert delivery is not None
    assert delivery.outcome == "sent"
    assert mail(database, number).sent_at is not None


def test_nothing_is_due_in_an_outbox_of_dead_sent_and_waiting_mails(database: Database, clock: Clock) -> None:
    for trouble in ([], [PermanentFailure("550 no")], [TemporaryFailure("451 later")]):
        queued(database, clock.now())
        deliver(database, Courier(*trouble), clock)
    with database.transaction() as session:
        assert outbox.claim(session, now=clock.now()) is None
        assert len(session.scalars(select(OutgoingMail.id)).all()) == 3
