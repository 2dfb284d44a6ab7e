"""Ticket IDs."""

from formapp.policy.policy import Policy

FIRST_TICKET = 1001


def ticket_id(policy: Policy, number: int) -> str:
    """Return a ticket's ID as customers see it, like BC-1001."""
    return f"{policy.brand.ticket_prefix}-{number}"
