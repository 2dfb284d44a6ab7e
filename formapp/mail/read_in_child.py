"""Read mails in a child process: one that takes too long, needs too much or kills its reader costs only itself."""

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO

from formapp.errors import HelpCentreError
from formapp.mail.reading_child import LENGTH, OUT_OF_MEMORY
from formapp.mail.understood import Ours, Understood
from formapp.mail.understood_json import unpack

MODULE = "formapp.mail.reading_child"
# Seconds of the processor's time for one mail; and of the clock's, for a machine that has much else to do.
MOST_SECONDS = 2.0
_LONGEST_WAIT = 30.0
_LOOK = 0.1
# Bytes of an answer: more than any mail that is taken can become.
_LONGEST_ANSWER = 100_000_000
_PIECE = 1 << 16
# After so many mails, or one of so many bytes, another process begins: what is left lying about in its memory is not the next mail's fault.
_MOST_MAILS = 1_000
_LARGE = 8_000_000
_TICKS = os.sysconf("SC_CLK_TCK")

_TOO_LONG = f"it took longer than {MOST_SECONDS:.0f} seconds to read"
_TOO_MUCH = "it needs more memory than a mail may have"
_STOPPED = "its reader stopped"


class CannotRead(HelpCentreError):
    """A mail could not be read within its bounds; the message says what became of the try."""


class ChildReader:
    """Reads one mail after the other in a process that it begins when it is needed, and anew after each that was too much."""

    def __init__(self, ours: Ours) -> None:
        self._ours = ours
        self._child: subprocess.Popen[bytes] | None = None
        self._mails = 0
        self._one_at_a_time = threading.Lock()

    def __call__(self, raw: bytes) -> Understood:
        """Return what is understood of a mail; raise CannotRead. OSError: no process could be started, whatever the mail."""
        with self._one_at_a_time:
            answer = _Answer(self._started())
            try:
                mail = answer.to(raw)
            except CannotRead:
                self._end()
                raise
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                raise CannotRead(_why(self._end())) from None
            self._mails += 1
            if self._mails >= _MOST_MAILS or len(raw) >= _LARGE:
                self._end()
            return mail

    def close(self) -> None:
        """End the process, where there is one; a mail that is being read is not waited for."""
        child = self._child
        if child is not None:
            child.kill()
        with self._one_at_a_time:
            self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        # Nothing of our environment: there are secrets in it. And what it might say of a mail is nobody's to read.
        environ = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LC_ALL": "C.UTF-8", "PATH": os.defpath}
        command = [sys.executable, "-P", "-m", MODULE]
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environ, bufsize=0)  # noqa: S603
        self._mails = 0
        said = {"addresses": self._ours.addresses, "authserv_id": self._ours.authserv_id}
        with suppress(OSError):  # the mail after it says so
            _pipes(self._child)[0].write(json.dumps(said).encode("ascii") + b"\n")
        return self._child

    def _end(self) -> int | None:
        """End the process and return its status, which is its own where it has ended by itself."""
        child, self._child = self._child, None
        if child is None:
            return None
        for pipe in _pipes(child):
            with suppress(OSError):
                pipe.close()
        with suppress(subprocess.TimeoutExpired):
            return child.wait(_LOOK)
        child.kill()
        return child.wait()


class _Answer:
    """What a process answers to one mail, waited for as long as a mail may take."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self._stdin, self._stdout = _pipes(child)
        self._worked = _seconds_of(child)
        self._give_up_at = time.monotonic() + _LONGEST_WAIT

    def to(self, raw: bytes) -> Understood:
        # It takes in the whole mail before it says anything, so neither waits for the other.
        for piece in (len(raw).to_bytes(LENGTH), raw):
            left = memoryview(piece)
            while left:
                left = left[self._stdin.write(left) :]
        packed = self._bytes(self._length())
        return unpack(packed, self._bytes(self._length()))

    def _length(self) -> int:
        length = int.from_bytes(self._bytes(LENGTH))
        if length > _LONGEST_ANSWER:
            raise ValueError("an answer that is too long")
        return length

    def _bytes(self, length: int) -> bytes:
        found = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            while len(found) < length:
                if not selector.select(_LOOK):
                    self._look_at_the_clock()
                    continue
                piece = os.read(self._stdout.fileno(), min(_PIECE, length - len(found)))
                if not piece:
                    raise OSError("the reader has ended")
                found += piece
        return bytes(found)

    def _look_at_the_clock(self) -> None:
        if time.monotonic() > self._give_up_at or _seconds_of(self._child) - self._worked > MOST_SECONDS:
            raise CannotRead(_TOO_LONG)


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert child.stdin
    assert child.stdout
    return child.stdin, child.stdout


def _why(status: int | None) -> str:
    return {OUT_OF_MEMORY: _TOO_MUCH, -signal.SIGXCPU: _TOO_LONG}.get(status or 0, _STOPPED)


def _seconds_of(child: subprocess.Popen[bytes]) -> float:
    """Return how long a process has worked so far, by the processor's clock: another's work counts nothing."""
    try:
        with open(f"/proc/{child.pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS
