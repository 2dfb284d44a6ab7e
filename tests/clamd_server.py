"""A real clamd of the tests' own, which knows one virus: the harmless EICAR test file. And servers that behave as badly as can be."""

import hashlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.programs import free_port, need

# In two parts, or scanners would take this very file away.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
VIRUS = "Tests.Eicar"
LARGEST_STREAM = 6_291_456


class ClamdServer:
    """A running clamd: the two addresses where it listens."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.address = f"127.0.0.1:{port}"
        self.socket = str(folder / "clamd.sock")

    def log(self) -> str:
        """Return what clamd has logged."""
        path = self.folder / "clamd.log"
        return path.read_text(errors="replace") if path.exists() else ""


@contextmanager
def clamd_server() -> Iterator[ClamdServer]:
    """Run clamd on a port and a socket of its own, with a signature of our own: nothing is fetched. Skips the test without clamd."""
    clamd = need("clamd", package="clamav-daemon")
    # A short path: a socket's may have 107 characters.
    with TemporaryDirectory(prefix="clamd-") as name:
        folder, port = Path(name), free_port()
        _write_configuration(folder, port)
        server = ClamdServer(folder, port)
        with (folder / "output").open("w") as output:
            process = subprocess.Popen(
                [clamd, "--config-file", str(folder / "clamd.conf")], stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        try:
            _wait_for_pong(server, port, process)
            yield server
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def bad_server(behave: Callable[[socket.socket], object]) -> Iterator[str]:
    """Listen in clamd's place and let `behave` deal with the one connection; yields the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve_one, args=(listener, behave), daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.close()
        thread.join(10)


def _serve_one(listener: socket.socket, behave: Callable[[socket.socket], object]) -> None:
    try:
        connection, _ = listener.accept()
    except OSError:
        return  # nobody came
    with connection:
        try:
            behave(connection)
        except OSError:
            return  # the client has gone, as it should


def _write_configuration(folder: Path, port: int) -> None:
    signatures = folder / "signatures"
    signatures.mkdir()
    digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    (signatures / "tests.hdb").write_text(f"{digest}:{len(EICAR)}:{VIRUS}\n")
    settings = {
        "Foreground": "yes",
        "DatabaseDirectory": str(signatures),
        "TemporaryDirectory": str(folder),
        "LogFile": str(folder / "clamd.log"),
        "TCPSocket": str(port),
        "TCPAddr": "127.0.0.1",
        "LocalSocket": str(folder / "clamd.sock"),
        "StreamMaxLength": str(LARGEST_STREAM),
        "MaxThreads": "4",
    }
    if os.geteuid() == 0:
        settings["User"] = "root"
    (folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))


def _wait_for_pong(server: ClamdServer, port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while not _answers(port):
        running = process.poll() is None and time.monotonic() < deadline
        assert running, f"clamd does not answer:\n{(server.folder / 'output').read_text()}{server.log()}"
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"zPING\0")
            return connection.recv(16) == b"PONG\0"
    except OSError:
        return False
