import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from formapp.mail import read_in_child
from formapp.mail.read_in_child import CannotRead, ChildReader
from formapp.mail.understood import Bounce, IncomingFile, Kind, Ours, Understood
from formapp.mail.understood_json import pack, unpack

MAIL = b"From: Jo <jo@example.com>\r\nTo: support@billycart.com\r\nSubject: The cart\r\n\r\nIt squeaks.\r\n"


@pytest.fixture
def reader() -> Iterator[ChildReader]:
    made = ChildReader(Ours(("support@billycart.com",), "mx.billycart.com"))
    yield made
    made.close()


@pytest.fixture
def bad_reader(reader: ChildReader, monkeypatch: pytest.MonkeyPatch) -> ChildReader:
    monkeypatch.setattr(read_in_child, "MODULE", "tests.mail.bad_reader")
    return reader


def process_of(reader: ChildReader) -> int:
    assert reader._child is not None
    return reader._child.pid


def test_a_mail_is_understood_in_another_process_and_the_next_one_in_the_same(reader: ChildReader) -> None:
    mail = reader(MAIL)
    assert (mail.kind, mail.subject, mail.from_address, mail.reply) == (Kind.HUMAN, "The cart", "jo@example.com", "It squeaks.")
    first = process_of(reader)
    assert first != os.getpid()
    reader(MAIL)
    assert process_of(reader) == first


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("works for ever", "it took longer than 2 seconds to read"),
        ("wants memory", "it needs more memory than a mail may have"),
        ("crashes", "its reader stopped"),
        ("ends", "its reader stopped"),
        ("is surprised", "its reader stopped"),
        ("announces too much", "its reader stopped"),
        ("answers nonsense", "its reader stopped"),
        ("stops in mid-answer", "its reader stopped"),
        ("writes a file", "its reader stopped"),
    ],
)
def test_d53_a_mail_that_is_too_much_for_its_reader_costs_only_itself(
    bad_reader: ChildReader, does: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CannotRead, match=f"^{reason}$"):
        bad_reader(MAIL + does.encode())
    assert bad_reader(MAIL).subject == "The cart"


def test_a_reader_that_waits_for_something_is_given_up_by_the_clock(bad_reader: ChildReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_in_child, "_LONGEST_WAIT", 0.3)
    with pytest.raises(CannotRead, match="longer than"):
        bad_reader(MAIL + b"sleeps")


def test_a_reader_that_was_ended_between_two_mails_is_begun_again(reader: ChildReader) -> None:
    reader(MAIL)
    os.kill(process_of(reader), signal.SIGKILL)
    time.sleep(0.05)
    assert reader(MAIL).subject == "The cart"


def test_the_process_has_none_of_our_settings(bad_reader: ChildReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMAPP_SECRET_KEY", "a secret")
    monkeypatch.setenv("PGPASSWORD", "another")
    assert set(bad_reader(MAIL + b"says its environment").subject.split(",")) <= {"LC_ALL", "LC_CTYPE", "PATH", "PYTHONPATH"}


def test_the_process_is_another_after_a_large_mail_and_after_very_many(reader: ChildReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_in_child, "_LARGE", 1_000)
    reader(MAIL)
    first = process_of(reader)
    reader(MAIL + b"x" * 1_000)
    reader(MAIL)
    second = process_of(reader)
    monkeypatch.setattr(read_in_child, "_MOST_MAILS", 3)
    for _ in range(3):
        reader(MAIL)
    assert len({first, second, process_of(reader)}) == 3


def test_closing_does_not_wait_for_the_mail_in_hand(bad_reader: ChildReader) -> None:
    bad_reader(MAIL)
    reasons: list[str] = []

    def read() -> None:
        with pytest.raises(CannotRead) as failure:
            bad_reader(MAIL + b"sleeps")
        reasons.append(str(failure.value))

    reading = threading.Thread(target=read)
    reading.start()
    time.sleep(0.2)
    bad_reader.close()
    reading.join(10)
    assert reasons == ["its reader stopped"]


def test_the_process_ends_when_nobody_holds_its_pipe_any_more(reader: ChildReader) -> None:
    reader(MAIL)
    assert reader._child is not None
    assert reader._child.stdin is not None
    reader._child.stdin.close()
    assert reader._child.wait(10) == 0


def test_a_mail_of_the_largest_size_is_read_within_the_bounds(reader: ChildReader) -> None:
    line = b"QUJD" * 19 + b"\r\n"
    whole = (
        b"From: jo@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the file.\r\n"
        b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + line * ((30_000_000 - 400) // len(line))
        + b"\r\n--b--\r\n"
    )
    mail = reader(whole)
    assert mail.reply == "See the file."
    assert [len(file.content) for file in mail.files] == [((30_000_000 - 400) // len(line)) * 57]


def test_what_was_understood_is_the_same_after_its_way() -> None:
    mail = Understood(
        kind=Kind.BOUNCE,
        why="a report",
        subject="žluťoučký \u202e",
        from_address="jo@example.com",
        from_name="Jo",
        reply_to="jo@example.org",
        recipients=("a@example.com", "b@example.com"),
        message_id="<1@example.com>",
        in_reply_to=None,
        references=("<0@example.com>",),
        sent_at=datetime(2026, 11, 23, 4, 28, tzinfo=UTC),
        text="one\ntwo",
        reply="one",
        files=(IncomingFile("a.png", "image/png", b"\x89PNG", is_inline=True), IncomingFile("b", "text/plain", b"")),
        is_authentic=True,
        bounce=Bounce(True, ("<2@example.com>",), ("c@example.com",), "550 5.1.1"),
        problems=("a problem",),
    )
    packed, contents = pack(mail)
    assert unpack(packed, b"".join(contents)) == mail


@pytest.mark.parametrize("field", ["kind", "subject", "from_address", "recipients", "sent_at", "files", "is_authentic", "bounce"])
def test_an_answer_of_another_shape_is_none(reader: ChildReader, field: str) -> None:
    packed, _ = pack(reader(MAIL))
    for wrong in (5, ["x", 5], {"x": 1}):
        with pytest.raises((ValueError, KeyError, TypeError)):
            unpack(json.dumps(json.loads(packed) | {field: wrong}).encode(), b"")
