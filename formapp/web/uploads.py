"""Files that customers add to a form: checked, scanned and kept before the form is sent, or with it."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast

import structlog
from flask import Blueprint, Response, jsonify, request
from werkzeug.datastructures import FileStorage, MultiDict

from formapp.errors import HelpCentreError
from formapp.rules.files import CONTAINS_A_VIRUS, MOST_FILES, KeptFile, UnacceptableFile, check_file, clean_name
from formapp.services import attachments
from formapp.services.attachments import NoRoom
from formapp.services.virus_scan import NOT_SCANNED, Infected, ScannerDown
from formapp.web.client import client_address
from formapp.web.context import limits, runtime, scanner
from formapp.web.guards import limit_size, require_own_page
from formapp.web.limits import Limited, TooMany

uploads = Blueprint("uploads", __name__)
log = structlog.get_logger()

# A file is whole in memory only between its check and the database: so many at once, however many customers send some.
_IN_MEMORY = threading.BoundedSemaphore(2)
# Seconds that a file waits for its turn.
PATIENCE = 10.0
_MOST_NAMED = 3


class Busy(HelpCentreError):
    """A file had to wait for too long behind others; the message is for the customer and begins with the file's cleaned name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: could not be taken just now: add it again")


@uploads.post("/api/attachments")
def add() -> Response:
    """Keep one file, sent as the part `file`: 201 with its token, or what is wrong with it in words for the customer."""
    limit_size()
    require_own_page()
    file = request.files.get("file")
    if file is None:
        return _answer(400, error="Send one file as the part “file” of a multipart form.")
    try:
        kept = keep(file)
    except TooMany as too_many:
        return _come_back_later(too_many)
    except UnacceptableFile as refusal:
        return _answer(422, error=str(refusal))
    except (Busy, NoRoom) as trouble:
        return _answer(503, error=str(trouble))
    return _answer(201, token=kept.token, name=kept.name, kind=kept.kind, size=kept.size, said=kept.said)


@uploads.delete("/api/attachments/<token>")
def remove(token: str) -> Response:
    """Forget a file that has not been sent with a form yet; whether there was one is not said."""
    require_own_page()
    try:
        limits().take(Limited.ATTEMPTS, client_address())
    except TooMany as too_many:
        return _come_back_later(too_many)
    forget(token)
    return Response(status=204)


def take_files(posted: MultiDict[str, str]) -> tuple[str | None, list[str]]:
    """Keep the files that came with a form, and forget the one that it was sent to take out; what was `posted` then names those it has.

    Before anything else is looked at: whatever is wrong with an answer, the files are there. Return the token of the one taken out,
    and what was wrong with those that were not kept.
    """
    if removed := posted.get("remove_file"):
        forget(removed)
        posted.setlist("kept_file", [token for token in posted.getlist("kept_file") if token != removed])
    kept, refused = keep_all(request.files.getlist("files"), already=len(posted.getlist("kept_file")))
    for file in kept:
        posted.add("kept_file", file.token)
    return removed, refused


def keep_all(files: Iterable[FileStorage], already: int = 0) -> tuple[list[KeptFile], list[str]]:
    """Keep what can be kept of the files that came with a form, which has so many `already`; return them, and what was wrong with others.

    No more are looked at than a form may have.
    """
    chosen = [file for file in files if not _is_no_file(file)]
    room = max(MOST_FILES - already, 0)
    kept: list[KeptFile] = []
    refused = [_say_not_added([clean_name(file.filename or "") for file in chosen[room:]])] if chosen[room:] else []
    for place, file in enumerate(chosen[:room]):
        try:
            kept.append(keep(file))
        except UnacceptableFile as refusal:
            refused.append(str(refusal))
        except TooMany as too_many:
            return kept, [*refused, say_too_many_files(too_many)]
        except NoRoom as no_room:
            return kept, [*refused, str(no_room)]
        except Busy:
            # None of the others waits as well: the page would take a minute.
            return kept, [*refused, *(str(Busy(clean_name(left.filename or ""))) for left in chosen[place:room])]
    return kept, refused


def keep(file: FileStorage) -> KeptFile:
    """Check, scan and keep one file; raise UnacceptableFile, TooMany, Busy or NoRoom. A scanner that does not answer only delays a file."""
    limits().take(Limited.ATTEMPTS, client_address())
    with _in_memory(file):
        checked = check_file(file.filename or "", cast(BinaryIO, file.stream))
        # After the check: what is refused does not count.
        limits().take(Limited.UPLOADS, client_address())
        content = file.stream.read()
        held_because = _scan(checked.name, content)
        running = runtime()
        try:
            with running.database.transaction() as session:
                return attachments.stage(session, checked, content, held_because=held_because, now=running.now())
        except NoRoom:
            log.warning("a file was refused: the files that nobody has sent yet fill the room for them")
            raise


def forget(token: str) -> None:
    """Delete a staged file; one that is a submission's stays, and so does nothing happen for an unknown token."""
    # Looked at first, for a token is easily made up, and only one transaction writes at a time.
    with runtime().database.reading() as session:
        if not attachments.is_staged(session, token):
            return
    with runtime().database.transaction() as session:
        attachments.remove(session, token)


def say_too_many_files(too_many: TooMany) -> str:
    """Say when more files can be added, and what can be done until then."""
    return (
        f"Many files have been added from your network in the last hour. Add more in {too_many.wait}, "
        "or send the form without them and attach them when you reply to our email"
    )


def _say_not_added(names: Sequence[str]) -> str:
    named = list(names) if len(names) <= _MOST_NAMED else [*names[:_MOST_NAMED], f"{len(names) - _MOST_NAMED} more"]
    listed = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    return f"You can only select up to {MOST_FILES} files: remove others to add {listed}"


def _is_no_file(file: FileStorage) -> bool:
    """Whether this is what a browser sends where no file was chosen; the stream is left at its start."""
    is_none = not file.filename and not file.stream.read(1)
    file.stream.seek(0)
    return is_none


@contextmanager
def _in_memory(file: FileStorage) -> Iterator[None]:
    if not _IN_MEMORY.acquire(timeout=PATIENCE):
        raise Busy(clean_name(file.filename or ""))
    try:
        yield
    finally:
        _IN_MEMORY.release()


def _scan(name: str, content: bytes) -> str | None:
    clamd = scanner()
    if clamd is None:
        return None
    try:
        clamd.scan(content)
    except Infected as infected:
        log.warning("a file with a virus was refused", virus=str(infected))
        raise UnacceptableFile(name, CONTAINS_A_VIRUS) from None
    except ScannerDown as down:
        log.error("the virus scanner does not answer", reason=str(down))
        return NOT_SCANNED
    return None


def _come_back_later(too_many: TooMany) -> Response:
    answer = _answer(429, error=say_too_many_files(too_many))
    answer.headers["Retry-After"] = str(too_many.seconds)
    return answer


def _answer(status: int, **values: object) -> Response:
    answer = jsonify(values)
    answer.status_code = status
    return answer
