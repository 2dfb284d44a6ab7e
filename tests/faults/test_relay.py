"""The outbox under faults E-17 to E-24 that need more than one worker, or a dead one."""

import json
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from formapp.mail.failures import TemporaryFailure
from formapp.mail.letter import SealedLetter
from formapp.models import OutgoingMail
from formapp.runtime import utc_now
from formapp.services.database import Database, open_database
from formapp.services.outbox import deliver_one
from tests.clock import Clock
from tests.conftest import ROOT
from tests.faults.relay_process import DIES_BEFORE_THE_MARK
from tests.faults.relays import a_round, backlog, drained, message_id, sender, stored, wait_until, worker_to_be_killed
from tests.smtp_server import Postbox, smtp_server
from tests.smtp_sink import smtp_sink


def test_e21_four_workers_send_each_of_a_thousand_mails_once(database: Database, database_url: str, clock: Clock) -> None:
    backlog(database, 1000, clock.now())

    def work(_: int) -> list[int]:
        mine, own = [], open_database(database_url)

        def send(letter: SealedLetter) -> str:
            mine.append(letter.number)
            return "250 OK"

        while deliver_one(own, send, clock.now):
            pass
        own.engine.dispose()
        return mine

    with ThreadPoolExecutor(4) as pool:
        sent = Counter(number for mine in pool.map(work, range(4)) for number in mine)
    assert len(sent) == 1000
    assert set(sent.values()) == {1}


@pytest.mark.heavy
def test_e22_killed_workers_lose_no_mail_and_repeat_at_most_one_each(database: Database, database_url: str) -> None:
    expected, kills, postbox = backlog(database, 200, utc_now()), 6, Postbox()
    with smtp_server(postbox) as port:
        for kill in range(1, kills + 1):
            with worker_to_be_killed(database_url, port) as process:
                wait_until(lambda so_far=kill * 30: len(postbox.taken) >= so_far, process)  # type: ignore[misc]
        with worker_to_be_killed(database_url, port) as process:
            wait_until(lambda: drained(database), process)
    arrived = Counter(message_id(mail.original_content or b"") for mail in postbox.taken)
    assert set(arrived) == set(expected)
    assert sum(arrived.values()) - len(expected) <= kills
    copies: dict[str, set[bytes]] = {}
    for mail in postbox.taken:
        raw = mail.original_content or b""
        copies.setdefault(message_id(raw), set()).add(raw)
    assert all(len(versions) == 1 for versions in copies.values())


@pytest.mark.postfix
def test_e22_a_mail_of_a_killed_worker_is_taken_up_when_its_lease_ends_and_holds_up_no_other(database: Database, database_url: str) -> None:
    backlog(database, 3, utc_now())
    with smtp_sink("-W", ".:600") as stuck, worker_to_be_killed(database_url, stuck.port) as process:
        wait_until(lambda: "." in stuck.heard(), process)
    held, *others = stored(database)
    assert held.leased_until is not None
    assert (held.attempts, held.sent_at, [mail.attempts for mail in others]) == (1, None, [0, 0])

    def just_before() -> datetime:
        assert held.leased_until is not None
        return held.leased_until - timedelta(microseconds=1)

    with smtp_sink() as sink, sender(sink.port) as send:
        assert [done.number for done in a_round(database, send, just_before)] == [mail.id for mail in others]
        [taken_up] = a_round(database, send, lambda: held.leased_until or utc_now())
        assert (taken_up.number, taken_up.outcome, taken_up.attempts) == (held.id, "sent", 2)
        assert sink.mails() == sorted([*(mail.raw for mail in others), held.raw])


@pytest.mark.postfix
def test_e18_a_worker_killed_after_the_250_and_before_the_mark_leaves_a_mail_that_is_sent_again_the_same(
    database: Database, database_url: str
) -> None:
    [expected] = backlog(database, 1, utc_now())
    with smtp_sink() as sink:
        with worker_to_be_killed(database_url, sink.port, DIES_BEFORE_THE_MARK) as process:
            assert process.wait(60) == -signal.SIGKILL
        [unmarked], [first] = stored(database), sink.mails()
        assert (unmarked.sent_at, unmarked.failed_at, unmarked.attempts) == (None, None, 1)
        with sender(sink.port) as send:
            [again] = a_round(database, send, lambda: unmarked.leased_until or utc_now())
        assert (again.outcome, again.attempts) == ("sent", 2)
        assert sink.mails() == [first, first]
    assert first == unmarked.raw
    assert message_id(first) == expected


def test_e24_a_backlog_drains_oldest_first_after_an_outage(database: Database, clock: Clock) -> None:
    backlog(database, 50, clock.now())

    def down(letter: SealedLetter) -> str:
        raise TemporaryFailure("451 try later")

    while deliver_one(database, down, clock.now, lambda: 0.0):
        pass
    clock.pass_(minutes=1)
    backlog(database, 50, clock.now())
    sent: list[int] = []

    def up(letter: SealedLetter) -> str:
        sent.append(letter.number)
        return "250 OK"

    while deliver_one(database, up, clock.now):
        pass
    assert sent == sorted(sent)
    assert len(sent) == 100


@pytest.mark.heavy
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_e24_ten_thousand_mails_leave_in_their_order_and_the_memory_stays_as_it_was(
    database: Database, database_url: str, clock: Clock
) -> None:
    backlog(database, 1, clock.now())
    with database.transaction() as session:
        first = session.scalars(select(OutgoingMail)).one()
        raw = first.raw + b"It stopped again, and then it went on.\r\n" * 100
        values = {column.key: getattr(first, column.key) for column in OutgoingMail.__table__.columns if column.key != "id"}
        session.execute(insert(OutgoingMail), [values | {"raw": raw, "message_id": f"<{number}@billycart.com>"} for number in range(9_999)])
    command = [sys.executable, "-m", "tests.faults.drain_process", database_url]
    drained = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=240).stdout)
    assert (drained["sent"], drained["in_order"]) == (10_000, True)
    # All the mails together are 40 MB.
    assert drained["end"] - drained["early"] < 8_000
    assert drained["most"] - drained["early"] < 16_000


def test_e17_a_mail_dropped_after_its_final_dot_is_sent_again_as_the_same_mail(database: Database, clock: Clock) -> None:
    [expected] = backlog(database, 1, clock.now())
    arrived: list[bytes] = []

    def lost_after_the_dot(letter: SealedLetter) -> str:
        arrived.append(letter.raw)
        if len(arrived) == 1:
            raise TemporaryFailure("the connection was lost: the server closed the connection")
        return "250 OK"

    deliver_one(database, lost_after_the_dot, clock.now)
    clock.pass_(hours=1)
    deliver_one(database, lost_after_the_dot, clock.now)
    assert len(arrived) == 2
    assert arrived[0] == arrived[1]
    assert message_id(arrived[0]) == expected
