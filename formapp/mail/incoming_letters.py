"""The letters that mail which came in brings about, beside those that a form or a page would."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from formapp.mail.letter import Enclosure, Letter
from formapp.mail.letter_template import fill_in_letter
from formapp.mail.letters import StaffReply, answerable, say_what_time_does
from formapp.mail.purposes import (
    ESCALATION_ITEMS_MISSING,
    STAFF_MAIL_NOT_DONE,
    TEAM_MAIL_TO_REVIEW,
    TEAM_MAIL_UNREADABLE,
    TEAM_REVIEWS_CAPPED,
    TICKET_THANKED,
)
from formapp.policy.policy import Policy

# Characters of what somebody wrote that a letter quotes; the whole of it lies where the link leads, or with its writer.
LONGEST_QUOTE = 5_000


@dataclass(frozen=True, slots=True)
class MailToReview:
    """A mail that waits for a person: why, and what it says. `files` as said to people; `link` leads to the review page."""

    reason: str
    sender: str
    name: str
    subject: str
    received: str
    text: str
    files: Sequence[str]
    link: str


def ticket_thanked(*, ticket_id: str, customer: str, link: str, next_step: str | None, hours: str, policy: Policy) -> Letter:
    """Tell a customer who only thanked us that the ticket stays resolved, and how to re-open it. Quotes nothing of theirs.

    Raises UnusableAddress for the customer's address.
    """
    next_step = say_what_time_does(next_step) if next_step else None
    return fill_in_letter(TICKET_THANKED, to=customer, ticket_id=ticket_id, link=link, next_step=next_step, hours=hours, policy=policy)


def escalation_items_missing(*, ticket_id: str, customer: str, missing: Sequence[str], hours: str, policy: Policy) -> Letter:
    """Ask whoever mailed a request to escalate for the items that it lacks, as the policy names them.

    It says the same whether there is such a ticket or not, and whosever it is. Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(ESCALATION_ITEMS_MISSING, to=customer, ticket_id=ticket_id, missing=missing, hours=hours, policy=policy)


def team_mail_to_review(seen: MailToReview, *, team: str) -> Letter:
    """Tell the team of a mail that waits for review. Raises UnusableAddress for the team's address."""
    text, is_cut = _cut(seen.text)
    return fill_in_letter(TEAM_MAIL_TO_REVIEW, to=team, **(asdict(seen) | {"text": text, "is_cut": is_cut}))


def team_mail_unreadable(*, reason: str, size: str, received: str, link: str, enclosure: Enclosure, team: str) -> Letter:
    """Give the team a mail that could not be read, as it came. Raises UnusableAddress for the team's address."""
    return fill_in_letter(
        TEAM_MAIL_UNREADABLE,
        to=team,
        enclosures=(enclosure,),
        name=enclosure.name,
        reason=reason,
        size=size,
        received=received,
        link=link,
    )


def team_mails_to_review_many(*, count: int, link: str, team: str) -> Letter:
    """Tell the team that so many mails wait for review that it is not told of each. Raises UnusableAddress for the team's address."""
    return fill_in_letter(TEAM_REVIEWS_CAPPED, to=team, count=count, link=link)


def staff_mail_not_done(*, to: str, ticket_id: str, problem: str, text: str, link: str | None, reply: StaffReply | None = None) -> Letter:
    """Tell a member of staff that nothing was done with their reply, and why; it is quoted back so that nothing is lost.

    With `reply` they can answer this letter instead of the one before. Raises UnusableAddress for their address.
    """
    text, is_cut = _cut(text)
    why = f"{problem[:1].upper()}{problem[1:]}"
    letter = fill_in_letter(STAFF_MAIL_NOT_DONE, to=to, ticket_id=ticket_id, problem=why, text=text, is_cut=is_cut, link=link, reply=reply)
    return answerable(letter, reply)


def _cut(text: str) -> tuple[str, bool]:
    """Return as much of a text as a letter quotes, and whether some of it is left out."""
    text = text.strip("\n")
    return text[:LONGEST_QUOTE], len(text) > LONGEST_QUOTE
