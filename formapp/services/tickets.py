"""Take a ticket in: the request, its first event, its promise and its letters, in the caller's one transaction."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError
from formapp.forms.ticket import TicketAnswers
from formapp.mail.letterhead import Letterhead
from formapp.mail.letters import Answer, SaidPromise, team_new_ticket, ticket_acknowledgement
from formapp.models import Promise, Ticket, TicketEvent
from formapp.policy.policy import Policy
from formapp.rules import deadlines
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_hours, say_moment_in_full, to_the_minute
from formapp.services import outbox
from formapp.services.acknowledgements import AckCaps, reason_not_to_acknowledge
from formapp.services.links import Links

# Without JavaScript a form carries no key, and after Back some browsers make a new one: the same answers from the same
# address are one request for so long.
SAME_REQUEST = timedelta(minutes=10)
OPEN = "open"
_INTAKE_LOCK = 0x7469636B  # any number, as long as nothing else takes the same advisory lock


class AlreadySent(HelpCentreError):
    """The form's key has been used for other answers; `number` is the ticket they became."""

    def __init__(self, number: int) -> None:
        super().__init__("this form was sent before with other answers: send it again as a new request")
        self.number = number


@dataclass(frozen=True)
class Desk:
    """What taking a ticket in needs to know of the house."""

    policy: Policy
    links: Links
    team_email: str
    bounce_email: str
    caps: AckCaps


@dataclass(frozen=True)
class Receipt:
    """What the customer is told; `is_new` is False when the same request had been taken in before."""

    number: int
    due_at: datetime
    is_new: bool


def submit(
    session: Session,
    answers: TicketAnswers,
    *,
    promise: deadlines.Promise,
    desk: Desk,
    now: datetime,
    submission_key: str | None = None,
    suspect_because: str | None = None,
) -> Receipt:
    """Store a request with its letters, or find the one that the same submission became before.

    Raises AlreadySent when the key came before with other answers.
    """
    _one_at_a_time(session)
    digest = _digest(json.dumps(asdict(answers)))
    # The key is any text a client likes to send; its digest fits the column.
    submission_key = _digest(submission_key) if submission_key else None
    earlier = _earlier(session, submission_key, digest, now)
    if earlier is not None:
        if earlier.content_digest != digest:
            raise AlreadySent(earlier.number)
        return Receipt(earlier.number, earlier.promise.due_at, is_new=False)
    number = _store(session, answers, promise, digest, submission_key, suspect_because, now)
    _queue_letters(session, number, answers, promise, desk, suspect_because, now)
    return Receipt(number, promise.due, is_new=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _one_at_a_time(session: Session) -> None:
    """Let a double click's second request see what the first one stored; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_INTAKE_LOCK)))


def _earlier(session: Session, submission_key: str | None, digest: str, now: datetime) -> Ticket | None:
    if submission_key and (ticket := session.scalar(select(Ticket).where(Ticket.submission_key == submission_key))):
        return ticket
    recent = (Ticket.content_digest == digest, Ticket.received_at > now - SAME_REQUEST, Ticket.received_at <= now)
    return session.scalar(select(Ticket).where(*recent).order_by(Ticket.number.desc()).limit(1))


def _store(
    session: Session,
    answers: TicketAnswers,
    promise: deadlines.Promise,
    digest: str,
    submission_key: str | None,
    suspect_because: str | None,
    now: datetime,
) -> int:
    # Plain inserts: the write lock is held here, and the unit of work costs three times as much.
    row = asdict(answers) | {
        "received_at": now,
        "status": OPEN,
        "submission_key": submission_key,
        "content_digest": digest,
        "suspect_because": suspect_because,
    }
    number = session.execute(insert(Ticket).values(row).returning(Ticket.number)).scalar_one()
    session.execute(
        insert(Promise).values(
            ticket_number=number,
            made_at=now,
            counted_from=promise.counted_from,
            due_at=promise.due,
            target=promise.target,
            basis=promise.basis,
            working=deadlines.explain(promise),
            policy_version=promise.policy_version,
        )
    )
    session.execute(insert(TicketEvent).values(_event(number, now, "received", actor="customer", channel="form", new_status=OPEN)))
    return number


def _queue_letters(
    session: Session,
    number: int,
    answers: TicketAnswers,
    promise: deadlines.Promise,
    desk: Desk,
    suspect_because: str | None,
    now: datetime,
) -> None:
    policy, letterhead = desk.policy, Letterhead.of(desk.policy)
    bc, link = ticket_id(policy, number), desk.links.ticket_url(number)
    said = SaidPromise(
        received=say_moment_in_full(to_the_minute(now), policy),
        due=say_moment_in_full(promise.due, policy),
        target=promise.target,
        basis=promise.basis,
        working=deadlines.explain(promise),
    )
    own = (policy.channels.email, desk.team_email, desk.bounce_email)
    withheld = None if suspect_because else reason_not_to_acknowledge(session, answers.email, own_addresses=own, caps=desk.caps, now=now)
    team = team_new_ticket(
        ticket_id=bc,
        summary=answers.summary,
        customer=answers.email,
        answers=_as_answers(answers, policy),
        promise=said,
        team=desk.team_email,
        suspect_because=suspect_because,
        unacknowledged_because=withheld,
        link=link,
    )
    outbox.queue(session, team, letterhead=letterhead, now=now, ticket_number=number)
    if suspect_because or withheld:
        # Nothing is left undone without a word: staff can see why this customer was sent nothing.
        note = suspect_because or withheld
        event = _event(number, now, "acknowledgement withheld", actor="system", channel="mail", note=note)
        session.execute(insert(TicketEvent).values(event))
        return
    letter = ticket_acknowledgement(ticket_id=bc, customer=answers.email, promise=said, link=link, hours=say_hours(policy), policy=policy)
    outbox.queue(session, letter, letterhead=letterhead, now=now, ticket_number=number)


def _event(
    number: int, now: datetime, event: str, *, actor: str, channel: str, new_status: str | None = None, note: str | None = None
) -> dict[str, object]:
    return {
        "ticket_number": number,
        "at": now,
        "event": event,
        "actor": actor,
        "channel": channel,
        "old_status": None,
        "new_status": new_status,
        "note": note,
    }


def _as_answers(answers: TicketAnswers, policy: Policy) -> tuple[Answer, ...]:
    situation = policy.situation_of(answers.request_type, answers.priority)
    return (
        Answer("Request type", policy.name_of(answers.request_type)),
        *((Answer("Situation", situation),) if situation else ()),
        Answer("Summary", answers.summary),
        Answer("What happened", answers.description),
        Answer("Area of the application", answers.area),
        Answer("Happening to more than one person", answers.extent),
        Answer("Effect on the business", answers.impact),
        Answer("Browser", answers.browser),
        Answer("Full name", answers.name),
        Answer("Email address", answers.email),
        Answer("Company name", answers.company),
    )
