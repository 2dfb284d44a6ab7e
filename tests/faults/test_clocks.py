"""A clock that leaps (E-25) and a calendar without its holidays (E-26): mail neither stalls nor repeats, and deadlines still come."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from formapp.mail.failures import TemporaryFailure
from formapp.mail.letter import SealedLetter
from formapp.mail.patient_smtp import Patience
from formapp.policy.hours import ExtraDay, HolidayCalendar
from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.deadlines import promise_for
from formapp.services import mail_queue, outbox
from formapp.services.database import Database
from formapp.services.outbox import LEASE, deliver_one
from tests.clock import Clock
from tests.faults.relays import a_round, backlog, health, message_id, sender, stored
from tests.requests import question
from tests.services.outgoing import Courier
from tests.smtp_server import SILENCE, scripted_server
from tests.web.conftest import app, client, site_dir

__all__ = ["app", "client", "site_dir"]

# The last second that fits in 32 bits.
LAST_OF_32_BITS = datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC)


def test_e25_a_leap_of_a_day_ahead_sends_early_and_nothing_twice(database: Database, clock: Clock) -> None:
    expected = backlog(database, 3, clock.now())
    later = Courier(TemporaryFailure("451 try later"))
    deliver_one(database, later, clock.now)
    other = Courier()

    def overtaken(letter: SealedLetter) -> str:
        # While this one is being sent, the clock leaps, and with it the lease is over: another worker takes all there is.
        clock.pass_(days=1)
        assert [delivery.outcome for delivery in a_round(database, other, clock.now)] == ["sent"] * 3
        return "250 OK"

    overtaken_delivery = deliver_one(database, overtaken, clock.now)
    assert overtaken_delivery is not None
    assert overtaken_delivery.outcome == "taken over"
    assert sorted(message_id(letter.raw) for letter in other.taken) == sorted(expected)
    for days in (-1, -1, 2):
        clock.pass_(days=days)
        assert a_round(database, Courier(), clock.now) == []
        assert health(database, clock.now()).oldest_age is None


def test_e25_a_clock_put_back_a_day_keeps_the_order_of_new_mail_and_an_age_that_counts(database: Database, clock: Clock) -> None:
    backlog(database, 2, clock.now())
    clock.pass_(days=-1)
    backlog(database, 2, clock.now())
    assert health(database, clock.now()).oldest_age == timedelta(0)
    clock.pass_(minutes=16)
    assert health(database, clock.now()).oldest_age == timedelta(minutes=16)
    courier = Courier()
    a_round(database, courier, clock.now)
    assert [letter.number for letter in courier.taken] == [3, 4, 1, 2]


def test_e25_the_last_second_of_32_bits_is_a_second_as_any_other(database: Database, clock: Clock) -> None:
    clock.moment = LAST_OF_32_BITS - timedelta(seconds=7)
    [expected] = backlog(database, 1, clock.now())
    [waits] = a_round(database, Courier(TemporaryFailure("451 try later")), clock.now)
    assert waits.next_try == LAST_OF_32_BITS + timedelta(seconds=53)
    clock.moment = waits.next_try - timedelta(microseconds=1)
    assert a_round(database, Courier(), clock.now) == []
    clock.moment = waits.next_try
    with database.transaction() as session:
        assert outbox.claim(session, now=clock.now()) is not None
    clock.moment += LEASE
    courier = Courier()
    assert [delivery.outcome for delivery in a_round(database, courier, clock.now)] == ["sent"]
    [mail] = stored(database)
    assert (message_id(mail.raw), mail.created_at) == (expected, LAST_OF_32_BITS - timedelta(seconds=7))
    assert mail.sent_at == LAST_OF_32_BITS + timedelta(seconds=53) + LEASE


def test_e25_a_leap_to_2038_and_back_stalls_no_mail_and_gives_none_up_in_silence(database: Database, clock: Clock) -> None:
    present = clock.now()
    backlog(database, 2, present)
    clock.moment = LAST_OF_32_BITS + timedelta(days=1)
    backlog(database, 1, clock.now())
    troubles = [TemporaryFailure("451 try later")] * 3
    outcomes = [delivery.outcome for delivery in a_round(database, Courier(*troubles), clock.now)]
    # By that clock the first two have been tried for eleven years.
    assert outcomes == ["failed", "failed", "waiting"]
    clock.moment = present + timedelta(minutes=1)
    assert (health(database, clock.now()).waiting, health(database, clock.now()).dead) == (1, 2)
    with database.transaction() as session:
        assert mail_queue.retry_dead(session, clock.now()) == 2
    assert [delivery.outcome for delivery in a_round(database, Courier(), clock.now)] == ["sent"] * 3
    assert all(mail.sent_at and mail.sent_at < present + timedelta(hours=1) for mail in stored(database))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("days", [1, -1, 4_000])
def test_e25_a_clock_that_leaps_in_the_middle_of_a_conversation_neither_breaks_it_off_nor_makes_it_endless(
    database: Database, clock: Clock, days: int
) -> None:
    backlog(database, 2, clock.now())
    answers: Iterator[str]
    with time_machine.travel(clock.now()) as travel:

        def leap() -> str:
            travel.shift(timedelta(days=days))
            return next(answers)

        answers = iter(["250 OK", SILENCE])
        with scripted_server({"DOT": leap}) as (port, _), sender(port, Patience(connect=5, command=5, after_dot=0.3, whole=60)) as send:
            outcomes = [(delivery.outcome, delivery.reply) for delivery in a_round(database, send, clock.now)]
    assert outcomes == [("sent", "250 OK"), ("waiting", "the connection was lost: no answer in time")]


def due(policy: Policy, received: str) -> str:
    return promise_for(policy, BusinessCalendar.of(policy), "general-enquiry", None, datetime.fromisoformat(received)).due.isoformat()


def test_e26_without_holiday_data_a_deadline_counts_weekends_and_the_days_of_the_policy_file(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    eve, friday = "2026-08-11T16:30:00+10:00", "2026-08-14T16:30:00+10:00"
    assert due(policy, eve) == "2026-08-13T16:30:00+10:00"
    monkeypatch.setattr(HolidayCalendar, "_public", lambda calendar, year: {})
    assert due(policy, eve) == "2026-08-12T16:30:00+10:00"
    assert due(policy, friday) == "2026-08-17T16:30:00+10:00"
    show = ExtraDay(date=date(2026, 8, 12), name="Royal Queensland Show")
    by_hand = policy.model_copy(update={"holidays": policy.holidays.model_copy(update={"extra": (show,)})})
    assert due(by_hand, eve) == "2026-08-13T16:30:00+10:00"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_e26_a_year_that_nobody_has_confirmed_has_deadlines_and_takes_forms(client: FlaskClient, clock: Clock) -> None:
    clock.moment = datetime(2030, 12, 24, 4, 28, tzinfo=UTC)
    assert client.get("/api/promise?type=general-enquiry").json["due"] == "2030-12-27T14:28:00+10:00"
    answer = client.post("/contact/ticket/", data=question())
    assert answer.status_code == 303
    assert "Fri 27 Dec 2030, 2:28 pm AEST" in client.get(answer.location).text
