"""Whether a file's content is what its name says, read in small pieces."""

from collections.abc import Callable, Mapping
from typing import BinaryIO

from formapp.rules.file_formulas import look_at_cells
from formapp.rules.file_kinds import FileKind
from formapp.rules.image_sizes import gif_size, jpg_size, png_size
from formapp.rules.pdf_contents import EncryptedPdf, NotPdf, look_at_pdf
from formapp.rules.plain_text import NotText, look_at_text

_SIZES: Mapping[str, Callable[[BinaryIO], tuple[int, int] | None]] = {"png": png_size, "jpg": jpg_size, "gif": gif_size}


class Mismatch(Exception):
    """The content is not of the kind that the name says."""


class TooManyPixels(Exception):
    """An image that would fill the memory of whoever opens it."""


class WithPassword(Exception):
    """A file that nobody could open here."""


def look_inside(kind: FileKind, stream: BinaryIO, most_pixels: int) -> str | None:
    """Return a warning for staff, or None, after checking a seekable stream; raises Mismatch, TooManyPixels or WithPassword."""
    if kind.key in _SIZES:
        size = _SIZES[kind.key](stream)
        if size is None:
            raise Mismatch
        if size[0] * size[1] > most_pixels:
            raise TooManyPixels
        return None
    try:
        if kind.key == "pdf":
            return look_at_pdf(stream)
        warning = look_at_text(stream)
        # A formula is the worse of the two, and whoever opens the file in an editor is safe from both.
        return look_at_cells(stream) or warning if kind.key == "csv" else warning
    except (NotPdf, NotText):
        raise Mismatch from None
    except EncryptedPdf:
        raise WithPassword from None
