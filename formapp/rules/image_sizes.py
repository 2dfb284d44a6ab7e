"""Width and height of an image, read from its headers alone: nothing is decoded, however large it says it is."""

import re
import struct
from collections.abc import Iterator
from math import prod
from typing import BinaryIO

_PIECE = 65_536
# No camera and no program writes so many; a file that is nothing but segments or blocks ends the reading here.
_MOST_SEGMENTS = 2000
_MOST_BLOCKS = 100_000
# Start of frame, baseline to lossless; C4, C8 and CC among them are tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_GIF_FRAME, _GIF_EXTENSION, _GIF_END = b",", b"!", b";"
# What lies between blocks is passed over, as some programs do.
_GIF_BLOCK = re.compile(b"[,!;]")
_PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


def png_size(stream: BinaryIO) -> tuple[int, int] | None:
    """Return width and height in pixels from a PNG's first chunk; None for what is no PNG."""
    head = _at(stream, 0, 29)
    if len(head) < 29 or not head.startswith(_PNG_START):
        return None
    width, height, depth, colour = struct.unpack(">IIBB", head[16:26])
    if depth not in _PNG_DEPTHS.get(colour, ()) or max(width, height) > 0x7FFF_FFFF:
        return None
    return _some(width, height)


def gif_size(stream: BinaryIO) -> tuple[int, int] | None:
    """Return width and height in pixels of what holds a GIF's screen and all its frames; None for what is no GIF."""
    head = _at(stream, 0, 13)
    if len(head) < 13 or head[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    width, height = struct.unpack("<HH", head[6:10])
    if not width or not height:
        return None
    # A frame may be larger than the screen that it is shown on, and there are programs that make the screen larger for it.
    for number, (right, bottom) in enumerate(_gif_blocks(_Blocks(stream, 13 + _colours(head[10])))):
        if number == _MOST_BLOCKS:
            # What is not looked at could be a frame of any size.
            return None
        width, height = max(width, right), max(height, bottom)
    return width, height


def jpg_size(stream: BinaryIO) -> tuple[int, int] | None:
    """Return width and height in pixels from a JPEG's largest frame header; None for what is no JPEG, or has none before its pixels."""
    if _at(stream, 0, 3) != b"\xff\xd8\xff":
        return None
    position, sizes = 2, []
    for _ in range(_MOST_SEGMENTS):
        head = _at(stream, position, 9)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (_START_OF_SCAN, _END_OF_IMAGE):
            break
        if head[1] == 0xFF:
            position += 1
            continue
        if head[1] in _WITHOUT_LENGTH:
            position += 2
            continue
        length = int.from_bytes(head[2:4], "big")
        if head[1] in _FRAMES:
            if len(head) < 9 or length < 8:
                return None
            sizes.append((int.from_bytes(head[7:9], "big"), int.from_bytes(head[5:7], "big")))
        if length < 2:
            break
        position += 2 + length
    else:
        return None
    return max(sizes, key=prod) if sizes and all(map(prod, sizes)) else None


def _gif_blocks(blocks: "_Blocks") -> Iterator[tuple[int, int]]:
    """How far each block reaches, in pixels from the screen's left and top; nowhere for one that is no frame."""
    while (kind := blocks.next_kind()) not in (_GIF_END, b""):
        if kind == _GIF_EXTENSION:
            blocks.take(1)
            yield 0, 0
        elif len(head := blocks.take(9)) == 9:
            left, top, width, height, flags = struct.unpack("<HHHHB", head)
            yield left + width, top + height
            # The colours, and the byte that says how the pixels are packed.
            blocks.position += _colours(flags) + 1
        blocks.skip_content()


class _Blocks:
    """The blocks of a GIF from a position in its file on, read in pieces, each byte at most once or twice."""

    def __init__(self, stream: BinaryIO, position: int) -> None:
        self._stream = stream
        self._piece, self._start = b"", 0
        self.position = position

    def next_kind(self) -> bytes:
        """Go to the next block and return the byte that says what it is; nothing at the end of the file."""
        while self._has(1):
            if found := _GIF_BLOCK.search(self._piece, self.position - self._start):
                self.position = self._start + found.end()
                return found[0]
            self.position = self._start + len(self._piece)
        return b""

    def take(self, count: int) -> bytes:
        """Return the next bytes, fewer at the end of the file."""
        self._has(count)
        at = self.position - self._start
        self.position += count
        return self._piece[at : at + count]

    def skip_content(self) -> None:
        """Pass over a block's content: pieces that each begin with their length, up to one of length nought."""
        while self._has(1):
            piece, at = self._piece, self.position - self._start
            end, length = len(piece), 1
            # There may be millions of them.
            while length and at < end:
                length = piece[at]
                at += length + 1
            self.position = self._start + at
            if not length:
                return

    def _has(self, count: int) -> bool:
        if self.position + count > self._start + len(self._piece):
            self._piece, self._start = _at(self._stream, self.position, _PIECE), self.position
        return len(self._piece) >= self.position - self._start + count


def _colours(flags: int) -> int:
    """The bytes of a table of colours, from the flags that announce it."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _some(width: int, height: int) -> tuple[int, int] | None:
    return (width, height) if width and height else None


def _at(stream: BinaryIO, position: int, count: int) -> bytes:
    stream.seek(position)
    return stream.read(count)
