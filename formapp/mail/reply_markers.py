"""Marks other than attributions: header blocks, "Original message", forwarded mails, "write above this line"."""

import re
from collections.abc import Iterator
from functools import lru_cache

from formapp.mail import reply_languages as said
from formapp.mail.reply_lines import is_rule, next_seen, plain, unquoted

_LONGEST = 200  # characters of a marker
_MOST_LINES = 24  # of a header block
_MOST_WRAPPED = 3  # lines over which one header goes on: lists of addresses

_PARTS = {word: part for part, words in said.HEADER_WORDS.items() for word in words}
_KEY = re.compile(r"([^:：|<>@]{1,30})[:：]|\|([^|]{1,30})\|")
_EDGES = " -_=*~—–─#<>[]【】"
_TIME = re.compile(r"[0-9]{1,2} ?[:.h時点點시] ?[0-9]{2}")
_DATE = re.compile(r"(?:19|20)[0-9]{2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}")
_ADDRESS = re.compile(r"[^\s<>@]@[^\s<>@]")
_TWO_EDGES = re.compile(r"[-_=*~#—–─]{2}")
_FORWARDED_BY = re.compile(
    r"-{3,40} ?(?:forwarded|weitergeleitet|réexpédié|transféré|reenviado|inoltrato|doorgestuurd) (?:by|von|par|por|da|door) "
)
_REFERENCE = re.compile(r"reference: (?:s-)?[a-z]{1,12}-[0-9]{1,9}\.[a-z2-7]{12,40}")
_GMAIL_BREAK = re.compile(
    r"\[(?:quoted text hidden|zitierter text ausgeblendet|texte des messages précédents masqué|texto citado oculto)\]"
)


def is_forward_marker(head: str) -> bool:
    """Whether a line says that a forwarded mail follows."""
    bare = _marker(head)
    if bare is None:
        return False
    name = bare.strip(_EDGES + ":：。").strip()
    if name not in said.FORWARDS:
        return bool(_FORWARDED_BY.match(bare))
    return bool(_TWO_EDGES.search(bare)) or bare.endswith((":", "："))


def is_original_marker(head: str) -> bool:
    """Whether a line says that the mail follows that is answered: "-----Original Message-----"."""
    bare = _marker(head)
    if bare is None or not _TWO_EDGES.match(bare.lstrip(" *[")):
        return bool(bare and _GMAIL_BREAK.fullmatch(bare))
    name = bare.strip(_EDGES + ":：").strip()
    return name in said.ORIGINALS


def is_write_above(head: str) -> bool:
    """Whether a line asks to be written above, as ours and other desks' letters do: "##- Please type your reply above this line -##"."""
    bare = _marker(head)
    if bare is None or not any(words in bare for words in said.ABOVE_THIS_LINE):
        return False
    return bool(_TWO_EDGES.match(bare)) and bool(_TWO_EDGES.match(bare[::-1]))


def is_reference(head: str) -> bool:
    """Whether a line is the last of a letter of ours about a ticket."""
    bare = _marker(head)
    return bare is not None and bool(_REFERENCE.fullmatch(bare))


def header_block_end(heads: list[str], place: int, *, is_marked: bool = False) -> int | None:
    """Return the line after the block From, Sent, To, Subject that begins here; None where none does.

    People list "From: Sydney, To: Melbourne" too. So three different lines are asked for, and an address or a time in them, and a subject
    or an address of the sender; unless a line before has said what follows (`is_marked`).
    """
    if _part_of(heads[place])[0] in ("", "other"):
        return None
    found: dict[str, str] = {}
    end = place
    for at in _lines_of_block(heads, place):
        part, value = _part_of(heads[at])
        if part in found and part != "other":
            break
        found.setdefault(part, value or _value_below(heads, at))
        end = at + 1
    return end if _is_header_block(found, is_marked=is_marked) else None


def _is_header_block(found: dict[str, str], *, is_marked: bool) -> bool:
    parts = found.keys() & {"from", "date", "to", "subject"}
    if "from" not in parts:
        return False
    if is_marked:
        return len(parts) >= 2
    date = found.get("date", "")
    from_mail = bool(_ADDRESS.search(found["from"]))
    with_address = from_mail or bool(_ADDRESS.search(found.get("to", "")))
    at_time = bool(_DATE.search(date)) and bool(_TIME.search(date))
    if "subject" in parts:
        return len(parts) >= 3 and (with_address or at_time)
    return len(parts) >= 3 and from_mail and at_time


def _lines_of_block(heads: list[str], place: int) -> Iterator[int]:
    """Yield the lines of a block that say who, when, to whom or about what; between them a header may go on."""
    at, last = place + 1, min(len(heads), place + _MOST_LINES)
    yield place
    while at < last:
        following = next((one for one in range(at, min(last, at + _MOST_WRAPPED + 1)) if _part_of(heads[one])[0]), None)
        if following is None or _is_paragraph_between(heads, at, following):
            return
        yield following
        at = following + 1


def _is_paragraph_between(heads: list[str], start: int, end: int) -> bool:
    """Whether somebody's words stand between two headers: a line with an empty one before it and after it."""
    between = [bool(unquoted(head)) for head in heads[start:end]]
    return len(between) >= 3 and not between[0] and any(between) and not between[-1]


def _value_below(heads: list[str], at: int) -> str:
    """Return what stands below a header that is empty on its own line."""
    below = next_seen(heads, at + 1, 2)
    return "" if below >= len(heads) or _part_of(heads[below])[0] else heads[below][:300]


@lru_cache(maxsize=1024)
def _part_of(head: str) -> tuple[str, str]:
    """Return which part of a header block a line is, and what it says; no part for all other lines."""
    bare = unquoted(head[:400]).lstrip("*_ \t\xa0|")
    keyed = _KEY.match(bare if not head.lstrip(" >").startswith("|") else f"|{bare}")
    if not keyed:
        return "", ""
    key = plain(keyed[1] or keyed[2]).strip("* _").lower()
    part = _PARTS.get(key, "")
    return (part, bare[keyed.end() - (1 if keyed[2] else 0) :].strip("*_ \t")) if part else ("", "")


@lru_cache(maxsize=1024)
def _marker(head: str) -> str | None:
    bare = unquoted(head[: _LONGEST + 40])
    if not bare or len(head) > _LONGEST or is_rule(bare):
        return None
    return plain(bare).lower() or None
