"""Feedback on articles: its IDs, its states, how sure a share is, and which of a reader's words are kept."""

import math
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

NEW, DONE, WONT_DO = "new", "done", "wont-do"
STATES: Mapping[str, str] = MappingProxyType({NEW: "New", DONE: "Done", WONT_DO: "Won’t do"})
LONGEST_COMMENT = 1000  # characters
LONGEST_NOTE = 500
LONGEST_WORDS = 80
# Below this many votes a share says little.
ENOUGH_VOTES = 10

_ID = re.compile(r"F-0*([1-9][0-9]{0,8})", re.IGNORECASE)
# A word with an address in it, or a link: with its scheme or without.
_PRIVATE = re.compile(r"@|https?:|://|www\.|\.\w{2,}/")
# As long as the shortest number that could name somebody: a phone's, an account's, a card's; however its digits are parted.
_LONG_NUMBER = re.compile(r"\d(?:[\W_]*\d){4,}")
# As a page's address has an @ and what parts a link, however often it was encoded.
_ENCODED = re.compile(r"%(?:25)*(40|3a|2f)")
_Z = 1.96  # of a 95 % interval


def feedback_id(number: int) -> str:
    """Return the ID by which editors name feedback: F-123."""
    return f"F-{number}"


def read_feedback_id(text: str) -> int | None:
    """Return the number in an ID, None where it is none."""
    found = _ID.fullmatch(text.strip())
    return int(found[1]) if found else None


def at_least(count: int, of: int) -> float:
    """Return the lower bound of the Wilson interval (95 %) of a share: what it is at least, however few were asked; 0 of none."""
    if of == 0:
        return 0.0
    share = count / of
    middle = share + _Z**2 / (2 * of)
    spread = _Z * math.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    return max(0.0, (middle - spread) / (1 + _Z**2 / of))


def scrubbed(words: str) -> str:
    """Return search words fit to be kept: on one line, in small letters, without addresses, links and long numbers, and short.

    Empty when nothing is left that says anything.
    """
    # First of all, for nothing that cannot be seen may part what is looked for.
    visible = "".join(_seen(character) for character in words[: 4 * LONGEST_WORDS])
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    decoded = _ENCODED.sub(lambda found: chr(int(found[1], 16)), plain)
    joined = " ".join(decoded.split()).replace(" @", "@").replace("@ ", "@")
    public = " ".join(word for word in joined.split() if not _PRIVATE.search(word))
    kept = " ".join(_LONG_NUMBER.sub(" ", public).split())[:LONGEST_WORDS].strip()
    return kept if any(character.isalnum() for character in kept) else ""


def _seen(character: str) -> str:
    if character.isprintable():
        return character
    return "" if unicodedata.category(character) == "Cf" else " "
