"""Ask a ClamAV daemon about a file; it answers in bounded time or counts as down."""

import ipaddress
import math
import re
import socket
import struct
import threading
import time

from formapp.errors import HelpCentreError

# Seconds: for the connection, and for everything from it to the answer.
CONNECT_WITHIN = 5.0
ANSWER_WITHIN = 30.0
# The same where somebody waits for the answer, and how long a scanner that gave none is left alone then.
SOON = 5.0
PAUSE = 60.0
_LONGEST_PATH = 107  # bytes that the address of a Unix socket holds
_CHUNK = 65_536
_LONGEST_ANSWER = 1024
_HOST_AND_PORT = re.compile(r"(?:\[(?P<six>[^\[\]]+)\]|(?P<host>[^\s:/\[\]]+)):(?P<port>[0-9]{1,5})")
_FOUND = re.compile(rb"stream: ([\x21-\x7e]{1,200}) FOUND")
_CLEAN = b"stream: OK"


# What staff read of a file that is held back meanwhile.
NOT_SCANNED = "it has not been scanned for viruses yet: its link opens once it has"


class ScannerAddressError(HelpCentreError):
    """The scanner's address is neither a host with its port nor the path of a socket."""


class Infected(HelpCentreError):
    """The scanner knows the content as malicious; `virus` is its name for it."""

    def __init__(self, virus: str) -> None:
        super().__init__(f"the file contains {virus}: delete it")
        self.virus = virus


class ScannerDown(HelpCentreError):
    """Nobody knows whether the content is clean; `reason` says why, and holds nothing of the content."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the virus scanner {reason}")
        self.reason = reason


class ScannerUnreachable(ScannerDown):
    """There is no connection to the scanner, so that asking about another file is no use either."""


class CannotScan(ScannerDown):
    """The scanner answers, but does not say whether this file is clean."""


class Clamd:
    """A clamd at "host:port", "[::1]:port" or the path of its socket; ScannerAddressError for anything else."""

    def __init__(self, address: str, *, connect_within: float = CONNECT_WITHIN, answer_within: float = ANSWER_WITHIN) -> None:
        self._address = _parsed(address)
        self._connect_within = connect_within
        self._answer_within = answer_within

    def scan(self, content: bytes) -> None:
        """Return for a clean content; raise Infected for another, and ScannerDown without a clear answer in time."""
        deadline = time.monotonic() + self._answer_within
        with self._connected() as connection:
            try:
                _send(connection, content, deadline)
                answer = _answer(connection, deadline)
            except TimeoutError:
                raise ScannerDown("did not answer in time") from None
            except OSError as error:
                raise ScannerDown(f"broke off: {error.strerror or type(error).__name__}") from None
        _judge(answer)

    def _connected(self) -> socket.socket:
        try:
            if not isinstance(self._address, str):
                return socket.create_connection(self._address, timeout=self._connect_within)
            return _connected_to(self._address, self._connect_within)
        except OSError as error:
            raise ScannerUnreachable(f"cannot be reached: {error.strerror or type(error).__name__}") from None
        # A host name that is none raises errors of its own.
        except ValueError as error:
            raise ScannerUnreachable(f"cannot be reached: {type(error).__name__}") from None


class ImpatientClamd(Clamd):
    """A clamd for whose answer somebody waits: after it gave none it is left alone for `pause` seconds, and then tried by one caller."""

    def __init__(self, address: str, *, answer_within: float = SOON, pause: float = PAUSE) -> None:
        super().__init__(address, connect_within=answer_within, answer_within=answer_within)
        self._pause = pause
        self._left_alone_until = -math.inf
        self._lock = threading.Lock()

    def scan(self, content: bytes) -> None:
        """As Clamd.scan; raise ScannerDown at once while the scanner is left alone."""
        if not self._is_worth_a_try():
            raise ScannerDown("did not answer a moment ago")
        try:
            super().scan(content)
        except (Infected, CannotScan):
            self._left_alone_until = -math.inf
            raise
        except ScannerDown:
            self._left_alone_until = time.monotonic() + self._pause
            raise
        self._left_alone_until = -math.inf

    def _is_worth_a_try(self) -> bool:
        now = time.monotonic()
        with self._lock:
            if now < self._left_alone_until:
                return False
            if self._left_alone_until != -math.inf:
                # This caller sees whether it is well again; nobody else waits for that.
                self._left_alone_until = now + self._pause
        return True


def _connected_to(path: str, within: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(within)
        connection.connect(path)
    except BaseException:
        connection.close()
        raise
    return connection


def _parsed(address: str) -> str | tuple[str, int]:
    if address.startswith("/") and "\0" not in address and len(address.encode(errors="replace")) <= _LONGEST_PATH:
        return address
    parts = _HOST_AND_PORT.fullmatch(address)
    if parts is None or not 0 < int(parts["port"]) < 65536 or not _can_be_a_host(parts["six"], parts["host"]):
        raise ScannerAddressError(
            f"FORMAPP_CLAMD is {address!r}, which is no address of clamd: "
            "use HOST:PORT, as in 127.0.0.1:3310, or the path of its socket (107 bytes at most)"
        )
    return parts["six"] or parts["host"], int(parts["port"])


def _can_be_a_host(six: str | None, host: str | None) -> bool:
    try:
        if six is not None:
            ipaddress.IPv6Address(six)
        else:
            # As the system's look-up will do it: it has no empty label, and none of more than 63 characters.
            (host or "").encode("idna")
    except ValueError:
        return False
    return True


def _send(connection: socket.socket, content: bytes, deadline: float) -> None:
    pieces = memoryview(content)
    try:
        _send_all(connection, b"zINSTREAM\0", deadline)
        for start in range(0, len(content), _CHUNK):
            piece = pieces[start : start + _CHUNK]
            _send_all(connection, struct.pack(">I", len(piece)), deadline)
            _send_all(connection, piece, deadline)
        _send_all(connection, struct.pack(">I", 0), deadline)
    except (BrokenPipeError, ConnectionResetError):
        # It has stopped listening, as it does for a file that is too large; what it answered is still to be read.
        return


def _send_all(connection: socket.socket, data: bytes | memoryview, deadline: float) -> None:
    connection.settimeout(_left(deadline))
    connection.sendall(data)


def _answer(connection: socket.socket, deadline: float) -> bytes:
    """Return the answer without the zero byte at its end; one that is cut off is none."""
    answer = b""
    while not answer.endswith(b"\0"):
        connection.settimeout(_left(deadline))
        piece = connection.recv(_LONGEST_ANSWER)
        answer += piece
        if not piece or len(answer) > _LONGEST_ANSWER:
            raise ScannerDown("broke off its answer" if not piece else "gave an answer that is not clamd's")
    return answer[:-1]


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _judge(answer: bytes) -> None:
    if answer == _CLEAN:
        return
    if found := _FOUND.fullmatch(answer):
        raise Infected(found[1].decode("ascii"))
    if b"size limit exceeded" in answer:
        raise CannotScan("does not take a file of this size: raise StreamMaxLength in clamd.conf")
    if answer.endswith(b" ERROR"):
        raise CannotScan("answered with an error of its own: look into its log")
    raise ScannerDown("gave an answer that is not clamd's")
