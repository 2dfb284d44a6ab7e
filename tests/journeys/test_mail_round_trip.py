"""A ticket's life by mail alone, through a real Postfix and a real Dovecot: the form, both sides' replies, the closure and beyond."""

import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

import pytest
from pydantic import SecretStr

from formapp.app import create_app
from formapp.commands.mail_in import MailIn
from formapp.commands.worker import sender_of, work_once
from formapp.mail.reply_marker import MARKER
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from tests.clock import Clock
from tests.dovecot_server import PASSWORD, USER, DovecotServer, dovecot_server
from tests.mail_programs import PROGRAMS, reply_by
from tests.mails import html_of, text_of
from tests.postfix_server import PostfixServer, postfix_server
from tests.proofs import proof
from tests.requests import URLS, answers
from tests.services.life import Life
from tests.web.conftest import site_dir

__all__ = ["site_dir"]

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix]

ZOE, LEE = "Zoë Müller <zoe@example.net>", "Lee <lee@example.org>"
OURS = r"^support(\+[^@]*)?@billycart\.com$"
FOR_STAFF_ONLY = ("s-bc-", "/staff-", MARKER, "team@example.org", "lee@example.org")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(scope="module")
def dovecot() -> Iterator[DovecotServer]:
    with dovecot_server() as server:
        yield server


@pytest.fixture(scope="module")
def postfix(dovecot: DovecotServer) -> Iterator[PostfixServer]:
    with postfix_server(mailboxes={OURS: dovecot.maildir()}) as server:
        yield server


class Correspondence:
    """The service, and the mailboxes of a customer and of the team."""

    def __init__(self, runtime: Runtime, clock: Clock, postfix: PostfixServer, dovecot: DovecotServer) -> None:
        self.runtime, self.clock, self.postfix, self.dovecot = runtime, clock, postfix, dovecot
        self.life = Life(runtime, clock)
        self.stopping = threading.Event()
        self.mail_in, self.send = MailIn(runtime, self.stopping), sender_of(runtime)
        self.seen = len(postfix.mails())
        self.letters: list[EmailMessage] = []

    def work(self) -> None:
        """One pass of the worker; what it sends is in the mailboxes afterwards."""
        work_once(self.runtime, self.send, self.mail_in, self.stopping)
        expected = self.seen + len([mail for mail in self.life.mails() if mail.sent_at])
        raws = _waited_for(lambda: self.postfix.mails() if len(self.postfix.mails()) >= expected else [])
        self.letters = [cast(EmailMessage, message_from_bytes(raw, policy=default)) for raw in raws]

    def letter(self, to: str, subject: str) -> EmailMessage:
        """Return the one letter to somebody whose subject holds these words."""
        (found,) = [one for one in self.letters if to in str(one["To"]) and subject in str(one["Subject"])]
        return found

    def sends(self, mail: EmailMessage) -> None:
        """Have a person send a mail, wait until it is in our mailbox, and let the worker work."""
        before = len(self.dovecot.files())
        with smtplib.SMTP("localhost", self.postfix.port) as smtp:
            smtp.send_message(mail, to_addrs=[str(mail["To"])])
        _waited_for(lambda: len(self.dovecot.files()) > before)
        self.clock.pass_(minutes=5)
        self.work()

    def close(self) -> None:
        self.stopping.set()
        self.mail_in.stop()
        self.send.close()


def _waited_for(look: Callable[[], object], seconds: float = 30) -> list[bytes]:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "no mail arrived"
        time.sleep(0.02)
    return cast(list[bytes], found)


@pytest.fixture
def by_mail(runtime: Runtime, clock: Clock, postfix: PostfixServer, dovecot: DovecotServer) -> Iterator[Correspondence]:
    for file in [
        *(postfix.folder / "mail" / "box").glob("*/*"),
        *(dovecot.maildir()).glob("**/new/*"),
        *(dovecot.maildir()).glob("**/cur/*"),
    ]:
        file.unlink()
    imap = {"imap_host": "localhost", "imap_port": dovecot.port, "imap_security": "none", "imap_username": USER}
    smtp = {"smtp_host": "localhost", "smtp_port": postfix.port, "smtp_security": "none"}
    staff = {"imap_password": SecretStr(PASSWORD), "staff_emails": "lee@example.org"}
    settings = runtime.settings.model_copy(update=imap | smtp | staff)
    with ExitStack() as stack:
        made = Correspondence(replace(runtime, settings=settings), clock, postfix, dovecot)
        stack.callback(made.close)
        yield made


def sends_the_form(by_mail: Correspondence, site_dir: Path) -> None:
    client = create_app(by_mail.runtime).test_client()
    with client.post(URLS["ticket"], data=answers("ticket", email="zoe@example.net", proof=proof())) as answer:
        assert answer.status_code == 303
    by_mail.work()


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_ticket_is_answered_resolved_closed_and_opened_again_by_mail_alone(by_mail: Correspondence, site_dir: Path, program: str) -> None:
    life, number = by_mail.life, 1001
    sends_the_form(by_mail, site_dir)
    # The customer answers the acknowledgement.
    by_mail.sends(reply_by(program, by_mail.letter("zoe", "We have your request"), "It is Firefox.\n\nSince this morning.", ZOE))
    assert life.messages(number)[-1].text == "It is Firefox.\n\nSince this morning."
    assert life.messages(number)[-1].flag is None
    # Staff answer the letter that brings it to them.
    wrote = by_mail.letter("team@example.org", "wrote")
    assert MARKER in text_of(wrote)
    by_mail.sends(reply_by(program, wrote, "Which version is it?\n\nA screenshot would help.", LEE))
    asked = by_mail.letter("zoe", "We have written to you: please answer")
    assert "Which version is it?\n\n    A screenshot would help." in text_of(asked)
    assert life.status(number) == Status.WAITING
    # The customer answers, and staff resolve.
    by_mail.sends(reply_by(program, asked, "Version 145.", ZOE))
    assert life.status(number) == Status.OPEN
    (again,) = [one for one in by_mail.letters if "Version 145." in text_of(one)]
    by_mail.sends(reply_by(program, again, "#resolve Answered\n\nPlease turn off the add-on.", LEE))
    assert life.status(number) == Status.RESOLVED
    # Thanks keeps it resolved, and a week later it is closed.
    by_mail.sends(reply_by(program, by_mail.letter("zoe", "is resolved"), "Thank you!", ZOE))
    assert life.status(number) == Status.RESOLVED
    by_mail.clock.pass_(days=8)
    by_mail.work()
    closure = by_mail.letter("zoe", "is closed")
    assert life.status(number) == Status.CLOSED
    # Two years later it happens again.
    by_mail.clock.pass_(days=730)
    by_mail.sends(reply_by(program, closure, "It happens again.", ZOE))
    assert life.status(number) == Status.OPEN
    assert life.messages(number)[-1].text == "It happens again."
    # Whatever the programs quoted, nothing that only staff may have has reached the customer, and nobody else was written to.
    for letter in by_mail.letters:
        if "zoe" in str(letter["To"]):
            assert [words for words in FOR_STAFF_ONLY if words in text_of(letter) + html_of(letter) + str(letter["Reply-To"])] == []
    assert {str(letter["To"]) for letter in by_mail.letters} == {"zoe@example.net", "team@example.org"}
    assert by_mail.dovecot.files() == []
    assert len(by_mail.dovecot.files("Done")) == 6


def test_a_new_mail_is_answered_by_staff_and_nobody_else(by_mail: Correspondence) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Cc"] = ZOE, "support@billycart.com", "My cart squeaks", "eve@evil.example"
    mail.set_content("It squeaks.")
    by_mail.sends(mail)
    by_mail.sends(reply_by("Outlook", by_mail.letter("team@example.org", "My cart squeaks"), "Oil it.", LEE))
    answered = by_mail.letter("zoe", "We have written to you")
    assert "Oil it." in text_of(answered)
    by_mail.sends(reply_by("Gmail", answered, "It worked?", ZOE))
    assert by_mail.life.messages(1001)[-1].text == "It worked?"
    assert {str(letter["To"]) for letter in by_mail.letters} == {"zoe@example.net", "team@example.org"}
