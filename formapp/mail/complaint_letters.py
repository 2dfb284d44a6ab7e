"""The letters about a complaint."""

from formapp.mail.letter import Letter
from formapp.mail.letter_template import fill_in_letter
from formapp.mail.letters import SaidPromise, TeamCopy
from formapp.mail.purposes import COMPLAINT_ACKNOWLEDGEMENT, TEAM_COMPLAINT, UNPROVEN_COMPLAINT_ACKNOWLEDGEMENT
from formapp.policy.policy import Policy


def team_complaint(copy: TeamCopy, *, ticket_id: str, subject: str, about: str, promise: SaidPromise, answer_due: str) -> Letter:
    """Tell the team all about a complaint. `promise` is when it is acknowledged, `answer_due` when answered.

    Raises UnusableAddress for the team's address.
    """
    return copy.letter(TEAM_COMPLAINT, ticket_id=ticket_id, subject=subject, about=about, promise=promise, answer_due=answer_due)


def complaint_acknowledgement(
    *, ticket_id: str, customer: str, acknowledge_by: str, answer_by: str, link: str | None, hours: str, policy: Policy
) -> Letter:
    """Tell the customer that the complaint is here and by when it is answered; without a link it is the short letter of the unproven.

    Nothing that the sender wrote stands in it. Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(
        COMPLAINT_ACKNOWLEDGEMENT if link else UNPROVEN_COMPLAINT_ACKNOWLEDGEMENT,
        to=customer,
        ticket_id=ticket_id,
        acknowledge_by=acknowledge_by,
        answer_by=answer_by,
        link=link,
        hours=hours,
        policy=policy,
    )
