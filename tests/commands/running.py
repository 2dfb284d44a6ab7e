"""A command that runs the whole help centre on this machine, started as somebody starts it."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.programs import free_port


class Running:
    def __init__(self, folder: Path, port: int, command: str, **environ: str) -> None:
        self.folder = folder
        self.url = f"http://localhost:{port}"
        self._output = folder / "output.txt"
        whole = {name: value for name, value in os.environ.items() if not name.startswith("FORMAPP_")} | environ
        line = [sys.executable, "-m", "formapp.commands.main", command, "--port", str(port)]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(line, cwd=folder, env=whole, stdout=output, stderr=output, start_new_session=True)

    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def page(self, path: str = "/") -> str:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def wait(self, until: Callable[[], bool], what: str) -> None:
        give_up_at = time.monotonic() + 60
        while not until():
            assert self.process.poll() is None, self.output()
            assert time.monotonic() < give_up_at, f"{what}:\n{self.output()}"
            time.sleep(0.1)


@contextmanager
def running_here(folder: Path, command: str, **environ: str) -> Iterator[Running]:
    started = Running(folder, free_port(), command, **environ)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            # Asked first: its children have sessions of their own, and only it can end them.
            started.process.terminate()
            started.process.wait(60)
