"""Files that are meant to do harm, by their numbers; what is refused at the door and what is kept harmless."""

import struct
import zlib

import pytest

from formapp.rules.files import UnacceptableFile, clean_name
from tests.sample_files import SAMPLES, checked, gif, jpg, jpg_segment, png, png_chunk, refusal

ARCHIVES = {
    "zip": b"PK\x03\x04\x14\0\0\0",
    "7z": b"7z\xbc\xaf\x27\x1c\0\4",
    "docx": b"PK\x03\x04\x14\0\6\0",
    "gz": b"\x1f\x8b\x08\0",
    "rar": b"Rar!\x1a\x07\x01\0",
}


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("x.png.exe", "x.png.exe"),
        (".htaccess", "htaccess"),
        ("\u200b.htaccess", "htaccess"),
        ("..", "file"),
        ("../../x", "x"),
        ("..\\..\\x", "x"),
        ("CON.png", "_CON.png"),
        ("con", "_con"),
        ("Com1 .txt", "_Com1 .txt"),
        ("lpt\u00b9.log", "_lpt\u00b9.log"),
        ("console.log", "console.log"),
        ("x" * 400, "x" * 100),
        ("x" * 396 + ".png", "x" * 96 + ".png"),
        ("\u0441" * 400 + ".png", "\u0441" * 96 + ".png"),
        ("", "file"),
        (" ", "file"),
        ("\u3164\u200b", "file"),
        (".", "file"),
        ("/", "file"),
        ("C:\\Users\\Ann\\a.png", "a.png"),
        ("/etc/passwd", "passwd"),
        (".png", "file.png"),
        ("скриншот.png", "скриншот.png"),
        ("a\r\nX: 1.png", "a X_ 1.png"),
        ("a\x00b\x1f\x7f\x85\u2028c.png", "a b c.png"),
        ("=?utf-8?q?x=0D=0AX:_1?=.png", "=_utf-8_q_x=0D=0AX__1_=.png"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("x.png::$DATA", "x.png__$DATA"),
        ("x.png. . ", "x.png"),
        ("<img src=x onerror=alert(1)>.png", "_img src=x onerror=alert(1)_.png"),
        ("\ud800.png", "\ufffd.png"),
    ],
)
def test_d36_a_name_is_cleaned_and_stays_readable(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


@pytest.mark.parametrize(
    "name",
    [
        "x.png.exe",
        ".htaccess",
        "\u200b.htaccess",
        "..",
        "../../x",
        "",
        "x.png\x00.exe",
        "x.png::$DATA",
        "png",
        "x.\uff50\uff4e\uff47",
        "x.png.",
        "x.png/",
    ],
)
def test_d36_a_name_without_an_allowed_ending_is_refused_by_its_last_one(name: str) -> None:
    if clean_name(name) == "x.png":
        assert checked(name, png()).name == "x.png"
        return
    assert refusal(name, png()) == f"{clean_name(name)}: the selected file must be a PNG, JPG, GIF, PDF, TXT, CSV or LOG"


@pytest.mark.parametrize("name", ["x.exe.png", "CON.png", "x" * 396 + ".png", "скриншот.png", "x.exe\x00.png"])
def test_d36_a_name_with_an_allowed_ending_counts_only_with_its_content(name: str) -> None:
    assert checked(name, png()).name == clean_name(name)
    assert "does not look like a PNG" in refusal(name, b"MZ\x90\0")


@pytest.mark.parametrize("extension", ARCHIVES)
def test_d38_archives_and_office_files_are_refused_with_the_list(extension: str) -> None:
    assert refusal(f"x.{extension}", ARCHIVES[extension]).endswith("must be a PNG, JPG, GIF, PDF, TXT, CSV or LOG")
    for other in SAMPLES:
        assert "does not look like" in refusal(f"x.{other}", ARCHIVES[extension])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.png", png(30_000, 30_000)),
        ("x.png", png(0x7FFF_FFFF, 0x7FFF_FFFF)),
        ("x.png", png(7072, 7072)),
        ("x.jpg", jpg(30_000, 30_000)),
        ("x.jpg", jpg(65_535, 65_535, frame=0xC2)),
        ("x.gif", gif(40_000, 40_000)),
        ("x.gif", gif(65_535, 65_535)),
        ("x.gif", gif(40_000, 2000)),
    ],
)
def test_d39_an_image_of_more_than_fifty_megapixels_is_refused_by_its_header(name: str, content: bytes) -> None:
    assert len(content) < 1000
    assert "must have 50 million pixels or fewer" in refusal(name, content)


def test_d39_an_image_of_fifty_megapixels_is_taken() -> None:
    for name, content in (("x.png", png(10_000, 5000)), ("x.jpg", jpg(5000, 10_000)), ("x.gif", gif(50_000, 1000))):
        assert checked(name, content).warning is None


@pytest.mark.parametrize("frame", sorted(set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}))
def test_d39_every_kind_of_jpeg_has_its_size_read(frame: int) -> None:
    assert checked("x.jpg", jpg(100, 100, frame=frame)).kind == "jpg"
    assert "million pixels" in refusal("x.jpg", jpg(10_000, 10_000, frame=frame))


@pytest.mark.parametrize(
    "before",
    [
        b"\xff" * 200,
        jpg_segment(0xE1, b"Exif\0\0" + jpg(9, 9) + b"x" * 60_000),
        jpg_segment(0xC4, b"\0" * 17) + jpg_segment(0xCC, b"\0"),
        b"\xff\x01\xff\xd0",
        jpg_segment(0xE2, b"ICC_PROFILE\0" + b"x" * 65_000) * 70,
    ],
    ids=["filled", "with a small picture inside", "tables", "without length", "profiles"],
)
def test_d39_a_jpeg_is_measured_by_its_own_frame(before: bytes) -> None:
    assert checked("x.jpg", jpg(100, 100, before=before)).kind == "jpg"
    assert "million pixels" in refusal("x.jpg", jpg(10_000, 10_000, before=before))


def is_taken(name: str, content: bytes) -> bool:
    try:
        checked(name, content)
    except UnacceptableFile:
        return False
    return True


@pytest.mark.parametrize("extension", ["png", "jpg", "gif"])
def test_d39_an_image_that_breaks_off_in_its_header_is_refused_and_never_crashes(extension: str) -> None:
    whole = SAMPLES[extension]
    taken = [length for length in range(1, len(whole)) if is_taken(f"x.{extension}", whole[:length])]
    assert taken == list(range(min(taken), len(whole))), "once its size is known, it is known"
    assert min(taken) >= 13


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.png", png(0, 5)),
        ("x.png", png(5, 0)),
        ("x.png", png()[:24] + b"\x07" + png()[25:]),
        ("x.png", png()[:12] + b"IDAT" + png()[16:]),
        ("x.png", png()[:16] + b"\xff" * 8 + png()[24:]),
        ("x.gif", gif(0, 1)),
        ("x.gif", b"GIF88a" + gif()[6:]),
        ("x.jpg", jpg(0, 1)),
        ("x.jpg", jpg(1, 0)),
        ("x.jpg", b"\xff\xd8" + jpg_segment(0xDA, b"\0")),
        ("x.jpg", b"\xff\xd8\xff\xd9"),
        ("x.jpg", b"\xff\xd8\xff\xe1\0\0" * 5),
        ("x.jpg", b"\xff\xd8\xff\xc0\0\2" + b"\0" * 20),
    ],
)
def test_d39_a_header_that_says_nonsense_is_refused(name: str, content: bytes) -> None:
    assert "does not look like" in refusal(name, content)


def test_d39_a_jpeg_of_endless_segments_is_not_read_to_its_end() -> None:
    assert checked("x.jpg", jpg(before=jpg_segment(0xFE, b"") * 1900)).kind == "jpg"
    assert "does not look like a JPG" in refusal("x.jpg", jpg(before=jpg_segment(0xFE, b"") * 2100))


FRAME = b",\0\0\0\0%b\0\2\2D\1\0"
HUGE = FRAME % struct.pack("<HH", 65_535, 65_535)


@pytest.mark.parametrize(
    "before",
    [
        b"",
        FRAME % b"\1\0\1\0" * 1000,
        b"!\xf9\4\0\0\0\0\0",
        b"!\xfe\3,;!\1;\0",
        b"!\xfe" + b"\xff" * 256 * 1000 + b"\0",
        b"!\xfe" + b"\1;" * 100_000 + b"\0",
        b",\0\0\0\0\1\0\1\0\x87" + b";" * 768 + b"\2\1;\0",
        b"\0" * 70_000,
    ],
    ids=[
        "first",
        "thousandth",
        "after a control",
        "after a comment",
        "after long pieces",
        "after short pieces",
        "after colours",
        "after blanks",
    ],
)
def test_d39_a_gif_is_measured_by_its_largest_frame(before: bytes) -> None:
    for padding in range(12):
        start = gif(1, 1)[:-1] + b"!\xfe" + bytes([padding + 1]) + b"x" * (padding + 1) + b"\0" + before
        assert checked("x.gif", start + b";" + HUGE).kind == "gif"
        assert "million pixels" in refusal("x.gif", start + HUGE + b";")


def test_d39_a_gif_is_as_large_as_the_place_of_its_frames_makes_it() -> None:
    placed = b"," + struct.pack("<HHHH", 60_000, 60_000, 1, 1) + b"\0\2\2D\1\0;"
    assert "million pixels" in refusal("x.gif", gif(1, 1)[:-1] + placed)


def test_d39_a_gif_of_endless_blocks_is_not_taken() -> None:
    block = b"!\xf9\0"
    assert checked("x.gif", gif()[:-1] + block * 99_000 + b";").kind == "gif"
    assert "does not look like a GIF" in refusal("x.gif", gif()[:-1] + block * 100_001 + HUGE)


@pytest.mark.parametrize("sizes", [((9, 9), (10_000, 10_000)), ((10_000, 10_000), (9, 9))])
def test_d39_a_jpeg_of_several_frames_is_measured_by_its_largest(sizes: tuple[tuple[int, int], ...]) -> None:
    (across, down), (width, height) = sizes
    first = jpg_segment(0xC0, struct.pack(">BHHB", 8, down, across, 1) + b"\1\x11\0")
    assert "million pixels" in refusal("x.jpg", jpg(width, height, before=first))


def test_d39_a_bomb_in_a_text_chunk_is_not_inflated() -> None:
    bomb = zlib.compress(b"\0" * 100_000_000, 9)
    content = png(more=png_chunk(b"zTXt", b"Comment\0\0" + bomb))
    assert checked("x.png", content).size == len(content)
