"""Plain text parts: their lines joined, what signs them left out, what is packed into them taken out; and any text made fit to store."""

import re

from formapp.mail.transfer_encodings import from_uuencode

LONGEST = 200_000  # characters; of a longer text the end stays as well, where references stand
LONGEST_END = 10_000
CUT = "[…]"
_MOST_BYTES = 1_600_000
_MOST_BYTES_AT_END = 80_000
_LINE_ENDS = {0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_NOT_TEXT = {code: None for code in (*range(0x20), *range(0x7F, 0xA0), 0xFEFF) if code not in (0x09, 0x0A, *_LINE_ENDS)}
_CLEAN = _NOT_TEXT | _LINE_ENDS | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_NEEDS_CLEANING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n(?=[!-`])", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t]*\r?$\n?", re.MULTILINE)
_MOST_UU = 100
_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_PGP_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_PGP_ENDS = "-----END PGP SIGNATURE-----"
_PGP_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
_DASH_ESCAPE = re.compile(r"^- (?=-|From )", re.MULTILINE)


def clean_text(text: str) -> str:
    """Return a text with plain line ends and nothing that cannot be stored or shown."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain.translate(_CLEAN) if _NEEDS_CLEANING.search(plain) else plain


def bounded(text: str) -> tuple[str, bool]:
    """Return a text of at most LONGEST characters, its end included, and whether something was left out."""
    if len(text) <= LONGEST:
        return text, False
    return f"{text[: LONGEST - LONGEST_END]}\n{CUT}\n{text[-LONGEST_END:]}", True


def bounded_bytes(content: bytes) -> bytes:
    """Return the beginning and the end of what is too long to be decoded, cut at line ends where there are any."""
    if len(content) <= _MOST_BYTES + _MOST_BYTES_AT_END:
        return content
    end = content.rfind(b"\n", _MOST_BYTES // 2, _MOST_BYTES)
    start = content.find(b"\n", len(content) - _MOST_BYTES_AT_END)
    head = content[: end if end >= 0 else _MOST_BYTES]
    return head + f"\n{CUT}".encode() + content[start if start >= 0 else len(content) - _MOST_BYTES_AT_END :]


def unflowed(text: str, *, is_deleting: bool) -> str:
    """Join the lines that were broken to fit (RFC 3676); `is_deleting` is DelSp, where the space at the break is none of the text's."""
    joined: list[list[str]] = []
    depth_before, is_open = 0, False
    for line in text.split("\n"):
        rest = line.lstrip(">")
        depth = len(line) - len(rest)
        rest = rest.removeprefix(" ")
        is_delimiter = rest == "-- "
        if is_open and depth == depth_before and not is_delimiter:
            joined[-1].append(rest)
        else:
            joined.append([f"{'>' * depth} {rest}" if depth else rest])
        is_open = rest.endswith(" ") and not is_delimiter
        depth_before = depth
        if is_open and is_deleting:
            joined[-1][-1] = joined[-1][-1].removesuffix(" ")
    return "\n".join("".join(pieces) for pieces in joined)


def is_pgp_encrypted(text: str) -> bool:
    """Whether a text is encrypted by PGP, in a block of its own."""
    return f"\n{_PGP_ENCRYPTED}" in f"\n{text[:20_000]}"


def without_pgp(text: str) -> str:
    """Return a text that PGP signed without what signs it."""
    signed = f"\n{text}".find(f"\n{_PGP_SIGNED}")
    if signed < 0:
        return text
    # The armour has its own headers, and ends with an empty line.
    body = text.find("\n\n", signed)
    if body < 0 or body > signed + 500:
        return text
    signature = text.find(f"\n{_PGP_SIGNATURE}", body)
    signature = len(text) if signature < 0 else signature
    end = text.find(_PGP_ENDS, signature)
    behind = text[end + len(_PGP_ENDS) :] if end >= 0 else ""
    return text[:signed] + _DASH_ESCAPE.sub("", text[body + 2 : signature]) + behind


def without_uuencoded(content: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return a text without the files that are uuencoded in it, and those: name and content."""
    kept: list[bytes] = []
    files: list[tuple[bytes, bytes]] = []
    place = 0
    while len(files) < _MOST_UU and (begin := _UU_BEGIN.search(content, place)):
        end = _UU_END.search(content, begin.end())
        if end is None:
            break
        inner = from_uuencode(content[begin.end() : end.start()]) if _is_uuencoded(content, begin.end()) else b""
        if inner:
            kept.append(content[place : begin.start()])
            files.append((begin[1].strip(), inner))
            place = end.end()
        else:
            kept.append(content[place : begin.end()])
            place = begin.end()
    return b"".join(kept) + content[place:], files


def _is_uuencoded(content: bytes, place: int) -> bool:
    """Whether the first line is as long as it says."""
    line = content[place : place + 100].split(b"\n", 1)[0].rstrip(b"\r")
    length = (((line[0] - 32) & 63) * 4 + 2) // 3 if line else 0
    return 0 < length <= len(line) - 1 + 2
