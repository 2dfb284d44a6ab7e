"""kill -9 of web server and worker at random moments, while customers send tickets."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import func, select

from formapp.models import OutgoingMail, Promise, Ticket, TicketEvent
from formapp.services.database import Database
from tests.requests import question
from tests.service import Service, running
from tests.smtp_server import Postbox, smtp_server

SUBMISSIONS = 200
CUSTOMERS = 8
PATIENCE = 120  # seconds in which a customer tries again, and the outbox drains

pytestmark = pytest.mark.heavy


def test_each_confirmed_ticket_is_there_once_with_its_mails_and_no_half_rows(
    tmp_path: Path, built_site: Path, database: Database, database_url: str
):
    postbox = Postbox()
    with smtp_server(postbox) as smtp_port:
        environ = {
            "FORMAPP_DATABASE_URL": database_url,
            "FORMAPP_SITE_DIR": str(built_site),
            "FORMAPP_SMTP_HOST": "127.0.0.1",
            "FORMAPP_SMTP_PORT": str(smtp_port),
            "FORMAPP_SMTP_SECURITY": "none",
            "FORMAPP_ACKNOWLEDGEMENTS_PER_DOMAIN_PER_HOUR": "1000",
            "FORMAPP_ACKNOWLEDGEMENTS_PER_HOUR": "1000",
        }
        with running(tmp_path, environ) as service:
            with ThreadPoolExecutor(CUSTOMERS) as customers:
                kills = _Killer(service)
                try:
                    confirmed = list(customers.map(lambda n: _send(service, n), range(SUBMISSIONS)))
                finally:
                    kills.end()
            assert kills.count >= 4
            _await_drained(database)
            service.stop()
    _check(database, confirmed, postbox, kills.count)


class _Killer:
    """Kills one of the two processes every so often, and starts it again."""

    def __init__(self, service: Service) -> None:
        self.count = 0
        self._service = service
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._kill_until_ended)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _kill_until_ended(self) -> None:
        dice = random.Random(20261123)
        while not self._ended.wait(dice.uniform(0.1, 0.8)):
            if dice.random() < 0.5:
                self._service.kill(self._service.web)
                self._service.start_web()
                self._service.wait_until_up()
            else:
                self._service.kill(self._service.worker)
                self._service.start_worker()
            self.count += 1


def _send(service: Service, number: int) -> str:
    """Send one request, again and again with the same key, until it is confirmed; return the ticket page's address."""
    answers = question(summary=f"Question {number}", email=f"customer{number}@example.net", submission_key=f"key-{number}")
    request = Request(f"{service.base_url}/contact/ticket/", urlencode(answers).encode(), headers={"Accept": "application/json"})
    give_up_at = time.monotonic() + PATIENCE
    time.sleep(number % 10 / 50)
    while True:
        try:
            with urlopen(request, timeout=20) as answer:
                text: str = answer.read().decode()
            return text.partition('"url":"')[2].partition('"')[0]
        except (OSError, HTTPException):
            # Refused, reset or cut off: whether it was stored is unknown, so the same is sent again.
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)


def _await_drained(database: Database) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while True:
        with database.transaction() as session:
            waiting = select(func.count()).select_from(OutgoingMail).where(OutgoingMail.sent_at.is_(None))
            if not session.scalar(waiting):
                return
            # A killed worker's lease would hold its mail for its whole length, and a retry would wait a minute.
            earliest = OutgoingMail.created_at
            session.query(OutgoingMail).where(OutgoingMail.sent_at.is_(None)).update(
                {"lease_token": None, "leased_until": None, "send_after": earliest}, synchronize_session=False
            )
        assert time.monotonic() < give_up_at, "the outbox did not drain"
        time.sleep(1)


def _check(database: Database, confirmed: list[str], postbox: Postbox, kills: int) -> None:
    assert len(set(confirmed)) == SUBMISSIONS
    with database.reading() as session:
        numbers = session.scalars(select(Ticket.number)).all()
        summaries = session.scalars(select(Ticket.summary)).all()
        promises = Counter(session.scalars(select(Promise.ticket_number)))
        events = Counter(session.scalars(select(TicketEvent.ticket_number)))
        mails = Counter(tuple(row) for row in session.execute(select(OutgoingMail.ticket_number, OutgoingMail.purpose)))
        message_ids = set(session.scalars(select(OutgoingMail.message_id)))
    assert sorted(summaries) == sorted(f"Question {number}" for number in range(SUBMISSIONS))
    assert promises == events == Counter(numbers)
    assert mails == Counter((number, purpose) for number in numbers for purpose in ("team-new-ticket", "ticket-acknowledgement"))
    received = Counter(_message_id(envelope.content) for envelope in postbox.taken)
    assert set(received) == message_ids
    # A kill between the server's answer and our mark sends that one mail again, under the same Message-ID.
    assert sum(received.values()) - len(received) <= kills


def _message_id(content: bytes | str | None) -> str:
    assert isinstance(content, bytes)
    return next(line.partition(b": ")[2].strip().decode() for line in content.splitlines() if line.startswith(b"Message-ID: "))
