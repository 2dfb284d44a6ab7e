"""The parameters of Content-Type and Content-Disposition (RFC 2045, 2183, 2231), in linear time and with all that programs get wrong.

The standard library takes the square of a header's length.
"""

import re
from collections import defaultdict
from urllib.parse import unquote_to_bytes

from formapp.mail.charsets import decode
from formapp.mail.encoded_words import decoded_words

_LONGEST = 20_000
_MOST = 200
_PARAMETER = re.compile(r'[;\s]*+([^\s=;"]++)\s*+(?:=\s*+(?:"((?:[^"\\]++|\\.)*+)"?|([^;]*+)))?', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_SECTION = re.compile(r"(.+?)(?:\*([0-9]{1,3}))?(\*)?")
# Of the others' values nothing after a space belongs to them: text/plain; charset=utf-8 format=flowed.
_WITH_SPACES = frozenset({"name", "filename", "boundary"})


def parameters(value: str) -> dict[str, str]:
    """Return the parameters of a header, by their names in lower case."""
    _, _, rest = value[:_LONGEST].partition(";")
    first = value[:_LONGEST].partition(";")[0]
    if "=" in first:
        # The word that should stand first is missing, or the semicolon behind it.
        rest = value[:_LONGEST].partition(" ")[2] if "/" in first.partition("=")[0] else value[:_LONGEST]
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = defaultdict(dict)
    for place, found in enumerate(_PARAMETER.finditer(rest)):
        if place >= _MOST:
            break
        said = _ESCAPED.sub(r"\1", found[2]) if found[2] is not None else (found[3] or "").strip().strip("'")
        section = _SECTION.fullmatch(found[1].lower())
        if section is None or (section[2] is None and section[3] is None):
            plain.setdefault(found[1].lower(), said)
        else:
            sections[section[1]].setdefault(int(section[2] or 0), (said, bool(section[3])))
    whole = {name: decoded_words(said) for name, said in plain.items()} | {name: _joined(found) for name, found in sections.items()}
    return {name: said if name in _WITH_SPACES else " ".join(said.split()[:1]) for name, said in whole.items()}


def _joined(sections: dict[int, tuple[str, bool]]) -> str:
    """Return the value of a parameter that came in sections, some of them percent-encoded in a character set that the first names."""
    charset, content = "", b""
    for place in sorted(sections):
        said, is_encoded = sections[place]
        if is_encoded and not content and said.count("'") >= 2:
            charset, _, said = said.split("'", 2)
        content += unquote_to_bytes(said) if is_encoded else said.encode("utf-8", "replace")
    return decoded_words(decode(content, charset, may_guess=False)[0])
