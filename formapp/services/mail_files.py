"""The files of a mail: looked at like those of a form, but nothing is turned away. What a form would refuse is kept with a warning."""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from formapp.mail.understood import IncomingFile
from formapp.rules.file_kinds import OTHER
from formapp.rules.files import CheckedFile, KeptFile, UnacceptableFile, check_file, clean_name
from formapp.services import attachments
from formapp.services.virus_scan import NOT_SCANNED, Clamd, Infected, ScannerDown

UNUSUAL = "this is not a file that our forms take: open it with care"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file as it is kept: with its content, or without where `virus` names what was found in it."""

    file: CheckedFile
    content: bytes
    held_because: str | None = None
    virus: str | None = None


def prepare(files: Iterable[IncomingFile], scanner: Clamd | None) -> tuple[PreparedFile, ...]:
    """Check and scan the files of a mail; those without content are left out. A scanner that does not answer only delays a file."""
    return tuple(_prepared(file, scanner) for file in files if file.content)


def take_in(session: Session, files: Iterable[PreparedFile], now: datetime) -> tuple[KeptFile, ...]:
    """Keep the files that have no virus; whoever adopts them does so in the same transaction."""
    clean = (one for one in files if one.virus is None)
    return tuple(attachments.take_in(session, one.file, one.content, held_because=one.held_because, now=now) for one in clean)


def _prepared(file: IncomingFile, scanner: Clamd | None) -> PreparedFile:
    checked = _checked(file)
    if scanner is None:
        return PreparedFile(checked, file.content)
    try:
        scanner.scan(file.content)
    except Infected as infected:
        log.warning("a mail brought a file with a virus", virus=str(infected))
        return PreparedFile(checked, b"", virus=str(infected))
    except ScannerDown as down:
        log.error("the virus scanner does not answer", reason=str(down))
        return PreparedFile(checked, file.content, held_because=NOT_SCANNED)
    return PreparedFile(checked, file.content)


def _checked(file: IncomingFile) -> CheckedFile:
    try:
        return check_file(file.name, io.BytesIO(file.content))
    except UnacceptableFile:
        digest = hashlib.sha256(file.content).hexdigest()
        return CheckedFile(clean_name(file.name), OTHER.key, len(file.content), digest, UNUSUAL)
