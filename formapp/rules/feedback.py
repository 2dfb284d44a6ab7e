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
# After so many days without a review an article may no longer be true.
REVIEW_AFTER_DAYS = 180
# Below this many votes a share says little.
ENOUGH_VOTES = 10

_ID = re.compile(r"F-0*([1-9][0-9]{0,8})", re.IGNORECASE)
_ADDRESS = re.compile(r"\S*@\S*")
_LINK = re.compile(r"(?:https?:|www\.)\S*")
# As long as the shortest number that could name somebody: a phone's, an account's, a card's.
_LONG_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){4,}")
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
    plain = unicodedata.normalize("NFKC", words[: 4 * LONGEST_WORDS]).casefold()
    for private in (_ADDRESS, _LINK, _LONG_NUMBER):
        plain = private.sub(" ", plain)
    visible = "".join(character if character.isprintable() else " " for character in plain)
    kept = " ".join(visible.split())[:LONGEST_WORDS].strip()
    return kept if any(character.isalnum() for character in kept) else ""
