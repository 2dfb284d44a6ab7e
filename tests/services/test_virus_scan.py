import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from formapp.errors import HelpCentreError
from formapp.services import virus_scan
from formapp.services.virus_scan import CannotScan, Clamd, ImpatientClamd, Infected, ScannerAddressError, ScannerDown, ScannerUnreachable
from tests.clamd_server import EICAR, LARGEST_STREAM, VIRUS, ClamdServer, bad_server, clamd_server
from tests.programs import free_port

SECRET = b"the customer's own words"


@pytest.fixture(scope="module")
def clamd() -> Iterator[ClamdServer]:
    with clamd_server() as server:
        yield server


def read_stream(connection: socket.socket) -> bytes:
    """Take the whole of an INSTREAM command, as clamd does."""
    file = connection.makefile("rb")
    assert file.read(10) == b"zINSTREAM\0"
    content = b""
    while length := struct.unpack(">I", file.read(4))[0]:
        content += file.read(length)
    return content


def answering(answer: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        read_stream(connection)
        connection.sendall(answer)

    return behave


@pytest.mark.clamav
@pytest.mark.parametrize(
    "content", [b"", b"x", SECRET, b"x" * 200_000, bytes(range(256)) * 19_531], ids=["empty", "a byte", "words", "four pieces", "5 MB"]
)
def test_a_clean_content_passes_a_real_scanner(clamd: ClamdServer, content: bytes) -> None:
    Clamd(clamd.address).scan(content)


@pytest.mark.clamav
def test_d41_a_real_scanner_finds_the_test_virus_by_port_and_by_socket(clamd: ClamdServer) -> None:
    for address in (clamd.address, clamd.socket):
        with pytest.raises(Infected) as caught:
            Clamd(address).scan(EICAR)
        assert caught.value.virus == f"{VIRUS}.UNOFFICIAL"


@pytest.mark.clamav
@pytest.mark.parametrize("surplus", [1, 1_000_000, 20_000_000])
def test_a_file_that_is_too_large_for_a_real_scanner_is_not_called_clean(clamd: ClamdServer, surplus: int) -> None:
    with pytest.raises(CannotScan, match="StreamMaxLength"):
        Clamd(clamd.address).scan(b"x" * (LARGEST_STREAM + surplus))
    Clamd(clamd.address).scan(SECRET)


def test_the_scanner_is_sent_exactly_the_content() -> None:
    content = bytes(range(256)) * 1000
    taken: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        taken.append(read_stream(connection))
        connection.sendall(b"stream: OK\0")

    with bad_server(behave) as address:
        Clamd(address).scan(content)
    assert taken == [content]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "broke off"),
        (b"stream: OK", "broke off"),
        (b"stream: OK\n", "broke off"),
        (b"stream: Tests.Eicar FOU", "broke off"),
        (b"\0", "not clamd's"),
        (b"OK\0", "not clamd's"),
        (b"stream: OK \0", "not clamd's"),
        (b"stream: OK\0stream: OK\0", "not clamd's"),
        (b"stream:  FOUND\0", "not clamd's"),
        (b"stream: two words FOUND\0", "not clamd's"),
        (b"HTTP/1.1 200 OK\r\n\r\nstream: OK\0", "not clamd's"),
        (b"x" * 5000, "not clamd's"),
        (b"stream: " + SECRET + b" ERROR\0", "error of its own"),
        (b"UNKNOWN COMMAND ERROR\0", "error of its own"),
        (b"INSTREAM size limit exceeded. ERROR\0", "StreamMaxLength"),
        (bytes(range(1, 256)) + b"\0", "not clamd's"),
    ],
)
def test_any_answer_but_the_two_clear_ones_means_that_nobody_knows(answer: bytes, reason: str) -> None:
    with bad_server(answering(answer)) as address, pytest.raises(ScannerDown, match=reason) as caught:
        Clamd(address).scan(SECRET)
    assert SECRET.decode() not in str(caught.value)


def test_an_answer_in_single_bytes_is_put_together() -> None:
    def behave(connection: socket.socket) -> None:
        read_stream(connection)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"stream: Tests.Eicar FOUND\0":
            connection.sendall(bytes([byte]))

    with bad_server(behave) as address, pytest.raises(Infected, match="Tests.Eicar"):
        Clamd(address).scan(b"x")


def answers_nothing(connection: socket.socket) -> None:
    read_stream(connection)
    connection.recv(1)


def answers_for_ever(connection: socket.socket) -> None:
    read_stream(connection)
    while True:
        # Each byte comes in time by itself; only a deadline for all of them ends it.
        connection.sendall(b"s")
        time.sleep(0.05)


@pytest.mark.parametrize("behave", [answers_nothing, answers_for_ever])
def test_a_scanner_that_does_not_answer_holds_nobody_up(behave: Callable[[socket.socket], None]) -> None:
    started = time.monotonic()
    with bad_server(behave) as address:
        with pytest.raises(ScannerDown, match="in time"):
            Clamd(address, answer_within=0.4).scan(SECRET)
        assert time.monotonic() - started < 3


def test_a_scanner_that_takes_nothing_holds_nobody_up() -> None:
    over = threading.Event()
    started = time.monotonic()
    with bad_server(lambda connection: over.wait(10)) as address:
        with pytest.raises(ScannerDown, match="in time"):
            # More than the buffers of both ends hold.
            Clamd(address, answer_within=0.4).scan(b"x" * 50_000_000)
        assert time.monotonic() - started < 3
        over.set()


@pytest.mark.parametrize("linger", [True, False], ids=["reset", "closed"])
def test_a_scanner_that_hangs_up_at_once_is_down(linger: bool) -> None:
    def behave(connection: socket.socket) -> None:
        if linger:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with bad_server(behave) as address, pytest.raises(ScannerDown):
        Clamd(address).scan(b"x" * 5_000_000)


def test_d41_a_scanner_that_does_not_run_is_down() -> None:
    for address in (f"127.0.0.1:{free_port()}", "/nonexistent/clamd.sock"):
        with pytest.raises(ScannerUnreachable, match="cannot be reached"):
            Clamd(address).scan(SECRET)


@pytest.mark.parametrize("trouble", [UnicodeError("label too long"), ValueError("embedded null byte"), socket.gaierror()])
def test_whatever_goes_wrong_in_connecting_the_scanner_is_down(monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> None:
    def fails(*arguments: object, **more: object) -> None:
        raise trouble

    monkeypatch.setattr(socket, "create_connection", fails)
    with pytest.raises(ScannerUnreachable):
        Clamd("clamd.internal:3310").scan(SECRET)


def test_a_file_that_breaks_a_scanner_off_is_no_reason_to_call_it_unreachable() -> None:
    def behave(connection: socket.socket) -> None:
        read_stream(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with bad_server(behave) as address, pytest.raises(ScannerDown, match="broke off") as caught:
        Clamd(address).scan(SECRET)
    assert not isinstance(caught.value, ScannerUnreachable)


@pytest.mark.parametrize(
    "address",
    ["", "localhost", "3310", "localhost:", ":3310", "localhost:0", "localhost:65536", "a b:1", "clamd.sock", "http://x:1", "::1:3310"]
    + ["a..b:3310", f"{'x' * 64}:3310", ".:1", "[:::]:1", "[a..b]:1", "[]:1", "/" + "x" * 107, "/a\0b", "\udc80:1", "/\ud800" + "x" * 106],
)
def test_an_address_that_is_none_is_refused_with_what_one_looks_like(address: str) -> None:
    with pytest.raises(ScannerAddressError, match="^FORMAPP_CLAMD .*HOST:PORT") as caught:
        Clamd(address)
    assert str(caught.value).isascii(), "it can be printed anywhere"


@pytest.mark.parametrize("address", ["clamd:3310", "clamd.internal.:3310", "[fe80::1%eth0]:3310", "a_b:1", "/run/" + "x" * 102])
def test_an_address_that_may_be_one_is_taken(address: str) -> None:
    Clamd(address)


class Moments:
    """A clock of seconds that stands still until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(virus_scan.time, "monotonic", lambda: self.now)


def test_a_scanner_that_did_not_answer_is_left_alone_for_a_while_and_then_tried_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    moments, asked = Moments(monkeypatch), []
    answers: list[Exception | None] = [ScannerDown("did not answer in time"), ScannerUnreachable("cannot be reached"), None, None]

    def scan(self: Clamd, content: bytes) -> None:
        asked.append(moments.now)
        if len(asked) == 2:
            # Somebody else comes while this one tries it.
            with pytest.raises(ScannerDown, match="a moment ago"):
                clamd.scan(content)
        if answer := answers.pop(0):
            raise answer

    monkeypatch.setattr(Clamd, "scan", scan)
    clamd = ImpatientClamd("127.0.0.1:3310", pause=60)
    for seconds in (0, 1, 59, 60, 119):
        moments.now = 1000.0 + seconds
        with pytest.raises(ScannerDown):
            clamd.scan(SECRET)
    moments.now = 1120.0
    clamd.scan(SECRET)
    clamd.scan(SECRET)
    assert asked == [1000, 1060, 1120, 1120]


@pytest.mark.parametrize("answer", [Infected("Tests.Eicar"), CannotScan("does not take it")])
def test_a_scanner_that_answers_is_not_left_alone(monkeypatch: pytest.MonkeyPatch, answer: Exception) -> None:
    def scan(self: Clamd, content: bytes) -> None:
        raise answer

    monkeypatch.setattr(Clamd, "scan", scan)
    clamd = ImpatientClamd("127.0.0.1:3310")
    for _ in range(2):
        with pytest.raises(type(answer)):
            clamd.scan(SECRET)


def test_the_scanners_errors_are_among_those_that_say_what_to_do() -> None:
    assert issubclass(ScannerDown, HelpCentreError)
    assert issubclass(Infected, HelpCentreError)
    assert not issubclass(Infected, ScannerDown)
    Clamd("[::1]:3310")
