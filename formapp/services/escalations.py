"""Take a request for a formal escalation in: judged by the policy's gate, kept and passed to the team whatever the verdict."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from formapp.address import mailbox_of
from formapp.forms.escalation import EscalationAnswers, said_in_escalation
from formapp.mail.escalation_letters import escalation_accepted, escalation_not_yet, escalation_received, team_escalation
from formapp.mail.incoming_letters import escalation_items_missing
from formapp.mail.letter import Letter
from formapp.models import Escalation, Ticket
from formapp.policy.afterwards import Gate
from formapp.rules.deadlines import promise_of_days
from formapp.rules.escalation import GATES, Verdict, conditions, gates_passed
from formapp.rules.lifecycle import Move, Mover, Status
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_hours, say_moment_in_full, to_the_minute
from formapp.services import attachments, intake, promises
from formapp.services.acknowledgements import FOR_ESCALATIONS
from formapp.services.attachments import Adopted
from formapp.services.desk import Desk
from formapp.services.intake import Envelope, Marked
from formapp.services.staff_links import staff_links
from formapp.services.ticket_life import Act, hold, move

SAID_VERDICT = {
    Verdict.INCOMPLETE: "Not reviewed yet: we have asked for the items that are missing",
    Verdict.PASSED: "Passed to escalation level",
    Verdict.NOT_YET: "Not yet through the ordinary levels",
    Verdict.UNKNOWN_TICKET: "The ticket ID is unknown",
    Verdict.ANOTHER_ADDRESS: "The address is not the ticket’s",
}
_ANSWERED = "Your ticket has had its first response. Reply to it and say what you are still waiting for."
_LATE = "Your ticket has waited longer than we aim for. The people who look after it have been told, and answer it first."


@dataclass(frozen=True)
class EscalationReceipt:
    """Which escalation it became; `is_new` is False when the same request had been taken in before."""

    id: int
    given_number: int
    is_new: bool


@dataclass(frozen=True)
class _Judged:
    """The verdict, the ticket where it is the sender's own, the conditions that it meets, and the number for staff to look it up."""

    verdict: Verdict
    ticket: Ticket | None
    met: tuple[Gate, ...]
    number: int | None


@dataclass(frozen=True)
class _Asked:
    """A stored request, what it says, how it came, and which items it lacks."""

    escalation: Escalation
    answers: EscalationAnswers
    envelope: Envelope
    marked: Marked
    files: tuple[Adopted, ...]
    missing: tuple[str, ...]


def submit(
    session: Session, answers: EscalationAnswers, envelope: Envelope, desk: Desk, now: datetime, *, missing: Sequence[str] = ()
) -> EscalationReceipt:
    """Store a request for escalation, judge it, and queue its letters; or find the one that the same submission became before.

    `missing` names the items that a mail left out: they are asked for first, once, and it is judged when they come.
    Raises AlreadySent when the key came before with other answers, and UnknownFile for a file that is gone.
    """
    digest = envelope.content_digest(answers)
    if found := intake.earlier(session, Escalation, envelope, digest, now):
        return EscalationReceipt(found.id, found.given_number, is_new=False)
    envelope.take_slot()
    judged = _judge(session, answers, desk, now)
    marks = intake.marks(session, envelope, digest, now)
    row = asdict(answers) | marks | {"verdict": judged.verdict, "ticket_number": judged.ticket.number if judged.ticket else None}
    new = session.execute(insert(Escalation).values(row).returning(Escalation.id)).scalar_one()
    files = attachments.adopt(session, envelope.tokens, escalation_id=new)
    marked = Marked.of(session, envelope, marks, answers.email, FOR_ESCALATIONS, desk, now)
    escalation = session.get_one(Escalation, new)
    if missing and not marked.withheld:
        # Whoever cannot be asked is not kept waiting for it.
        escalation.items_asked_at = now
        judged = replace(judged, verdict=Verdict.INCOMPLETE)
    _settle(session, _Asked(escalation, answers, envelope, marked, tuple(files), tuple(missing)), judged, desk, now)
    return EscalationReceipt(new, answers.given_number, is_new=True)


def complete(
    session: Session,
    escalation: Escalation,
    answers: EscalationAnswers,
    envelope: Envelope,
    desk: Desk,
    now: datetime,
    missing: Sequence[str],
) -> None:
    """Judge a request whose missing items have come, as far as they have: they are not asked for again."""
    for name, value in asdict(answers).items():
        setattr(escalation, name, value)
    session.flush()
    judged = _judge(session, answers, desk, now)
    marked = Marked(is_proven=envelope.is_vouched, suspect_because=None, withheld=envelope.withheld_because)
    files = attachments.adopt(session, envelope.tokens, escalation_id=escalation.id)
    _settle(session, _Asked(escalation, answers, envelope, marked, tuple(files), tuple(missing)), judged, desk, now)


def incomplete(session: Session, number: int) -> Escalation | None:
    """Return the request for a ticket's escalation that waits for missing items, the newest of them."""
    waits = (Escalation.ticket_number == number, Escalation.verdict == Verdict.INCOMPLETE)
    return session.scalar(select(Escalation).where(*waits).order_by(Escalation.id.desc()).limit(1))


def is_under_review(session: Session, number: int, address: str) -> bool:
    """Whether a request from that address to escalate a ticket is being reviewed."""
    reviewed = select(Escalation.email).where(
        Escalation.ticket_number == number, Escalation.review_by.is_not(None), Escalation.answered_at.is_(None)
    )
    return mailbox_of(address) in map(mailbox_of, session.scalars(reviewed))


def _settle(session: Session, asked: _Asked, judged: _Judged, desk: Desk, now: datetime) -> None:
    """Write down what became of a request, and queue its letters."""
    answers, escalation, policy = asked.answers, asked.escalation, desk.policy
    escalation.verdict = judged.verdict
    escalation.review_by = _review_by(desk, now) if judged.verdict is Verdict.PASSED else None
    session.flush()
    if judged.ticket:
        _note_on_ticket(session, judged, asked.envelope.channel, desk, now)
    bc = ticket_id(policy, answers.given_number)
    copy = intake.for_team(
        staff_links(session, desk, now),
        asked.envelope,
        asked.marked,
        answers.email,
        said_in_escalation(answers, policy),
        asked.files,
        number=judged.number,
    )
    team = team_escalation(
        copy,
        ticket_id=bc,
        subject=policy.escalation.subject.format(ticket_id=bc),
        verdict=SAID_VERDICT[judged.verdict],
        reasons=[GATES[gate] for gate in judged.met] if judged.verdict is Verdict.PASSED else [],
        review_by=say_moment_in_full(escalation.review_by, policy) if escalation.review_by else None,
        missing=asked.missing,
    )

    def acknowledgement() -> Letter:
        if judged.verdict is Verdict.INCOMPLETE:
            return escalation_items_missing(
                ticket_id=bc, customer=answers.email, missing=asked.missing, hours=say_hours(policy), policy=policy
            )
        return _letter_to_sender(answers, desk, judged, escalation.review_by, now)

    intake.send(session, team, acknowledgement, asked.marked, desk, now, number=judged.ticket.number if judged.ticket else None)


def _judge(session: Session, answers: EscalationAnswers, desk: Desk, now: datetime) -> _Judged:
    ticket = hold(session, answers.given_number)
    if ticket is None:
        return _Judged(Verdict.UNKNOWN_TICKET, None, (), None)
    if mailbox_of(ticket.email) != mailbox_of(answers.email):
        return _Judged(Verdict.ANOTHER_ADDRESS, None, (), ticket.number)
    promise = ticket.promise
    # Of a promise that was kept, it counts whether it had passed by then.
    until = min(now, promise.ended_at or now)
    met = gates_passed(desk.policy, first_response_at=ticket.first_response_at, due_at=promise.due_at, now=until)
    return _Judged(Verdict.PASSED if met else Verdict.NOT_YET, ticket, met, ticket.number)


def _review_by(desk: Desk, now: datetime) -> datetime:
    return promise_of_days(desk.policy, desk.calendar, desk.policy.escalation.reviewed_within_business_days, to_the_minute(now)).due


def _note_on_ticket(session: Session, judged: _Judged, channel: str, desk: Desk, now: datetime) -> None:
    assert judged.ticket is not None
    number, passed = judged.ticket.number, judged.verdict is Verdict.PASSED
    note = "; ".join(GATES[gate] for gate in judged.met) or None
    event = "escalated" if passed else "escalation asked for"
    intake.note_event(session, number, now, event, actor="customer", channel=channel, note=note)
    ticket = judged.ticket
    if ticket.status == Status.OPEN:
        ticket.revision += 1
    else:
        # The customer has written, if only in a form: time must not resolve or close the ticket for their silence.
        move(session, ticket, Move.WROTE, Act(Mover.CUSTOMER, channel), now)
        if not passed:
            # Nobody reviews it, and so it is owed an answer like any message: the letter says by when.
            promises.give_for_message(session, ticket, desk, now)
            session.refresh(ticket, ["promises"])
    if passed:
        ticket.escalated_at = ticket.escalated_at or now
    promises.note_what_we_owe(session, ticket)


def _letter_to_sender(answers: EscalationAnswers, desk: Desk, judged: _Judged, review_by: datetime | None, now: datetime) -> Letter:
    """Tell the ticket's own address what happens; to any other say the same, whether there is such a ticket or not."""
    policy, bc, hours = desk.policy, ticket_id(desk.policy, answers.given_number), say_hours(desk.policy)
    if judged.ticket is None:
        return escalation_received(ticket_id=bc, customer=answers.email, conditions=conditions(policy), hours=hours, policy=policy)
    # To the address as the ticket has it, and not as somebody typed it now.
    customer = judged.ticket.email
    if review_by is not None:
        reviewer, moment = policy.escalation.reviewed_by, say_moment_in_full(review_by, policy)
        return escalation_accepted(ticket_id=bc, customer=customer, reviewer=reviewer, review_by=moment, hours=hours, policy=policy)
    due_at = judged.ticket.promise.due_at
    # A gate without "promise-passed" leaves tickets outside that are late already.
    first = f"We aim to give your ticket its first response by {say_moment_in_full(due_at, policy)}." if now < due_at else _LATE
    if judged.ticket.first_response_at is not None:
        # A gate without "first-response-sent".
        first = _ANSWERED
    return escalation_not_yet(ticket_id=bc, customer=customer, conditions=conditions(policy), first=first, hours=hours, policy=policy)
