"""The one gate between words from outside and a mail header."""

import re
import unicodedata

# What turns the reading direction round could make a subject or a name look like another one.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = re.compile(f"[{_BIDI}\u200b\u2060\ufeff]")
_REPLACEMENT = "\ufffd"
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,100}@[A-Za-z0-9.-]{1,100}>")


def one_line(text: str) -> str:
    """Return the text as one line: controls and line ends become spaces, what reorders or hides text goes."""
    shown = _INVISIBLE.sub("", text)
    shown = "".join(_shown_in_a_header(character) for character in shown)
    return " ".join(shown.split())


def is_message_id(text: str) -> bool:
    """Say whether a text is one well-formed Message-ID, its angle brackets included."""
    return _MESSAGE_ID.fullmatch(text) is not None


def _shown_in_a_header(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cs":
            return _REPLACEMENT
        case _:
            return character
