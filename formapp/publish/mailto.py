"""Links that open a prepared letter in the reader's own mail program."""

from collections.abc import Sequence
from urllib.parse import quote

from formapp.policy.policy import Policy

# Four digits, so that nobody takes it for the first ticket ever.
EXAMPLE_NUMBER = 1234


def example_ticket_id(policy: Policy) -> str:
    """Return a ticket ID to show as an example: BC-1234."""
    return f"{policy.brand.ticket_prefix}-{EXAMPLE_NUMBER}"


def example_subject(policy: Policy) -> str:
    """Return the subject of an escalation of the example ticket: Formal Escalation BC-1234."""
    return policy.escalation.subject.format(ticket_id=example_ticket_id(policy))


def complaint_subject(policy: Policy) -> str:
    """Return the subject of a complaint that has no ticket ID yet: Complaint."""
    return policy.complaints.subject.format(ticket_id="").strip()


def mailto(address: str, subject: str = "", lines: tuple[str, ...] = ()) -> str:
    """Return a mailto address; the lines become the body, in the form that RFC 6068 asks for."""
    fields = {"subject": subject, "body": "\r\n".join(lines)}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items() if value)
    return f"mailto:{quote(address, safe='@+')}" + (f"?{query}" if query else "")


def checklist(items: Sequence[str]) -> tuple[str, ...]:
    """Return the lines of a letter in which each item is to be filled in."""
    return tuple(f"{item}{'' if item.endswith('?') else ':'}\r\n" for item in items)
