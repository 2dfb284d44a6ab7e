"""Files that are made to take long: what is done with them grows with their size only (D-39)."""

import contextlib
import io
import struct
import time
import zlib

import pytest

from formapp.rules.files import UnacceptableFile, check_file
from tests.sample_files import SAMPLES, checked, gif, packed_objects, pdf, png, png_chunk

# Blocks of zlib that hold nothing; the tables of the longer ones have to be built before that is seen.
EMPTY = bytes.fromhex("0208208000")
EMPTY_WITH_TABLES = bytes.fromhex(
    "04c181811c410cc330cab3f749ff150340101c18c811c4300ca33c7b9ff45f310004c181811c410cc330cab3f749ff150340101c18c811c4300ca33c7b9ff45f3100"
)
# The head of a packed stream and of zlib, and a stored block of 17 bytes: the next such head.
CHAINED = b"/ObjStm stream\n\x78\x01" + b"\0" + struct.pack("<HH", 17, 17 ^ 0xFFFF)


def filled(start: bytes, unit: bytes) -> bytes:
    """Five million bytes, or a few less."""
    return start + unit * ((5_000_000 - len(start)) // len(unit))


SLOW = {
    "segments.jpg": filled(b"\xff\xd8", b"\xff\xe1\0\2"),
    "short segments.jpg": filled(b"\xff\xd8", b"\xff\xd0"),
    "filling.jpg": filled(b"\xff\xd8", b"\xff"),
    "chunks.png": filled(png(), png_chunk(b"tEXt")),
    "frames.gif": filled(gif()[:-1], b",\0\0\0\0\1\0\1\0\0\2\2D\1\0"),
    "extensions.gif": filled(gif()[:-1], b"!\xf9\0"),
    "short pieces.gif": filled(gif()[:-1] + b"!\xfe", b"\1x"),
    "blanks.gif": filled(gif()[:-1], b"\0"),
    "one element.txt": filled(b"<x ", b"a"),
    "attributes.txt": filled(b"<x ", b"a onx "),
    "tags.txt": filled(b"", b"<x"),
    "brackets.txt": filled(b"", b"<"),
    "blanks.txt": filled(b"", b" "),
    "marks.txt": filled(b"", b"\xef\xbb\xbf"),
    "wide.txt": filled(b"\xff\xfe", b" \0"),
    "lines.csv": filled(b"", b"\n"),
    "cells.csv": filled(b"", b","),
    "tabs.csv": filled(b"", b"\t"),
    "blanks.csv": filled(b"", b" "),
    "numbers.csv": filled(b"", b"-1,"),
    "number.csv": filled(b"-", b"1"),
    "dashes of its own.csv": filled(b"sep=-\n", b"-"),
    "figures of its own.csv": filled(b"sep=1\n", b"-1"),
    "quotes.csv": filled(b"", b'"'),
    "quoted blanks.csv": filled(b"", b'""\n\n\n\n'),
    "quoted tabs.csv": filled(b"", b'"' + b"\t" * 1000),
    "percent.pdf": filled(b"%PDF-1.7 ", b"%"),
    "objects.pdf": filled(b"%PDF-1.7 ", b"1 0 obj "),
    "strings.pdf": filled(b"%PDF-1.7 ", b"("),
    "scripts.pdf": filled(b"%PDF-1.7 ", b"/JS"),
    "scripts and blanks.pdf": filled(b"%PDF-1.7 ", b"/JS" + b" " * 1000),
    "encrypt.pdf": filled(b"%PDF-1.7 ", b"/Encrypt 1 "),
    "digits.pdf": filled(b"%PDF-1.7 /Encrypt ", b"1"),
    "spaces.pdf": filled(b"%PDF-1.7 ", b"/OpenAction          "),
    "pages.pdf": filled(b"%PDF-1.7 ", b"/OpenAction<</GoTo "),
    "names.pdf": filled(b"%PDF-1.7 ", b"/"),
    "hexadecimal.pdf": filled(b"%PDF-1.7 ", b"#4a"),
    "packed.pdf": filled(b"%PDF-1.7 ", b"/ObjStm stream\n"),
    "nearly packed.pdf": filled(b"%PDF-1.7 ", b"/ObjStm"),
    "streams.pdf": filled(b"%PDF-1.7 /ObjStm", b" " * 300 + b"stream"),
    "bomb.pdf": pdf(*[packed_objects(b"\0" * 10_000_000)] * 400),
    "bomb of names.pdf": pdf(*[packed_objects(b"/" * 10_000_000)] * 100),
    "empty streams.pdf": filled(pdf(packed_objects(b"")), b"/ObjStm stream\n" + zlib.compress(b"")),
    "chained.pdf": filled(b"%PDF-1.7 " + CHAINED * 499 + CHAINED[:17], EMPTY),
    "chained with tables.pdf": filled(b"%PDF-1.7 " + CHAINED * 499 + CHAINED[:17], EMPTY_WITH_TABLES),
}


@pytest.mark.parametrize("name", SLOW)
def test_d39_no_content_takes_long_to_look_at(name: str) -> None:
    content = SLOW[name]
    assert len(content) <= 5_000_000
    started = time.process_time()
    with contextlib.suppress(UnacceptableFile):
        checked(name, content)
    # The slowest takes 0.6 s here; what grows with the square of its length would take minutes.
    assert time.process_time() - started < 10


class Counting(io.BytesIO):
    """Counts the bytes taken, so that a header-only reading can be told from a whole one."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert 0 < size <= 65_536, "read without a limit"
        got = super().read(size)
        self.taken += len(got)
        return got


@pytest.mark.parametrize(("extension", "more"), [("png", 200), ("jpg", 200), ("gif", 66_000)])
def test_d39_an_images_pixels_are_read_for_its_digest_only(extension: str, more: int) -> None:
    content = SAMPLES[extension] + struct.pack(">I", 7) * 500_000
    stream = Counting(content)
    check_file(f"x.{extension}", stream)
    assert stream.taken - len(content) < more


@pytest.mark.parametrize("name", ["frames.gif", "short pieces.gif", "blanks.gif", "chained.pdf", "chained with tables.pdf", "bomb.pdf"])
def test_d39_a_file_is_read_a_few_times_at_most(name: str) -> None:
    # Streams that lie in one another were read again from each one's start: a gigabyte, for a file of 5 MB.
    stream = Counting(SLOW[name])
    with contextlib.suppress(UnacceptableFile):
        check_file(name, stream)
    assert stream.taken < 20_000_000
