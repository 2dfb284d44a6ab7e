"""The parts of a mail: its text twice, plain and as HTML, and room for its files, whose contents the outbox does not keep."""

import hashlib
import re
from collections.abc import Sequence
from email.header import decode_header, make_header
from email.message import Message as ParsedMessage
from typing import NamedTuple, cast

from formapp.mail.enclosures import place_of
from formapp.mail.file_name import file_name_parameter, mailed_name, name_parameter
from formapp.mail.header_lines import MalformedLetter, header_names
from formapp.mail.letter import Enclosure

_ABOUT_A_TEXT = ("Content-Type", "Content-Transfer-Encoding")
_ABOUT_A_FILE = ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition")
_TEXT_TYPES = ('text/plain; charset="utf-8"', 'text/html; charset="utf-8"')
# Nothing that a mail program would unpack, or show as a mail of its own.
_MEDIA_TYPE = re.compile(r"(?:application|image|text)/[a-z0-9][a-z0-9.+-]{0,60}")
_ANY_FILE = "application/octet-stream"

Headers = list[tuple[str, str]]


class Texts(NamedTuple):
    """What a mail says, in both its forms; readers of mail take the last that they can show (RFC 2046)."""

    plain: str
    html: str


def in_parts(headers: Headers, encoded: Texts, enclosures: Sequence[Enclosure], message_id: str) -> tuple[Headers, str]:
    """Return the headers and the body, with line feeds, of a mail with these quoted-printable texts and files."""
    texts = [
        f"Content-Type: {media_type}\nContent-Transfer-Encoding: quoted-printable\n\n{text}"
        for media_type, text in zip(_TEXT_TYPES, encoded, strict=True)
    ]
    outer, body = _multipart("alternative", texts, message_id)
    if enclosures:
        first = "".join(f"{name}: {value}\n" for name, value in outer.items()) + f"\n{body}"
        outer, body = _multipart("mixed", [first, *map(_room, enclosures)], message_id)
    return [(name, outer.get(name, value)) for name, value in headers], f"{body}\n"


def refuse_unless_parts_as_meant(raw: bytes, parsed: ParsedMessage, texts: Texts, enclosures: Sequence[Enclosure]) -> None:
    """Raise MalformedLetter unless two readings of a mail find exactly these texts, in their order, and these files."""
    alternative = (raw.removesuffix(b"\r\n"), parsed)
    if enclosures:
        alternative, *files = _parts(*alternative, "mixed", [_ABOUT_A_TEXT, *[_ABOUT_A_FILE] * len(enclosures)])
        for (_, part), enclosure in zip(files, enclosures, strict=True):
            if _as_read(part) != _as_meant(enclosure):
                raise MalformedLetter("an enclosed file is not named or placed as was meant: clean its name")
    for (_, part), media_type, text in zip(_parts(*alternative, "alternative", [_ABOUT_A_TEXT] * 2), _TEXT_TYPES, texts, strict=True):
        how = part["Content-Type"], part["Content-Transfer-Encoding"]
        if how != (media_type, "quoted-printable") or _said_in(part) != text:
            raise MalformedLetter("the mail's text does not say what was meant: clean the text it came from")


def _parts(raw: bytes, parsed: ParsedMessage, kind: str, headers: Sequence[tuple[str, ...]]) -> list[tuple[bytes, ParsedMessage]]:
    """Return the parts of a multipart, each as its bytes and as parsed; raise MalformedLetter unless they have just these headers."""
    parts = cast(list[ParsedMessage], parsed.get_payload()) if parsed.get_content_type() == f"multipart/{kind}" else []
    before, *pieces = raw.split(f"\r\n--{parsed.get_boundary()}".encode())
    if not len(parts) == len(pieces) - 1 == len(headers) or pieces[-1] != b"--":
        raise MalformedLetter("the mail has not the parts that were meant: a text from outside has become one")
    # Before the first boundary there are headers, ended by the one empty line, and after the last one there is nothing.
    if b"\r\n\r\n" in before or parsed.defects or parsed.preamble or parsed.epilogue or any(part.defects for part in parts):
        raise MalformedLetter("the mail's parts cannot be told apart: clean the text they came from")
    for piece, part, expected in zip(pieces, parts, headers, strict=False):
        _, *lines = piece.partition(b"\r\n\r\n")[0].split(b"\r\n")
        if not header_names(lines) == part.keys() == list(expected):
            raise MalformedLetter(f"a part of the mail has the headers {part.keys()}: a text from outside has become one")
    return list(zip(pieces, parts, strict=False))


def _multipart(kind: str, parts: Sequence[str], message_id: str) -> tuple[dict[str, str], str]:
    """Return the headers and the body of a multipart, which ends without a line end."""
    # From the Message-ID, so that it is the same each time; "=_" stands in no line of quoted-printable or of base64.
    boundary = f"=_{hashlib.sha256(f'{kind} {message_id}'.encode()).hexdigest()[:32]}"
    headers = {"Content-Type": f'multipart/{kind};\n boundary="{boundary}"', "Content-Transfer-Encoding": "7bit"}
    # A part's last line end belongs to the boundary after it, so a text ends in one of its own.
    return headers, "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--"


def _said_in(part: ParsedMessage) -> str | None:
    if part.is_multipart():
        return None
    return cast(bytes, part.get_payload(decode=True)).decode("utf-8").replace("\r\n", "\n")


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
