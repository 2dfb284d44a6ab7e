"""Programs that a test starts: found, or the test is skipped here and failed in CI."""

import os
import secrets
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest


def need(program: str, *, package: str, beside: str = "/usr/sbin") -> str:
    """Return a program's path; without it, say which Debian package has it."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:{beside}")
    if found is None:
        do_without(f"{program} is not installed: run `make packages`, or install Debian's {package}")
    return found


def do_without(reason: str) -> NoReturn:
    """Skip a test for want of a program, but never in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """Return a port that nobody has, below those that the system hands out: until it is used, nobody is given it."""
    while True:
        port = 11_000 + secrets.randbelow(21_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def newest(pattern: str) -> Path | None:
    """Return the last of the folders that a pattern from the root finds, as of several versions."""
    return max(Path("/").glob(pattern.lstrip("/")), default=None)
