"""Mails that arrive: written as people's programs write them, stored, read and decided on at the speed of a test."""

from email.message import EmailMessage
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from formapp.mail.incoming import understand
from formapp.models import IncomingMail, Ticket
from formapp.models.incoming_mail import MailState
from formapp.runtime import Runtime
from formapp.services import inbox
from formapp.services.inbox import Processed
from formapp.services.staff_links import staff_links
from tests.services.life import Life

SUPPORT, TEAM = "support@billycart.com", "team@example.org"
ZOE, EVE, LEE = "zoe@example.net", "eve@evil.example", "lee@example.org"
# What our own mail server puts on top of a mail that it could prove to be from its sender.
SERVER = "mx.billycart.example"

_numbers = count(1)


def proven(address: str) -> str:
    """Return the lines by which our mail server vouches for an address."""
    return f"{SERVER}; dmarc=pass header.from={address.rpartition('@')[2]}"


def raw_mail(
    text: str = "It squeaks.",
    *,
    by: str = f"Zoë <{ZOE}>",
    to: str = SUPPORT,
    subject: str = "My cart squeaks",
    vouched: bool = False,
    files: dict[str, bytes] | None = None,
    message_id: str = "",
    headers: dict[str, str] | None = None,
) -> bytes:
    """Return a mail, another one each time unless its Message-ID is given."""
    mail = EmailMessage()
    if vouched:
        mail["Authentication-Results"] = proven(by.rpartition("<")[2].rstrip(">"))
    mail["From"], mail["To"], mail["Subject"] = by, to, subject
    mail["Date"] = "Mon, 23 Nov 2026 14:28:00 +1000"
    mail["Message-ID"] = message_id or f"<{next(_numbers)}@mail.example.net>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text)
    for name, content in (files or {}).items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


class Arriving:
    """The mails of a life: what arrives is read at once, unless it is only stored."""

    def __init__(self, life: Life) -> None:
        self.life = life

    @property
    def runtime(self) -> Runtime:
        return self.life.runtime

    def stores(self, raw: bytes, **words: Any) -> int:
        """Store a mail and return its number."""
        with self.runtime.database.transaction() as session:
            return inbox.store(session, raw, self.life.clock.now(), source="imap", **words).id

    def reads(self) -> list[Processed]:
        """Read everything that is due, as the worker does, and return what became of it."""
        runtime = self.runtime
        read = partial(understand, ours=runtime.desk.ours)
        done: list[Processed] = []
        while found := inbox.process_next(runtime.database, runtime.desk, read, runtime.scanner, runtime.now):
            done.append(found)
        return done

    def comes(self, raw: bytes, **words: Any) -> IncomingMail:
        """Store a mail, read it, and return its row."""
        number = self.stores(raw, **words)
        self.reads()
        return self.row(number)

    def mail(self, text: str = "It squeaks.", **words: Any) -> IncomingMail:
        """Have a mail arrive, and return its row once it is read."""
        return self.comes(raw_mail(text, **words))

    def reply(self, number: int, text: str, **words: Any) -> IncomingMail:
        """Have the customer answer our last letter about a ticket, to the address that it names."""
        said = {"to": self.customer_address(number), "subject": f"Re: [BC-{number}] We have written to you"}
        return self.mail(text, **(said | words))

    def staff_reply(self, number: int, text: str, **words: Any) -> IncomingMail:
        """Have Lee of the staff answer our letter to the team about a ticket."""
        said = {"to": self.staff_address(number), "by": f"Lee <{LEE}>", "subject": f"Re: [BC-{number}] A question"}
        return self.mail(text, **(said | words))

    def customer_address(self, number: int) -> str:
        """Return where a customer's answer about a ticket goes."""
        letterhead = self.runtime.desk.letterhead
        assert letterhead.tokens
        return letterhead.reply_to(letterhead.tokens.for_customer(number))

    def staff_address(self, number: int) -> str:
        """Return where the team's answer about a ticket goes."""
        with self.runtime.database.transaction() as session:
            reply = staff_links(session, self.runtime.desk, self.life.clock.now(), LEE).reply_to(number)
        assert reply
        return reply.to

    def row(self, number: int) -> IncomingMail:
        with self.runtime.database.reading() as session:
            wanted = select(IncomingMail).where(IncomingMail.id == number).options(undefer(IncomingMail.raw), undefer(IncomingMail.text))
            return session.scalars(wanted).one()

    def rows(self, state: MailState | None = None) -> list[IncomingMail]:
        wanted = select(IncomingMail).order_by(IncomingMail.id)
        with self.runtime.database.reading() as session:
            return list(session.scalars(wanted.where(IncomingMail.state == state) if state else wanted))

    def tickets(self) -> list[Ticket]:
        with self.runtime.database.reading() as session:
            return list(session.scalars(select(Ticket).order_by(Ticket.number)))
