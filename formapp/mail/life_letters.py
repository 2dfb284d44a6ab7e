"""The letters to a customer in the life of a ticket, from the first answer to the closure notification.

All go to the address that the ticket is from, with the link to its page. Moments arrive as said to people, and `next_step` as
`rules.lifecycle.say_step` says it: "Closes Tue 1 Dec 2026, 9:00 am AEST unless you write".
"""

from collections.abc import Sequence
from typing import Literal

from formapp.mail.letter import Enclosure, Letter
from formapp.mail.letter_template import fill_in_letter
from formapp.mail.letters import ListedFile, SaidPromise, say_what_time_does
from formapp.mail.purposes import (
    ESCALATION_ANSWERED,
    TICKET_ANSWERED,
    TICKET_CLOSED,
    TICKET_RECLASSIFIED,
    TICKET_REOPENED,
    TICKET_RESOLVED,
    WAITING_REMINDER,
)
from formapp.policy.policy import Policy


def ticket_answered(
    *,
    ticket_id: str,
    customer: str,
    text: str,
    files: Sequence[ListedFile] = (),
    enclosures: Sequence[Enclosure] = (),
    link: str,
    waits: bool,
    next_step: str | None,
    hours: str,
    policy: Policy,
) -> Letter:
    """Pass on what staff wrote; `waits` says whether the ticket now waits for the customer.

    Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(
        TICKET_ANSWERED,
        to=customer,
        enclosures=enclosures,
        automatic=False,
        quotes_us=True,
        ticket_id=ticket_id,
        text=text,
        files=files,
        link=link,
        waits=waits,
        next_step=say_what_time_does(next_step) if next_step else None,
        hours=hours,
        policy=policy,
    )


def waiting_reminder(
    *, ticket_id: str, customer: str, asked: str, text: str, next_step: str, link: str, hours: str, policy: Policy
) -> Letter:
    """Remind the customer that we asked something, `text` on the day `asked`, before time resolves the ticket.

    Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(
        WAITING_REMINDER,
        to=customer,
        quotes_us=True,
        ticket_id=ticket_id,
        asked=asked,
        text=text,
        next_step=say_what_time_does(next_step),
        link=link,
        hours=hours,
        policy=policy,
    )


def ticket_resolved(
    *,
    ticket_id: str,
    customer: str,
    reason: str,
    text: str,
    underlying_problem: str,
    how: Literal["delivered", "quiet", "customer"],
    next_step: str,
    link: str,
    files: Sequence[ListedFile] = (),
    enclosures: Sequence[Enclosure] = (),
    hours: str,
    policy: Policy,
) -> Letter:
    """Tell the customer that the ticket is resolved: by us, because nobody answered, or because they said so themselves.

    `text` and `underlying_problem` are staff's words, empty unless it was delivered. Raises UnusableAddress for the customer's address.
    """
    delivered = how == "delivered"
    return fill_in_letter(
        TICKET_RESOLVED,
        to=customer,
        enclosures=enclosures,
        automatic=not delivered,
        quotes_us=delivered,
        ticket_id=ticket_id,
        reason=reason,
        text=text,
        underlying_problem=underlying_problem,
        how=how,
        next_step=say_what_time_does(next_step),
        link=link,
        files=files,
        hours=hours,
        policy=policy,
    )


def ticket_closed(*, ticket_id: str, customer: str, reason: str, link: str, by_customer: bool, hours: str, policy: Policy) -> Letter:
    """Send the closure notification: a reply to it, or the page, re-opens the ticket at any time.

    `reason` is the one that was logged when the ticket was resolved. Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(
        TICKET_CLOSED, to=customer, ticket_id=ticket_id, reason=reason, link=link, by_customer=by_customer, hours=hours, policy=policy
    )


def ticket_reopened(
    *,
    ticket_id: str,
    customer: str,
    text: str,
    by_customer: bool,
    promise: SaidPromise | None,
    link: str,
    files: Sequence[ListedFile] = (),
    enclosures: Sequence[Enclosure] = (),
    hours: str,
    policy: Policy,
) -> Letter:
    """Tell the customer that the ticket is open again; `text` is staff's words, empty where the customer re-opened it.

    Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(
        TICKET_REOPENED,
        to=customer,
        enclosures=enclosures,
        files=files,
        automatic=by_customer,
        quotes_us=not by_customer,
        ticket_id=ticket_id,
        text=text,
        by_customer=by_customer,
        promise=promise,
        link=link,
        hours=hours,
        policy=policy,
    )


def ticket_reclassified(
    *,
    ticket_id: str,
    customer: str,
    classified: str,
    because: str,
    promise: SaidPromise | None,
    has_passed: bool,
    next_step: str | None = None,
    link: str,
    hours: str,
    policy: Policy,
) -> Letter:
    """Tell the customer what the ticket is now treated as ("Incident, P1"), why, and the promise that follows.

    `has_passed` says that the new promise's moment lies behind us. Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(
        TICKET_RECLASSIFIED,
        to=customer,
        automatic=False,
        quotes_us=True,
        ticket_id=ticket_id,
        classified=classified,
        because=because,
        promise=promise,
        has_passed=has_passed,
        next_step=say_what_time_does(next_step) if next_step else None,
        link=link,
        hours=hours,
        policy=policy,
    )


def escalation_answered(*, ticket_id: str, customer: str, text: str, link: str, hours: str, policy: Policy) -> Letter:
    """Pass on the answer to an escalation. Raises UnusableAddress for the customer's address."""
    return fill_in_letter(
        ESCALATION_ANSWERED,
        to=customer,
        automatic=False,
        quotes_us=True,
        ticket_id=ticket_id,
        text=text,
        link=link,
        hours=hours,
        policy=policy,
    )
