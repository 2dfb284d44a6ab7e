"""Outlook's package for its own kind, winmail.dat (MS-OXTNEF), read in linear time.

tnefparse copies the rest of the package for each object, and believes numbers: a few bytes make it count to four thousand million.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from formapp.mail.charsets import decode

_SIGNATURE = b"\x78\x9f\x3e\x22"
_OF_ATTACHMENT = 2
_RENDERING, _TITLE, _DATA, _ATTACHMENT, _PROPERTIES, _BODY, _CODEPAGE = 0x9002, 0x8010, 0x800F, 0x9005, 0x9003, 0x800C, 0x9007
_NAMED = 0x8000
_MANY = 0x1000
_SIZES = {0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _MIME_TAG, _CONTENT_ID, _CONTENT = 0x3707, 0x3704, 0x3001, 0x370E, 0x3712, 0x3701
_TEXT, _HTML, _RTF, _INTERNET_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
_OBJECT_ID = 16  # bytes before an object's own
_MOST_OBJECTS = 20_000
_MOST_PROPERTIES = 2_000
_MOST_FILES = 100
_MOST_DEPTH = 3
_CODEPAGES = {65001: "utf-8", 20127: "ascii", 28591: "latin-1", 20866: "koi8-r", 28592: "iso-8859-2", 50220: "iso-2022-jp", 51949: "euc-kr"}


class NotTnef(ValueError):
    """The bytes are no such package."""


@dataclass(slots=True)
class PackedFile:
    """A file in a package; an empty media type where it names none."""

    name: str = ""
    media_type: str = ""
    content: bytes = b""
    is_inline: bool = False


@dataclass(slots=True)
class Package:
    """What a package holds: its files, and the mail's text in up to three forms."""

    files: list[PackedFile] = field(default_factory=list)
    text: str = ""
    html: str = ""
    rtf: bytes = b""


def unpack(content: bytes, depth: int = 0) -> Package:
    """Return what a package holds, as far as it can be read; raise NotTnef for what is none."""
    if content[:4] != _SIGNATURE:
        raise NotTnef("it does not begin like one")
    package = Package()
    charset = "cp1252"
    properties: dict[int, bytes | str] = {}
    for level, name, data in _objects(content):
        if name == _CODEPAGE and len(data) >= 4:
            charset = _charset(struct.unpack_from("<I", data)[0])
        elif name == _RENDERING and len(package.files) < _MOST_FILES:
            package.files.append(PackedFile())
        elif level == _OF_ATTACHMENT and package.files:
            _fill(package, name, data, charset, depth)
        elif name == _BODY:
            package.text = decode(bytes(data).rstrip(b"\0"), charset)[0]
        elif name == _PROPERTIES:
            properties.update(_properties(data, charset))
    _take_text(package, properties, charset)
    package.files = [one for one in package.files if one.name or one.content]
    return package


def _objects(content: bytes) -> Iterator[tuple[int, int, memoryview]]:
    view, place = memoryview(content), 6
    for _ in range(_MOST_OBJECTS):
        if place + 11 > len(view):
            return
        level, name, _, length = struct.unpack_from("<BHHI", view, place)
        yield level, name, view[place + 9 : place + 9 + length]
        place += 9 + length + 2


def _fill(package: Package, name: int, data: memoryview, charset: str, depth: int) -> None:
    file = package.files[-1]
    if name == _TITLE:
        file.name = file.name or decode(bytes(data).rstrip(b"\0"), charset)[0]
    elif name == _DATA:
        file.content = bytes(data)
    elif name == _ATTACHMENT:
        found = dict(_properties(data, charset))
        file.name = str(found.get(_LONG_NAME) or file.name or found.get(_SHORT_NAME) or found.get(_SHOWN_NAME) or "")
        file.media_type = str(found.get(_MIME_TAG) or "").lower()
        file.is_inline = bool(found.get(_CONTENT_ID))
        inner = found.get(_CONTENT)
        if isinstance(inner, bytes) and inner:
            _take_inner(package, file, inner, depth)


def _take_inner(package: Package, file: PackedFile, inner: bytes, depth: int) -> None:
    """Take what a file holds; where that is a mail packed in its turn, its text and its files."""
    body = inner[_OBJECT_ID:]
    if body[:4] != _SIGNATURE or depth >= _MOST_DEPTH:
        file.content = file.content or inner
        return
    nested = unpack(body, depth + 1)
    file.name, file.media_type, file.content = f"{file.name or 'message'}.txt", "text/plain", nested.text.encode("utf-8", "replace")
    package.files.extend(nested.files[: max(0, _MOST_FILES - len(package.files))])


def _take_text(package: Package, properties: dict[int, bytes | str], charset: str) -> None:
    page = properties.get(_INTERNET_CODEPAGE)
    internet = _charset(int.from_bytes(page[:4], "little")) if isinstance(page, bytes) and page else charset
    text, html, rtf = properties.get(_TEXT), properties.get(_HTML), properties.get(_RTF)
    package.text = package.text or _as_text(text, charset)
    package.html = _as_text(html, internet)
    package.rtf = rtf if isinstance(rtf, bytes) else b""


def _as_text(value: bytes | str | None, charset: str) -> str:
    return decode(value, charset)[0] if isinstance(value, bytes) else value or ""


def _properties(data: memoryview, charset: str) -> Iterator[tuple[int, bytes | str]]:
    """Yield the properties that are read here; the first that is malformed ends them."""
    try:
        (count,) = struct.unpack_from("<I", data)
        place = 4
        for _ in range(min(count, _MOST_PROPERTIES)):
            kind, name = struct.unpack_from("<HH", data, place)
            place += 4
            if name >= _NAMED:
                place = _after_name(data, place)
            values, place = _values(data, place, kind)
            if values:
                yield name, _value(kind & ~_MANY, values[0], charset)
    except struct.error:
        return


def _after_name(data: memoryview, place: int) -> int:
    (is_text,) = struct.unpack_from("<I", data, place + 16)
    place += 20
    if not is_text:
        return place + 4
    (length,) = struct.unpack_from("<I", data, place)
    return place + 4 + _padded(int(length))


def _values(data: memoryview, place: int, kind: int) -> tuple[list[memoryview], int]:
    plain = kind & ~_MANY
    if plain in _SIZES:
        count = 1
        if kind & _MANY:
            (count,) = struct.unpack_from("<I", data, place)
            place += 4
        length = _padded(_SIZES[plain] * count)
        return [data[place : place + _SIZES[plain]]], place + length
    if plain not in (_STRING, _UNICODE, _OBJECT, _BINARY):
        raise struct.error("a kind that is not known")
    (count,) = struct.unpack_from("<I", data, place)
    place += 4
    values: list[memoryview] = []
    for _ in range(min(count, _MOST_PROPERTIES)):
        (length,) = struct.unpack_from("<I", data, place)
        values.append(data[place + 4 : place + 4 + length])
        place += 4 + _padded(length)
    return values, place


def _value(kind: int, value: memoryview, charset: str) -> bytes | str:
    if kind == _UNICODE:
        return bytes(value).decode("utf-16-le", "replace").rstrip("\0")
    if kind == _STRING:
        return decode(bytes(value).rstrip(b"\0"), charset)[0]
    return bytes(value)


def _padded(length: int) -> int:
    return (length + 3) // 4 * 4


def _charset(page: int) -> str:
    return _CODEPAGES.get(page, f"cp{page}")
