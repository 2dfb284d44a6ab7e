"""kill -9 of web server and worker at random moments, while customers send forms of each kind, half of them with a file."""

import hashlib
import json
import random
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from aiosmtpd.smtp import Envelope
from sqlalchemy import func, select

from formapp.models import Attachment, Complaint, Escalation, OutgoingMail, Promise, Ticket, TicketEvent
from formapp.services.database import Database
from tests.mails import text_of
from tests.requests import URLS, answers, with_files
from tests.service import Service, running
from tests.smtp_server import Postbox, smtp_server

SUBMISSIONS = 200
CUSTOMERS = 8
LETTERS = {
    "ticket": ("team-new-ticket", "unproven-acknowledgement"),
    "complaint": ("team-complaint", "unproven-complaint-acknowledgement"),
    "escalation": ("team-escalation", "escalation-received"),
}
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
            "FORMAPP_UNPROVEN_ACKNOWLEDGEMENTS_PER_HOUR": "1000",
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


def _form_of(number: int) -> str:
    return ("ticket", "complaint", "ticket", "escalation")[number % 4]


def _file_of(number: int) -> bytes | None:
    """Return the file that a submission carries: every second one of each form has one."""
    return f"{number} it stopped\n".encode() * 8_000 if number % 8 < 4 else None


def _send(service: Service, number: int) -> str:
    """Send one form, again and again with the same key, until it is confirmed; return the address of the page that confirms it."""
    time.sleep(number % 10 / 50)
    slug, content = _form_of(number), _file_of(number)
    changes = {"email": f"customer{number}@example.net", "submission_key": f"key-{number}", "ticket": f"BC-{900_000 + number}"}
    given = answers(slug, **changes) | ({"summary": f"Question {number}"} if slug == "ticket" else {})
    files = {f"{number}.log": content} if content else None
    if content and number % 8 < 2:
        # As JavaScript does it: the file first, and the form with its token. Otherwise the file travels with the form.
        alone = with_files({}, files)
        token = _insist(service, "/api/attachments", alone | {"data": alone["data"].replace(b'name="files"', b'name="file"')})["token"]
        given, files = given | {"kept_file": token}, None
    kept = [given.pop("kept_file")] if "kept_file" in given else []
    return str(_insist(service, URLS[slug], with_files(given, files, kept))["url"])


def _insist(service: Service, path: str, sent: dict[str, Any]) -> dict[str, Any]:
    headers = {"Accept": "application/json", "Content-Type": sent["content_type"]}
    request = Request(f"{service.base_url}{path}", sent["data"], headers=headers)
    give_up_at = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(request, timeout=20) as answer:
                got: dict[str, Any] = json.load(answer)
            return got
        except HTTPError as error:
            # Only what the service itself says of trouble that passes.
            with error:
                if error.code != 503:
                    raise AssertionError(f"{path}: {error.code} {error.read()!r}") from None
        except (OSError, HTTPException, ValueError):
            # Refused, reset or cut off: whether it was stored is unknown, so the same is sent again.
            pass
        assert time.monotonic() < give_up_at, "the service did not come back"
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
        tickets = {ticket.number: ticket.email for ticket in session.scalars(select(Ticket))}
        escalations = {escalation.id: escalation.email for escalation in session.scalars(select(Escalation))}
        complaints = session.scalars(select(Complaint.ticket_number)).all()
        promises = Counter(session.scalars(select(Promise.ticket_number)))
        events = Counter(session.scalars(select(TicketEvent.ticket_number)))
        files = session.execute(select(Attachment.ticket_number, Attachment.escalation_id, Attachment.name, Attachment.content)).all()
        mails = Counter(tuple(row) for row in session.execute(select(OutgoingMail.ticket_number, OutgoingMail.purpose)))
        message_ids = set(session.scalars(select(OutgoingMail.message_id)))
    senders = Counter([*tickets.values(), *escalations.values()])
    assert senders == Counter(f"customer{number}@example.net" for number in range(SUBMISSIONS))
    form_of = {number: _form_of(_number_of(email)) for number, email in tickets.items()}
    assert sorted(complaints) == sorted(number for number, form in form_of.items() if form == "complaint")
    assert promises == events == Counter(tickets.keys())
    of_tickets = Counter((number, purpose) for number, form in form_of.items() for purpose in LETTERS[form])
    assert mails == of_tickets + Counter({(None, purpose): len(escalations) for purpose in LETTERS["escalation"]})
    # Every submission has its own file, whole, and no other; what nobody sent in the end is nobody's.
    sent = {number: content for number in range(SUBMISSIONS) if (content := _file_of(number))}
    owned = [(tickets.get(ticket) or escalations.get(escalation), name, content) for ticket, escalation, name, content in files]
    assert {(_number_of(email), content) for email, _, content in owned if email} == set(sent.items())
    assert Counter(name for email, name, _ in owned if email) == Counter(f"{number}.log" for number in sent)
    received = [message_from_bytes(_content(envelope)) for envelope in postbox.taken]
    arrived = Counter(str(mail["Message-ID"]) for mail in received)
    assert set(arrived) == message_ids
    # A kill between the server's answer and our mark sends that one mail again, under the same Message-ID.
    assert sum(arrived.values()) - len(arrived) <= kills
    enclosed = {(_customer_in(mail), _digest(part)) for mail in received for part in mail.walk() if part.get_filename()}
    assert enclosed == {(f"customer{number}@example.net", hashlib.sha256(content).hexdigest()) for number, content in sent.items()}


def _number_of(email: str) -> int:
    return int(email.removeprefix("customer").partition("@")[0])


def _customer_in(mail: Message) -> str:
    (email,) = set(re.findall(r"customer\d+@example\.net", text_of(mail)))
    return email


def _digest(part: Message) -> str:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return hashlib.sha256(content).hexdigest()


def _content(envelope: Envelope) -> bytes:
    assert isinstance(envelope.content, bytes)
    return envelope.content
