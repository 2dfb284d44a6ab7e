"""Which files a customer may send, and how they are spoken of."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import BinaryIO

from formapp.errors import HelpCentreError
from formapp.rules.file_contents import Mismatch, TooManyPixels, WithPassword, look_inside
from formapp.rules.file_kinds import ACCEPT, ALLOWED, EXTENSIONS, KINDS, FileKind, kind_of
from formapp.rules.file_names import clean_name, extension

__all__ = [
    "ACCEPT",
    "ALLOWED",
    "CONTAINS_A_VIRUS",
    "KINDS",
    "LARGEST_FILE",
    "LARGEST_IN_MAIL",
    "LARGEST_TOGETHER",
    "MOST_FILES",
    "MOST_PIXELS",
    "TOO_LARGE",
    "CheckedFile",
    "FileKind",
    "KeptFile",
    "UnacceptableFile",
    "check_file",
    "check_together",
    "clean_name",
    "kind_of",
    "say_size",
]

_CHUNK = 65_536
# Megabytes are decimal ones, as file managers and mail services count them.
MOST_FILES = 5
LARGEST_FILE = 5_000_000
LARGEST_TOGETHER = 15_000_000
LARGEST_IN_MAIL = 10_000_000
MOST_PIXELS = 50_000_000

TOO_LARGE = "must be 5 MB or smaller"
CONTAINS_A_VIRUS = "contains a virus"


class UnacceptableFile(HelpCentreError):
    """A file that is not taken; the message is for the customer and begins with the file's cleaned name."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: the selected file {problem}")


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be taken: `size` in bytes, `digest` SHA-256 in hex, `warning` what staff should know before they open it."""

    name: str
    kind: str
    size: int
    digest: str
    warning: str | None


@dataclass(frozen=True)
class KeptFile:
    """A file that is already with us, by the random token of the form that it was added to."""

    token: str
    name: str
    kind: str
    size: int
    digest: str

    @property
    def said(self) -> str:
        """The kind and the size: "PNG, 1.2 MB"."""
        return f"{kind_of(self.kind).name}, {say_size(self.size)}"


def check_file(name: str, stream: BinaryIO) -> CheckedFile:
    """Check a file by its name and its content, in small pieces and without decoding an image.

    The stream must be one that seeks, and is left at its start. Raises UnacceptableFile with what is wrong and what to do.
    """
    shown = clean_name(name)
    kind = EXTENSIONS.get(extension(shown))
    if kind is None:
        raise UnacceptableFile(shown, f"must be a {ALLOWED}")
    try:
        size, digest = _measured(stream)
        if size == 0:
            raise UnacceptableFile(shown, "is empty: choose another")
        if size > LARGEST_FILE:
            raise UnacceptableFile(shown, TOO_LARGE)
        warning = look_inside(kind, stream, MOST_PIXELS)
        stream.seek(0)
    except Mismatch:
        raise UnacceptableFile(shown, f"does not look like a {kind.name}: save it as one again, or choose another") from None
    except TooManyPixels:
        raise UnacceptableFile(
            shown, f"must have {MOST_PIXELS // 1_000_000} million pixels or fewer: make it smaller, or choose another"
        ) from None
    except WithPassword:
        raise UnacceptableFile(shown, "is password protected: print it to a new PDF without one, or choose another") from None
    except (OSError, ValueError):
        raise UnacceptableFile(shown, "could not be read: save it again, or choose another") from None
    return CheckedFile(shown, kind.key, size, digest, warning)


def check_together(files: Sequence[KeptFile]) -> list[str]:
    """Return what is wrong with the files of one submission taken together, for the customer; nothing for an acceptable set."""
    messages = []
    if (surplus := len(files) - MOST_FILES) > 0:
        messages.append(f"You can only select up to {MOST_FILES} files: remove {surplus}")
    if sum(file.size for file in files) > LARGEST_TOGETHER:
        messages.append(f"The selected files must be {say_size(LARGEST_TOGETHER)} or smaller together: remove one or more")
    return messages


def say_size(size: int) -> str:
    """Say a number of bytes shortly, in decimal units: "820 bytes", "12 kB", "1.2 MB"."""
    if size < 1000:
        return f"{size} byte" if size == 1 else f"{size} bytes"
    if (kilobytes := _rounded(size, 1000, "1")) < 1000:
        return f"{kilobytes} kB"
    return f"{_rounded(size, 1_000_000, '0.1')} MB".replace(".0 ", " ")


def _rounded(size: int, unit: int, step: str) -> Decimal:
    return (Decimal(size) / unit).quantize(Decimal(step), ROUND_HALF_UP)


def _measured(stream: BinaryIO) -> tuple[int, str]:
    stream.seek(0)
    size, sha256 = 0, hashlib.sha256()
    # One byte too many is enough to know; a stream without an end is not read to it.
    while size <= LARGEST_FILE and (chunk := stream.read(_CHUNK)):
        size += len(chunk)
        sha256.update(chunk)
    return size, sha256.hexdigest()
