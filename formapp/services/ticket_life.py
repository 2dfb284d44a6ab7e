"""A move in the life of a ticket: taken once, by somebody who saw what it was, written into its history, and announced."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, select, update
from sqlalchemy.orm import Session

from formapp.address import UnusableAddress, bare_address, domain_of, mailbox_of
from formapp.errors import HelpCentreError
from formapp.mail.letter import Letter
from formapp.mail.letters import SaidPromise
from formapp.mail.purposes import TICKET_CLOSED, TICKET_REOPENED, TICKET_RESOLVED, TICKET_THANKED
from formapp.models import Attachment, Message, OutgoingMail, Promise, Ticket, TicketEvent
from formapp.policy.policy import Policy
from formapp.rules.lifecycle import Move, Mover, Status, Step, after, say_step, step_from
from formapp.rules.wording import say_moment_in_full, to_the_minute
from formapp.services import attachments, intake, outbox
from formapp.services.acknowledgements import has_come_back, reason_never_to_acknowledge
from formapp.services.attachments import Adopted
from formapp.services.desk import Desk

# How somebody acts.
PAGE, STAFF_PAGE, TERMINAL, CLOCK, MAIL = "page", "staff page", "terminal", "clock", "mail"
# Kinds of messages.
CUSTOMER, REPLY, NOTE = "customer", "reply", "note"
# Letters that a click on the customer's page can cause: so many a day for an address, or the page were a way to fill a mailbox.
_CAUSED_BY_CLICKS = (TICKET_RESOLVED, TICKET_CLOSED, TICKET_REOPENED, TICKET_THANKED)
_MOST_A_DAY = 10
_AN_HOUR, _A_DAY = timedelta(hours=1), timedelta(days=1)


class NoSuchTicket(HelpCentreError):
    """There is no ticket of that number."""


class AlreadyDone(HelpCentreError):
    """The same form was sent before, and did what it says."""


class Stale(HelpCentreError):
    """Somebody has changed the ticket since the form was opened; `revision` is what it is now."""

    def __init__(self, revision: int) -> None:
        super().__init__("somebody has changed the ticket since this was opened: look at what they did, then send it again")
        self.revision = revision


class CannotWrite(HelpCentreError):
    """The customer's address cannot be written to."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts and how: `by` is the address that a link for staff was sent to, `once` the form's own key, `seen` the revision it showed."""

    mover: Mover
    channel: str
    by: str | None = None
    once: str | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """The mail that a message came in: its number, whom it is from, and why nobody can be sure that it is the customer's (None: it is)."""

    mail_id: int
    sender: str | None = None
    flag: str | None = None


# What follows from another act, which has the form's key.
BY_RULE = Act(Mover.TIME, CLOCK)


def hold(session: Session, number: int) -> Ticket | None:
    """Return a ticket as it stands, which nobody else changes until the transaction ends; None for no ticket."""
    # By its key it can still be referred to: a mail about it would wait for us else, while we wait for what its writer has changed.
    return session.get(Ticket, number, with_for_update={"key_share": True})


def take(session: Session, number: int, act: Act) -> Ticket:
    """Return a ticket for whoever changes it now: nobody else does until the transaction ends.

    Raises NoSuchTicket, AlreadyDone for a form that was sent before, and Stale where it was opened before somebody else's change.
    """
    ticket = hold(session, number)
    if ticket is None:
        raise NoSuchTicket("there is no such ticket: look at the ID in the subject of its emails")
    if act.once and session.scalar(select(exists().where(TicketEvent.once_key == _digest(number, act.once)))):
        raise AlreadyDone("this has been done already")
    if act.seen is not None and act.seen != ticket.revision:
        raise Stale(ticket.revision)
    return ticket


def move(session: Session, ticket: Ticket, what: Move, act: Act, now: datetime, **line: Any) -> Status:
    """Move a ticket along the table and write it down; return the state it was in. `line`: note, message_id.

    Raises MoveNotAllowed. Time's own next move is forgotten: whoever writes to the customer announces the next one.
    """
    before = Status(ticket.status)
    status = after(before, what)
    ticket.status = status
    ticket.notice_id = ticket.window_days = ticket.step_at = ticket.remind_at = None
    if status is Status.OPEN:
        ticket.resolved_at = ticket.closed_at = ticket.resolution_reason = ticket.underlying_problem = None
    elif status is Status.RESOLVED:
        ticket.resolved_at = now
    elif status is Status.CLOSED:
        ticket.closed_at = now
    record(session, ticket, what, act, now, old_status=before, status=status, **line)
    return before


def record(session: Session, ticket: Ticket, event: str, act: Act, now: datetime, **line: Any) -> None:
    """Write a change into the ticket's history, and count it: a form that was opened before it is stale. `line`: further columns."""
    ticket.revision += 1
    once_key = _digest(ticket.number, act.once) if act.once else None
    intake.note_event(session, ticket.number, now, event, actor=act.mover, channel=act.channel, by=act.by, once_key=once_key, **line)


def keep_message(
    session: Session,
    ticket: Ticket,
    kind: str,
    text: str,
    act: Act,
    now: datetime,
    tokens: Collection[str] = (),
    channel: str = "",
    came: Came | None = None,
) -> tuple[int, list[Adopted]]:
    """Store what somebody wrote, with the files of these tokens; return the message's number and the files. Raises UnknownFile."""
    row = {"ticket_number": ticket.number, "at": now, "kind": kind, "channel": channel or act.channel, "text": text, "author": act.by}
    if came:
        row |= {"incoming_mail_id": came.mail_id, "sender": came.sender, "flag": came.flag}
    message = session.execute(insert(Message).values(row).returning(Message.id)).scalar_one()
    files = attachments.adopt(session, list(tokens), ticket_number=ticket.number)
    if files:
        session.execute(update(Attachment).where(Attachment.id.in_([file.id for file in files])).values(message_id=message))
    return message, files


def announce(ticket: Ticket, notice: OutgoingMail | None, policy: Policy, now: datetime) -> None:
    """Set what time does next: the window begins when the letter that says so has left, or now where none could be written."""
    step = coming_step(ticket, policy)
    if step is None:
        return
    ticket.window_days = step.days
    if notice is not None:
        ticket.notice_id = notice.id
    else:
        ticket.step_at = now + step.window


def coming_step(ticket: Ticket, policy: Policy) -> Step | None:
    """Return what time does next to a ticket; silence resolves no complaint that still waits for our answer."""
    status = Status(ticket.status)
    waits_for_us = status is Status.WAITING and ticket.complaint is not None and ticket.complaint.answered_at is None
    return None if waits_for_us else step_from(policy, status)


def window_of(ticket: Ticket, coming: Step) -> timedelta:
    """Return how long the customer has until what comes: as the letter said it, for a changed policy moves nothing that was promised."""
    return timedelta(days=ticket.window_days) if ticket.window_days else coming.window


def say_next_step(ticket: Ticket, desk: Desk, now: datetime) -> str:
    """Say what time does next if the letter that says so leaves now: "Closes Tue 1 Dec 2026, 9:00 am AEST unless you write"."""
    step = coming_step(ticket, desk.policy)
    if step is None:
        return ""
    return say_step(step.move, say_moment_in_full(to_the_minute(desk.calendar.next_opening(now + step.window)), desk.policy))


def write(session: Session, ticket: Ticket, letter: Letter, desk: Desk, now: datetime) -> OutgoingMail:
    """Queue a letter about a ticket, in its thread."""
    return outbox.queue(session, letter, letterhead=desk.letterhead, now=now, ticket_number=ticket.number)


def reason_not_to_pass_on(ticket: Ticket) -> str | None:
    """Return why what a person wrote cannot be mailed to the customer; None where it can."""
    if ticket.suspect_because and ticket.first_response_at is None:
        # Nobody has answered it, and a robot may have put a stranger's address into the form.
        return ticket.suspect_because
    try:
        bare_address(ticket.email)
    except UnusableAddress as error:
        return f"the address cannot be written to: {error}"
    return None


def reason_not_to_write(ticket: Ticket, desk: Desk) -> str | None:
    """Return why the customer is sent no letter that nobody wrote by hand; None where one may go out."""
    return reason_not_to_pass_on(ticket) or reason_never_to_acknowledge(ticket.email, desk.own_addresses)


def reason_not_to_confirm(session: Session, ticket: Ticket, desk: Desk, now: datetime) -> str | None:
    """Return why the customer is sent no letter about their own click; None where one may go out."""
    if reason := reason_not_to_write(ticket, desk):
        return reason
    if not ticket.is_proven and ticket.first_response_at is None:
        return "no proof of work came with the request, and nobody has answered it yet"
    mailbox, caps = mailbox_of(bare_address(ticket.email)), desk.caps
    if has_come_back(session, mailbox, now):
        return "our last email to the address came back"

    def sent(since: timedelta, *to: ColumnElement[bool]) -> int:
        when = (OutgoingMail.created_at > now - since, OutgoingMail.created_at <= now)
        return session.scalar(select(func.count()).where(OutgoingMail.purpose.in_(_CAUSED_BY_CLICKS), *when, *to)) or 0

    if sent(_A_DAY, OutgoingMail.recipient_mailbox == mailbox) >= _MOST_A_DAY:
        return f"the address was sent {_MOST_A_DAY} such letters within a day"
    if sent(_AN_HOUR, OutgoingMail.recipient_domain == domain_of(mailbox)) >= caps.per_domain_per_hour:
        return f"addresses at its domain were sent {caps.per_domain_per_hour} such letters within an hour"
    if sent(_AN_HOUR) >= caps.in_all_per_hour:
        return f"{caps.in_all_per_hour} such letters were sent within an hour"
    return None


def require_address(ticket: Ticket) -> None:
    """Raise CannotWrite where a person's answer could not leave: they must know it before they think it sent."""
    try:
        bare_address(ticket.email)
    except UnusableAddress as error:
        raise CannotWrite(f"the customer’s address cannot be written to: {error}. Ring them, and keep what you said as a note") from None


def in_words(promise: Promise, policy: Policy) -> SaidPromise:
    """Say a stored promise as letters say it."""
    return SaidPromise(
        received=say_moment_in_full(promise.asked_at, policy),
        due=say_moment_in_full(promise.due_at, policy),
        target=promise.target,
        basis=promise.basis,
        working=promise.working,
    )


def _digest(number: int, key: str) -> str:
    # With the ticket's number: a form of one ticket says nothing of another's.
    return hashlib.sha256(f"{number} {key}".encode(errors="replace")).hexdigest()
