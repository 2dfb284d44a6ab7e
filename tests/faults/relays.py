"""What the tests of the outbox under faults have in common: a backlog, a worker's rounds, and workers that are killed."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes

from sqlalchemy import select

from formapp.mail.letter import Letter
from formapp.mail.patient_smtp import Patience, SmtpServer
from formapp.mail.sender import SmtpSender
from formapp.models import OutgoingMail
from formapp.runtime import utc_now
from formapp.services import mail_queue, outbox
from formapp.services.database import Database
from formapp.services.mail_queue import QueueHealth
from formapp.services.outbox import Delivery, Send, deliver_one
from tests.conftest import ROOT
from tests.services.outgoing import LETTERHEAD


def backlog(database: Database, recipients: int | list[str], now: datetime) -> list[str]:
    """Queue a mail for each recipient, or for that many, and return their Message-IDs."""
    addresses = recipients if isinstance(recipients, list) else [f"customer{number}@example.com" for number in range(recipients)]
    with database.transaction() as session:
        letters = [Letter("test", address, f"Mail {number}", "Hi\n") for number, address in enumerate(addresses)]
        return [outbox.queue(session, letter, letterhead=LETTERHEAD, now=now).message_id for letter in letters]


def a_round(database: Database, send: Send, now: Callable[[], datetime]) -> list[Delivery]:
    """Try every mail that is due once, as a worker does, and return what became of each."""
    return list(iter(lambda: deliver_one(database, send, now, lambda: 0.0), None))


def stored(database: Database) -> list[OutgoingMail]:
    """Return every mail's row as it stands now, oldest first."""
    with database.reading() as session:
        rows = list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))
        for row in rows:
            assert isinstance(row.raw, bytes)
            session.expunge(row)
        return rows


def health(database: Database, now: datetime) -> QueueHealth:
    """Return the figures by which one sees that mail is not leaving."""
    with database.reading() as session:
        return mail_queue.queue_health(session, now)


def message_id(raw: bytes) -> str:
    """Return the Message-ID of a mail."""
    return str(message_from_bytes(raw)["Message-ID"])


@contextmanager
def sender(server: SmtpServer | int, patience: Patience | None = None) -> Iterator[SmtpSender]:
    """Yield a sender to a server, or to that port of this machine without TLS."""
    to = SmtpServer("127.0.0.1", server, "none") if isinstance(server, int) else server
    send = SmtpSender(to, "bounces@billycart.com", patience)
    try:
        yield send
    finally:
        send.close()


@contextmanager
def worker_to_be_killed(url: str, port: int, *manner: str) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a worker as tests/faults/relay_process.py has it, and kill it -9 at the end."""
    process = subprocess.Popen([sys.executable, "-m", "tests.faults.relay_process", url, str(port), *manner], cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(reached: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Wait until something is so; fail when the worker ends before, or after a minute."""
    deadline = time.monotonic() + 60
    while not reached():
        assert process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline, "the worker does not get on"
        time.sleep(0.01)


def drained(database: Database) -> bool:
    """Say whether no mail waits."""
    return health(database, utc_now()).waiting == 0
