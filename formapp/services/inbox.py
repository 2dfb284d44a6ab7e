"""Mail that came in: stored as it came, then read in a child process, then decided on in one transaction.

What is stored is never lost: each try to read it is counted before it begins, and after three a person gets the mail as it is.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, and_, or_, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, undefer

from formapp.address import mailbox_of
from formapp.mail.incoming import unreadable
from formapp.mail.read_in_child import CannotRead
from formapp.mail.understood import IncomingFile, Kind, Understood
from formapp.models.incoming_mail import IncomingMail, MailState
from formapp.services import mail_files, mail_review, mail_routing
from formapp.services.database import Database, DatabaseError
from formapp.services.desk import Desk
from formapp.services.mail_decided import Decided
from formapp.services.virus_scan import Clamd

# Bytes of a mail that is taken whole: more than mail servers commonly let through.
LARGEST_MAIL = 30_000_000
# And of a larger one: its headers, and most likely its text.
HEAD_OF_LARGER = 1_000_000
MOST_ATTEMPTS = 3
# Longer than reading, scanning its files and deciding take.
LEASE = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)
# A head is looked at as far as this: what stands further down tells no two mails apart.
_LONGEST_HEAD = 1_000_000
_TELLING = (b"message-id", b"from", b"date", b"subject")

# Reads raw bytes within bounds; raises CannotRead.
Read = Callable[[bytes], Understood]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored mail: `is_new` is False when the same mail was stored before."""

    id: int
    state: MailState
    is_new: bool


@dataclass(frozen=True, slots=True)
class Processed:
    """What became of one mail; `state` is still NEW where it is tried again later."""

    id: int
    state: MailState
    kind: str | None
    outcome: str
    ticket_number: int | None


@dataclass(frozen=True, slots=True)
class _Taken:
    id: int
    token: str
    attempts: int


def store(session: Session, raw: bytes, now: datetime, *, source: str, recipient: str | None = None, is_cut: bool = False) -> Kept:
    """Keep a mail as it came, or find the row that the same mail became before; `is_cut`: only its head is here, for it is too large."""
    fingerprint = fingerprint_of(raw)
    if found := _known(session, fingerprint):
        return found
    row = IncomingMail(
        fingerprint=fingerprint,
        received_at=now,
        source=source,
        recipient=recipient and recipient[:254],
        size=len(raw),
        is_cut=is_cut,
        raw=raw,
        state=MailState.NEW,
        attempts=0,
        try_after=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Somebody else brought the same mail in the same moment.
        found = _known(session, fingerprint)
        assert found is not None
        return found
    return Kept(row.id, MailState.NEW, is_new=True)


def fingerprint_of(raw: bytes) -> str:
    """Return a digest that is the same for the same mail whatever way it took: the lines that servers add on its way do not count."""
    head, body = _in_two(raw)
    telling = sorted(_telling_lines(head))
    digest = hashlib.sha256()
    for name, value in telling:
        digest.update(name + b":" + value + b"\n")
    if not telling:
        # What has no proper head is told apart by all of it.
        body = raw
    digest.update(b"\n" + body.replace(b"\r\n", b"\n").rstrip(b"\n"))
    return digest.hexdigest()


def process_next(database: Database, desk: Desk, read: Read, scanner: Clamd | None, now: Callable[[], datetime]) -> Processed | None:
    """Take the oldest mail that is due, have it read, and do what it asks for; None where none is due.

    Several processes may do so at once: each mail is one's alone. Raises what the database raises.
    """
    with database.transaction() as session:
        taken = _claim(session, now())
    if taken is None:
        return None
    if taken.attempts > MOST_ATTEMPTS:
        # Whoever tried it last did not live to say why.
        return _failed(database, desk, taken, "each try to read it ended without an answer", now())
    try:
        return _process(database, desk, read, scanner, taken, now)
    except CannotRead as failure:
        return _failed(database, desk, taken, str(failure), now())
    except (OperationalError, DatabaseError):
        _put_back(database, taken, now())
        raise
    except Exception as surprise:
        # Its kind only: what it says may hold what somebody wrote.
        log.error("a mail could not be dealt with", mail=taken.id, error=type(surprise).__name__)
        return _failed(database, desk, taken, f"an error of our own: {type(surprise).__name__}", now())


def states_of(session: Session, ids: Collection[int]) -> dict[int, MailState]:
    """Return how far these mails are."""
    found = session.execute(select(IncomingMail.id, IncomingMail.state).where(IncomingMail.id.in_(ids))).all()
    return {row.id: MailState(row.state) for row in found}


def _process(
    database: Database, desk: Desk, read: Read, scanner: Clamd | None, taken: _Taken, now: Callable[[], datetime]
) -> Processed | None:
    with database.reading() as session:
        row = session.get_one(IncomingMail, taken.id, options=[undefer(IncomingMail.raw)])
        raw, decision = row.raw, row.decision
    try:
        mail = read(raw)
    except CannotRead:
        if decision is None:
            raise
        # A person has looked at it: it goes where they said, as the file that it is.
        mail = _as_a_file(taken.id, raw)
    del raw
    # Looked at before the transaction: a scan may take its time.
    files = mail_files.prepare(mail.files, scanner)
    with database.transaction() as session:
        held = _hold(session, taken)
        if held is None:
            return Processed(taken.id, MailState.NEW, None, "another worker has it in hand", None)
        _note(held, mail)
        decided = mail_routing.route(session, held, mail, files, desk, now())
        _settle(held, decided, now())
        return Processed(held.id, decided.state, held.kind, decided.outcome, decided.ticket_number)


def _known(session: Session, fingerprint: str) -> Kept | None:
    found = session.execute(select(IncomingMail.id, IncomingMail.state).where(IncomingMail.fingerprint == fingerprint)).one_or_none()
    return Kept(found.id, MailState(found.state), is_new=False) if found else None


def _claim(session: Session, now: datetime) -> _Taken | None:
    is_free = or_(IncomingMail.leased_until.is_(None), IncomingMail.leased_until <= now, IncomingMail.leased_until > now + LEASE)
    # A moment further off than we ever set one was written by a clock that has since been put back.
    is_time = or_(IncomingMail.try_after <= now, IncomingMail.try_after > now + MOST_ATTEMPTS * PAUSE)
    due = and_(IncomingMail.state == MailState.NEW, is_time, is_free)
    order = (IncomingMail.try_after, IncomingMail.id)
    for number, attempts in session.execute(select(IncomingMail.id, IncomingMail.attempts).where(due).order_by(*order).limit(4)).all():
        token = secrets.token_hex(16)
        values = {"lease_token": token, "leased_until": now + LEASE, "attempts": IncomingMail.attempts + 1}
        change = update(IncomingMail).where(IncomingMail.id == number, due).values(values).execution_options(synchronize_session=False)
        if cast(CursorResult[Any], session.execute(change)).rowcount == 1:
            return _Taken(number, token, attempts + 1)
    return None


def _hold(session: Session, taken: _Taken) -> IncomingMail | None:
    """Return the row for whoever changes it now; None where it is in other hands."""
    mine = (IncomingMail.id == taken.id, IncomingMail.lease_token == taken.token)
    return session.scalar(select(IncomingMail).where(*mine).with_for_update(key_share=True))


def _note(row: IncomingMail, mail: Understood) -> None:
    """Write down what was understood."""
    row.kind, row.subject, row.text = mail.kind, mail.subject, mail.text
    row.from_address, row.from_name = mail.from_address and mail.from_address[:254], mail.from_name
    row.from_mailbox = row.from_address and mailbox_of(row.from_address)[:254]
    row.message_id = mail.message_id and mail.message_id[:250]
    row.files = json.dumps([{"name": file.name, "type": file.media_type, "size": len(file.content)} for file in mail.files])


def _settle(row: IncomingMail, decided: Decided, now: datetime) -> None:
    row.state, row.outcome, row.ticket_number = decided.state, decided.outcome, decided.ticket_number
    row.lease_token = row.leased_until = None
    row.done_at = now


def _failed(database: Database, desk: Desk, taken: _Taken, reason: str, now: datetime) -> Processed:
    """Put a mail off that could not be read, or after three tries give it to the team as it is."""
    with database.transaction() as session:
        row = _hold(session, taken)
        if row is None:
            return Processed(taken.id, MailState.NEW, None, "another worker has it in hand", None)
        if taken.attempts < MOST_ATTEMPTS:
            row.lease_token = row.leased_until = None
            row.try_after = now + taken.attempts * PAUSE
            return Processed(row.id, MailState.NEW, None, reason, None)
        row.kind = row.kind or Kind.UNREADABLE
        mail_review.tell_unreadable(session, row, reason, desk, now)
        _settle(row, Decided(MailState.UNREADABLE, f"It could not be read: {reason}", row.ticket_number), now)
        return Processed(row.id, MailState.UNREADABLE, row.kind, reason, row.ticket_number)


def _put_back(database: Database, taken: _Taken, now: datetime) -> None:
    """Make a mail due again that met trouble of the database's, without counting the try."""
    try:
        with database.transaction() as session:
            row = _hold(session, taken)
            if row is not None:
                row.lease_token = row.leased_until = None
                row.attempts -= 1
    except (OperationalError, DatabaseError):
        log.warning("a mail waits for the end of its lease", mail=taken.id)


def _as_a_file(number: int, raw: bytes) -> Understood:
    file = IncomingFile(f"email-{number}.eml", "message/rfc822", raw)
    said = "The email could not be read. It is attached as it came."
    return replace(unreadable("it could not be read"), kind=Kind.HUMAN, text=said, reply=said, files=(file,))


def _in_two(raw: bytes) -> tuple[bytes, bytes]:
    """Return the head and the body of a mail, whatever its line ends are; what has no empty line is all body."""
    ends = [(place, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (place := raw.find(mark)) >= 0]
    if not ends:
        return b"", raw
    place, length = min(ends)
    return raw[: min(place, _LONGEST_HEAD)], raw[place + length :]


def _telling_lines(head: bytes) -> list[tuple[bytes, bytes]]:
    """Return the header lines that tell mails apart, unfolded."""
    lines: list[tuple[bytes, list[bytes]]] = []
    for line in head.replace(b"\r\n", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t") and lines:
            lines[-1][1].append(line.strip())
            continue
        name, _, value = line.partition(b":")
        lines.append((name.strip().lower(), [value.strip()]))
    return [(name, b" ".join(filter(None, values))) for name, values in lines if name in _TELLING]
