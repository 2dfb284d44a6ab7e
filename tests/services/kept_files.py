"""Customers' files in the database, and submissions that own them."""

import io
from datetime import datetime

from sqlalchemy import func, select

from formapp.models import Attachment, Escalation, FileContent
from formapp.rules.files import KeptFile, check_file
from formapp.services import attachments
from formapp.services.database import Database
from tests import rows
from tests.clock import MONDAY_AFTERNOON

HELD = "the virus scanner did not answer in time"


def staged(
    database: Database, content: bytes = b"a line\n", name: str = "a.txt", held: str | None = None, at: datetime = MONDAY_AFTERNOON
) -> KeptFile:
    with database.transaction() as session:
        return attachments.stage(session, check_file(name, io.BytesIO(content)), content, held_because=held, now=at)


def new_ticket(database: Database) -> int:
    with database.transaction() as session:
        session.add(ticket := rows.ticket())
        session.flush()
        return ticket.number


def new_escalation(database: Database) -> int:
    words = dict.fromkeys(("company", "name", "email", "phone", "impact", "business_case"), "x")
    with database.transaction() as session:
        values = {
            "received_at": MONDAY_AFTERNOON,
            "given_number": 1042,
            "verdict": "unknown",
            "is_proven": False,
            "content_digest": "0" * 64,
        }
        session.add(escalation := Escalation(**values, **words))
        session.flush()
        return escalation.id


def adopted(database: Database, *files: KeptFile, ticket: int | None = None, escalation: int | None = None) -> list[attachments.Adopted]:
    with database.transaction() as session:
        return attachments.adopt(session, [file.token for file in files], ticket_number=ticket, escalation_id=escalation)


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Attachment)) or 0


def row(database: Database, number: int) -> Attachment:
    with database.reading() as session:
        found = session.get_one(Attachment, number)
        assert found.content or found.content_id is None  # loaded now, while the session is open
        return found


def contents(database: Database) -> list[bytes]:
    with database.reading() as session:
        return list(session.scalars(select(FileContent.content).order_by(FileContent.id)))
