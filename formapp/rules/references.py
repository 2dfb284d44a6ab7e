"""Ticket IDs."""

import re
import unicodedata

from formapp.policy.policy import Policy

FIRST_TICKET = 1001
# More digits than any ticket will have; a longer number is a typing error.
MOST_DIGITS = 9
# Characters in which an ID is looked for, as long as a mail's subject: composing a long run of accents takes quadratic time.
LONGEST = 300
_BETWEEN = r"\s#:._\-\u2010-\u2015\u2212"


def ticket_id(policy: Policy, number: int) -> str:
    """Return a ticket's ID as customers see it, like BC-1001."""
    return f"{policy.brand.ticket_prefix}-{number}"


def read_ticket_id(policy: Policy, text: str) -> int | None:
    """Return the number in a ticket ID as people write it: BC-1042, #1042, bc 1042, [BC-1042], or the whole subject of a mail.

    None for anything else.
    """
    if len(text) > LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).upper()
    named = re.search(rf"(?<![A-Z0-9]){policy.brand.ticket_prefix}[{_BETWEEN}]*([0-9]+)(?![A-Z0-9])", plain)
    digits = named[1] if named else re.sub(rf"[{_BETWEEN}\[\]()]", "", plain)
    if not digits.isascii() or not digits.isdigit() or len(digits.lstrip("0")) > MOST_DIGITS:
        return None
    return int(digits) or None
