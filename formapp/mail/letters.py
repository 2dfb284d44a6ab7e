"""The letters about a ticket, and what letters about anything say."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from formapp.mail.letter import Enclosure, Letter
from formapp.mail.letter_template import fill_in_letter
from formapp.mail.letterhead import said_reference
from formapp.mail.purposes import (
    TEAM_FILE_INFECTED,
    TEAM_FILE_RELEASED,
    TEAM_NEW_TICKET,
    TICKET_ACKNOWLEDGEMENT,
    UNPROVEN_ACKNOWLEDGEMENT,
)
from formapp.mail.reply_marker import MARKER
from formapp.policy.policy import Policy

NOT_PROVIDED = "Not provided"
# How something came in.
ON_THE_FORM, BY_EMAIL = "on the help centre’s form", "by email"


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


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file as the team's letter lists it: kind and size as said to people, where it is to be had, and what to know before opening it."""

    name: str
    said: str
    enclosed: bool
    link: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class StaffReply:
    """How staff answer a letter by mail: where their reply goes, the staff token, whom the customer gets it from, reasons to resolve."""

    to: str
    token: str
    sender: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class TeamCopy:
    """What every letter to the team says beside its own matter: who wrote what, with which files, and how far to believe it.

    `link` leads to the ticket's staff page, where there is a ticket. `reply` is there where a reply comes to us; `by_door` says that
    the links open for nobody but staff, so that they may be quoted to the customer. `way` is ON_THE_FORM or BY_EMAIL; `flag` says why
    nobody can be sure that the ticket's customer wrote it, `sender` from which address it came.
    """

    team: str
    customer: str
    answers: Sequence[Answer]
    suspect_because: str | None = None
    unacknowledged_because: str | None = None
    is_proven: bool = True
    link: str | None = None
    files: Sequence[ListedFile] = ()
    enclosures: Sequence[Enclosure] = ()
    reply: StaffReply | None = None
    by_door: bool = False
    way: str = ON_THE_FORM
    sender: str | None = None
    flag: str | None = None

    def letter(self, purpose: str, **words: Any) -> Letter:
        """Return the team's letter of that purpose. Raises UnusableAddress for the team's address.

        A reply quotes the letter: it goes to us where that can be, else to the customer, but never from a letter with links that
        open for whoever has them.
        """
        by_itself = ("team", "customer", "enclosures")
        own: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in by_itself}
        gives_away = not self.by_door and (self.link or any(file.link for file in self.files))
        to_customer = None if self.reply or gives_away else self.customer
        letter = fill_in_letter(purpose, to=self.team, reply_to=to_customer, enclosures=self.enclosures, **own, **words)
        return answerable(letter, self.reply)


def answerable(letter: Letter, reply: StaffReply | None) -> Letter:
    """Return a letter to staff so that they can answer it by mail, with the line to write above and the reference at its foot."""
    if reply is None:
        return letter
    return replace(letter, reply_to=reply.to, body=f"{MARKER}\n\n{letter.body}\n{said_reference(reply.token)}\n")


def say_what_time_does(step: str) -> str:
    """Return the next step of a ticket ("Closes Tue 1 Dec … unless you write") in a sentence of its own."""
    return f"The ticket {step[:1].lower()}{step[1:]}."


def team_new_ticket(copy: TeamCopy, *, ticket_id: str, summary: str, promise: SaidPromise) -> Letter:
    """Tell the team all about a new ticket. Raises UnusableAddress for the team's address."""
    return copy.letter(TEAM_NEW_TICKET, ticket_id=ticket_id, summary=summary, promise=promise)


def ticket_acknowledgement(*, ticket_id: str, customer: str, promise: SaidPromise, link: str, hours: str, policy: Policy) -> Letter:
    """Tell the customer that the request is here and when we aim to answer. `hours`: the opening hours as said to people.

    Anybody can enter anybody's address in a form, so nothing that the sender wrote stands in it.
    Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(TICKET_ACKNOWLEDGEMENT, to=customer, ticket_id=ticket_id, promise=promise, link=link, hours=hours, policy=policy)


def unproven_acknowledgement(*, ticket_id: str, customer: str, due: str, hours: str, policy: Policy) -> Letter:
    """Tell the customer the same, shortly and without the link, when no proof of work came with the request.

    Raises UnusableAddress for the customer's address.
    """
    return fill_in_letter(UNPROVEN_ACKNOWLEDGEMENT, to=customer, ticket_id=ticket_id, due=due, hours=hours, policy=policy)


def team_file_released(*, ticket_id: str, name: str, link: str, team: str, note: str | None = None) -> Letter:
    """Tell the team that a file which was held has been scanned, where it is, and what to know before opening it.

    Raises UnusableAddress for the team's address.
    """
    return fill_in_letter(TEAM_FILE_RELEASED, to=team, ticket_id=ticket_id, name=name, link=link, note=note)


def team_file_infected(*, ticket_id: str, name: str, virus: str, team: str) -> Letter:
    """Tell the team that a file which was held has a virus and is not passed on. Raises UnusableAddress for the team's address."""
    return fill_in_letter(TEAM_FILE_INFECTED, to=team, ticket_id=ticket_id, name=name, virus=virus)
