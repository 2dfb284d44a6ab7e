"""A mail with files, as the outbox keeps it: all of it but the files' contents."""

import hashlib
import re
from collections.abc import Sequence
from email.header import decode_header, make_header
from email.message import Message as ParsedMessage
from typing import cast

from formapp.mail.enclosures import place_of
from formapp.mail.file_name import file_name_parameter, mailed_name, name_parameter
from formapp.mail.header_lines import MalformedLetter, header_names
from formapp.mail.letter import Enclosure

_ABOUT_THE_TEXT = ("Content-Type", "Content-Transfer-Encoding")
_ABOUT_A_FILE = ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition")
# Nothing that a mail program would unpack, or show as a mail of its own.
_MEDIA_TYPE = re.compile(r"(?:application|image|text)/[a-z0-9][a-z0-9.+-]{0,60}")
_ANY_FILE = "application/octet-stream"

Headers = list[tuple[str, str]]


def with_room_for(enclosures: Sequence[Enclosure], headers: Headers, text: str, message_id: str) -> tuple[Headers, str]:
    """Return the headers and the body, with line feeds, of a text's mail once it has files: the text is its first part."""
    boundary = _boundary(message_id)
    own = dict(headers)
    outer = {"Content-Type": f'multipart/mixed;\n boundary="{boundary}"', "Content-Transfer-Encoding": "7bit"}
    # A part's last line end belongs to the boundary after it, so the text ends in one of its own.
    parts = ["".join(f"{name}: {own[name]}\n" for name in _ABOUT_THE_TEXT) + f"\n{text}", *map(_room, enclosures)]
    body = "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--\n"
    return [(name, outer.get(name, value)) for name, value in headers], body


def refuse_unless_parts_as_meant(raw: bytes, parsed: ParsedMessage, enclosures: Sequence[Enclosure]) -> ParsedMessage:
    """Return the text's part of a mail with these files; raise MalformedLetter unless two readings find exactly the parts meant."""
    parts = cast(list[ParsedMessage], parsed.get_payload()) if parsed.get_content_type() == "multipart/mixed" else []
    pieces = raw.split(f"\r\n--{parsed.get_boundary()}".encode())
    if not len(parts) == len(pieces) - 2 == 1 + len(enclosures) or pieces[-1] != b"--\r\n":
        raise MalformedLetter("the mail has not the parts that were meant: a text from outside has become one")
    if parsed.defects or parsed.preamble or parsed.epilogue or any(part.defects for part in parts):
        raise MalformedLetter("the mail's parts cannot be told apart: clean the text they came from")
    for piece, part, expected in zip(pieces[1:], parts, [_ABOUT_THE_TEXT, *[_ABOUT_A_FILE] * len(enclosures)], strict=False):
        _, *lines = piece.partition(b"\r\n\r\n")[0].split(b"\r\n")
        if not header_names(lines) == part.keys() == list(expected):
            raise MalformedLetter(f"a part of the mail has the headers {part.keys()}: a text from outside has become one")
    for part, enclosure in zip(parts[1:], enclosures, strict=True):
        if _as_read(part) != _as_meant(enclosure):
            raise MalformedLetter("an enclosed file is not named or placed as was meant: clean its name")
    return parts[0]


def _boundary(message_id: str) -> str:
    # From the Message-ID, so that it is the same each time; "=_" stands in no line of quoted-printable or of base64.
    return f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"


def _room(enclosure: Enclosure) -> str:
    name = mailed_name(enclosure.name)
    return (
        f"Content-Type: {_media_type(enclosure)}{name_parameter(name)}\n"
        "Content-Transfer-Encoding: base64\n"
        f"Content-Disposition: attachment{file_name_parameter(name)}\n"
        f"\n{place_of(enclosure.number)}"
    )


def _media_type(enclosure: Enclosure) -> str:
    """Return the type as which a file is sent; a file of no type that we know is no reason to send nothing."""
    return enclosure.media_type if _MEDIA_TYPE.fullmatch(enclosure.media_type) else _ANY_FILE


def _as_meant(enclosure: Enclosure) -> tuple[object, ...]:
    name = mailed_name(enclosure.name)
    return _media_type(enclosure), name, name, "attachment", "base64", place_of(enclosure.number)


def _as_read(part: ParsedMessage) -> tuple[object, ...]:
    in_type = " ".join(str(part.get_param("name")).split())
    return (
        part.get_content_type(),
        part.get_filename(),
        str(make_header(decode_header(in_type))),
        part.get_content_disposition(),
        part["Content-Transfer-Encoding"],
        part.get_payload(),
    )
