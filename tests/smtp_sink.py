"""Postfix's smtp-sink: a mail server that fails as its options say, and keeps every mail that it was given."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.programs import free_port, need

# What it writes above each mail, about who sent it and to whom.
_ITS_OWN_LINES = re.compile(rb"\A(?:X-[^\n]*\n)*Received:[^\n]*\n(?:\t[^\n]*\n)*")
_SAID = re.compile(r"^\S*smtp-sink: (ehlo|helo|auth|mail|rcpt|data|\.|rset|quit)(?![a-z])", re.IGNORECASE | re.MULTILINE)


class SmtpSink:
    """A running smtp-sink: where it listens, what clients have said to it, and what they gave it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._folder = folder

    def mails(self) -> list[bytes]:
        """Return the bytes of every mail that it was given, whatever it answered; sorted, for it does not say in which order they came."""
        self._come_to_rest()
        files = (self._folder / "mails").iterdir()
        return sorted(_ITS_OWN_LINES.sub(b"", file.read_bytes()).removesuffix(b"\n").replace(b"\n", b"\r\n") for file in files)

    def heard(self) -> list[str]:
        """Return the verbs that clients have said, in order and in capitals; the end of a mail is a dot."""
        self._come_to_rest()
        return [verb.upper() for verb in _SAID.findall(self.log())]

    def log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")

    def _come_to_rest(self) -> None:
        # It does one thing after the other: whoever is greeted, or gets no greeting, knows that all before is done.
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            try:
                connection.recv(1)
            except OSError:
                return


@contextmanager
def smtp_sink(*options: str, port: int | None = None) -> Iterator[SmtpSink]:
    """Run smtp-sink with the options of its manual page, on a port of its own or on that one.

    Skips the test (fails it in CI) without Postfix.
    """
    program, listens = need("smtp-sink", package="postfix"), port or free_port()
    with TemporaryDirectory(prefix="smtp-sink-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "mails").mkdir()
        (folder / "mails").chmod(0o777)
        # Root may not be its user.
        user = ("-u", "nobody") if os.geteuid() == 0 else ()
        command = [program, "-v", *user, "-d", f"{folder}/mails/", *options, f"127.0.0.1:{listens}", "100"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        sink = SmtpSink(folder, listens)
        try:
            _wait_until_it_listens(sink, process)
            yield sink
        finally:
            process.terminate()
            process.wait()


def _wait_until_it_listens(sink: SmtpSink, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", sink.port), timeout=5).close()
            return
        except OSError:
            assert process.poll() is None, f"smtp-sink ended: {sink.log()}"
            assert time.monotonic() < deadline, f"smtp-sink does not listen: {sink.log()}"
            time.sleep(0.01)
