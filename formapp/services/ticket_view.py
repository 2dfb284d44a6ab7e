"""Everything about a ticket as its readers see it: the customer on their page, staff on theirs, and a terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from formapp.mail.purposes import STAFF_MAIL_NOT_DONE
from formapp.models import Attachment, Escalation, IncomingMail, Message, OutgoingMail, Ticket, TicketEvent
from formapp.rules.lifecycle import Move, Status, say_step
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_moment_in_full, to_the_minute
from formapp.services import attachments, promises
from formapp.services.attachments import Adopted
from formapp.services.desk import Desk
from formapp.services.mail_queue import state_of
from formapp.services.ticket_life import CUSTOMER, NOTE, REPLY, coming_step, window_of
from formapp.services.undelivered import CALLED


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a mail: `state` is waiting, sending, sent or failed, since `at`; `reply` is the mail server's, without addresses."""

    number: int
    what: str
    to: str
    is_to_customer: bool
    state: str
    at: datetime
    reply: str | None
    next_try: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline: `kind` is customer, reply, note, event or mail; `by` is the staff address that did it.

    `flag` says why nobody can be sure that the customer wrote it, and `sender` who did: both are empty for whatever is sure, and for
    the customer. `whole` is the text of the mail that it came in, where more stands in that than in `text`; `mail_id` is that mail's
    number, for staff.
    """

    at: datetime
    kind: str
    says: str
    text: str = ""
    by: str | None = None
    files: tuple[Adopted, ...] = ()
    delivery: Delivery | None = None
    flag: str = ""
    sender: str = ""
    whole: str = ""
    mail_id: int | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """What we owe the customer, by when, and how that was worked out (empty where it is a plain date)."""

    what: str
    due_at: datetime
    is_late: bool
    asked_at: datetime | None = None
    target: str = ""
    basis: str = ""
    working: str = ""


@dataclass(frozen=True, slots=True)
class Coming:
    """What time does next: the moment is None until the letter that announces it has left."""

    move: Move
    at: datetime | None
    says: str


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket whole; the entries are the oldest first, `escalation` is the one that waits for an answer, `escalations` are all.

    `doubtful` are the numbers of files which came with something that has a flag.
    """

    ticket: Ticket
    id: str
    status: Status
    owed: tuple[Owed, ...]
    coming: Coming | None
    entries: tuple[Entry, ...]
    escalation: Escalation | None
    escalations: tuple[Escalation, ...]
    files: tuple[Adopted, ...]
    doubtful: frozenset[int] = frozenset()


# As they stand in the history.
_AUTOMATIC, _THANKED = "automatic mail", "customer thanked us"
# A line of the history in words, for the customer and for staff; {note} is what stands in it. What is missing is not for that reader.
_FOR_CUSTOMER: Mapping[str, str] = MappingProxyType(
    {
        "received": "You sent this",
        Move.DELIVERED: "We resolved it: {note}",
        Move.REOPENED: "We re-opened it",
        Move.SOLVED: "You told us that it is solved",
        Move.NOT_SOLVED: "You told us that it is not solved",
        Move.WENT_QUIET: "Resolved: {note}",
        Move.WINDOW_ENDED: "Closed",
        "classified": "We changed its type or priority: {note}",
        "escalated": "It went to escalation level",
        "escalation asked for": "You asked for an escalation",
        "escalation answered": "We answered your escalation",
        "reminded": "We reminded you that we wait for your answer",
        "first response": "We answered you",
    }
)
_FOR_STAFF: Mapping[str, str] = MappingProxyType(
    {
        "received": "Received",
        "received by mail": "Received by email",
        "acknowledgement withheld": "No acknowledgement was sent: {note}",
        "letter withheld": "No letter was sent: {note}",
        Move.ASKED: "Answered, and waiting for the customer",
        Move.UPDATED: "Answered, and going on with it",
        Move.DELIVERED: "Resolved: {note}",
        Move.REOPENED: "Re-opened",
        Move.SET_ASIDE: "Closed as junk",
        Move.WROTE: "The customer wrote",
        Move.SOLVED: "The customer says it is solved",
        Move.NOT_SOLVED: "The customer says it is not solved",
        Move.WENT_QUIET: "Resolved: {note}",
        Move.WINDOW_ENDED: "Closed, as the time to answer was over",
        "note": "Note",
        "classified": "Classified as {note}",
        "believed": "Taken for a real request (was marked: {note})",
        "file released": "Released a file without a scan: {note}",
        "mail retried": "Retried a mail ({note})",
        "mail could not be delivered": "Could not be delivered: {note}",
        "mail bounced": "Came back: {note}",
        "file with a virus": "A file that came by email had a virus and was not kept: {note}",
        _THANKED: "The customer thanked us",
        "escalated": "Escalated: {note}",
        "escalation asked for": "The customer asked for an escalation",
        "escalation answered": "Answered the escalation",
        "reminded": "Reminded the customer",
        "first response": "Answered elsewhere, recorded by hand",
    }
)
# What else is not called as its purpose is.
_CALLED = MappingProxyType(CALLED | {STAFF_MAIL_NOT_DONE: "why a reply was not passed on"})
_WROTE = MappingProxyType({CUSTOMER: ("You wrote", "The customer wrote"), REPLY: ("We answered", "We answered"), NOTE: ("", "Note")})
_EMAILED = ("You emailed us", "The customer emailed")
_TOLD = MappingProxyType({"phone": ("You told us by phone", "The customer rang"), "email": _EMAILED, "mail": _EMAILED})
_PERHAPS, _BY_ROBOT = "Somebody wrote, perhaps the customer", "An automatic mail came"
# What a message did says more than that there is one.
_SAY_WHAT_IT_DID = (Move.SOLVED, Move.NOT_SOLVED, _THANKED)


def for_customer(session: Session, number: int, desk: Desk, now: datetime) -> TicketView | None:
    """Return a ticket as its customer may see it: no notes, no staff addresses, no mails between ourselves; None for no ticket.

    Nothing that has a flag either, nor its files: whoever knows a ticket's ID could put words on its page else.
    """
    ticket = session.get(Ticket, number)
    if ticket is None:
        return None
    files = _files(session, number)
    messages = {one.id: one for one in _messages(session, number) if one.kind != NOTE and one.flag is None}
    mails = [mail for mail in _mails(session, number, now) if mail.is_to_customer]
    entries = _ordered(
        [
            *_history(session, ticket, messages, files, _FOR_CUSTOMER, side=0),
            *(Entry(mail.at, "mail", f"We emailed you {mail.what}", delivery=mail) for mail in mails),
        ]
    )
    theirs = tuple(file for message, file in files if message is None or message in messages)
    return _view(session, ticket, desk, now, entries, theirs, "you write")


def for_staff(session: Session, number: int, desk: Desk, now: datetime) -> TicketView | None:
    """Return a ticket with everything that is known of it; None for no ticket."""
    ticket = session.get(Ticket, number)
    if ticket is None:
        return None
    files = _files(session, number)
    messages = {one.id: one for one in _messages(session, number)}
    entries = _ordered(
        [
            *_history(session, ticket, messages, files, _FOR_STAFF, side=1),
            *(_as_staff_read(mail) for mail in _mails(session, number, now)),
        ]
    )
    view = _view(session, ticket, desk, now, entries, tuple(file for _, file in files), "the customer writes")
    return replace(view, doubtful=frozenset(file.id for message, file in files if message in messages and messages[message].flag))


def coming_of(session: Session, ticket: Ticket, desk: Desk, who: str = "you write") -> Coming | None:
    """Return what time does next to a ticket; `who` can keep it from happening."""
    step = coming_step(ticket, desk.policy)
    if step is None or (ticket.notice_id is None and ticket.step_at is None):
        return None
    at, window = ticket.step_at, window_of(ticket, step)
    if at is None and ticket.notice_id is not None:
        notice = session.get_one(OutgoingMail, ticket.notice_id)
        if notice.failed_at:
            return Coming(step.move, None, "Stays as it is: our email about it could not be delivered")
        at = notice.sent_at and max(notice.sent_at, notice.created_at) + window
    if at is None:
        return Coming(step.move, None, say_step(step.move, f"{window.days} days after our email has been delivered,", who))
    at = to_the_minute(desk.calendar.next_opening(at))
    return Coming(step.move, at, say_step(step.move, say_moment_in_full(at, desk.policy), who))


def _view(
    session: Session, ticket: Ticket, desk: Desk, now: datetime, entries: Sequence[Entry], files: tuple[Adopted, ...], who: str
) -> TicketView:
    return TicketView(
        ticket=ticket,
        id=ticket_id(desk.policy, ticket.number),
        status=Status(ticket.status),
        owed=tuple(_owed(session, ticket, now)),
        coming=coming_of(session, ticket, desk, who),
        entries=tuple(entries),
        escalation=promises.unanswered_escalation(session, ticket.number),
        escalations=tuple(session.scalars(select(Escalation).where(Escalation.ticket_number == ticket.number).order_by(Escalation.id))),
        files=files,
    )


def _owed(session: Session, ticket: Ticket, now: datetime) -> Iterator[Owed]:
    promise = promises.standing(session, ticket.number)
    for what, due_at in promises.what_we_owe(session, ticket):
        is_late = due_at < now
        if promise and due_at == promise.due_at and what == promises.say_what_is_due(promise):
            yield Owed(what, due_at, is_late, promise.asked_at, promise.target, promise.basis, promise.working)
        else:
            yield Owed(what, due_at, is_late)


def _history(
    session: Session,
    ticket: Ticket,
    messages: Mapping[int, Message],
    files: Sequence[tuple[int | None, Adopted]],
    words: Mapping[str, str],
    *,
    side: int,
) -> Iterator[Entry]:
    """Yield the events that have words for this reader, and what was written with them."""
    came_with: dict[int | None, list[Adopted]] = {}
    for owner, file in files:
        came_with.setdefault(owner, []).append(file)
    wholes = _wholes(session, [ticket.incoming_mail_id, *(message.incoming_mail_id for message in messages.values())])
    for event in session.scalars(select(TicketEvent).where(TicketEvent.ticket_number == ticket.number).order_by(TicketEvent.id)):
        message = messages.get(event.message_id) if event.message_id else None
        if message:
            entry = _written(event, message, words, tuple(came_with.get(message.id, ())), side=side)
            entry = _with_mail(entry, message.incoming_mail_id, wholes, message.text)
        elif event.event in words and event.message_id is None:
            is_first = event.event == "received"
            entry = Entry(event.at, "event", _say(event, words), by=event.by, files=tuple(came_with.get(None, ())) if is_first else ())
            entry = _with_mail(entry, ticket.incoming_mail_id, wholes, ticket.description) if is_first else entry
        else:
            continue
        yield entry if side else replace(entry, by=None, flag="", sender="", mail_id=None)


def _written(event: TicketEvent, message: Message, words: Mapping[str, str], files: tuple[Adopted, ...], *, side: int) -> Entry:
    """Return the line of what somebody wrote."""
    told = _TOLD.get(message.channel) if message.kind == CUSTOMER else None
    says, flag = (told or _WROTE[message.kind])[side], message.flag or ""
    if message.flag is not None:
        says = _BY_ROBOT if event.event == _AUTOMATIC else _PERHAPS
    elif event.event in words and (message.kind != CUSTOMER or event.event in _SAY_WHAT_IT_DID):
        says = _say(event, words)
    return Entry(event.at, message.kind, says, message.text, event.by, files, flag=flag, sender=(message.sender or "") if flag else "")


def _say(event: TicketEvent, words: Mapping[str, str]) -> str:
    said = words.get(f"{event.event} by {event.channel}", words[event.event])
    return said.format(note=event.note or "").removesuffix(": ")


def _with_mail(entry: Entry, mail_id: int | None, wholes: Mapping[int, str], shown: str) -> Entry:
    """Return a line with the mail that it came in, where it came in one."""
    if mail_id is None:
        return entry
    whole = wholes.get(mail_id, "")
    # Blanks that differ are nothing to unfold a text for.
    return replace(entry, mail_id=mail_id, whole="" if whole.split() == shown.split() else whole)


def _wholes(session: Session, mails: Iterable[int | None]) -> dict[int, str]:
    """Return the texts of mails, each whole."""
    wanted = {mail for mail in mails if mail is not None}
    if not wanted:
        return {}
    found = session.execute(select(IncomingMail.id, IncomingMail.text).where(IncomingMail.id.in_(wanted)))
    return {number: text.strip("\n") for number, text in found if text}


def _messages(session: Session, number: int) -> Sequence[Message]:
    return session.scalars(select(Message).where(Message.ticket_number == number)).all()


def _files(session: Session, number: int) -> list[tuple[int | None, Adopted]]:
    """Return a ticket's files, each with the message that it came with."""
    owners = dict(session.execute(select(Attachment.id, Attachment.message_id).where(Attachment.ticket_number == number)).all())
    return [(owners[file.id], file) for file in attachments.of_ticket(session, number)]


def _mails(session: Session, number: int, now: datetime) -> Iterator[Delivery]:
    for mail in session.scalars(select(OutgoingMail).where(OutgoingMail.ticket_number == number).order_by(OutgoingMail.id)):
        state = state_of(mail, now)
        yield Delivery(
            number=mail.id,
            what=_CALLED.get(mail.purpose, mail.purpose.removeprefix("team-").replace("-", " ")),
            to=mail.recipient,
            is_to_customer=mail.purpose in CALLED,
            state=state,
            at=mail.sent_at or mail.failed_at or mail.created_at,
            reply=mail.last_reply,
            next_try=mail.send_after if state == "waiting" else None,
            attempts=mail.attempts,
        )


def _as_staff_read(mail: Delivery) -> Entry:
    says = f"Emailed the customer {mail.what}" if mail.is_to_customer else f"Emailed the team: {mail.what}"
    return Entry(mail.at, "mail", says, delivery=mail)


def _ordered(entries: Sequence[Entry]) -> list[Entry]:
    # What was written stands before the mail that carried it, in the same second too: the sort is stable.
    return sorted(entries, key=lambda entry: entry.at)
