from datetime import timedelta

import pytest

from formapp.mail.failures import PermanentFailure, TemporaryFailure
from formapp.services import mail_queue, outbox
from formapp.services.database import Database
from formapp.services.mail_queue import NothingToRetry, QueueHealth
from formapp.services.outbox import GIVE_UP_AFTER, deliver_one
from tests.clock import Clock
from tests.services.outgoing import Courier, mail, queued


def given_up(database: Database, clock: Clock) -> int:
    number = queued(database, clock.now())
    deliver_one(database, Courier(PermanentFailure("550 no such user")), clock.now)
    return number


def test_the_list_shows_what_waits_and_what_was_given_up_with_the_reason(database: Database, clock: Clock) -> None:
    queued(database, clock.now())
    deliver_one(database, Courier(), clock.now)
    dead = given_up(database, clock)
    slow = queued(database, clock.now())
    deliver_one(database, Courier(TemporaryFailure("451 try later")), clock.now, lambda: 0.0)
    in_hand = queued(database, clock.now())
    with database.transaction() as session:
        outbox.claim(session, now=clock.now())
    fresh = queued(database, clock.now())
    with database.reading() as session:
        listed = mail_queue.list_mails(session, now=clock.now())
        everything = mail_queue.list_mails(session, now=clock.now(), sent_too=True)
    assert [(one.number, one.state, one.reason) for one in listed] == [
        (dead, "failed", "550 no such user"),
        (slow, "waiting", "451 try later"),
        (in_hand, "sending", None),
        (fresh, "waiting", None),
    ]
    assert listed[1].next_try == clock.now() + timedelta(minutes=1)
    assert [one.state for one in everything] == ["sent", "failed", "waiting", "sending", "waiting"]


def test_a_dead_letter_is_sent_after_a_retry(database: Database, clock: Clock) -> None:
    number = given_up(database, clock)
    with database.transaction() as session:
        mail_queue.retry(session, number, clock.now())
    delivery = deliver_one(database, Courier(), clock.now)
    assert delivery is not None
    assert (delivery.number, delivery.outcome, delivery.attempts) == (number, "sent", 1)


def test_a_retried_mail_has_its_five_days_again(database: Database, clock: Clock) -> None:
    number = given_up(database, clock)
    clock.moment += 2 * GIVE_UP_AFTER
    with database.transaction() as session:
        assert mail_queue.retry_dead(session, clock.now()) == 1
    deliver_one(database, Courier(TemporaryFailure("451 try later")), clock.now)
    assert mail(database, number).failed_at is None


def test_only_dead_letters_are_retried_all_together(database: Database, clock: Clock) -> None:
    slow = queued(database, clock.now())
    deliver_one(database, Courier(TemporaryFailure("451 try later")), clock.now)
    dead = [given_up(database, clock) for _ in range(2)]
    with database.transaction() as session:
        assert mail_queue.retry_dead(session, clock.now()) == 2
    assert mail(database, slow).send_after > clock.now()
    assert all(mail(database, number).failed_at is None for number in dead)


def test_a_mail_that_waits_can_be_made_due_at_once(database: Database, clock: Clock) -> None:
    number = queued(database, clock.now())
    deliver_one(database, Courier(TemporaryFailure("451 try later")), clock.now)
    with database.transaction() as session:
        mail_queue.retry(session, number, clock.now())
    assert deliver_one(database, Courier(), clock.now) is not None


def test_a_mail_that_was_sent_or_never_was_is_not_retried(database: Database, clock: Clock) -> None:
    number = queued(database, clock.now())
    deliver_one(database, Courier(), clock.now)
    for unknown in (number, number + 1):
        with pytest.raises(NothingToRetry, match=f"mail {unknown}"), database.transaction() as session:
            mail_queue.retry(session, unknown, clock.now())


def test_a_mail_in_a_workers_hands_is_not_retried(database: Database, clock: Clock) -> None:
    number = queued(database, clock.now())
    with database.transaction() as session:
        outbox.claim(session, now=clock.now())
    with pytest.raises(NothingToRetry), database.transaction() as session:
        mail_queue.retry(session, number, clock.now())


def test_the_health_of_the_outbox_is_its_oldest_mail_and_its_dead_letters(database: Database, clock: Clock) -> None:
    with database.reading() as session:
        assert mail_queue.queue_health(session, clock.now()) == QueueHealth(0, None, 0)
    given_up(database, clock)
    queued(database, clock.now())
    deliver_one(database, Courier(TemporaryFailure("451 try later")), clock.now)
    clock.pass_(minutes=20)
    queued(database, clock.now())
    with database.reading() as session:
        assert mail_queue.queue_health(session, clock.now()) == QueueHealth(2, timedelta(minutes=20), 1)
