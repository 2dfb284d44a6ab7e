"""The outbox under faults E-12 to E-24 that need more than one worker, or a dead one."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email import message_from_bytes

import pytest

from formapp.mail.failures import TemporaryFailure
from formapp.mail.letter import Letter, SealedLetter
from formapp.runtime import utc_now
from formapp.services import mail_queue, outbox
from formapp.services.database import Database, open_database
from formapp.services.outbox import deliver_one
from tests.clock import Clock
from tests.conftest import ROOT
from tests.services.outgoing import LETTERHEAD
from tests.smtp_server import Postbox, smtp_server


def backlog(database: Database, count: int, now: Clock | None = None) -> list[str]:
    """Queue that many mails and return their Message-IDs."""
    moment = now.now() if now else utc_now()
    with database.transaction() as session:
        letters = [Letter("test", f"customer{number}@example.com", f"Mail {number}", "Hi\n") for number in range(count)]
        return [outbox.queue(session, letter, letterhead=LETTERHEAD, now=moment).message_id for letter in letters]


def test_four_workers_send_each_of_a_thousand_mails_once(database: Database, database_url: str, clock: Clock) -> None:
    backlog(database, 1000, clock)

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
def test_killed_workers_lose_no_mail_and_repeat_at_most_one_each(database: Database, database_url: str) -> None:
    expected, kills, postbox = backlog(database, 200), 6, Postbox()
    with smtp_server(postbox) as port:
        for kill in range(1, kills + 1):
            with _relay(database_url, port) as process:
                _wait_until(lambda so_far=kill * 30: len(postbox.taken) >= so_far, process)
        with _relay(database_url, port) as process:
            _wait_until(lambda: _waiting(database) == 0, process)
    arrived = Counter(str(message_from_bytes(mail.original_content or b"")["Message-ID"]) for mail in postbox.taken)
    assert set(arrived) == set(expected)
    assert sum(arrived.values()) - len(expected) <= kills
    copies: dict[str, set[bytes]] = {}
    for mail in postbox.taken:
        raw = mail.original_content or b""
        copies.setdefault(str(message_from_bytes(raw)["Message-ID"]), set()).add(raw)
    assert all(len(versions) == 1 for versions in copies.values())


def test_a_backlog_drains_oldest_first_after_an_outage(database: Database, clock: Clock) -> None:
    backlog(database, 50, clock)

    def down(letter: SealedLetter) -> str:
        raise TemporaryFailure("451 try later")

    while deliver_one(database, down, clock.now, lambda: 0.0):
        pass
    clock.pass_(minutes=1)
    backlog(database, 50, clock)
    sent: list[int] = []

    def up(letter: SealedLetter) -> str:
        sent.append(letter.number)
        return "250 OK"

    while deliver_one(database, up, clock.now):
        pass
    assert sent == sorted(sent)
    assert len(sent) == 100


def test_a_mail_dropped_after_its_final_dot_is_sent_again_as_the_same_mail(database: Database, clock: Clock) -> None:
    [message_id] = backlog(database, 1, clock)
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
    assert message_from_bytes(arrived[0])["Message-ID"] == message_id


@contextmanager
def _relay(url: str, port: int) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a worker, and kill it -9 at the end."""
    process = subprocess.Popen([sys.executable, "-m", "tests.faults.relay_process", url, str(port)], cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _waiting(database: Database) -> int:
    with database.reading() as session:
        return mail_queue.queue_health(session, utc_now()).waiting


def _wait_until(reached, process: "subprocess.Popen[bytes]") -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 60
    while not reached():
        assert process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline, "the worker does not get on"
        time.sleep(0.01)
