"""The escalations of a ticket as its staff page lists them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from formapp.models import Escalation
from formapp.rules.escalation import Verdict
from formapp.services import attachments
from formapp.services.attachments import Adopted
from formapp.services.escalations import SAID_VERDICT
from formapp.services.ticket_view import TicketView


@dataclass(frozen=True)
class Asked:
    """An escalation in words. `waits`: it has to be answered; `is_next`: the page's form answers this one."""

    number: int
    heading: str
    rows: tuple[tuple[str, str], ...]
    files: tuple[Adopted, ...]
    waits: bool
    is_next: bool


def asked_for(session: Session, view: TicketView, say_moment: Callable[[datetime], str]) -> tuple[Asked, ...]:
    """Return every escalation of a ticket: those to be answered first, by when they are due, then the others, oldest first."""
    waiting = sorted((one for one in view.escalations if _waits(one)), key=lambda one: (one.review_by, one.id))
    others = [one for one in view.escalations if not _waits(one)]
    return tuple(
        Asked(
            number=one.id,
            heading=_heading(one),
            rows=_rows(one, say_moment),
            files=tuple(attachments.of_escalation(session, one.id)),
            waits=_waits(one),
            is_next=view.escalation is not None and one.id == view.escalation.id,
        )
        for one in (*waiting, *others)
    )


def files_of(session: Session, view: TicketView) -> list[Adopted]:
    """Return the files that the page of a ticket offers: its own, and those of its escalations."""
    return [*view.files, *(file for one in view.escalations for file in attachments.of_escalation(session, one.id))]


def _waits(escalation: Escalation) -> bool:
    return escalation.review_by is not None and escalation.answered_at is None


def _heading(escalation: Escalation) -> str:
    if escalation.answered_at:
        return "Answered escalation"
    return "Escalation to answer" if _waits(escalation) else "Escalation that has not gone through"


def _rows(escalation: Escalation, say_moment: Callable[[datetime], str]) -> tuple[tuple[str, str], ...]:
    rows = (
        ("Asked for", say_moment(escalation.received_at)),
        ("What became of it", SAID_VERDICT[Verdict(escalation.verdict)]),
        ("To be reviewed by", say_moment(escalation.review_by) if escalation.review_by else ""),
        ("Answered", say_moment(escalation.answered_at) if escalation.answered_at else ""),
        ("Who", f"{escalation.name}, {escalation.company}"),
        ("Phone number", escalation.phone),
        ("Impact", escalation.impact),
        ("Business case", escalation.business_case),
    )
    return tuple((label, answer) for label, answer in rows if answer)
