"""Letters put in the outbox, and senders that remember what they were given."""

from datetime import datetime

from formapp.mail.letter import Letter, SealedLetter
from formapp.mail.letterhead import Letterhead
from formapp.mail.ticket_tokens import TicketTokens
from formapp.models import OutgoingMail, Ticket
from formapp.services import outbox
from formapp.services.database import Database
from tests.proofs import SECRET

TOKENS = TicketTokens((SECRET,), "BC")
LETTERHEAD = Letterhead("Billycart Support", "support@billycart.com", TOKENS)


class Courier:
    """Takes every letter; `troubles` are raised first, one per letter."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles = list(troubles)
        self.taken: list[SealedLetter] = []

    def __call__(self, letter: SealedLetter) -> str:
        self.taken.append(letter)
        if self.troubles:
            raise self.troubles.pop(0)
        return "250 OK"

    def close(self) -> None:
        """Nothing to close."""


def queued(
    database: Database, now: datetime, recipient: str = "jo@example.com", purpose: str = "test", ticket_number: int | None = None
) -> int:
    """Put a letter in the outbox and return its number."""
    with database.transaction() as session:
        letter = Letter(purpose, recipient, "Hello", "Hi\n")
        return outbox.queue(session, letter, letterhead=LETTERHEAD, now=now, ticket_number=ticket_number).id


def a_ticket(database: Database, now: datetime) -> int:
    """Store a ticket with as little as it can have, and return its number."""
    empty = dict.fromkeys(("summary", "description", "area", "extent", "impact", "browser", "name", "email", "company"), "")
    with database.transaction() as session:
        ticket = Ticket(received_at=now, status="open", request_type="general-enquiry", content_digest="", **empty)
        session.add(ticket)
        session.flush()
        return ticket.number


def mail(database: Database, number: int) -> OutgoingMail:
    """Return a mail's row as it stands now."""
    with database.reading() as session:
        row = session.get_one(OutgoingMail, number)
        assert row.raw
        session.expunge(row)
        return row
