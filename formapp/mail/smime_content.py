"""What an S/MIME signature has inside (RFC 5652): a signed mail in Outlook's opaque form is readable without any key."""

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_SEQUENCE, _SET, _OID, _OCTETS, _INTEGER = 0x30, 0x31, 0x06, 0x04, 0x02
_CONSTRUCTED = 0x20
_FIRST_CHOICE = 0xA0
_LONGEST_LENGTH = 4
_MOST_DEPTH = 10


class _NotReadable(Exception):
    """The bytes are no such structure."""


def signed_content(content: bytes) -> bytes | None:
    """Return the mail that is inside; None where it is encrypted, or no S/MIME at all."""
    try:
        place, _ = _enter(content, 0, _SEQUENCE)
        oid, place = _value(content, place, _OID)
        if oid != _SIGNED_DATA:
            return None
        place, _ = _enter(content, place, _FIRST_CHOICE)
        place, _ = _enter(content, place, _SEQUENCE)
        _, place = _value(content, place, _INTEGER)
        place = _skip(content, place)
        place, _ = _enter(content, place, _SEQUENCE)
        _, place = _value(content, place, _OID)
        place, _ = _enter(content, place, _FIRST_CHOICE)
        return _octets(content, place)
    except (_NotReadable, IndexError):
        return None


def _header(content: bytes, place: int) -> tuple[int, int, int | None]:
    """Return a tag, where its value begins, and how long that is; None for one that ends with a mark."""
    tag, first = content[place], content[place + 1]
    if first < 0x80:
        return tag, place + 2, first
    count = first & 0x7F
    if count == 0:
        return tag, place + 2, None
    if count > _LONGEST_LENGTH:
        raise _NotReadable
    start = place + 2 + count
    return tag, start, int.from_bytes(content[place + 2 : start], "big")


def _enter(content: bytes, place: int, wanted: int) -> tuple[int, int | None]:
    tag, start, length = _header(content, place)
    if tag != wanted:
        raise _NotReadable
    return start, length


def _value(content: bytes, place: int, wanted: int) -> tuple[bytes, int]:
    start, length = _enter(content, place, wanted)
    if length is None:
        raise _NotReadable
    return content[start : start + length], start + length


def _skip(content: bytes, place: int, depth: int = 0) -> int:
    _, start, length = _header(content, place)
    if length is not None:
        return start + length
    if depth > _MOST_DEPTH:
        raise _NotReadable
    while content[start : start + 2] != b"\0\0":
        start = _skip(content, start, depth + 1)
    return start + 2


def _octets(content: bytes, place: int) -> bytes:
    """Return a text of bytes, which may come in pieces."""
    tag, start, length = _header(content, place)
    if tag == _OCTETS and length is not None:
        return content[start : start + length]
    if tag != _OCTETS | _CONSTRUCTED:
        raise _NotReadable
    end = len(content) if length is None else min(len(content), start + length)
    pieces: list[bytes] = []
    while start < end and content[start : start + 2] != b"\0\0":
        tag, inner, size = _header(content, start)
        if tag == _OCTETS | _CONSTRUCTED:
            # Pieces of pieces: their own pieces follow.
            start = inner
            continue
        if tag != _OCTETS or size is None:
            break
        pieces.append(content[inner : inner + size])
        start = inner + size
    return b"".join(pieces)
