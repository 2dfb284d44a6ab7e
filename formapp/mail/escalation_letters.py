"""The letters about a formal escalation."""

from collections.abc import Sequence

from formapp.mail.letter import Letter
from formapp.mail.letter_template import fill_in_letter
from formapp.mail.letters import TeamCopy
from formapp.mail.purposes import ESCALATION_ACCEPTED, ESCALATION_NOT_YET, ESCALATION_RECEIVED, TEAM_ESCALATION
from formapp.policy.policy import Policy


def team_escalation(
    copy: TeamCopy,
    *,
    ticket_id: str,
    subject: str,
    verdict: str,
    reasons: Sequence[str],
    review_by: str | None,
    missing: Sequence[str] = (),
) -> Letter:
    """Tell the team all about an escalation, with the verdict and its reasons, which are for staff only, and the items that it lacks.

    Raises UnusableAddress for the team's address.
    """
    words = {"verdict": verdict, "reasons": reasons, "review_by": review_by, "missing": missing}
    return copy.letter(TEAM_ESCALATION, ticket_id=ticket_id, subject=subject, **words)


def escalation_accepted(*, ticket_id: str, customer: str, reviewer: str, review_by: str, hours: str, policy: Policy) -> Letter:
    """Tell the ticket's own address that the ticket is at escalation level, who reviews it and by when.

    Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(
        ESCALATION_ACCEPTED, to=customer, ticket_id=ticket_id, reviewer=reviewer, review_by=review_by, hours=hours, policy=policy
    )


def escalation_not_yet(*, ticket_id: str, customer: str, conditions: Sequence[str], first: str, hours: str, policy: Policy) -> Letter:
    """Tell the ticket's own address what must be true of a ticket before it is escalated, and in a sentence what happens first.

    Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(
        ESCALATION_NOT_YET, to=customer, ticket_id=ticket_id, conditions=conditions, first=first, hours=hours, policy=policy
    )


def escalation_received(*, ticket_id: str, customer: str, conditions: Sequence[str], hours: str, policy: Policy) -> Letter:
    """Tell an address that is not the ticket's that the escalation is here, and nothing of whether there is such a ticket.

    Queue it without a ticket number: threading it under the ticket's mails would tell.
    Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(ESCALATION_RECEIVED, to=customer, ticket_id=ticket_id, conditions=conditions, hours=hours, policy=policy)
