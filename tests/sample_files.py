"""Files of every kind, as small as they can be: made here, so that no test needs a binary beside it."""

import io
import struct
import zlib

import pytest

from formapp.rules.files import CheckedFile, UnacceptableFile, check_file

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!DOCTYPE html><title>x</title><script>alert(1)</script>"
XML = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


def checked(name: str, content: bytes) -> CheckedFile:
    return check_file(name, io.BytesIO(content))


def refusal(name: str, content: bytes) -> str:
    """What the customer is told of a file that is not taken."""
    with pytest.raises(UnacceptableFile) as caught:
        checked(name, content)
    return str(caught.value)


def png(width: int = 2, height: int = 3, *, more: bytes = b"") -> bytes:
    """A PNG's header, and pixels for as long as they are few; `more` are chunks after the header."""
    pixels = zlib.compress((b"\0" + b"\xff" * (width * 3)) * height) if width * height <= 10_000 else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + more
        + png_chunk(b"IDAT", pixels)
        + png_chunk(b"IEND")
    )


def png_chunk(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def gif(width: int = 2, height: int = 3) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def jpg(width: int = 2, height: int = 3, *, before: bytes = b"", frame: int = 0xC0) -> bytes:
    """A JPEG's segments up to its pixels; `before` stands between the first segment and the frame."""
    first = jpg_segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    size = struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + first + before + jpg_segment(frame, size) + jpg_segment(0xDA, b"\1\1\0\0\x3f\0") + b"\xd2\xff\xd9"


def jpg_segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF with one empty page and the given objects after it."""
    usual = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, content) for number, content in enumerate((*usual, *objects), 1))
    return b"%PDF-1.7\n" + body + b"trailer\n<</Root 1 0 R" + trailer + b">>\nstartxref\n9\n%%EOF\n"


def packed_objects(content: bytes) -> bytes:
    """A stream of objects, compressed as newer programs write them."""
    packed = zlib.compress(content)
    return b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\r\n%s\nendstream" % (len(packed), packed)


SAMPLES = {
    "png": png(),
    "jpg": jpg(),
    "gif": gif(),
    "pdf": pdf(),
    "txt": b"It stopped working.\r\n",
    "csv": b'name,"amount, in dollars"\n"Ann ""the boss""",10\n',
    "log": b"2026-11-23 14:28:01 ERROR it stopped\n",
}
