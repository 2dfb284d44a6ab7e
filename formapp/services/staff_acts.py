"""What staff do on a ticket, from its staff page or a terminal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError
from formapp.mail.life_letters import escalation_answered, ticket_answered, ticket_reclassified, ticket_reopened, ticket_resolved
from formapp.models import Message, OutgoingMail, Ticket
from formapp.policy.requests import COMPLAINT
from formapp.rules.lifecycle import Move, MoveNotAllowed, Status
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_hours
from formapp.services import promises
from formapp.services.attachments import Adopted
from formapp.services.desk import Desk
from formapp.services.intake import files_for_mail
from formapp.services.promises import End
from formapp.services.ticket_life import (
    BY_RULE,
    NOTE,
    REPLY,
    Act,
    announce,
    in_words,
    keep_message,
    move,
    reason_not_to_pass_on,
    record,
    require_address,
    say_next_step,
    take,
    write,
)
from formapp.services.ticket_view import coming_of


class UnknownReason(HelpCentreError):
    """A reason for a resolution that is not one of the policy's."""


class NothingToChange(HelpCentreError):
    """A ticket has that type and priority already, or a kind of request that has no other."""


class NothingToAnswer(HelpCentreError):
    """No escalation of the ticket waits for an answer."""


def reply(
    session: Session, number: int, act: Act, desk: Desk, now: datetime, *, text: str, waits: bool, tokens: Sequence[str] = ()
) -> None:
    """Mail our answer to the customer; the ticket then `waits` for theirs, or stays open because we go on working on it.

    Raises what `ticket_life.take` raises, MoveNotAllowed, CannotWrite, and UnknownFile for a file that is gone.
    """
    ticket = take(session, number, act)
    require_address(ticket)
    message, files = keep_message(session, ticket, REPLY, text, act, now, tokens)
    move(session, ticket, Move.ASKED if waits else Move.UPDATED, act, now, message_id=message)
    _has_answered(session, ticket, now)
    next_step = say_next_step(ticket, desk, now) or None
    letter = ticket_answered(**_address(ticket, desk), **_with_files(ticket, files, desk), text=text, waits=waits, next_step=next_step)
    _announced(session, ticket, message, write(session, ticket, letter, desk, now), desk, now)


def note(session: Session, number: int, act: Act, desk: Desk, now: datetime, *, text: str) -> None:
    """Keep a note that only staff see. Raises what `ticket_life.take` raises."""
    ticket = take(session, number, act)
    message, _ = keep_message(session, ticket, NOTE, text, act, now)
    record(session, ticket, "note", act, now, message_id=message)


def resolve(
    session: Session,
    number: int,
    act: Act,
    desk: Desk,
    now: datetime,
    *,
    reason: str,
    text: str = "",
    underlying_problem: str = "",
    tokens: Sequence[str] = (),
) -> None:
    """Deliver a resolution, with the reason that is logged and, where there was one, the underlying problem (policy, Resolution).

    Raises what `ticket_life.take` raises, UnknownReason, MoveNotAllowed, and UnknownFile for a file that is gone.
    """
    if reason not in desk.policy.resolution.reasons_to_choose:
        raise UnknownReason(f"choose a reason of the policy: {'; '.join(desk.policy.resolution.reasons_to_choose)}")
    ticket = take(session, number, act)
    message, files = keep_message(session, ticket, REPLY, text, act, now, tokens) if text or tokens else (None, [])
    # In the history too: the ticket itself forgets both when it is opened again.
    said = f"{reason}. The underlying problem: {underlying_problem}" if underlying_problem else reason
    move(session, ticket, Move.DELIVERED, act, now, note=said, message_id=message)
    ticket.resolution_reason, ticket.underlying_problem = reason, underlying_problem or None
    if ticket.complaint:
        ticket.complaint.answered_at = ticket.complaint.answered_at or now
    _has_answered(session, ticket, now)

    def letter() -> OutgoingMail:
        sealed = ticket_resolved(
            **_address(ticket, desk),
            **_with_files(ticket, files, desk),
            reason=reason,
            text=text,
            underlying_problem=underlying_problem,
            how="delivered",
            next_step=say_next_step(ticket, desk, now),
        )
        return write(session, ticket, sealed, desk, now)

    withheld = reason_not_to_pass_on(ticket)
    if withheld:
        record(session, ticket, "letter withheld", BY_RULE, now, note=withheld)
    _announced(session, ticket, message, None if withheld else letter(), desk, now)


def reopen(session: Session, number: int, act: Act, desk: Desk, now: datetime, *, text: str, tokens: Sequence[str] = ()) -> None:
    """Open a resolved or closed ticket again, and tell the customer why.

    Raises what `ticket_life.take` raises, MoveNotAllowed, CannotWrite, and UnknownFile for a file that is gone.
    """
    ticket = take(session, number, act)
    require_address(ticket)
    message, files = keep_message(session, ticket, REPLY, text, act, now, tokens)
    move(session, ticket, Move.REOPENED, act, now, message_id=message)
    _has_answered(session, ticket, now)
    letter = ticket_reopened(**_address(ticket, desk), **_with_files(ticket, files, desk), text=text, by_customer=False, promise=None)
    _announced(session, ticket, message, write(session, ticket, letter, desk, now), desk, now)


def reclassify(
    session: Session, number: int, act: Act, desk: Desk, now: datetime, *, request_type: str, priority: str | None, because: str
) -> None:
    """Give a ticket another type or priority and so another promise, counted from the same message; tell the customer why.

    Raises what `ticket_life.take` raises, UnknownChoice, NothingToChange, and MoveNotAllowed for a ticket that is finished.
    """
    ticket = take(session, number, act)
    if ticket.request_type == COMPLAINT:
        raise NothingToChange("a complaint keeps its deadlines, which the policy gives it: it has no priority")
    if ticket.status in (Status.RESOLVED, Status.CLOSED):
        raise MoveNotAllowed(f"a ticket that is {ticket.status} keeps its type and priority: re-open it first")
    kind, level = desk.policy.choice(request_type, priority)
    was = desk.policy.name_of(ticket.request_type) + (f", {ticket.priority}" if ticket.priority else "")
    new = (kind.key, level.level if level else None)
    if new == (ticket.request_type, ticket.priority):
        raise NothingToChange("the ticket has this type and priority already: choose others")
    ticket.request_type, ticket.priority = new
    classified = f"{kind.name}, {level.level}" if level else kind.name
    record(session, ticket, "classified", act, now, note=f"{classified}, before {was}: {because}")
    promise = promises.give_instead(session, ticket, desk, now)
    promises.note_what_we_owe(session, ticket)
    withheld = reason_not_to_pass_on(ticket)
    if withheld:
        record(session, ticket, "letter withheld", BY_RULE, now, note=withheld)
        return
    letter = ticket_reclassified(
        **_address(ticket, desk),
        classified=classified,
        because=because,
        promise=in_words(promise, desk.policy) if promise else None,
        has_passed=promise is not None and promise.due_at < now,
        next_step=coming.says if (coming := coming_of(session, ticket, desk)) else None,
    )
    write(session, ticket, letter, desk, now)


def answer_escalation(session: Session, number: int, act: Act, desk: Desk, now: datetime, *, text: str) -> None:
    """Tell the customer what came of their escalation.

    Raises what `ticket_life.take` raises, NothingToAnswer and CannotWrite.
    """
    ticket = take(session, number, act)
    escalation = promises.unanswered_escalation(session, number)
    if escalation is None:
        raise NothingToAnswer("no escalation of this ticket waits for an answer: reply to the customer instead")
    require_address(ticket)
    message, _ = keep_message(session, ticket, REPLY, text, act, now)
    record(session, ticket, "escalation answered", act, now, message_id=message)
    escalation.answered_at = now
    _has_answered(session, ticket, now)
    mail = write(session, ticket, escalation_answered(**_address(ticket, desk), text=text), desk, now)
    _keep_mail(session, message, mail)


def _has_answered(session: Session, ticket: Ticket, now: datetime) -> None:
    """Note that a person has answered: an automatic mail never counts as one."""
    ticket.first_response_at = ticket.first_response_at or now
    promises.end(session, ticket.number, End.ANSWERED, now)
    promises.note_what_we_owe(session, ticket)


def _announced(session: Session, ticket: Ticket, message: int | None, mail: OutgoingMail | None, desk: Desk, now: datetime) -> None:
    announce(ticket, mail, desk.policy, now)
    if message is not None and mail is not None:
        _keep_mail(session, message, mail)


def _keep_mail(session: Session, message: int, mail: OutgoingMail) -> None:
    session.execute(update(Message).where(Message.id == message).values(mail_id=mail.id))


def _address(ticket: Ticket, desk: Desk) -> dict[str, Any]:
    """Return what every letter to the customer says."""
    return {
        "ticket_id": ticket_id(desk.policy, ticket.number),
        "customer": ticket.email,
        "link": desk.links.ticket_url(ticket.number),
        "hours": say_hours(desk.policy),
        "policy": desk.policy,
    }


def _with_files(ticket: Ticket, files: Sequence[Adopted], desk: Desk) -> dict[str, Any]:
    listed, enclosures = files_for_mail(files, lambda number: desk.links.file_url(ticket.number, number))
    return {"files": listed, "enclosures": enclosures}
