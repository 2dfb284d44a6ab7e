"""What a single line of a mail says about itself: whether it is quoted, a rule, or says anything at all."""

import re
import unicodedata

# Nothing that marks a quote is longer; what is beyond is not looked at, so that a line of a megabyte costs nothing.
LOOKED_AT = 1000

_RULE = re.compile(r"[\s>]{0,20}(?:[-_=*~—–─] ?){3,300}\s{0,20}")
_LOTUS_RULE = re.compile(r"[^\n]{0,100}-{3}[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{2,4} [^\n]{0,60}-{3}[^\n]{0,200}")
_SEEN = re.compile(r"[^\s\-_=*~—–─>|＞]")


def is_quoted(head: str) -> bool:
    """Whether a line bears the mark of a quote."""
    bare = head.lstrip(" \t\xa0")
    return bare.startswith((">", "＞")) and len(head) - len(bare) <= 6


def unquoted(head: str) -> str:
    """Return a line without the marks of a quote and the space around it."""
    return head.lstrip(" \t\xa0>＞|").rstrip()


def plain(head: str) -> str:
    """Return a line for comparing words: one form of each character, single spaces, no stars of bold and italic text."""
    if not head.isascii():
        head = unicodedata.normalize("NFKC", head).replace("\u200b", "").replace("’", "'")
    return " ".join(head.replace("*", " ").split())


def is_rule(head: str) -> bool:
    """Whether a line is one stroke from side to side, or what Lotus Notes puts in its place."""
    return bool(_RULE.fullmatch(head) or _LOTUS_RULE.fullmatch(head))


def says_something(line: str) -> bool:
    """Whether a line shows anything but strokes and marks of quotes; a single emoji is enough."""
    return bool(_SEEN.search(line))


def next_seen(heads: list[str], place: int, limit: int) -> int:
    """Return the next line that is not empty, at most so many lines on; the number of lines where there is none."""
    for at in range(place, min(len(heads), place + limit)):
        if heads[at].strip():
            return at
    return len(heads)
