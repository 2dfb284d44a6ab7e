"""What a customer fills in, for tests that send it."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

QUESTION = {
    "request_type": "general-enquiry",
    "summary": "Do you have a price list?",
    "description": "I could not find your prices on the site. Where are they?",
    "area": "Payments",
    "name": "Zoë O’Brien",
    "email": "zoe@example.net",
}
INCIDENT = QUESTION | {
    "request_type": "incident",
    "situation": "P2",
    "summary": "Invoice PDF is blank",
    "description": "Since this morning every invoice that I open as a PDF is blank.\n\nOn the screen it is right.",
    "extent": "several",
    "effect": "critical",
    "impact": "We cannot send invoices.",
    "browser": "Firefox 140 on Windows",
    "company": "Soapbox Pty Ltd",
}


ESCALATION = {
    "ticket": "BC-1001",
    "impact": "Our four payroll officers have not been able to export since Monday.",
    "business_case": "Wages are due on Wednesday for 140 people, and we owe them on time.",
    "company": "Soapbox Pty Ltd",
    "name": "Zoë O’Brien",
    "email": "zoe@example.net",
    "phone": "07 3000 0000",
    "step": "send",
}
COMPLAINT = {
    "about": "handling",
    "ticket": "#1001",
    "description": "Nobody has told me for three weeks whether anyone looks at my request.",
    "wanted": "Tell me what happens, and when.",
    "name": "Zoë O’Brien",
    "email": "zoe@example.net",
    "step": "send",
}


def question(**changes: str) -> dict[str, str]:
    return QUESTION | changes


def incident(**changes: str) -> dict[str, str]:
    return INCIDENT | changes


def escalation(**changes: str) -> dict[str, str]:
    return ESCALATION | changes


def complaint(**changes: str) -> dict[str, str]:
    return COMPLAINT | changes


URLS = {slug: f"/contact/{slug}/" for slug in ("ticket", "escalation", "complaint")}
_COMPLETE = {"ticket": INCIDENT, "escalation": ESCALATION, "complaint": COMPLAINT}

# Where somebody can write whatever they like.
FREE_TEXTS = {
    "ticket": ("summary", "description", "impact", "browser", "name", "company"),
    "escalation": ("impact", "business_case", "company", "name"),
    "complaint": ("description", "wanted", "name"),
}


def answers(slug: str, **changes: str) -> dict[str, str]:
    """Return everything that somebody fills in who sends this form."""
    return _COMPLETE[slug] | changes


def with_files(fields: Mapping[str, str], files: Mapping[str, bytes] | None = None, kept: Sequence[str] = ()) -> dict[str, Any]:
    """Return what a test client posts when a browser without JavaScript sends a form: an empty part where no file was chosen."""
    parts: dict[str, Any] = {**fields, "kept_file": list(kept)}
    parts["files"] = [FileStorage(io.BytesIO(content), name) for name, content in (files or {"": b""}).items()]
    # Encoded here: the client itself would leave a temporary file open.
    boundary, body = encode_multipart(parts)
    return {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"'}
