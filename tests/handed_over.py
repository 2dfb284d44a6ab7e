"""A program that Postfix may run as somebody who may do nothing, and that has the tests' own user do the work."""

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.programs import need

# Postfix runs no program as root, and root's own Python is for nobody else: what comes in goes through a socket, the status comes back.
SCRIPT = """\
#!{perl}
use IO::Socket::UNIX;
my $there = IO::Socket::UNIX->new(Peer => "{socket}") or exit 75;
print $there "@ARGV\\n", do {{ local $/; <STDIN> }};
$there->shutdown(1);
my $status = <$there>;
print STDERR do {{ local $/; <$there> }};
exit $status;
"""


@contextmanager
def handed_over(command: Callable[[str], list[str]], environ: Mapping[str, str], folder: Path) -> Iterator[Path]:
    """Yield a program that runs a command, made of its arguments, with this environment, and ends as it does."""
    perl = need("perl", package="perl-base")
    with TemporaryDirectory(prefix="handed-over-") as name, socket.socket(socket.AF_UNIX) as listening:
        place = Path(name)
        place.chmod(0o755)
        listening.bind(str(place / "socket"))
        (place / "socket").chmod(0o777)
        listening.listen()
        script = place / "program"
        script.write_text(SCRIPT.format(perl=perl, socket=place / "socket"))
        script.chmod(0o755)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    _answer(listening.accept()[0], command, environ, folder)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield script
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(30)


def _answer(connection: socket.socket, command: Callable[[str], list[str]], environ: Mapping[str, str], folder: Path) -> None:
    with connection, connection.makefile("rb") as said:
        arguments = said.readline().decode().strip()
        done = subprocess.run(
            command(arguments), input=said.read(), cwd=folder, env=os.environ | dict(environ), check=False, capture_output=True
        )
        connection.sendall(f"{done.returncode}\n".encode() + done.stderr)
