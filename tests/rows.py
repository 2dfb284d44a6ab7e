"""Rows with no more than they must have."""

from formapp.models import Ticket
from tests.clock import MONDAY_AFTERNOON


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
