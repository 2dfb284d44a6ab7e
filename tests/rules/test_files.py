import hashlib
import io
import string
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.rules.files import (
    ACCEPT,
    ALLOWED,
    CONTAINS_A_VIRUS,
    KINDS,
    LARGEST_FILE,
    CheckedFile,
    KeptFile,
    UnacceptableFile,
    check_file,
    check_together,
    kind_of,
    say_size,
)
from tests.sample_files import SAMPLES, checked, gif, jpg, pdf, png, refusal

EXTENSIONS = ACCEPT.replace(".", "").split(",")


def checked_or_refused(name: str, content: bytes) -> CheckedFile | UnacceptableFile:
    try:
        return checked(name, content)
    except UnacceptableFile as error:
        return error


def kept(size: int) -> KeptFile:
    return KeptFile("token", "a.png", "png", size, "0" * 64)


def test_the_kinds_are_said_as_the_pages_say_them() -> None:
    assert ALLOWED == "PNG, JPG, GIF, PDF, TXT, CSV or LOG"
    assert ACCEPT == ".png,.jpg,.jpeg,.gif,.pdf,.txt,.csv,.log"
    assert [(kind.name, kind.media_type) for kind in KINDS.values()] == [
        ("PNG", "image/png"),
        ("JPG", "image/jpeg"),
        ("GIF", "image/gif"),
        ("PDF", "application/pdf"),
        ("TXT", "text/plain"),
        ("CSV", "text/csv"),
        ("LOG", "text/plain"),
    ]
    assert all(kind_of(key).key == key for key in KINDS)


@pytest.mark.parametrize("key", KINDS)
def test_a_file_of_each_kind_is_taken(key: str) -> None:
    content = SAMPLES[key]
    for name in (f"a.{key}", f"A.{key.upper()}", f"скриншот 1.{key}"):
        assert checked(name, content) == CheckedFile(name, key, len(content), hashlib.sha256(content).hexdigest(), None)


def test_jpeg_is_another_spelling_of_jpg() -> None:
    assert checked("a.jpeg", jpg()).kind == checked("a.JPG", jpg()).kind == "jpg"


def test_the_stream_is_left_at_its_start_for_whoever_keeps_it() -> None:
    for key, content in SAMPLES.items():
        stream = io.BytesIO(content)
        stream.seek(3)
        check_file(f"a.{key}", stream)
        assert stream.read() == content


@pytest.mark.parametrize("key", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_a_file_of_one_kind_under_the_name_of_another_is_refused(key: str, other: str) -> None:
    texts = {"txt", "csv", "log"}
    if key == other or {key, other} <= texts:
        checked(f"a.{other}", SAMPLES[key])
        return
    expected = f"a.{other}: the selected file does not look like a {kind_of(other).name}: save it as one again, or choose another"
    assert refusal(f"a.{other}", SAMPLES[key]) == expected


def test_the_messages_say_what_is_wrong_and_what_to_do() -> None:
    assert refusal("invoice.exe", b"MZ") == "invoice.exe: the selected file must be a PNG, JPG, GIF, PDF, TXT, CSV or LOG"
    assert refusal("a.txt", b"") == "a.txt: the selected file is empty: choose another"
    assert refusal("a.txt", b"x" * 5_000_001) == "a.txt: the selected file must be 5 MB or smaller"
    assert (
        refusal("a.png", png(50_001, 1000))
        == "a.png: the selected file must have 50 million pixels or fewer: make it smaller, or choose another"
    )
    locked = pdf(trailer=b"/Encrypt 4 0 R")
    assert (
        refusal("a.pdf", locked) == "a.pdf: the selected file is password protected: print it to a new PDF without one, or choose another"
    )
    assert str(UnacceptableFile("a.pdf", CONTAINS_A_VIRUS)) == "a.pdf: the selected file contains a virus"


def test_no_message_blames_begs_or_speaks_of_validity() -> None:
    said = [
        refusal("a.exe", b"x"),
        refusal("a.txt", b""),
        refusal("a.txt", b"\0"),
        refusal("a.txt", b"x" * 5_000_001),
        refusal("a.png", png(50_001, 1000)),
        refusal("a.pdf", pdf(trailer=b"/Encrypt 4 0 R")),
        *check_together([kept(4_000_000)] * 6),
    ]
    words = {word.strip(string.punctuation).lower() for message in said for word in message.split()}
    assert not words & {"please", "sorry", "valid", "invalid", "error", "required", "forbidden", "oops", "illegal"}


def test_five_million_bytes_are_taken_and_one_more_is_not() -> None:
    assert checked("a.log", b"x" * LARGEST_FILE).size == LARGEST_FILE
    assert "5 MB or smaller" in refusal("a.log", b"x" * (LARGEST_FILE + 1))


class Endless(io.RawIOBase):
    """A stream that never ends, and counts what is taken from it."""

    taken = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "read without a limit"
        self.taken += size
        return b"x" * size


def test_a_stream_without_an_end_is_read_to_the_limit_and_no_further() -> None:
    stream = Endless()
    with pytest.raises(UnacceptableFile, match="5 MB or smaller"):
        check_file("a.txt", stream)  # type: ignore[arg-type]
    assert stream.taken < LARGEST_FILE + 100_000


class Broken(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise OSError(5, "input/output")


def closed() -> BinaryIO:
    (stream := io.BytesIO(b"x")).close()
    return stream


@pytest.mark.parametrize("stream", [Broken(b"x"), closed()], ids=["broken", "closed"])
def test_a_stream_that_cannot_be_read_is_refused_like_any_other_file(stream: BinaryIO) -> None:
    with pytest.raises(UnacceptableFile, match="could not be read: save it again, or choose another"):
        check_file("a.txt", stream)


@given(
    content=st.binary(max_size=3000),
    extension=st.sampled_from(EXTENSIONS),
    start=st.sampled_from([b"", *SAMPLES.values()]),
    cut=st.integers(0, 400),
)
def test_no_content_crashes_the_check(content: bytes, extension: str, start: bytes, cut: int) -> None:
    whole = start[:cut] + content
    outcome = checked_or_refused(f"a.{extension}", whole)
    if isinstance(outcome, UnacceptableFile):
        assert str(outcome).startswith(f"a.{extension}: the selected file ")
    else:
        assert outcome.size == len(whole) > 0


@given(name=st.text(max_size=50), content=st.binary(max_size=50))
def test_no_name_crashes_the_check(name: str, content: bytes) -> None:
    outcome = checked_or_refused(name, content)
    assert isinstance(outcome, CheckedFile) or "\n" not in str(outcome)


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (820, "820 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (1499, "1 kB"),
        (12_345, "12 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (1_000_000, "1 MB"),
        (1_249_999, "1.2 MB"),
        (1_250_000, "1.3 MB"),
        (4_999_999, "5 MB"),
        (15_000_000, "15 MB"),
    ],
)
def test_a_size_is_said_in_decimal_units(size: int, said: str) -> None:
    assert say_size(size) == said


def test_a_kept_file_says_its_kind_and_its_size() -> None:
    assert kept(1_200_000).said == "PNG, 1.2 MB"


def test_d40_five_files_of_fifteen_megabytes_together_are_taken_and_more_are_not() -> None:
    assert check_together([]) == []
    assert check_together([kept(3_000_000)] * 5) == []
    assert check_together([kept(1)] * 6) == ["You can only select up to 5 files: remove 1"]
    assert check_together([*[kept(3_000_000)] * 4, kept(3_000_001)]) == [
        "The selected files must be 15 MB or smaller together: remove one or more"
    ]
    assert len(check_together([kept(4_000_000)] * 8)) == 2


def test_a_gif_that_is_also_a_script_is_only_an_image() -> None:
    # "/*" is read as a width and "*/" comes later, so that the whole is a comment and a script as well.
    assert checked("a.gif", b"GIF89a/*\x01\x00" + gif()[10:] + b"*/=1;alert(1)").kind == "gif"
