"""Links that open a prepared letter in the reader's own mail program."""

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


def mailto(address: str, subject: str = "", lines: tuple[str, ...] = ()) -> str:
    """Return a mailto address; the lines become the body, in the form that RFC 6068 asks for."""
    fields = {"subject": subject, "body": "\r\n".join(lines)}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items() if value)
    return f"mailto:{quote(address, safe='@+')}" + (f"?{query}" if query else "")


def escalation_mailto(policy: Policy) -> str:
    """Return a letter with the escalation's subject begun and each required item to fill in."""
    subject = policy.escalation.subject.format(ticket_id=f"{policy.brand.ticket_prefix}-")
    return mailto(policy.channels.email, subject, tuple(f"{item.text}:\r\n" for item in policy.escalation.required_items))
