"""The name of an enclosed file, as it stands in a mail's headers."""

import re
from base64 import b64encode
from urllib.parse import quote

from formapp.mail.header_text import one_line

# What stands in quotes as it is; any other name is encoded, one that looks encoded already among them.
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ()_+,.-]{0,58}[A-Za-z0-9)])?")
_LEADS_ELSEWHERE = re.compile(r'[/\\:"<>|*?]')
_PIECE = 56  # characters of one encoded piece: with what stands before it the line stays under 78
_CHARACTERS_A_WORD = 10  # up to 40 bytes, which are 56 in base64: an encoded word has at most 75 characters


def mailed_name(name: str) -> str:
    """Return the name under which a file is enclosed: one line, no path, nothing that hides or reorders text, never empty."""
    return " ".join(_LEADS_ELSEWHERE.sub("_", one_line(name)).split()) or "file"


def file_name_parameter(name: str) -> str:
    """Return what a Content-Disposition line ends with for a mailed name, folded with line feeds: plain, or encoded after RFC 2231."""
    if _PLAIN.fullmatch(name):
        return f';\n filename="{name}"'
    first, *others = _pieces(name)
    if not others:
        return f";\n filename*=utf-8''{first}"
    return f";\n filename*0*=utf-8''{first}" + "".join(f";\n filename*{number}*={piece}" for number, piece in enumerate(others, 1))


def name_parameter(name: str) -> str:
    """Return what a Content-Type line ends with for a mailed name: plain, or as the encoded words that older programs read there."""
    if _PLAIN.fullmatch(name):
        return f';\n name="{name}"'
    words = [name[start : start + _CHARACTERS_A_WORD] for start in range(0, len(name), _CHARACTERS_A_WORD)]
    return ';\n name="' + "\n ".join(f"=?utf-8?b?{b64encode(word.encode()).decode()}?=" for word in words) + '"'


def _pieces(name: str) -> list[str]:
    # Cut between characters: some readers decode each piece by itself.
    pieces = [""]
    for character in name:
        encoded = quote(character, safe="")
        if len(pieces[-1]) + len(encoded) > _PIECE:
            pieces.append("")
        pieces[-1] += encoded
    return pieces
