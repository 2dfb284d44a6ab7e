"""Read mails in a child process: one that takes too long, needs too much or kills its reader costs only itself."""

import json
import os
import selectors
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO

from formapp.errors import HelpCentreError
from formapp.mail.reading_child import LENGTH
from formapp.mail.understood import Ours, Understood
from formapp.mail.understood_json import unpack

# Seconds of the processor's time for one mail; and of the clock's, for a machine that has much else to do.
MOST_SECONDS = 2.0
_LONGEST_WAIT = 30.0
_LOOK = 0.1
_TICKS = os.sysconf("SC_CLK_TCK")


class CannotRead(HelpCentreError):
    """A mail could not be read within its bounds; the message says what became of the try."""


class ChildReader:
    """Reads one mail after the other in a process that it begins when it is needed, and anew after each that was too much."""

    def __init__(self, ours: Ours) -> None:
        self._ours = ours
        self._child: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = threading.Lock()

    def __call__(self, raw: bytes) -> Understood:
        """Return what is understood of a mail; raise CannotRead."""
        with self._one_at_a_time:
            child = self._started()
            before = _seconds_of(child)
            try:
                return self._answer(child, raw, before)
            except (OSError, ValueError, KeyError, TypeError):
                self._end()
                raise CannotRead("its reader stopped: it may need more memory than a mail may have") from None
            except CannotRead:
                self._end()
                raise

    def close(self) -> None:
        """End the process, where there is one."""
        with self._one_at_a_time:
            self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        # None of our settings: there are secrets among them. What it might say of a mail's text is nobody's to read.
        environ = {name: value for name, value in os.environ.items() if not name.startswith("FORMAPP_")}
        command = [sys.executable, "-m", "formapp.mail.reading_child"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ)  # noqa: S603
        self._child = child
        said = {"addresses": self._ours.addresses, "authserv_id": self._ours.authserv_id}
        stdin, _ = _pipes(child)
        stdin.write(json.dumps(said).encode("ascii") + b"\n")
        stdin.flush()
        return child

    def _answer(self, child: subprocess.Popen[bytes], raw: bytes, before: float) -> Understood:
        stdin, stdout = _pipes(child)
        # It takes in the whole mail before it says anything, so neither waits for the other.
        stdin.write(len(raw).to_bytes(LENGTH) + raw)
        stdin.flush()
        deadline = time.monotonic() + _LONGEST_WAIT
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while not selector.select(_LOOK):
                if time.monotonic() > deadline or _seconds_of(child) - before > MOST_SECONDS:
                    raise CannotRead(f"it took longer than {MOST_SECONDS:.0f} seconds to read")
        packed = _read(stdout, int.from_bytes(_read(stdout, LENGTH)))
        return unpack(packed, _read(stdout, int.from_bytes(_read(stdout, LENGTH))))

    def _end(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        self._child.wait()
        self._child = None


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert child.stdin
    assert child.stdout
    return child.stdin, child.stdout


def _read(source: IO[bytes], length: int) -> bytes:
    found = source.read(length)
    if len(found) < length:
        raise OSError("the reader has ended")
    return found


def _seconds_of(child: subprocess.Popen[bytes]) -> float:
    """Return how long a process has worked so far, by the processor's clock: another's work counts nothing."""
    try:
        with open(f"/proc/{child.pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS
