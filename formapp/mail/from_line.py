"""Who a mail says it is from. The address is believed only where no reading of the line could find another (abuse case D-24)."""

import re
from dataclasses import dataclass
from email.message import Message

from formapp.address import UnusableAddress, bare_address
from formapp.mail.encoded_words import decoded_words
from formapp.mail.header_reading import addresses_in
from formapp.mail.header_text import one_line

_LONGEST = 5_000
_LONGEST_NAME = 200
NO_FROM = "It does not say who it is from"
SEVERAL = "It has several From lines"
UNCLEAR = "Its From line could be read in more than one way"
NOT_WRITABLE = "The address in its From line is not one that can be written to"
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"')
_ANGLE = re.compile(r"<([^<>]*)>")
_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,3000}\?=")
# Outside of quotes these begin a group, or end one.
_OF_GROUPS = re.compile(r"[:;]")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a mail is from: no address where there is any doubt, and then what is wrong in words for staff."""

    address: str | None
    name: str
    problem: str = ""


def sender_of(headers: Message) -> Sender:
    """Return who a mail says it is from."""
    lines = [str(line).strip() for line in headers.get_all("From") or []]
    if not any(lines):
        return Sender(None, "", NO_FROM)
    line = lines[0] or lines[-1]
    if len(line) > _LONGEST:
        return Sender(None, _shown(line[:_LONGEST_NAME]), UNCLEAR)
    plain, comments = _without_comments(line)
    name = _name(plain, comments)
    if len(lines) > 1:
        return Sender(None, name or _shown(line), SEVERAL)
    address = _only_address(plain, comments)
    if address is None:
        return Sender(None, name or _shown(line), UNCLEAR)
    try:
        return Sender(bare_address(_with_ascii_domain(address)), name)
    except UnusableAddress:
        return Sender(None, name or _shown(address), NOT_WRITABLE)


def _only_address(plain: str, comments: list[str]) -> str | None:
    """Return the address of a line without its comments; None where another reading could find another."""
    angles = _ANGLE.findall(_QUOTED.sub("", plain))
    outside = _ANGLE.sub(" ", _QUOTED.sub(" ", plain))
    if len(angles) > 1 or any(mark in outside for mark in '<>"') or _OF_GROUPS.search(outside):
        return None
    address = (angles[0] if angles else outside).strip().rstrip(",").strip()
    if not angles and (_QUOTED.search(plain) or "," in address or len(address.split()) > 1):
        return None
    if angles and not _is_nothing_behind(plain):
        return None
    shown = [*comments, _shown(plain.rpartition("<")[0]) if angles else ""]
    named = {one for text in shown for one in addresses_in(text)}
    # Another address in the name is the one that some programs show, and that others take. A mere repetition harms nobody.
    if any(one.casefold() != address.casefold() for one in named):
        return None
    return None if angles and "@" in _WORD.sub(" ", outside) and not named else address


def _is_nothing_behind(plain: str) -> bool:
    return not plain.rpartition(">")[2].strip(" ,\t")


def _without_comments(line: str) -> tuple[str, list[str]]:
    """Return a line without its comments, which may be nested, and the comments. Parentheses in a quoted text stay."""
    kept: list[str] = []
    comments: list[list[str]] = []
    depth, is_quoted, is_escaped = 0, False, False
    for mark in line:
        if is_escaped:
            is_escaped = False
        elif mark == "\\":
            is_escaped = True
        elif mark == '"' and not depth:
            is_quoted = not is_quoted
        elif mark == "(" and not is_quoted:
            depth += 1
            comments.append([])
            continue
        elif mark == ")" and depth:
            depth -= 1
            continue
        (comments[-1] if depth else kept).append(mark)
    if depth:
        # A parenthesis that is never closed hides nothing.
        return line, []
    return "".join(kept), ["".join(comment) for comment in comments]


def _name(plain: str, comments: list[str]) -> str:
    name = _shown(_ANGLE.sub(" ", plain)) if "<" in plain else ""
    return name or next((shown for comment in comments if (shown := _shown(comment))), "")


def _shown(text: str) -> str:
    unquoted = _QUOTED.sub(lambda found: re.sub(r"\\(.)", r"\1", found[1]), text)
    name = one_line(decoded_words(unquoted))[:_LONGEST_NAME].strip('" ,')
    return name[1:-1].strip() if len(name) > 1 and name[0] == name[-1] == "'" else name


def _with_ascii_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address
