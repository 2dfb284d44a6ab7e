"""What a customer fills in, for tests that send it."""

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
    "impact": "We cannot send invoices.",
    "browser": "Firefox 140 on Windows",
    "company": "Soapbox Pty Ltd",
}


def question(**changes: str) -> dict[str, str]:
    return QUESTION | changes


def incident(**changes: str) -> dict[str, str]:
    return INCIDENT | changes
