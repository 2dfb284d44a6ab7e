"""The text and the files of a mail, from whichever of its parts say them."""

import re
from dataclasses import dataclass, field

from formapp.mail.charsets import decode
from formapp.mail.header_reading import text_of
from formapp.mail.html_text import text_of_html
from formapp.mail.mail_files import MOST_FILES, file_of, incoming_file, is_message, is_noise, is_package, name_of, unpacked
from formapp.mail.mime_parts import Part, parse
from formapp.mail.plain_text import (
    bounded,
    bounded_bytes,
    clean_text,
    is_pgp_encrypted,
    unflowed,
    without_pgp,
    without_uuencoded,
)
from formapp.mail.rtf_text import text_of_rtf
from formapp.mail.smime_content import signed_content
from formapp.mail.understood import IncomingFile

ENCRYPTED = "It is encrypted, so its text cannot be read here"
UNSURE_CHARACTERS = "It does not say rightly how its letters are written, so some may be wrong"
TOO_LONG = "Its text is very long: only the beginning and the end are shown"
TOO_MANY_FILES = f"Only the first {MOST_FILES} of its files are kept"
ONE_PIECE = "It is one piece of a mail that was sent in several"
ELSEWHERE = "It names a file that lies elsewhere, which was not fetched"
_FORWARDED = "---------- Forwarded message ---------"
_TEXTS = frozenset(
    {"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown", "text/x-web-markdown", "text/rtf"}
)
_SIMPLE_MARKUP = frozenset({"text/enriched", "text/richtext"})
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
# What programs say of a mail to programs: read elsewhere, and shown only where there is nothing else.
_REPORTS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
        "text/rfc822",
    }
)
_MOST_INNER = 3  # mails within mails
_MOST_GUESSES = 5
_MOST_PIECES = 200
_STUB = re.compile(
    r"\bhtml\b|mail (?:client|reader|program)|view (?:this|it) (?:e-?mail|message)? ?(?:online|in your browser)", re.IGNORECASE
)
_ATT = re.compile(r"att[0-9]{3,6}\.(?:txt|html?)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.-]{1,40})", re.IGNORECASE)
_NO_LETTER = re.compile(r"https?://\S{1,2000}|[\W_]+")
_MARKUP = re.compile(r"<(/?)([a-zA-Z-]{1,60})>")


@dataclass(frozen=True, slots=True)
class Contents:
    """The whole text of a mail, its files, and what is wrong with them in words for staff."""

    text: str
    files: tuple[IncomingFile, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    is_html: bool = False


@dataclass(slots=True)
class _Found:
    """What was found so far. `texts` counts the text parts that were seen, empty ones too."""

    depth: int = 0
    pieces: list[_Piece] = field(default_factory=list)
    files: list[IncomingFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    messages: list[Part] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    texts: int = 0
    guesses: int = 0

    def within(self) -> "_Found":
        return _Found(self.depth, texts=self.texts, guesses=self.guesses)

    def add_all_but_text(self, other: "_Found") -> None:
        self.files += other.files
        self.problems += other.problems
        self.messages += other.messages
        self.reports += other.reports
        self.texts += other.texts
        self.guesses += other.guesses

    @property
    def has_html(self) -> bool:
        return any(one.is_html for one in self.pieces)

    @property
    def text(self) -> str:
        return "\n\n".join(one.text.strip("\n") for one in self.pieces if one.text.strip())

    def keep(self, file: IncomingFile) -> None:
        if len(self.files) < MOST_FILES:
            self.files.append(file)
        else:
            self.problems.append(TOO_MANY_FILES)


def contents_of(root: Part) -> Contents:
    """Return what a mail contains."""
    found = _Found()
    _collect(root, found)
    text, is_cut = bounded(_whole_text(found))
    problems = [*found.problems, *([TOO_LONG] if is_cut else [])]
    return Contents(text.strip("\n"), tuple(found.files), tuple(dict.fromkeys(problems)))


def _whole_text(found: _Found) -> str:
    found.pieces = _without_repeated(found.pieces)
    if not found.text.strip():
        # Somebody who forwards a mail as it is may write nothing else.
        found.pieces += [_Piece(_forwarded(one, found.depth)) for one in found.messages[:1] if found.depth < _MOST_INNER]
    if not found.text.strip():
        found.pieces += [_Piece(one) for one in found.reports[:5]]
    return clean_text(found.text)


def _collect(part: Part, found: _Found) -> None:
    """Take a part in; the parser bounds the depth."""
    if part.problem:
        found.problems.append(part.problem)
    match part.kind:
        case "multipart/alternative":
            _choose(part, found)
        case "multipart/related" if part.parts:
            _related(part, found)
        case "multipart/encrypted":
            found.problems.append(ENCRYPTED)
            for inner in part.parts:
                if not is_noise(inner) and not inner.parts:
                    found.keep(file_of(inner))
        case _ if part.parts:
            for inner in part.parts:
                _collect(inner, found)
        case _ if not is_noise(part):
            _take(part, found)


def _choose(part: Part, found: _Found) -> None:
    """Take what several forms of one text say once: the plain one, unless it says less than the HTML."""
    said: list[_Found] = []
    for inner in part.parts:
        one = found.within()
        before = (one.texts, one.guesses)
        _collect(inner, one)
        one.texts, one.guesses = one.texts - before[0], one.guesses - before[1]
        said.append(one)
        found.add_all_but_text(one)
    plain = max((one for one in said if one.text.strip() and not one.has_html), key=lambda one: len(one.text), default=None)
    rich = max((one for one in said if one.text.strip() and one.has_html), key=lambda one: len(one.text), default=None)
    chosen = rich if plain is None or (rich is not None and _says_less(plain.text, rich.text)) else plain
    found.pieces += chosen.pieces if chosen else []


def _says_less(plain: str, rich: str) -> bool:
    """Whether a plain text is only a stub for readers without HTML, or a part of what the HTML says."""
    less, more = _letters(plain), _letters(rich)
    if len(less) < 600 and _STUB.search(plain) and len(more) > len(less) and not more.startswith(less[:40]):
        return True
    return len(less) * 3 < len(more) and len(more) - len(less) > 60


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text[:100_000]).casefold()


def _related(part: Part, found: _Found) -> None:
    """Take the part that is shown, which is the first one unless it is named, and what belongs to it."""
    start = part.parameter("start").strip("<> ")
    shown = next((one for one in part.parts if start and str(one.headers.get("Content-ID", "")).strip("<> ") == start), part.parts[0])
    _collect(shown, found)
    for inner in part.parts:
        if inner is not shown:
            _collect(inner, found)


def _without_repeated(pieces: list[_Piece]) -> list[_Piece]:
    """Leave out the HTML that follows its own plain text, where a program did not say that they are the same."""
    kept: list[_Piece] = []
    for piece in pieces[:_MOST_PIECES]:
        if piece.is_html and kept and not kept[-1].is_html:
            before, now = _letters(kept[-1].text), _letters(piece.text)
            if before and now and before[:1_000] == now[:1_000] and abs(len(before) - len(now)) * 5 < len(now):
                continue
        kept.append(piece)
    return kept


def _take(part: Part, found: _Found) -> None:
    """Take in what has no parts."""
    if is_package(part):
        _take_package(part, found)
    elif part.kind in _SMIME:
        _take_smime(part, found)
    elif is_message(part):
        found.messages.append(part)
        found.keep(file_of(part))
    elif part.kind in _REPORTS:
        found.reports.append(decode(bounded_bytes(part.content()), "", may_guess=False)[0])
    elif part.kind == "message/partial":
        found.problems.append(ONE_PIECE)
        found.pieces.append(_Piece(_text(part, found)))
    elif part.kind == "message/external-body":
        found.problems.append(ELSEWHERE)
    elif _is_text(part, found):
        found.texts += 1
        found.pieces.append(_Piece(_text(part, found), part.kind == "text/html"))
    else:
        _take_file(part, found)


def _is_text(part: Part, found: _Found) -> bool:
    """Whether a part is to be read, and not a file: the first text of a mail is, whatever it is called."""
    if part.kind not in _TEXTS:
        return False
    name = name_of(part)
    if part.disposition == "attachment":
        return part.depth == 0 and not name
    return not name or not found.texts


def _take_file(part: Part, found: _Found) -> None:
    file = file_of(part)
    # Exchange makes files of the empty lines between the pictures of Apple's mails.
    if not (_ATT.fullmatch(file.name) and not file.content.strip()):
        found.keep(file)


def _text(part: Part, found: _Found) -> str:
    content = part.content()
    if part.kind != "text/html" and b"\nbegin " in b"\n" + content[:7] + content:
        content, files = without_uuencoded(content)
        for name, inner in files:
            found.keep(incoming_file(decode(name, "", may_guess=False)[0], "", inner))
    if part.kind == "text/html":
        return text_of_html(clean_text(_decoded(content, part, found)))
    plain = clean_text(_decoded(bounded_bytes(content), part, found))
    if part.kind in _SIMPLE_MARKUP:
        return _MARKUP.sub("", plain.replace("<<", "&lt;")).replace("&lt;", "<")
    if part.parameter("format").lower() == "flowed":
        plain = unflowed(plain, is_deleting=part.parameter("delsp").lower() == "yes")
    if is_pgp_encrypted(plain):
        found.problems.append(ENCRYPTED)
    return without_pgp(plain)


def _decoded(content: bytes, part: Part, found: _Found) -> str:
    charset = part.parameter("charset")
    if not charset and part.kind == "text/html" and (meta := _META_CHARSET.search(content, 0, 3_000)):
        charset = meta[1].decode("ascii")
    found.guesses += 1
    text, is_sure = decode(content, charset, may_guess=found.guesses <= _MOST_GUESSES)
    if not is_sure:
        found.problems.append(UNSURE_CHARACTERS)
    return text


def _take_package(part: Part, found: _Found) -> None:
    files, package = unpacked(part)
    for file in files:
        found.keep(file)
    if not found.text.strip():
        text = package.text or (text_of_html(clean_text(package.html)) if package.html else "") or text_of_rtf(package.rtf)
        found.pieces.append(_Piece(clean_text(text)))


def _take_smime(part: Part, found: _Found) -> None:
    inner = signed_content(part.content())
    if inner is None:
        found.problems.append(ENCRYPTED)
        found.keep(file_of(part))
    elif found.depth < _MOST_INNER:
        found.depth += 1
        _collect(parse(inner), found)
        found.depth -= 1


def _forwarded(part: Part, depth: int) -> str:
    """Return a mail within a mail as programs write those that are forwarded in the text."""
    root = parse(part.content())
    inner = _Found(depth + 1)
    _collect(root, inner)
    said = [(label, text_of(root.headers, label)) for label in ("From", "Date", "Subject", "To")]
    head = [f"{label}: {value[:300]}" for label, value in said if value]
    return "\n".join([_FORWARDED, *head, "", _whole_text(inner)])
