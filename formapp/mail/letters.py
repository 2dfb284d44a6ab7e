"""The letters we write: each has a folder under templates/mail with its subject and its body."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from formapp.address import UnusableAddress, bare_address
from formapp.mail.body_text import quoted
from formapp.mail.header_text import one_line
from formapp.mail.letter import Letter
from formapp.policy.policy import Policy

TEAM_NEW_TICKET = "team-new-ticket"
TICKET_ACKNOWLEDGEMENT = "ticket-acknowledgement"
NOT_PROVIDED = "Not provided"

_TEMPLATES = Path(__file__).parent.parent / "templates" / "mail"
# No autoescaping: the letters are plain text, and what customers wrote passes `quoted` or `one_line` instead.
_letters = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701
)
_letters.filters.update(quoted=quoted, one_line=one_line)


@dataclass(frozen=True, slots=True)
class Answer:
    """One field of a form as staff read it: its label, and what the customer put there (None or blank: nothing)."""

    label: str
    value: str | None

    @property
    def shown(self) -> str:
        """The value, or the words that say there is none."""
        return self.value if self.value and self.value.strip() else NOT_PROVIDED


@dataclass(frozen=True, slots=True)
class SaidPromise:
    """A promise in words: moments as said to people, the target, what it rests on, and how it was counted."""

    received: str
    due: str
    target: str
    basis: str
    working: str


def team_new_ticket(
    *,
    ticket_id: str,
    summary: str,
    customer: str,
    answers: Sequence[Answer],
    promise: SaidPromise,
    team: str,
    suspect_because: str | None = None,
    unacknowledged_because: str | None = None,
    link: str | None = None,
) -> Letter:
    """Tell the team all about a new ticket; a reply goes to the customer. Raises UnusableAddress for the team's address."""
    try:
        reply_to = bare_address(customer)
    except UnusableAddress:
        reply_to = None
    return _letter(
        TEAM_NEW_TICKET,
        to=team,
        reply_to=reply_to,
        ticket_id=ticket_id,
        summary=summary,
        answers=answers,
        promise=promise,
        suspect_because=suspect_because,
        unacknowledged_because=unacknowledged_because,
        link=link,
    )


def ticket_acknowledgement(*, ticket_id: str, customer: str, promise: SaidPromise, link: str, hours: str, policy: Policy) -> Letter:
    """Tell the customer that the request is here and when we aim to answer. `hours`: the opening hours as said to people.

    Anybody can enter anybody's address in a form, so nothing that the sender wrote stands in it.
    Raises UnusableAddress for the customer's address.
    """
    return _letter(TICKET_ACKNOWLEDGEMENT, to=customer, ticket_id=ticket_id, promise=promise, link=link, hours=hours, policy=policy)


def _letter(purpose: str, *, to: str, reply_to: str | None = None, **words: object) -> Letter:
    """Fill in a letter's two templates."""
    words["reply_to"] = reply_to
    subject = _letters.get_template(f"{purpose}/subject.txt").render(words)
    body = _letters.get_template(f"{purpose}/body.txt").render(words)
    return Letter(purpose=purpose, recipient=bare_address(to), subject=one_line(subject), body=body.strip("\n") + "\n", reply_to=reply_to)
