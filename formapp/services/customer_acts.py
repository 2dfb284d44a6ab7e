"""What a customer does on the page of their ticket."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from formapp.mail.incoming_letters import ticket_thanked
from formapp.mail.letters import TeamCopy
from formapp.mail.life_letters import ticket_closed, ticket_reopened, ticket_resolved
from formapp.mail.team_life_letters import team_customer_wrote
from formapp.models import OutgoingMail, Promise, Ticket, TicketEvent
from formapp.rules.lifecycle import Move, MoveNotAllowed, Status
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_hours
from formapp.services import intake, promises
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
    Came,
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
from formapp.services.ticket_view import coming_of

_WHAT = {
    Move.WROTE: "The customer wrote",
    Move.SOLVED: "The customer says it is solved",
    Move.NOT_SOLVED: "The customer says it is not solved",
}
_REOPENED = "The customer re-opened the ticket"
_UNSURE = "Somebody wrote, perhaps the customer"
# As they stand in the history.
UNVERIFIED, THANKED = "unverified mail", "customer thanked us"
_A_DAY = timedelta(days=1)


def customer_writes(
    session: Session,
    number: int,
    act: Act,
    desk: Desk,
    now: datetime,
    *,
    text: str,
    tokens: Sequence[str] = (),
    came: Came | None = None,
) -> None:
    """Put what the customer wrote on their ticket, which is then open, with a promise to answer; tell the team. `came`: by which mail.

    Raises what `ticket_life.take` raises, and UnknownFile for a file that is gone.
    """
    ticket = take(session, number, act)
    _comes_back(session, ticket, Move.WROTE, act, desk, now, text, tokens, came)


def perhaps_customer_writes(
    session: Session, number: int, act: Act, desk: Desk, now: datetime, *, text: str, tokens: Sequence[str], came: Came
) -> None:
    """Show staff a mail that nobody can be sure is the customer's: the ticket stays as it is, but for a finished one, which is opened.

    That does no harm, happens once a day at most, and the customer is written nothing. Raises what `ticket_life.take` raises.
    """
    ticket = take(session, number, act)
    message, files = keep_message(session, ticket, CUSTOMER, text, act, now, tokens, came=came)
    is_finished = ticket.status in (Status.RESOLVED, Status.CLOSED)
    promise = None
    if is_finished and not _opened_lately(session, number, now):
        move(session, ticket, Move.WROTE, act, now, note=UNVERIFIED, message_id=message)
        promise = _owe_an_answer(session, ticket, desk, now)
    else:
        record(session, ticket, UNVERIFIED, act, now, message_id=message)
    _tell_team(session, ticket, _UNSURE, text, files, promise, desk, now, came)


def customer_thanks(session: Session, number: int, act: Act, desk: Desk, now: datetime, *, text: str, came: Came) -> None:
    """Keep a thank-you on a resolved ticket, which stays resolved; tell the customer, once, how to re-open it.

    Raises what `ticket_life.take` raises.
    """
    ticket = take(session, number, act)
    message, _ = keep_message(session, ticket, CUSTOMER, text, act, now, came=came)
    told = select(exists().where(TicketEvent.ticket_number == number, TicketEvent.event == THANKED, TicketEvent.at >= ticket.resolved_at))
    is_told = session.scalar(told)
    # Not a change: a form that staff have open is as good as before.
    intake.note_event(session, number, now, THANKED, actor=act.mover, channel=act.channel, message_id=message)
    if came.flag or is_told or _is_not_written_to(session, ticket, desk, now):
        return
    coming = coming_of(session, ticket, desk)
    letter = ticket_thanked(
        ticket_id=ticket_id(desk.policy, number),
        customer=ticket.email,
        link=desk.links.ticket_url(number),
        next_step=coming.says if coming else None,
        hours=say_hours(desk.policy),
        policy=desk.policy,
    )
    write(session, ticket, letter, desk, now)


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
    session: Session,
    ticket: Ticket,
    what: Move,
    act: Act,
    desk: Desk,
    now: datetime,
    text: str,
    tokens: Sequence[str],
    came: Came | None = None,
) -> None:
    is_kept = text or tokens or came
    message, files = keep_message(session, ticket, CUSTOMER, text, act, now, tokens, came=came) if is_kept else (None, [])
    before = move(session, ticket, what, act, now, message_id=message)
    promise = _owe_an_answer(session, ticket, desk, now)
    _confirm_reopening(session, ticket, before, promise, desk, now)
    said = _REOPENED if before in (Status.RESOLVED, Status.CLOSED) and what is Move.WROTE else _WHAT[what]
    _tell_team(session, ticket, said, text, files, promise, desk, now, came)


def _opened_lately(session: Session, number: int, now: datetime) -> bool:
    """Whether a mail that nobody could be sure of has opened the ticket within a day."""
    lately = (TicketEvent.note == UNVERIFIED, TicketEvent.at > now - _A_DAY, TicketEvent.at <= now)
    return bool(session.scalar(select(exists().where(TicketEvent.ticket_number == number, *lately))))


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
    session: Session,
    ticket: Ticket,
    what: str,
    text: str,
    files: Sequence[Adopted],
    promise: Promise | None,
    desk: Desk,
    now: datetime,
    came: Came | None = None,
) -> None:
    links = staff_links(session, desk, now).in_letter(ticket.number)
    listed, enclosures = files_for_mail(files, links.file_url)
    copy = TeamCopy(
        team=desk.team_email,
        customer=ticket.email,
        answers=(),
        suspect_because=ticket.suspect_because,
        is_proven=True,
        link=links.ticket_url,
        files=listed,
        enclosures=enclosures,
        sender=came.sender if came else None,
        flag=came.flag if came else None,
        **links.words,
    )
    said = in_words(promise, desk.policy) if promise else None
    bc = ticket_id(desk.policy, ticket.number)
    write(session, ticket, team_customer_wrote(copy, ticket_id=bc, summary=ticket.summary, what=what, text=text, promise=said), desk, now)
