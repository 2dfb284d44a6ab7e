"""The header lines of a finished mail, read strictly."""

import re

from formapp.errors import HelpCentreError

_HEADER_LINE = re.compile(rb"([A-Za-z][A-Za-z-]*): [^\x00-\x08\x0a-\x1f\x7f-\xff]*")
_FOLDED_LINE = re.compile(rb"[ \t][^\x00-\x08\x0a-\x1f\x7f-\xff]*[!-~][^\x00-\x08\x0a-\x1f\x7f-\xff]*")


class MalformedLetter(HelpCentreError):
    """The finished mail would not say what was meant; it is refused before it is stored."""


def header_names(lines: list[bytes]) -> list[str]:
    """Return the headers' names in their order; raise MalformedLetter for a line that is neither a header nor a fold of one."""
    names: list[str] = []
    for line in lines:
        if match := _HEADER_LINE.fullmatch(line):
            names.append(match[1].decode("ascii"))
        elif not names or not _FOLDED_LINE.fullmatch(line):
            raise MalformedLetter("a header line of the mail is malformed: clean the text it came from")
    return names
