"""The whole service as it runs for real: web server and worker as processes of their own."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from tests.programs import free_port
from tests.proofs import SECRET

ROOT = Path(__file__).parent.parent


class Service:
    """Starts, kills and restarts the two processes; `port` stays the same."""

    def __init__(self, folder: Path, environ: Mapping[str, str], port: int | None = None) -> None:
        self.port = port or free_port()
        self.base_url = f"http://localhost:{self.port}"
        self.folder = folder
        self._log = folder / "service.log"
        self._environ = {name: value for name, value in os.environ.items() if not name.startswith("FORMAPP_")} | {
            "FORMAPP_ENVIRONMENT": "development",
            "FORMAPP_SECRET_KEY": SECRET,
            "FORMAPP_BASE_URL": self.base_url,
            "FORMAPP_INSTANCE_DIR": str(folder),
            "FORMAPP_TEAM_EMAIL": "team@example.org",
            # All the customers of a test have one address.
            "FORMAPP_SUBMISSIONS_PER_HOUR": "100000",
            "FORMAPP_UPLOADS_PER_HOUR": "100000",
            **environ,
        }
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def start_web(self) -> None:
        config = ROOT / "formapp" / "deploy" / "gunicorn.conf.py"
        self.web = self._start("tests.light_proofs", "--config", str(config), "--bind", f"127.0.0.1:{self.port}", "--graceful-timeout", "3")

    def start_worker(self) -> None:
        self.worker = self._start("formapp.commands.main", "worker")

    def wait_until_up(self) -> None:
        give_up_at = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{self.base_url}/healthz", timeout=5).close()
                return
            except (URLError, OSError):
                if time.monotonic() > give_up_at or (self.web and self.web.poll() is not None):
                    raise AssertionError(f"the service did not come up:\n{self.log()}") from None
                time.sleep(0.05)

    def kill(self, process: "subprocess.Popen[bytes] | None") -> None:
        """End a process and its children as a power cut would."""
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop(self) -> None:
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                process.terminate()
        for process in (self.web, self.worker):
            if process is not None:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    self.kill(process)

    def run(self, *arguments: str) -> str:
        """Run a `formapp` command in the service's environment and return what it printed."""
        command = [sys.executable, "-m", "formapp.commands.main", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self._environ, check=True, capture_output=True, text=True, timeout=120).stdout

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def _start(self, *module: str) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *module], cwd=ROOT, env=self._environ, stdout=log, stderr=log, start_new_session=True
            )


@contextmanager
def running(folder: Path, environ: Mapping[str, str], port: int | None = None) -> Iterator[Service]:
    """Yield the service, both processes up and the schema made."""
    service = Service(folder, environ, port)
    service.run("db", "upgrade")
    try:
        service.start_web()
        service.start_worker()
        service.wait_until_up()
        yield service
    finally:
        service.stop()
