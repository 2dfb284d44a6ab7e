"""`formapp up`: everything on this machine with one command, for a first look and for editors."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType

import click
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from formapp.commands.site import BuildFailed, build_site
from formapp.errors import HelpCentreError
from formapp.runtime import Runtime
from formapp.services.database import migrate
from formapp.settings import PREFIX, Settings, read_settings

GUNICORN = Path(__file__).parent.parent / "deploy" / "gunicorn.conf.py"
# Editors save in several steps; a build waits until they are done (seconds).
SETTLE = 0.3
FAREWELL = 35
WEB, WORKER = "web server", "worker"


class PortInUse(HelpCentreError):
    """Something else listens where we would."""


@click.command()
@click.option("--port", default=8000, show_default=True, help="Where to listen, on this machine only.")
def up(port: int) -> None:
    """Build the site, then run web server and worker; a changed page or policy is built again. Ctrl-C ends all."""
    os.environ.setdefault(f"{PREFIX}ENVIRONMENT", "development")
    os.environ.setdefault(f"{PREFIX}BASE_URL", f"http://localhost:{port}")
    os.environ.setdefault(f"{PREFIX}LOG_LEVEL", "WARNING")
    settings = read_settings()
    _require_free(port)
    runtime = Runtime.start(settings)
    migrate(runtime.database)
    _Everything(settings, port).run()


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortInUse(f"port {port} is in use: stop the other program, or choose another with --port") from None


class _Everything:
    """The web server and the worker as child processes, and a watch over the pages."""

    def __init__(self, settings: Settings, port: int) -> None:
        self._settings = settings
        self._port = port
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        # The processes obey the policy that the pages were built from, not one that is just being edited.
        self._policy_as_built = settings.instance_dir / "policy.toml"

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGHUP, self._stop)  # the terminal was closed
        self._build()
        self._start_what_is_down()
        click.echo(f"The help centre is at {self._settings.base_url} (Ctrl-C ends it).")
        if self._settings.smtp_host is None:
            click.echo(f"Mails are kept in {self._settings.instance_dir / 'mail'} and shown at {self._settings.base_url}/dev/mail/")
        observer = self._watch()
        try:
            while not self._stopping.wait(SETTLE):
                self._report_ended()
                if self._changed.is_set():
                    self._renew()
        finally:
            observer.stop()
            for child in self._children.values():
                child.terminate()
            for child in self._children.values():
                _wait(child)
        click.echo("Ended.")

    def _report_ended(self) -> None:
        for name, child in list(self._children.items()):
            if child.poll() is not None:
                del self._children[name]
                click.echo(f"The {name} has ended: what it printed stands above. It is started again after the next change.", err=True)

    def _renew(self) -> None:
        """Build again and let both processes read the new pages and policy; keep what runs when the build fails."""
        while self._changed.is_set():
            self._changed.clear()
            self._stopping.wait(SETTLE)
        try:
            self._build()
        except BuildFailed as error:
            click.echo(f"{error}\nThe site was not built; the pages before the change are still shown.", err=True)
            return
        if web := self._children.get(WEB):
            web.send_signal(signal.SIGHUP)
        if worker := self._children.pop(WORKER, None):
            worker.terminate()
            _wait(worker)
        self._start_what_is_down()
        click.echo("Built again after a change.")

    def _build(self) -> None:
        policy = self._settings.policy_file.read_bytes()
        build_site(self._settings.site_dir)
        # Edited while the pages were built: it is then not known which of the two they show, and the next round is due at once.
        if self._settings.policy_file.read_bytes() == policy or not self._policy_as_built.exists():
            self._policy_as_built.write_bytes(policy)

    def _start_what_is_down(self) -> None:
        if WEB not in self._children:
            self._children[WEB] = self._start("gunicorn", "--config", str(GUNICORN), "--bind", f"127.0.0.1:{self._port}")
        if WORKER not in self._children:
            self._children[WORKER] = self._start("formapp.commands.main", "worker")

    def _start(self, module: str, *arguments: str) -> "subprocess.Popen[bytes]":
        environ = {**os.environ, f"{PREFIX}POLICY_FILE": str(self._policy_as_built)}
        # A session of its own: Ctrl-C reaches this process alone, which then ends the others in order.
        return subprocess.Popen([sys.executable, "-m", module, *arguments], env=environ, start_new_session=True)

    def _watch(self) -> BaseObserver:
        observer = Observer()
        for path in {Path("docs"), Path("theme"), self._settings.policy_file.parent}:
            observer.schedule(_Notice(self._changed), str(path), recursive=True)
        observer.schedule(_Notice(self._changed, only="mkdocs.yml"), ".", recursive=False)
        observer.start()
        return observer

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()


class _Notice(FileSystemEventHandler):
    """Raises a flag when a file is written, moved or deleted; reading one is no change."""

    def __init__(self, changed: threading.Event, only: str = "") -> None:
        self._changed = changed
        self._only = only

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.is_directory or event.event_type in ("opened", "closed_no_write"):
            return
        # Many editors write another file and give it the name.
        if str(event.src_path).endswith(self._only) or str(event.dest_path).endswith(self._only):
            self._changed.set()


def _wait(child: "subprocess.Popen[bytes]") -> None:
    try:
        child.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
