"""A Redis server of the tests' own, in a temporary folder."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import redis

from tests.programs import free_port, need

PASSWORD = "only-for-tests-hunter2"


class RedisServer:
    """A Redis that can be stopped, frozen and started again on the same port; what it held is gone after a stop."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://:{PASSWORD}@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        options = f"--port {self._port} --bind 127.0.0.1 --requirepass {PASSWORD} --appendonly no --dir {self._folder}".split()
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen([self._program, *options, "--save", ""], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        give_up_at = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < give_up_at, (self._folder / "redis.log").read_text(encoding="utf-8")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it take connections and answer nothing."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> "redis.Redis":
        return redis.Redis.from_url(self.url, decode_responses=True)

    def _answers(self) -> bool:
        with self.client() as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Yield a running server."""
    program = need("redis-server", package="redis-server")
    with TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(program, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
