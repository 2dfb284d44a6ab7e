"""Whatever comes is understood without a crash, and in time that grows with its size and no faster (D-53, D-54)."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formapp.mail.incoming import understand_strictly as understand
from formapp.mail.read_in_child import CannotRead, ChildReader
from formapp.mail.understood import Kind, Ours, Understood
from formapp.mail.understood_json import pack, unpack
from tests.conftest import ROOT

OURS = Ours(("support@billycart.com",), "mx.billycart.com")
HEAD = b"From: Jane <jane@example.com>\r\nSubject: Hello\r\nMessage-ID: <1@example.com>\r\n"
SAMPLES = sorted((ROOT / "tests" / "samples" / "mail").glob("*.eml"))

# Each makes a mail of about that many bytes which has brought a mail gateway down somewhere.
HOSTILE: dict[str, Callable[[int], bytes]] = {
    "quote marks": lambda size: HEAD + b"\r\n" + b">" * size,
    "spaces": lambda size: HEAD + b"\r\n" + b" " * size,
    "attributions": lambda size: HEAD + b"\r\n" + b"On " * (size // 3),
    "attribution lines": lambda size: HEAD + b"\r\n" + b"On 1.1.2026 a@b.example wrote:\n" * (size // 31),
    "quotes and attributions": lambda size: HEAD + b"\r\n" + b"> q\nOn 1.1.2026 a@b.example wrote:\n" * (size // 35) + b"end",
    "header blocks": lambda size: HEAD + b"\r\nx\n" + b"From: a\n" * (size // 8),
    "long subject": lambda size: b"From: a@b.example\nSubject: " + b"x" * size + b"\n\n",
    "encoded words": lambda size: b"Subject: " + b"=?utf-8?q?=C3?= " * (size // 16) + b"\n\n",
    "many recipients": lambda size: b"To: " + b"a@b.example, " * (size // 13) + b"\n\nx",
    "open comments": lambda size: b"From: " + b"(" * size + b"\n\nx",
    "references": lambda size: b"References: " + b"<a@b> " * (size // 6) + b"\n\n",
    "many headers": lambda size: b"X: y\n" * (size // 5) + b"\nx",
    "nested parts": lambda size: (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b0\n\n"
        + b"".join(b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (one, one + 1) for one in range(size // 60))
    ),
    "many parts": lambda size: HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * (size // 5),
    "parameters": lambda size: b"Content-Type: text/plain" + b"; a=b" * (size // 5) + b"\n\nx",
    "nested tags": lambda size: HEAD + b"Content-Type: text/html\n\n" + b"<div>" * (size // 5),
    "open tags": lambda size: HEAD + b"Content-Type: text/html\n\n" + b"<a \"'" * (size // 5) + b">",
    "nested quotes": lambda size: HEAD + b"Content-Type: text/html\n\n" + b"<blockquote>" * (size // 12),
    "flowed lines": lambda size: HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"x \n" * (size // 3),
    "uuencoded": lambda size: HEAD + b"\nbegin 644 x\n" + b"a\n" * (size // 2),
    "nul bytes": lambda size: b"\0" * size,
    "line ends": lambda size: b"\r\n" * (size // 2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_d53_twice_the_size_takes_at_most_some_two_times_as_long(name: str) -> None:
    make = HOSTILE[name]
    small, large = make(300_000), make(600_000)
    # Where both are quick there is nothing to compare: a busy machine's pauses are longer.
    spent = _seconds(large)
    assert spent < 0.2 or spent <= 2.5 * _seconds(small) + 0.1


def _seconds(raw: bytes) -> float:
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        understand(raw, OURS)
        best = min(best, time.process_time() - begun)
    return best


def is_whole(mail: Understood) -> None:
    """What was understood can be stored and sent on."""
    packed, contents = pack(mail)
    assert unpack(packed, b"".join(contents)) == mail
    texts = (mail.subject, mail.from_name, mail.text, mail.reply, *mail.recipients, *mail.references, mail.message_id or "")
    for text in texts:
        text.encode("utf-8")
        assert "\0" not in text
    assert not set("\r\n\u2028\u202e") & set(mail.subject + mail.from_name + "".join(file.name for file in mail.files))
    json.dumps(list(mail.problems))


@given(st.binary(max_size=2000))
@settings(max_examples=500)
def test_any_bytes_are_understood(raw: bytes) -> None:
    is_whole(understand(raw, OURS))


WORDS = st.sampled_from(
    [
        b"From: ",
        b"a@b.example",
        b"<",
        b">",
        b"\r\n",
        b"\n\n",
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"--b\n",
        b"--b--\n",
        b"=?utf-8?q?",
    ]
    + [
        b"=C3",
        b"?=",
        b"Subject: ",
        b"\xff\xfe",
        b"Content-Transfer-Encoding: base64\n",
        b"begin 644 x\n",
        b"Content-Type: text/html\n",
        b"<div ",
    ]
    + [
        b"style='display:none'",
        b"> ",
        b"On 1.1.2026 x wrote:\n",
        b"-- \n",
        b"charset=utf-7",
        b"filename*0*=utf-8''%C3",
        b"(",
        b'"',
        b"\0",
        b";",
        b"x",
    ]
)


@given(st.lists(WORDS, max_size=60))
@settings(max_examples=1000)
def test_any_mixture_of_what_mails_are_made_of_is_understood(words: list[bytes]) -> None:
    is_whole(understand(b"".join(words), OURS))


@pytest.mark.heavy
@given(
    st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=8), st.integers(0, 40)), min_size=1, max_size=6)
)
@settings(max_examples=8500, suppress_health_check=[HealthCheck.too_slow])
def test_any_damage_to_a_sample_is_understood(sample: Path, damages: list[tuple[int, bytes, int]]) -> None:
    raw = sample.read_bytes()
    for place, put, cut in damages:
        at = place % (len(raw) + 1)
        raw = raw[:at] + put + raw[at + cut :]
    is_whole(understand(raw, OURS))


@pytest.fixture(scope="module")
def reader() -> Iterator[ChildReader]:
    reader = ChildReader(OURS)
    yield reader
    reader.close()


def test_the_child_reads_what_the_process_itself_would(reader: ChildReader) -> None:
    for sample in SAMPLES:
        raw = sample.read_bytes()
        assert reader(raw) == understand(raw, OURS)


@pytest.mark.parametrize("name", HOSTILE)
def test_d53_a_hostile_mail_of_a_megabyte_is_read_within_the_bounds(name: str, reader: ChildReader) -> None:
    assert reader(HOSTILE[name](1_000_000)).kind in (Kind.HUMAN, Kind.AUTOMATIC)


def test_a_mail_with_megabytes_of_files_is_read_within_the_bounds(reader: ChildReader) -> None:
    file = b"QUJD" * 19 + b"\r\n"
    parts = b'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the file\r\n--b\r\nContent-Type: image/png; name="a.png"\r\n'
    raw = HEAD + parts + b"Content-Transfer-Encoding: base64\r\n\r\n" + file * 300_000 + b"\r\n--b--\r\n"
    mail = reader(raw)
    assert (mail.reply, [len(one.content) for one in mail.files]) == ("See the file", [57 * 300_000])


def test_after_a_mail_that_needs_more_than_it_may_the_next_is_read(reader: ChildReader) -> None:
    with pytest.raises(CannotRead, match="memory"):
        reader(HEAD + b"\r\n" + b"x\n" * 150_000_000)
    assert reader(HEAD + b"\r\nHello").reply == "Hello"


def test_the_child_is_given_none_of_our_settings(reader: ChildReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMAPP_SECRET_KEY", "a secret that a mail could be after")
    fresh = ChildReader(OURS)
    try:
        fresh(HEAD + b"\r\nHello")
        child = fresh._child
        assert child is not None
        assert b"FORMAPP_" not in Path(f"/proc/{child.pid}/environ").read_bytes()
    finally:
        fresh.close()
