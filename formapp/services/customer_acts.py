"""What a customer does on the page of their ticket."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from formapp.mail.letters import TeamCopy
from formapp.mail.life_letters import ticket_closed, ticket_reopened, ticket_resolved
from formapp.mail.team_life_letters import team_customer_wrote
from formapp.models import OutgoingMail, Promise, Ticket
from formapp.rules.lifecycle import Move, MoveNotAllowed, Status
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_hours
from formapp.services import promises
from formapp.services.attachments import Adopted
from formapp.services.desk import Desk
from formapp.services.intake import files_for_mail
from formapp.services.promises import End
from formapp.services.staff_links import staff_links
from formapp.services.ticket_life import (
    BY_RULE,
    CUSTOMER,
    Act,
    AlreadyDone,
    announce,
    in_words,
    keep_message,
    move,
    reason_not_to_confirm,
    record,
    say_next_step,
    take,
    write,
)

_WHAT = {
    Move.WROTE: "The customer wrote",
    Move.SOLVED: "The customer says it is solved",
    Move.NOT_SOLVED: "The customer says it is not solved",
}
_REOPENED = "The customer re-opened the ticket"


def customer_writes(session: Session, number: int, act: Act, desk: Desk, now: datetime, *, text: str, tokens: Sequence[str] = ()) -> None:
    """Put what the customer wrote on their ticket, which is then open, with a promise to answer; tell the team.

    Raises what `ticket_life.take` raises, and UnknownFile for a file that is gone.
    """
    ticket = take(session, number, act)
    _comes_back(session, ticket, Move.WROTE, act, desk, now, text, tokens)


def customer_not_solved(
    session: Session, number: int, act: Act, desk: Desk, now: datetime, *, text: str = "", tokens: Sequence[str] = ()
) -> None:
    """Open a resolved or closed ticket again, because the customer says that it is not solved; tell the team.

    Raises what `ticket_life.take` raises, MoveNotAllowed, and UnknownFile for a file that is gone.
    """
    ticket = take(session, number, act)
    _comes_back(session, ticket, Move.NOT_SOLVED, act, desk, now, text, tokens)


def customer_solved(
    session: Session,
    number: int,
    act: Act,
    desk: Desk,
    now: datetime,
    *,
    text: str = "",
    tokens: Sequence[str] = (),
    shown: Status | None = None,
) -> None:
    """Resolve an open or waiting ticket, or close a resolved one, because the customer says that it is solved; tell the team.

    What they write with it is kept, and asks for no answer. `shown` is the state in which their page showed the ticket. Raises what
    `ticket_life.take` raises, MoveNotAllowed, UnknownFile for a file that is gone, and AlreadyDone where the ticket has been resolved
    since: the page said that this would resolve it, and so it must not close it.
    """
    ticket = take(session, number, act)
    if ticket.status == Status.RESOLVED and shown not in (None, Status.RESOLVED):
        if text or tokens:
            raise MoveNotAllowed("the ticket has been resolved meanwhile")
        raise AlreadyDone("the ticket has been resolved meanwhile")
    reason = ticket.resolution_reason or desk.policy.resolution.reason_when_solved
    message, files = keep_message(session, ticket, CUSTOMER, text, act, now, tokens) if text or tokens else (None, [])
    before = move(session, ticket, Move.SOLVED, act, now, note=reason, message_id=message)
    ticket.resolution_reason = reason
    promises.end(session, number, End.WITHDRAWN, now)
    promises.note_what_we_owe(session, ticket)
    notice = _confirm(session, ticket, before, desk, now)
    announce(ticket, notice, desk.policy, now)
    _tell_team(session, ticket, _WHAT[Move.SOLVED], text, files, None, desk, now)


def heard(session: Session, number: int, act: Act, desk: Desk, now: datetime, *, text: str, how: str) -> None:
    """Put on a ticket what the customer told staff elsewhere, by "email" or "phone": it counts as theirs, from now on.

    Raises what `ticket_life.take` raises.
    """
    ticket = take(session, number, act)
    message, _ = keep_message(session, ticket, CUSTOMER, text, act, now, channel=how)
    before = move(session, ticket, Move.WROTE, act, now, message_id=message)
    promise = _owe_an_answer(session, ticket, desk, now)
    _confirm_reopening(session, ticket, before, promise, desk, now)


def _comes_back(
    session: Session, ticket: Ticket, what: Move, act: Act, desk: Desk, now: datetime, text: str, tokens: Sequence[str]
) -> None:
    message, files = keep_message(session, ticket, CUSTOMER, text, act, now, tokens) if text or tokens else (None, [])
    before = move(session, ticket, what, act, now, message_id=message)
    promise = _owe_an_answer(session, ticket, desk, now)
    _confirm_reopening(session, ticket, before, promise, desk, now)
    said = _REOPENED if before in (Status.RESOLVED, Status.CLOSED) and what is Move.WROTE else _WHAT[what]
    _tell_team(session, ticket, said, text, files, promise, desk, now)


def _owe_an_answer(session: Session, ticket: Ticket, desk: Desk, now: datetime) -> Promise:
    promise = promises.give_for_message(session, ticket, desk, now)
    promises.note_what_we_owe(session, ticket)
    return promise


def _confirm_reopening(session: Session, ticket: Ticket, before: Status, promise: Promise, desk: Desk, now: datetime) -> None:
    if before not in (Status.RESOLVED, Status.CLOSED) or _is_not_written_to(session, ticket, desk, now):
        return
    letter = ticket_reopened(
        ticket_id=ticket_id(desk.policy, ticket.number),
        customer=ticket.email,
        text="",
        by_customer=True,
        promise=in_words(promise, desk.policy),
        link=desk.links.ticket_url(ticket.number),
        hours=say_hours(desk.policy),
        policy=desk.policy,
    )
    write(session, ticket, letter, desk, now)


def _confirm(session: Session, ticket: Ticket, before: Status, desk: Desk, now: datetime) -> OutgoingMail | None:
    """Write to the customer what their click has done, so that there is a letter to answer."""
    if _is_not_written_to(session, ticket, desk, now):
        return None
    policy, bc, link = desk.policy, ticket_id(desk.policy, ticket.number), desk.links.ticket_url(ticket.number)
    reason, hours = ticket.resolution_reason or "", say_hours(policy)
    if before is Status.RESOLVED:
        letter = ticket_closed(ticket_id=bc, customer=ticket.email, reason=reason, link=link, by_customer=True, hours=hours, policy=policy)
    else:
        letter = ticket_resolved(
            ticket_id=bc,
            customer=ticket.email,
            reason=reason,
            text="",
            underlying_problem="",
            how="customer",
            next_step=say_next_step(ticket, desk, now),
            link=link,
            hours=hours,
            policy=policy,
        )
    return write(session, ticket, letter, desk, now)


def _is_not_written_to(session: Session, ticket: Ticket, desk: Desk, now: datetime) -> bool:
    reason = reason_not_to_confirm(session, ticket, desk, now)
    if reason is not None:
        # The customer sees it on the page all the same; staff see why there was no letter.
        record(session, ticket, "letter withheld", BY_RULE, now, note=reason)
    return reason is not None


def _tell_team(
    session: Session, ticket: Ticket, what: str, text: str, files: Sequence[Adopted], promise: Promise | None, desk: Desk, now: datetime
) -> None:
    staff = staff_links(session, desk, now)
    listed, enclosures = files_for_mail(files, staff.file_url)
    copy = TeamCopy(
        team=desk.team_email,
        customer=ticket.email,
        answers=(),
        suspect_because=ticket.suspect_because,
        is_proven=True,
        link=staff.ticket_url(ticket.number),
        files=listed,
        enclosures=enclosures,
    )
    said = in_words(promise, desk.policy) if promise else None
    bc = ticket_id(desk.policy, ticket.number)
    write(session, ticket, team_customer_wrote(copy, ticket_id=bc, summary=ticket.summary, what=what, text=text, promise=said), desk, now)
