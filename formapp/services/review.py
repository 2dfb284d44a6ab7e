"""Mails that came in and wait for a person: why each does, what it says, and what somebody decides."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError
from formapp.forms.fields import clean_line
from formapp.mail.understood import Kind
from formapp.models import IncomingMail, Ticket
from formapp.models.incoming_mail import MailState
from formapp.policy.policy import Policy
from formapp.rules.references import ticket_id
from formapp.services.ticket_life import NoSuchTicket

PAGE = 20
# Characters of a text that are shown at all: what is longer is read in the mail itself.
LONGEST_SHOWN = 20_000
# How much of it is seen before it is unfolded.
_PREVIEW_LINES, _PREVIEW_LENGTH = 8, 700
_LONGEST_LINE = 200
# In these words, or the index is not used.
_WAITS = text("incoming_mails.state IN ('review', 'unreadable')")


class Decision(StrEnum):
    """What somebody decides: the mail goes on a ticket, becomes one, or is nobody's."""

    ATTACH = "attach"
    TICKET = "ticket"
    JUNK = "junk"


class NoSuchMail(HelpCentreError):
    """There is no mail of that number."""


class AlreadyDecided(HelpCentreError):
    """The mail does not wait any more: `fate` is what became of it."""

    def __init__(self, fate: "Fate") -> None:
        super().__init__("this email has been dealt with already: look at what became of it")
        self.fate = fate


@dataclass(frozen=True, slots=True)
class NamedTicket:
    """The ticket that a mail seems to be about, with what tells whether it is: the summary, and whose it is."""

    number: int
    id: str
    summary: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file of a mail: its name, the type that the mail gives it, and its size in bytes."""

    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail that waits. `reason` says why, in words for staff; `sender` and `subject` are empty where it says none.

    The text is `preview` and `rest` one after the other; `is_all` is False where there is more of it, which only the mail itself has.
    `is_cut`: only the mail's beginning is here. `size` is that of the mail, in bytes.
    """

    id: int
    received_at: datetime
    reason: str
    sender: str
    name: str
    subject: str
    preview: str
    rest: str
    is_all: bool
    files: tuple[NamedFile, ...]
    size: int
    is_cut: bool
    is_readable: bool
    ticket: NamedTicket | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page of the mails that wait, the newest first."""

    mails: tuple[WaitingMail, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mail: what was decided, by whom, how far that is, and the ticket that it is on or is to go on."""

    id: int
    state: MailState
    decision: Decision | None
    by: str | None
    ticket_number: int | None
    ticket_id: str | None
    subject: str


def count(session: Session) -> int:
    """Return how many mails wait."""
    return session.scalar(select(func.count()).select_from(IncomingMail).where(_WAITS)) or 0


def waiting(session: Session, policy: Policy, page: int = 1) -> Waiting:
    """Return a page of the mails that wait, the newest first; a page beyond the last is the last."""
    total = count(session)
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    found = select(*_COLUMNS).outerjoin(Ticket, Ticket.number == IncomingMail.ticket_number).where(_WAITS)
    rows = session.execute(found.order_by(IncomingMail.id.desc()).limit(PAGE).offset((page - 1) * PAGE)).all()
    return Waiting(tuple(_waiting_mail(row, policy) for row in rows), total, page, pages)


def page_of(session: Session, mail_id: int) -> int:
    """Return the page on which a mail stands, or where it stood while it waited."""
    newer = session.scalar(select(func.count()).select_from(IncomingMail).where(_WAITS, IncomingMail.id > mail_id)) or 0
    return newer // PAGE + 1


def decide(
    session: Session, mail_id: int, decision: Decision, policy: Policy, *, by: str, now: datetime, ticket_number: int | None = None
) -> None:
    """Take the decision on a mail that waits, `by` the address of a link for staff; whoever reads mail then carries it out.

    Raises NoSuchMail, AlreadyDecided, and NoSuchTicket where it is to go on a ticket that there is not.
    """
    mail = _hold(session, mail_id)
    if mail.state not in (MailState.REVIEW, MailState.UNREADABLE):
        raise AlreadyDecided(_fate(mail, policy))
    if decision is Decision.ATTACH:
        if ticket_number is None or session.get(Ticket, ticket_number) is None:
            raise NoSuchTicket("there is no such ticket: look at the ID in the subject of its emails")
        mail.ticket_number = ticket_number
    mail.decision, mail.decided_by = decision, by
    if decision is Decision.JUNK:
        # Why it waited stays written, for whoever puts it back.
        mail.state, mail.done_at = MailState.JUNK, now
        return
    mail.state, mail.attempts, mail.try_after = MailState.NEW, 0, now
    mail.lease_token = mail.leased_until = None


def put_back(session: Session, mail_id: int, policy: Policy) -> None:
    """Let a mail wait again that was set aside as junk; one that waits already stays as it is. Raises NoSuchMail and AlreadyDecided."""
    mail = _hold(session, mail_id)
    if mail.state in (MailState.REVIEW, MailState.UNREADABLE):
        return
    if mail.state != MailState.JUNK:
        raise AlreadyDecided(_fate(mail, policy))
    mail.state = MailState.UNREADABLE if mail.kind == Kind.UNREADABLE else MailState.REVIEW
    mail.decision = mail.decided_by = None


def fate_of(session: Session, mail_id: int, policy: Policy) -> Fate | None:
    """Return what became of a mail; None for no mail."""
    mail = session.get(IncomingMail, mail_id)
    return _fate(mail, policy) if mail else None


def raw_of(session: Session, mail_id: int) -> bytes | None:
    """Return a mail as it came; None for no mail."""
    return session.scalar(select(IncomingMail.raw).where(IncomingMail.id == mail_id))


_COLUMNS = (
    IncomingMail.id,
    IncomingMail.received_at,
    IncomingMail.outcome,
    IncomingMail.state,
    IncomingMail.from_address,
    IncomingMail.from_name,
    IncomingMail.subject,
    func.substr(IncomingMail.text, 1, LONGEST_SHOWN).label("text"),
    func.length(IncomingMail.text).label("length"),
    IncomingMail.files,
    IncomingMail.size,
    IncomingMail.is_cut,
    Ticket.number,
    Ticket.summary,
    Ticket.name,
    Ticket.email,
)


def _hold(session: Session, mail_id: int) -> IncomingMail:
    mail = session.get(IncomingMail, mail_id, with_for_update=True)
    if mail is None:
        raise NoSuchMail("there is no such email: load the page again")
    return mail


def _fate(mail: IncomingMail, policy: Policy) -> Fate:
    return Fate(
        id=mail.id,
        state=MailState(mail.state),
        decision=Decision(mail.decision) if mail.decision else None,
        by=mail.decided_by,
        ticket_number=mail.ticket_number,
        ticket_id=ticket_id(policy, mail.ticket_number) if mail.ticket_number else None,
        subject=_line(mail.subject),
    )


def _waiting_mail(row: Any, policy: Policy) -> WaitingMail:
    preview, rest = _in_two((row.text or "").rstrip().lstrip("\n"))
    named = NamedTicket(row.number, ticket_id(policy, row.number), row.summary, row.name, row.email) if row.number else None
    return WaitingMail(
        id=row.id,
        received_at=row.received_at,
        reason=_line(row.outcome),
        sender=row.from_address or "",
        name=_line(row.from_name),
        subject=_line(row.subject),
        preview=preview,
        rest=rest,
        is_all=(row.length or 0) <= LONGEST_SHOWN,
        files=tuple(NamedFile(_line(one["name"]), _line(one["type"]), int(one["size"])) for one in json.loads(row.files or "[]")),
        size=row.size,
        is_cut=row.is_cut,
        is_readable=row.state != MailState.UNREADABLE,
        ticket=named,
    )


def _line(words: str | None) -> str:
    """Return a line as it may stand among ours: a stranger wrote it, and it may be as long as they liked."""
    line = clean_line((words or "")[: 4 * _LONGEST_LINE])
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE].rstrip()}…"


def _in_two(whole: str) -> tuple[str, str]:
    """Return as much of a text as is seen at once, up to the end of a line or of a word, and the rest of it."""
    end = _end_of_lines(whole, _PREVIEW_LINES)
    if end > _PREVIEW_LENGTH:
        end = max(whole.rfind(mark, _PREVIEW_LENGTH // 2, _PREVIEW_LENGTH) + 1 for mark in "\n ") or _PREVIEW_LENGTH
    # A last line or two are not worth a click.
    return (whole, "") if len(whole) - end < _PREVIEW_LENGTH // 5 and whole.count("\n", end) < 3 else (whole[:end], whole[end:])


def _end_of_lines(whole: str, lines: int) -> int:
    end = -1
    for _ in range(lines):
        end = whole.find("\n", end + 1)
        if end < 0:
            return len(whole)
    return end + 1
