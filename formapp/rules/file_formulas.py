"""Whether a spreadsheet would take a cell of a CSV for a formula."""

import re
from functools import lru_cache
from typing import BinaryIO

from formapp.rules.plain_text import UTF_16

FORMULA = "A cell of this file begins like a formula: open it as text"

# What is looked at, in bytes.
_MOST_LOOKED_AT = 1_000_000
# Which of them parts the cells is a matter of the spreadsheet's language, not of the file, unless its first line says so.
_SEPARATORS = (",", ";", "\t")
_OWN_SEPARATOR = re.compile(r'"?sep=([^\r\n])', re.IGNORECASE)
# Dashes for empty cells, negative numbers, amounts, days and telephone numbers; with commas only within quotes.
_NUMBER = "(?:(?!{parting})[-+0-9 .:/()%$\u20ac\u00a3\u00a5])*+(?:[eE][-+]?[0-9]++)?+"
_QUOTED_NUMBER = "[-+0-9 .,:/()%$\u20ac\u00a3\u00a5]*+(?:[eE][-+]?[0-9]++)?+"


def look_at_cells(stream: BinaryIO) -> str | None:
    """Look through the first megabyte of a text (UTF-8, UTF-16 with its mark or Windows-1252) and return a warning for staff, or None."""
    stream.seek(0)
    content = stream.read(_MOST_LOOKED_AT)
    text = content.decode(UTF_16.get(content[:2], "utf-8"), "replace").removeprefix("\ufeff")
    own = _OWN_SEPARATOR.match(text)
    separators = (*_SEPARATORS, own[1]) if own else _SEPARATORS
    return FORMULA if any(_with_formula(separator).match(text) for separator in separators) else None


@lru_cache(maxsize=16)
def _with_formula(separator: str) -> re.Pattern[str]:
    """Cells without formulas and then one with. Nothing is tried in a second way, so that the time grows with the text only."""
    parting = re.escape(separator)
    # The wide signs count where Japanese is written.
    always, perhaps = "[=@\uff1d\uff20]", "[-+\uff0b\uff0d]"
    # A number ends at any separator: one of a file with commas is none the worse where semicolons are looked for.
    bare = rf"(?:(?!{parting})[\t\f])*+(?:{always}|{perhaps}(?!{_NUMBER.format(parting=parting)}(?:[{parting},;\t\r\n]|\Z)))"
    quoted = rf'(?:{always}|{perhaps}(?!{_QUOTED_NUMBER}(?:"|\Z)))'
    formula = rf'(?:{bare}|"[\t\r\n\f]*+(?:{quoted}|"{bare}))'
    cell = rf'(?:"(?:[^"]++|"")*+"?+)?+[^{parting}\r\n]*+(?:{parting}|\r\n?+|\n)'
    return re.compile(f"(?:(?!{formula}){cell})*+{formula}")
