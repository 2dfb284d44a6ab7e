"""A PostgreSQL server of the tests' own, in a temporary folder."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.programs import do_without, free_port, newest


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Yield the URL of a fresh server, without the database's name at its end."""
    programs = newest("/usr/lib/postgresql/*/bin")
    if programs is None:
        do_without("PostgreSQL is not installed: run `make packages`, or install Debian's postgresql")
    # Not under pytest's own folder, which no other user may enter.
    with TemporaryDirectory(prefix="postgresql-") as folder:
        Path(folder).chmod(0o777)
        yield from _serve(programs, Path(folder))


def _serve(programs: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    data = folder / "data"
    # The server refuses to run as root; Debian's package comes with a user for it.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    _run(*user, str(programs / "initdb"), "-D", str(data), "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync", cwd=folder)
    # No test cuts the server's power, and a database for each test is made twice as fast.
    careless = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=200 {careless}"
    _run(*user, str(programs / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start", cwd=folder)
    try:
        yield f"postgresql+psycopg://tests@127.0.0.1:{port}/"
    finally:
        _run(*user, str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop", cwd=folder)


def _run(*command: str, cwd: Path) -> None:
    # Output to a file: the server would hold a pipe open.
    with (cwd / "commands.log").open("ab") as log:
        subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)
