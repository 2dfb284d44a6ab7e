"""What a file is called among us: readable, and harmless wherever it is shown or saved."""

import re
import unicodedata

MOST_CHARACTERS = 100
# What is looked at of a name, at its end; putting accents in order takes the square of their number.
_MOST_LOOKED_AT = 1000
# Most file systems hold names of 255 bytes.
_MOST_BYTES = 240
_LONGEST_EXTENSION = 10
_NAMELESS = "file"
_REPLACEMENT = "\ufffd"
_BARE_EXTENSION = re.compile(r"(?:png|jpe?g|gif|pdf|txt|csv|log)", re.IGNORECASE)
# Letters and signs that show nothing; Unicode does not count them as spaces.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# No file of these may exist on Windows. The question mark also takes encoded words (=?utf-8?q?…?=) their meaning.
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(?:\.|$)", re.IGNORECASE)


def clean_name(name: str) -> str:
    """Return a name of at most 100 characters without path, controls or what turns text round; its extension stays, as in скриншот.png."""
    last = re.split(r"[/\\]", name[-_MOST_LOOKED_AT:])[-1]
    shown = unicodedata.normalize("NFC", "".join(_shown(character) for character in last))
    cleaned = _trimmed(" ".join(_FORBIDDEN.sub("_", shown).split()))
    if shown.lstrip(" ").startswith(".") and _BARE_EXTENSION.fullmatch(cleaned):
        cleaned = f"{_NAMELESS}.{cleaned}"
    if _RESERVED.match(cleaned):
        cleaned = f"_{cleaned}"
    return _shortened(cleaned) or _NAMELESS


def extension(name: str) -> str:
    """Return what follows a name's last dot, in lower case: "png" for x.exe.PNG, "" without a dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _shown(character: str) -> str:
    if character in _BLANK:
        return " "
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp" | "Zs":
            return " "
        case "Cf":
            # Also the invisible space in front of .htaccess, and what reverses the direction of reading.
            return ""
        case "Cs" | "Cn":
            return _REPLACEMENT
        case _:
            return character


def _trimmed(name: str) -> str:
    # Leading dots hide a file, trailing ones are dropped by Windows.
    return name.lstrip(". ").rstrip(". ")


def _shortened(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > _LONGEST_EXTENSION:
        stem, dot, suffix = name, "", ""
    ending = dot + suffix
    short = stem[: MOST_CHARACTERS - len(ending)]
    short = short.encode()[: _MOST_BYTES - len(ending.encode())].decode(errors="ignore")
    # A shorter stem may end in a dot or a space of its own.
    return (short.rstrip(". ") if short != stem else stem) + ending
