"""The whole help centre on this machine: web server and worker as child processes, and a watch over what the pages are made of."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

import click
from sqlalchemy.exc import SQLAlchemyError
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from formapp.commands.site import BuildFailed, build_site
from formapp.errors import HelpCentreError
from formapp.runtime import Runtime
from formapp.services import articles_sync, build_fault
from formapp.services.database import Database, check_schema, migrate
from formapp.settings import PREFIX, Settings

GUNICORN = Path(__file__).parent.parent / "deploy" / "gunicorn.conf.py"
# Editors save in several steps; a build waits until they are done (seconds).
SETTLE = 0.3
FAREWELL = 35
WEB, WORKER = "web server", "worker"


class PortInUse(HelpCentreError):
    """Something else listens where we would."""


class LocalService:
    """Everything at one port of this machine, until it is interrupted; a changed page or policy is built again.

    An editor's preview of a database that is set, which is the service's own, neither changes its schema nor works for it.
    """

    def __init__(self, settings: Settings, port: int) -> None:
        """Look whether the port is free and the database can be used; raises PortInUse, and what Runtime.start and migrate raise."""
        _require_free(port)
        self._settings = settings
        self._port = port
        self._owns_database = not (settings.editing and settings.database_url)
        self._runtime = Runtime.start(settings)
        if self._owns_database:
            migrate(self.database)
        else:
            check_schema(self.database)
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        # The processes obey the policy that the pages were built from, not one that is just being edited.
        self._policy_as_built = settings.instance_dir / "policy.toml"

    @property
    def database(self) -> Database:
        """The database that the service shows."""
        return self._runtime.database

    def run(self) -> None:
        """Build, start and watch until SIGINT, SIGTERM or SIGHUP; raise BuildFailed when the first build fails."""
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
            fault = f"The site was not built; the pages before the change are still shown.\n\n{error}"
            click.echo(fault, err=True)
            # For the preview's pages, which say so too.
            build_fault.keep(self._settings.instance_dir, fault)
            return
        if web := self._children.get(WEB):
            web.send_signal(signal.SIGHUP)
        if worker := self._children.pop(WORKER, None):
            worker.terminate()
            _wait(worker)
        self._start_what_is_down()
        click.echo("Built again after a change.")

    def _build(self) -> None:
        self._settings.instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        policy = self._settings.policy_file.read_bytes()
        build_site(self._settings.site_dir, preview=time.time_ns() // 1_000_000 if self._settings.editing else None)
        # Edited while the pages were built: it is then not known which of the two they show, and the next round is due at once.
        if self._settings.policy_file.read_bytes() == policy or not self._policy_as_built.exists():
            self._policy_as_built.write_bytes(policy)
        build_fault.forget(self._settings.instance_dir)
        if self._owns_database:
            self._sync()

    def _start_what_is_down(self) -> None:
        if WEB not in self._children:
            self._children[WEB] = self._start("gunicorn", "--config", str(GUNICORN), "--bind", f"127.0.0.1:{self._port}")
        if WORKER not in self._children and self._owns_database:
            self._children[WORKER] = self._start("formapp.commands.main", "worker")

    def _start(self, module: str, *arguments: str) -> "subprocess.Popen[bytes]":
        differing = {"POLICY_FILE": self._policy_as_built, "SITE_DIR": self._settings.site_dir, "EDITING": self._settings.editing}
        environ = {**os.environ, **{f"{PREFIX}{name}": str(value) for name, value in differing.items()}}
        # A session of its own: Ctrl-C reaches this process alone, which then ends the others in order.
        return subprocess.Popen([sys.executable, "-m", module, *arguments], env=environ, start_new_session=True)

    def _sync(self) -> None:
        """Tell the database what the articles say of themselves; a fault there keeps nobody from reading."""
        try:
            faults = articles_sync.sync(self.database, Path("docs"), self._runtime.now()).faults
        except (HelpCentreError, SQLAlchemyError) as error:
            # The kind only of what the database says: the rest may hold what somebody wrote.
            faults = [str(error) if isinstance(error, HelpCentreError) else error.__class__.__name__]
        if faults:
            fault = "\n".join(["The site was built, but what some articles say of themselves cannot be obeyed:\n", *faults])
            click.echo(fault, err=True)
            build_fault.keep(self._settings.instance_dir, fault)

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


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortInUse(f"port {port} is in use: stop the other program, or choose another with --port") from None


def _wait(child: "subprocess.Popen[bytes]") -> None:
    try:
        child.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
