"""Programs that a test starts: found, or the test is skipped here and failed in CI."""

import os
import shutil
import socket
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def newest(pattern: str) -> Path | None:
    """Return the last of the folders that a pattern from the root finds, as of several versions."""
    return max(Path("/").glob(pattern.lstrip("/")), default=None)
