"""Customers' files: staged as soon as they arrive, then a submission's; kept in the database with their content."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, func, insert, literal, select, update
from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError
from formapp.models import Attachment, FileContent
from formapp.rules.file_kinds import OTHER
from formapp.rules.files import LARGEST_FILE, CheckedFile, KeptFile

STAGED_FOR = timedelta(hours=24)
# Bytes of all staged files together, so that what nobody sends cannot fill the disk; and what a file takes beside its content.
MOST_STAGED = 2_000_000_000
_ROW = 10_000
_PURGED_AT_ONCE = 20
_TOKEN_BYTES = 24
_AS_IT_IS = {"synchronize_session": False}
# More than any honest form carries, and fewer than a database takes in one question.
_MOST_TOKENS = 50
STAGED = (Attachment.ticket_number.is_(None), Attachment.escalation_id.is_(None), Attachment.incoming_mail_id.is_(None))
_ADOPTED = (
    Attachment.id,
    Attachment.name,
    Attachment.kind,
    Attachment.size,
    Attachment.warning,
    Attachment.held_because,
    Attachment.content_id.is_(None),
)
_COPIED = ("added_at", "name", "kind", "size", "digest", "warning", "held_because", "scan_after", "content_id")


class UnknownFile(HelpCentreError):
    """A token that names no file: it was removed, or staged more than a day ago."""


class NoRoom(HelpCentreError):
    """Too many files are staged already; the message is for the customer."""


@dataclass(frozen=True)
class Adopted:
    """A submission's file: `size` in bytes, `warning` and `held_because` for staff; `is_gone` when it was deleted for its virus."""

    id: int
    name: str
    kind: str
    size: int
    warning: str | None
    held_because: str | None
    is_gone: bool = False


def stage(session: Session, file: CheckedFile, content: bytes, *, held_because: str | None, now: datetime) -> KeptFile:
    """Keep a checked file that belongs to no submission yet, and return it with its random token, which only the form will know.

    Raises NoRoom when the staged files of everybody fill what there is for them.
    """
    if file.size > LARGEST_FILE:
        raise ValueError("the file is larger than a form takes, and cannot have been checked")
    staged = session.scalar(select(func.coalesce(func.sum(Attachment.size + _ROW), 0)).where(*STAGED)) or 0
    if staged + file.size + _ROW > MOST_STAGED:
        raise NoRoom("Files cannot be added at the moment: send the form without them")
    return take_in(session, file, content, held_because=held_because, now=now)


def take_in(session: Session, file: CheckedFile, content: bytes, *, held_because: str | None, now: datetime) -> KeptFile:
    """Keep a file as `stage` does, whatever room there is: for a mail's, which belong to something within the same transaction."""
    # Checked and kept must be the same bytes, whatever happened to the stream between.
    if len(content) != file.size or hashlib.sha256(content).hexdigest() != file.digest:
        raise ValueError("the content to be kept is not the content that was checked")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    content_id = session.execute(insert(FileContent).values(content=content).returning(FileContent.id)).scalar_one()
    values = {"name": file.name, "kind": file.kind, "size": file.size, "digest": file.digest, "warning": file.warning}
    session.add(Attachment(token_digest=_digest(token), added_at=now, held_because=held_because, content_id=content_id, **values))
    session.flush()
    return KeptFile(token, file.name, file.kind, file.size, file.digest)


def keep_mail(session: Session, mail_id: int, name: str, raw: bytes, now: datetime) -> int:
    """Keep an incoming mail itself as a file, for the letter that brings it to the team; return the file's number."""
    content_id = session.execute(insert(FileContent).values(content=raw).returning(FileContent.id)).scalar_one()
    file = Attachment(
        token_digest=_digest(secrets.token_urlsafe(_TOKEN_BYTES)),
        incoming_mail_id=mail_id,
        added_at=now,
        name=name,
        kind=OTHER.key,
        size=len(raw),
        digest=hashlib.sha256(raw).hexdigest(),
        content_id=content_id,
    )
    session.add(file)
    session.flush()
    return file.id


def find(session: Session, tokens: Sequence[str]) -> list[KeptFile]:
    """Return the files of these tokens, each once, in the order given; unknown ones are left out, and so are those after the fiftieth."""
    wanted = list(dict.fromkeys(tokens))[:_MOST_TOKENS]
    columns = (Attachment.token_digest, Attachment.name, Attachment.kind, Attachment.size, Attachment.digest)
    found = session.execute(select(*columns).where(Attachment.token_digest.in_([_digest(token) for token in wanted]))).all()
    by_digest = {row.token_digest: row for row in found}
    rows = ((token, by_digest.get(_digest(token))) for token in wanted)
    return [KeptFile(token, row.name, row.kind, row.size, row.digest) for token, row in rows if row]


def remove(session: Session, token: str) -> None:
    """Delete a staged file; one that is a submission's stays, and so does nothing happen for an unknown token."""
    _delete(session, Attachment.token_digest == _digest(token), *STAGED)


def is_staged(session: Session, token: str) -> bool:
    """Whether there is a file to remove: a staged one of this token."""
    return bool(session.scalar(select(exists().where(Attachment.token_digest == _digest(token), *STAGED))))


def adopt(session: Session, tokens: Sequence[str], *, ticket_number: int | None = None, escalation_id: int | None = None) -> list[Adopted]:
    """Make the files of these tokens the ticket's or the escalation's, in their order; exactly one of the two must be given.

    A file that is another submission's already is copied. Raises UnknownFile for a token of none, so that its transaction fails.
    """
    if (ticket_number is None) == (escalation_id is None):
        raise ValueError("a file has one owner: a ticket or an escalation")
    owner = {"ticket_number": ticket_number, "escalation_id": escalation_id}
    # All at once and in one order, or two submissions with the same files could wait for each other.
    digests = [_digest(token) for token in tokens]
    session.execute(select(Attachment.id).where(Attachment.token_digest.in_(digests)).order_by(Attachment.id).with_for_update())
    return [_adopt(session, token, owner) for token in dict.fromkeys(tokens)]


def purge_staged(session: Session, now: datetime) -> int:
    """Delete some of the files that nobody adopted within a day, and return how many; 0 once there are none left."""
    old = select(Attachment.id).where(Attachment.added_at <= now - STAGED_FOR, *STAGED).order_by(Attachment.added_at).limit(_PURGED_AT_ONCE)
    # Asked again in the deletion itself: one may have been adopted between the two.
    return _delete(session, Attachment.id.in_(session.scalars(old).all()), *STAGED)


def content_of(session: Session, attachment_id: int) -> bytes:
    """Return a file's content; KeyError where there is none, or none any more."""
    content = session.scalar(select(Attachment.content).where(Attachment.id == attachment_id))
    if not content:
        raise KeyError(attachment_id)
    return content


def of_ticket(session: Session, number: int) -> list[Adopted]:
    """Return a ticket's files, in the order in which they were added."""
    return _owned(session, Attachment.ticket_number == number)


def of_escalation(session: Session, escalation_id: int) -> list[Adopted]:
    """Return an escalation's files, in the order in which they were added."""
    return _owned(session, Attachment.escalation_id == escalation_id)


def _owned(session: Session, whose: ColumnElement[bool]) -> list[Adopted]:
    return [Adopted(*row) for row in session.execute(select(*_ADOPTED).where(whose).order_by(Attachment.id))]


def open_for_download(session: Session, attachment_id: int) -> tuple[Adopted, bytes] | None:
    """Return a submission's file and its content, a held one too: the caller looks. None for one that is staged, deleted or unknown."""
    row = session.execute(
        select(*_ADOPTED, Attachment.content).where(
            Attachment.id == attachment_id,
            Attachment.ticket_number.is_not(None) | Attachment.escalation_id.is_not(None),
        )
    ).one_or_none()
    return (Adopted(*row[:-1]), row.content) if row and row.content else None


def _adopt(session: Session, token: str, owner: dict[str, int | None]) -> Adopted:
    digest = _digest(token)
    change = update(Attachment).where(Attachment.token_digest == digest, *STAGED).values(owner)
    if cast(CursorResult[Any], session.execute(change, execution_options=_AS_IT_IS)).rowcount == 0:
        theirs = session.execute(
            select(Attachment.ticket_number, Attachment.escalation_id).where(Attachment.token_digest == digest)
        ).one_or_none()
        if theirs is None:
            raise UnknownFile("one of the files is no longer kept: remove it and add it again")
        if theirs._asdict() != owner:
            digest = _copy(session, digest, owner)
    return Adopted(*session.execute(select(*_ADOPTED).where(Attachment.token_digest == digest)).one())


def _copy(session: Session, digest: str, owner: dict[str, int | None]) -> str:
    """Give another owner a row of its own for the same content; return the digest of its token, which nobody knows."""
    unknown = _digest(secrets.token_urlsafe(_TOKEN_BYTES))
    changed = {"token_digest": unknown, **owner}
    source = select(
        *(literal(value, Attachment.__table__.c[name].type) for name, value in changed.items()),
        *(Attachment.__table__.c[name] for name in _COPIED),
    ).where(Attachment.token_digest == digest)
    session.execute(insert(Attachment).from_select([*changed, *_COPIED], source))
    return unknown


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _delete(session: Session, *which: ColumnElement[bool]) -> int:
    """Delete rows, and the contents that nobody has any more; return how many rows."""
    contents = session.scalars(delete(Attachment).where(*which).returning(Attachment.content_id), execution_options=_AS_IT_IS).all()
    if not contents:
        return 0
    is_shared = exists().where(Attachment.content_id == FileContent.id)
    session.execute(delete(FileContent).where(FileContent.id.in_(contents), ~is_shared), execution_options=_AS_IT_IS)
    return len(contents)
