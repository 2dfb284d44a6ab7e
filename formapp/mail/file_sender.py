"""Mails kept as files, until an SMTP server is set."""

import os
from datetime import UTC
from pathlib import Path

from formapp.mail.failures import TemporaryFailure
from formapp.mail.letter import SealedLetter


class FileSender:
    """The SMTP sender's twin: each letter becomes one .eml file, named after its moment (UTC) and number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, letter: SealedLetter) -> str:
        """Write the letter's exact bytes, all or nothing; a repeat takes the place of the first. Raises TemporaryFailure."""
        path = self._folder / f"{letter.written_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{letter.number}.eml"
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(letter.raw)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            raise TemporaryFailure(f"the mail could not be kept as a file: {error.strerror}") from None
        return f"kept as {path.name}"

    def close(self) -> None:
        """Do nothing: there is no connection to end."""
