"""The kinds of file that a customer may send."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FileKind:
    """One kind: its key in the database, its name for people, and the type under which it is sent on."""

    key: str
    name: str
    extensions: tuple[str, ...]
    media_type: str


KINDS: Mapping[str, FileKind] = {
    kind.key: kind
    for kind in (
        FileKind("png", "PNG", ("png",), "image/png"),
        FileKind("jpg", "JPG", ("jpg", "jpeg"), "image/jpeg"),
        FileKind("gif", "GIF", ("gif",), "image/gif"),
        FileKind("pdf", "PDF", ("pdf",), "application/pdf"),
        FileKind("txt", "TXT", ("txt",), "text/plain"),
        FileKind("csv", "CSV", ("csv",), "text/csv"),
        FileKind("log", "LOG", ("log",), "text/plain"),
    )
}
# Whatever else comes with a mail: kept for staff, under no type that a program would open by itself.
OTHER = FileKind("other", "Other file", (), "application/octet-stream")
EXTENSIONS: Mapping[str, FileKind] = {extension: kind for kind in KINDS.values() for extension in kind.extensions}
ALLOWED = f"{', '.join(kind.name for kind in list(KINDS.values())[:-1])} or {list(KINDS.values())[-1].name}"
ACCEPT = ",".join(f".{extension}" for extension in EXTENSIONS)


def kind_of(key: str) -> FileKind:
    """Return the kind of a key as stored ("png"); KeyError for one that is none."""
    return OTHER if key == OTHER.key else KINDS[key]
