"""Rows with no more than they must have."""

import json
from itertools import count

from formapp.models import IncomingMail, Ticket
from formapp.models.incoming_mail import MailState
from tests.clock import MONDAY_AFTERNOON

_numbers = count(1)


def incoming_mail(files: object = (), **changes: object) -> IncomingMail:
    """A mail that was read and waits for review."""
    values: dict[str, object] = {
        "fingerprint": f"{next(_numbers):064}",
        "received_at": MONDAY_AFTERNOON,
        "source": "imap",
        "size": 1_234,
        "is_cut": False,
        "raw": b"From: ann@example.net\r\nSubject: A question\r\n\r\nWhat do you charge for it?\r\n",
        "state": MailState.REVIEW,
        "attempts": 1,
        "try_after": MONDAY_AFTERNOON,
        "kind": "human",
        "subject": "A question",
        "from_address": "ann@example.net",
        "from_mailbox": "ann@example.net",
        "from_name": "Ann",
        "text": "What do you charge for it?",
        "files": json.dumps(files),
        "outcome": "It names BC-1042, and nothing shows that it is from the ticket’s customer",
        "done_at": MONDAY_AFTERNOON,
    }
    return IncomingMail(**(values | changes))


def ticket(**changes: object) -> Ticket:
    values: dict[str, object] = {
        "received_at": MONDAY_AFTERNOON,
        "status": "open",
        "request_type": "general-enquiry",
        "summary": "A question",
        "description": "What do you charge for it?",
        "area": "Payments",
        "extent": "",
        "impact": "",
        "browser": "",
        "name": "Ann",
        "email": "ann@example.net",
        "company": "",
        "content_digest": "0" * 64,
    }
    return Ticket(**(values | changes))
