"""How the bytes of a part are written in a mail: base64, quoted-printable, uuencode. What is broken is read as far as it goes."""

import base64
import binascii
import re

_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_PADDING = re.compile(rb"=[=\s]*")
_SPACE_AT_END = re.compile(rb"=[ \t]++(\r?\n)")
_LOOKED_AT = 4_000
# Lines of base64 have no spaces, prose has one every five or six letters.
_PROSE_SPACES = 0.06


def from_base64(body: bytes, *, is_text: bool) -> bytes:
    """Return what base64 holds: every stretch that ends in padding; of a text also what a mailing list added below in plain letters."""
    if is_text and _is_prose(body):
        return body
    end = body.find(b"=")
    padding = _PADDING.match(body, end) if end >= 0 else None
    if padding is None or padding.end() >= len(body):
        return _stretch(body)
    rest = body[padding.end() :]
    if not _is_more(rest):
        return _stretch(body[:end]) + (b"\n" + rest if is_text else b"")
    return b"".join(_stretch(one) for one in _PADDING.split(body))


def from_quoted_printable(body: bytes) -> bytes:
    """Return what quoted-printable holds; what is no escape stands for itself."""
    # Some servers leave spaces at the end of a line, where they undo the mark that joins it with the next.
    return binascii.a2b_qp(_SPACE_AT_END.sub(rb"=\1", body) if b"= " in body or b"=\t" in body else body)


def from_uuencode(body: bytes) -> bytes:
    """Return what uuencoded lines hold; lines that are none are left out."""
    decoded: list[bytes] = []
    place = 0
    while place < len(body):
        end = body.find(b"\n", place)
        end = len(body) if end < 0 else end
        line = body[place : min(end, place + 200)].rstrip(b"\r\n")
        place = end + 1
        if not line or line.startswith(b"begin ") or line in (b"end", b"`"):
            continue
        decoded.append(_uu_line(line))
    return b"".join(decoded)


def _uu_line(line: bytes) -> bytes:
    # Some programs put more on a line than it says, others strip the spaces at its end.
    length = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:length].ljust(length))
    except binascii.Error:
        return b""


def _stretch(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        letters = _NO_BASE64.sub(b"", body)
        usable = letters[: len(letters) - (len(letters) % 4 == 1)]
        return base64.b64decode(usable + b"=" * (-len(usable) % 4))


def _is_more(rest: bytes) -> bool:
    """Whether what follows the padding is base64 once more."""
    piece = rest[:_LOOKED_AT]
    letters = len(_NO_BASE64.sub(b"", piece))
    is_whole = len(rest) > _LOOKED_AT or b"=" in rest or letters % 4 == 0
    return is_whole and letters > len(piece) // 2 and not _is_prose(rest)


def _is_prose(body: bytes) -> bool:
    piece = body[:_LOOKED_AT].strip()
    return len(piece) > 3 and piece.count(b" ") > len(piece) * _PROSE_SPACES
