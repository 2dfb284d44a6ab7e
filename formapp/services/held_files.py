"""Files that are held until a virus scanner has answered: scanned again, then released or deleted."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from formapp.models import Attachment, FileContent
from formapp.services.attachments import STAGED
from formapp.services.database import Database, DatabaseError
from formapp.services.virus_scan import Infected, ScannerUnreachable

# Seconds in which scans begin: the caller has mail to send, and one scan more may take half a minute.
SCAN_FOR = 10.0
# A file whose scan failed waits for as long again as it has waited so far, so that a bad one costs little and is never given up.
SHORTEST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(days=1)
_LOOKED_AT = 500
_IS_HELD = Attachment.held_because.is_not(None)
_AS_IT_IS = {"synchronize_session": False}

log = structlog.get_logger()


@dataclass(frozen=True)
class Rescanned:
    """A file that is held no longer: released where `virus` is None, otherwise deleted; it has no owner while it is still staged."""

    id: int
    name: str
    ticket_number: int | None
    escalation_id: int | None
    warning: str | None
    virus: str | None


Tell = Callable[[Session, Rescanned], None]


def rescan_held(database: Database, scan: Callable[[bytes], None], tell: Tell, now: datetime) -> int:
    """Have held files scanned, and return of how many the holding ended: a clean one is passed on, an infected one is deleted.

    `scan` is Clamd.scan or behaves like it. `tell` is called for each in the transaction that ends the holding, so that no letter
    about it is lost. A file that cannot be scanned or told of is left for later, and holds up no other. Raises what the database raises.
    """
    ended, begun = 0, time.monotonic()
    for content_id in _due(database, now):
        if time.monotonic() - begun >= SCAN_FOR:
            break
        try:
            ended += _rescan(database, scan, tell, content_id)
        except ScannerUnreachable:
            break
        except (SQLAlchemyError, DatabaseError):
            raise
        except Exception as trouble:
            # The kind only: what an error says may hold a name that a customer gave.
            log.warning("a held file could not be scanned", content=content_id, error=type(trouble).__name__)
            _put_off(database, content_id, now)
    return ended


def _due(database: Database, now: datetime) -> list[int]:
    """Return the contents to be scanned: first those that have not been tried, each once."""
    # A moment further off than we ever set one was written by a clock that has since been put back.
    is_due = or_(Attachment.scan_after.is_(None), Attachment.scan_after <= now, Attachment.scan_after > now + LONGEST_PAUSE)
    order = (Attachment.scan_after.is_not(None), Attachment.scan_after, Attachment.id)
    with database.reading() as session:
        found = session.scalars(select(Attachment.content_id).where(_IS_HELD, is_due).order_by(*order).limit(_LOOKED_AT)).all()
    return list(dict.fromkeys(content_id for content_id in found if content_id is not None))


def _rescan(database: Database, scan: Callable[[bytes], None], tell: Tell, content_id: int) -> int:
    with database.reading() as session:
        content = session.scalar(select(FileContent.content).where(FileContent.id == content_id))
    if content is None:
        return 0  # removed meanwhile
    virus = None
    try:
        # Outside every transaction: it may take half a minute.
        scan(content)
    except Infected as infected:
        virus = infected.virus
    with database.transaction() as session:
        ended = _end_holding(session, content_id, virus)
        for file in ended:
            tell(session, file)
    return len(ended)


def _end_holding(session: Session, content_id: int, virus: str | None) -> list[Rescanned]:
    """Release or delete a content with everybody's rows of it; return none where another worker was faster, or it was removed."""
    whose = Attachment.content_id == content_id
    # All rows, in one order, before they are read: a row is copied only by who holds the original, which is the first.
    session.execute(select(Attachment.id).where(whose).order_by(Attachment.id).with_for_update())
    columns = (Attachment.id, Attachment.name, Attachment.ticket_number, Attachment.escalation_id, Attachment.warning)
    ended = [Rescanned(*row, virus) for row in session.execute(select(*columns).where(whose, _IS_HELD).order_by(Attachment.id))]
    if not ended:
        return []
    if virus is None:
        session.execute(update(Attachment).where(whose).values(held_because=None, scan_after=None), execution_options=_AS_IT_IS)
        return ended
    # The form that would have carried a staged one says that it is no longer here; a submission keeps what became of its file.
    session.execute(delete(Attachment).where(whose, *STAGED), execution_options=_AS_IT_IS)
    emptied = {"content_id": None, "held_because": None, "scan_after": None, "warning": f"This file was deleted: it contained {virus}"}
    session.execute(update(Attachment).where(whose).values(emptied), execution_options=_AS_IT_IS)
    session.execute(delete(FileContent).where(FileContent.id == content_id), execution_options=_AS_IT_IS)
    return ended


def _put_off(database: Database, content_id: int, now: datetime) -> None:
    with database.transaction() as session:
        held = (Attachment.content_id == content_id, _IS_HELD)
        since = session.scalar(select(Attachment.added_at).where(*held).order_by(Attachment.added_at).limit(1))
        if since is None:
            return
        pause = min(max(now - since, SHORTEST_PAUSE), LONGEST_PAUSE)
        session.execute(update(Attachment).where(*held).values(scan_after=now + pause), execution_options=_AS_IT_IS)
