"""The text of a mail, from whichever of its parts say it."""

import re
from dataclasses import dataclass, field

from formapp.mail.charsets import decode
from formapp.mail.html_text import text_of_html
from formapp.mail.mail_files import MOST_FILES, file_of, is_tnef, name_of, unpacked
from formapp.mail.mime_parts import Part, from_uuencode, parse
from formapp.mail.understood import IncomingFile
from formapp.rules.file_names import clean_name

LONGEST = 200_000  # characters; of a longer text the end stays as well, where references stand
_LONGEST_END = 10_000
_ENCRYPTED = frozenset({"application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_UNSEEN = str.maketrans(dict.fromkeys("\0\ufeff") | dict.fromkeys("\x0b\x0c\x85\u2028\u2029", "\n"))
_UUENCODED = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n((?:[ -`][^\n]{0,90}\n){1,200000}?)`?\n?end$", re.MULTILINE)
_PGP_HEAD = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash: [^\n]{0,100}\n){0,5}\n?", re.MULTILINE)
_PGP_FOOT = re.compile(r"^-----BEGIN PGP SIGNATURE-----\n.{0,20000}?^-----END PGP SIGNATURE-----\n?", re.MULTILINE | re.DOTALL)


@dataclass(slots=True)
class Contents:
    """What a mail contains: its text as plain and as HTML parts say it, its files, and what is wrong, in words for staff."""

    plain: list[str] = field(default_factory=list)
    rich: list[str] = field(default_factory=list)
    files: list[IncomingFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole text."""
        return clean_text("\n\n".join(filter(None, (one.strip("\n") for one in self.plain))))


def contents_of(root: Part) -> Contents:
    """Return what a mail contains."""
    found = Contents()
    _collect(root, found)
    if len(found.files) > MOST_FILES:
        found.problems.append(f"Only the first {MOST_FILES} of its files are shown")
        del found.files[MOST_FILES:]
    return found


def clean_text(text: str) -> str:
    """Return a text with plain line ends and nothing that cannot be stored, bounded in length."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSEEN)
    plain = plain.encode("utf-8", "replace").decode("utf-8")
    if len(plain) > LONGEST:
        plain = f"{plain[: LONGEST - _LONGEST_END]}\n[…]\n{plain[-_LONGEST_END:]}"
    return plain.strip("\n")


def _collect(part: Part, found: Contents) -> None:
    """Take a part in: the depth is bounded by the parser."""
    if part.problem:
        found.problems.append(f"A part of it could not be read whole: {part.problem}")
    if part.kind == "multipart/alternative":
        _choose(part, found)
    elif part.kind == "multipart/encrypted" or (part.kind in _ENCRYPTED and not _signed_content(part, found)):
        found.problems.append("It is encrypted, and cannot be read here")
        found.files.extend(
            one for inner in part.walk() if not inner.parts and (one := file_of(inner)) and inner.kind != "application/pgp-encrypted"
        )
    elif part.parts:
        for inner in part.parts:
            _collect(inner, found)
    elif part.kind not in _ENCRYPTED:
        _take(part, found)


def _choose(part: Part, found: Contents) -> None:
    """Take what several forms of one text say once: the plain one, unless it says less than the HTML."""
    said = []
    for inner in part.parts:
        one = Contents()
        _collect(inner, one)
        said.append((inner, one))
    plain = next((one for inner, one in said if one.text and not _is_html(inner)), None)
    rich = next((one for inner, one in reversed(said) if one.text and _is_html(inner)), None)
    chosen = rich if plain is None or (rich and _says_less(plain.text, rich.text)) else plain
    if chosen:
        found.plain.extend(chosen.plain)
    for _, one in said:
        found.files.extend(one.files)
        found.problems.extend(one.problems)


def _is_html(part: Part) -> bool:
    return any(inner.kind == "text/html" for inner in part.walk())


def _says_less(plain: str, rich: str) -> bool:
    """Whether a plain text is only a stub for readers without HTML."""
    if len(plain) < 400 and re.search(r"html", plain, re.IGNORECASE) and len(rich) > len(plain):
        return True
    words, theirs = len(plain.split()), len(rich.split())
    return words * 4 < theirs and theirs - words > 20


def _take(part: Part, found: Contents) -> None:
    if is_tnef(part):
        files, plain, rich = unpacked(part)
        found.files.extend(files)
        if not any(found.plain):
            found.plain.append(plain or (text_of_html(rich) if rich else ""))
        return
    is_text = part.kind in ("text/plain", "text/html", "text/enriched", "text/richtext", "text/x-amp-html")
    is_file = part.disposition == "attachment" or bool(name_of(part))
    if part.kind == "text/x-amp-html":
        return
    if part.kind == "text/rfc822-headers" or (part.kind == "message/delivery-status"):
        found.plain.append(decode(part.content(), "")[0])
        return
    if not is_text or is_file:
        file = file_of(part)
        if file:
            found.files.append(file)
        return
    text, is_right = decode(part.content(), part.parameter("charset"))
    if not is_right and part.parameter("charset"):
        found.problems.append("Its character set is not the one that it names: some characters may be wrong")
    found.plain.append(text_of_html(text) if part.kind == "text/html" else _plain(part, text, found))


def _plain(part: Part, text: str, found: Contents) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.parameter("format").lower() == "flowed":
        plain = _unflowed(plain, is_deleting=part.parameter("delsp").lower() == "yes")
    if "-----BEGIN PGP SIGNED MESSAGE-----" in plain:
        plain = re.sub(r"(?m)^- ", "", _PGP_FOOT.sub("", _PGP_HEAD.sub("", plain)))
    if "\nbegin " in f"\n{plain}" and "\nend" in plain:
        plain = _UUENCODED.sub(lambda block: _uuencoded(block, found), f"{plain}\n")
    return plain


def _uuencoded(block: re.Match[str], found: Contents) -> str:
    content = from_uuencode(block[2].encode("ascii", "replace").split(b"\n"))
    if not content or len(found.files) >= MOST_FILES:
        return block[0]
    found.files.append(IncomingFile(clean_name(block[1]), "application/octet-stream", content))
    return ""


def _unflowed(text: str, *, is_deleting: bool) -> str:
    """Join the lines that were broken to fit (RFC 3676)."""
    joined: list[list[str]] = []
    depth_before, is_open = 0, False
    for line in text.split("\n"):
        rest = line.lstrip(">")
        depth = len(line) - len(rest)
        rest = rest[1:] if rest.startswith(" ") else rest
        if is_open and depth == depth_before and rest != "-- ":
            joined[-1].append(rest)
        else:
            joined.append([("> " * depth) + rest if depth else rest])
        is_open = rest.endswith(" ") and rest != "-- "
        depth_before = depth
        if is_open and is_deleting:
            joined[-1][-1] = joined[-1][-1][:-1]
    return "\n".join("".join(pieces) for pieces in joined)


def _signed_content(part: Part, found: Contents) -> bool:
    """Take in what a signed mail of Outlook's kind holds, whose text stands in the signature as it is; False where it is encrypted."""
    content = part.content()
    start = re.search(rb"(?:Content-Type|MIME-Version):[^\x00]{0,300}?\r?\n", content[:4000], re.IGNORECASE)
    if start is None:
        return False
    # Long texts stand there in blocks, with a few bytes between that count them.
    inner = re.sub(rb"\x04(?:[\x00-\x7f]|\x81.|\x82..|\x83...)(?=[\x09\x0a\x0d\x20-\x7e])", b"", content[start.start() :], flags=re.DOTALL)
    end = inner.find(b"\x00\x00")
    _collect(parse(inner[:end] if end > 0 else inner), found)
    return True
