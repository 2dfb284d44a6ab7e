"""The contents of enclosed files, put into a mail as it leaves."""

import base64
import re
from collections.abc import Callable, Iterator

NO_LONGER_KEPT = "This file is no longer kept."
REFUSED = "The mail server did not take this file. It is kept with the request on the help centre; its link is in the letter."

# A line that quoted-printable text cannot contain, for its equals signs are all encoded or end their line.
_PLACE = re.compile(rb"(?<=\r\n)=enclosure ([0-9]{1,19})=(?=\r\n)")
_BLOCK = 57 * 16_384  # bytes that make whole lines of 76 characters, somewhat less than a megabyte


def place_of(number: int) -> str:
    """Return the line in whose place the content of that file will stand."""
    return f"=enclosure {number}="


def fill_in(raw: bytes, content_of: Callable[[int], bytes], instead: str = NO_LONGER_KEPT) -> bytes:
    """Return the finished mail with the contents in their places; a part with the text `instead` (ASCII) for each that raises KeyError.

    The same contents give the same bytes. A mail without files comes back as it is.
    """
    if not _PLACE.search(raw):
        return raw
    return b"".join(_pieces(raw, content_of, instead))


def left_out(raw: bytes) -> bytes:
    """Return the finished mail without its files: each part says that its file was refused, and where it is."""

    def content_of(number: int) -> bytes:
        raise KeyError(number)

    return fill_in(raw, content_of, REFUSED)


def _pieces(raw: bytes, content_of: Callable[[int], bytes], instead: str) -> Iterator[bytes]:
    done = 0
    for place in _PLACE.finditer(raw):
        try:
            content = content_of(int(place[1]))
        except KeyError:
            yield raw[done : _start_of_part(raw, place.start())]
            yield _instead_of_a_file(instead)
        else:
            yield raw[done : place.start()]
            yield from _encoded(content)
        done = place.end()
    yield raw[done:]


def _encoded(content: bytes) -> Iterator[bytes]:
    """Return the base64 of a file, in lines of 76 characters and without the last line's end."""
    for start in range(0, len(content), _BLOCK):
        lines = base64.encodebytes(content[start : start + _BLOCK]).replace(b"\n", b"\r\n")
        yield lines if start + _BLOCK < len(content) else lines.removesuffix(b"\r\n")


def _start_of_part(raw: bytes, place: int) -> int:
    """Return where the headers of the part begin that has its content at `place`: after the boundary's line."""
    boundary = raw.rindex(b"\r\n--", 0, place)
    return raw.index(b"\r\n", boundary + 2) + 2


def _instead_of_a_file(text: str) -> bytes:
    head = "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\nContent-Disposition: inline\r\n\r\n"
    return f"{head}{text}".encode("ascii")
