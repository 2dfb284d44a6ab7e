"""The letters to the team in the life of a ticket: what a customer did, what is due, what did not arrive, and fresh links."""

from collections.abc import Sequence
from dataclasses import dataclass

from formapp.mail.letter import Letter
from formapp.mail.letter_template import fill_in_letter
from formapp.mail.letters import SaidPromise, TeamCopy
from formapp.mail.purposes import STAFF_FRESH_LINK, TEAM_ANSWERS_DUE, TEAM_CUSTOMER_WROTE, TEAM_MAIL_FAILED, TEAM_MORNING


@dataclass(frozen=True, slots=True)
class DueTicket:
    """Something that is owed on a ticket: what ("First response"), what the target rests on, when it is due as said to people.

    `link` leads to the ticket's staff page.
    """

    ticket_id: str
    summary: str
    what: str
    basis: str
    due: str
    is_late: bool
    link: str


@dataclass(frozen=True, slots=True)
class MorningCounts:
    """How many tickets are in each state that asks for somebody's eye; `to_review` are mails that came in, `undelivered` mails of ours."""

    late: int
    due_today: int
    open: int
    waiting: int
    to_check: int
    to_review: int
    undelivered: int


def team_customer_wrote(copy: TeamCopy, *, ticket_id: str, summary: str, what: str, text: str, promise: SaidPromise | None) -> Letter:
    """Tell the team what a customer did ("The customer wrote"), with their words where there are any and what is owed now.

    Raises UnusableAddress for the team's address.
    """
    return copy.letter(TEAM_CUSTOMER_WROTE, ticket_id=ticket_id, summary=summary, what=what, text=text, promise=promise)


def team_answers_due(*, team: str, due: Sequence[DueTicket], queue_link: str) -> Letter:
    """Tell the team which answers are due soon or late. Raises UnusableAddress for the team's address."""
    return fill_in_letter(TEAM_ANSWERS_DUE, to=team, due=due, queue_link=queue_link)


def team_morning(*, team: str, day: str, counts: MorningCounts, due: Sequence[DueTicket], queue_link: str) -> Letter:
    """Tell the team at the day's beginning how things stand; `day` as said to people. Raises UnusableAddress for the team's address."""
    return fill_in_letter(TEAM_MORNING, to=team, day=day, counts=counts, due=due, queue_link=queue_link)


def team_mail_failed(*, team: str, ticket_id: str, what: str, reason: str, link: str) -> Letter:
    """Tell the team that a mail to a customer ("our answer") was given up, with the mail server's reason.

    Raises UnusableAddress for the team's address.
    """
    return fill_in_letter(TEAM_MAIL_FAILED, to=team, ticket_id=ticket_id, what=what, reason=reason, link=link)


def staff_fresh_link(*, to: str, what: str, link: str, opens_for_days: int) -> Letter:
    """Send a fresh link for an expired one to the address that had it; `what` is what it opens: "BC-1042", "the queue".

    Raises UnusableAddress for that address.
    """
    return fill_in_letter(STAFF_FRESH_LINK, to=to, what=what, link=link, opens_for_days=opens_for_days)
