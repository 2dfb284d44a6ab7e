"""A real Dovecot of the tests' own, in a temporary folder: mailboxes whose files a test can reach."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from imap_tools import MailBoxUnencrypted

from formapp.mail.patient_imap import ImapServer
from tests.certificates import Certificate
from tests.programs import free_port, need

USER, PASSWORD = "support", "only-for-tests"

CONFIGURATION = """\
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mail_plugins = {plugins}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


class DovecotServer:
    """A Dovecot: its ports, and the mailbox `support` as its files."""

    def __init__(self, program: str, folder: Path, owner: pwd.struct_passwd) -> None:
        self.folder, self.port, self.tls_port = folder, free_port(), free_port()
        self._program, self._owner = program, owner
        self._process: subprocess.Popen[bytes] | None = None

    def configure(self, *, shows: Certificate | None = None, capability: str = "", quota: str = "") -> None:
        """Write its configuration: what it shows, what it says that it can do instead of its own, and the limit of a mailbox."""
        settings = CONFIGURATION.format(
            folder=self.folder,
            user=self._owner.pw_name,
            group=_group(self._owner),
            plugins="quota" if quota else "",
            password=PASSWORD,
            port=self.port,
            tls_port=self.tls_port if shows else 0,
        )
        settings += f"ssl = yes\nssl_cert = <{shows.certificate}\nssl_key = <{shows.key}\n" if shows else "ssl = no\n"
        settings += f"imap_capability = {capability}\n" if capability else ""
        settings += f"plugin {{\n  quota = maildir:Mailbox\n  quota_rule = *:{quota}\n}}\n" if quota else ""
        (self.folder / "dovecot.conf").write_text(settings)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "commands.log").open("ab") as log:
            command = [self._program, "-F", "-c", str(self.folder / "dovecot.conf")]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 30
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as probe:
                    assert probe.recv(100).startswith(b"* OK")
                    return
            except OSError:
                assert self._process.poll() is None, (self.folder / "commands.log").read_text() + self.log()
                assert time.monotonic() < deadline, "Dovecot does not answer"
                time.sleep(0.02)

    def stop(self) -> None:
        """Stop it, and with it every conversation."""
        if self._process is not None:
            # Not asked to: it would take a second to.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def server(self, security: str = "none", host: str = "localhost", ca_file: Path | None = None, password: str = PASSWORD) -> ImapServer:
        """Return how to reach the mailbox."""
        port = self.tls_port if security == "tls" else self.port
        return ImapServer(host, port, security, USER, password, ca_file)  # type: ignore[arg-type]

    def deliver(self, *mails: bytes, folder: str = "INBOX") -> None:
        """Put mails into a folder as a mail server does."""
        place = self._place(folder)
        for raw in mails:
            name = f"{time.time_ns()}.{uuid4().hex}.tests"
            for part in ("tmp", "new", "cur"):
                for made in reversed([place / part, *(place / part).parents]):
                    if made.is_relative_to(self.folder / "mail") and not made.exists():
                        made.mkdir()
                        os.chown(made, self._owner.pw_uid, self._owner.pw_gid)
            (place / "tmp" / name).write_bytes(raw)
            os.chown(place / "tmp" / name, self._owner.pw_uid, self._owner.pw_gid)
            (place / "tmp" / name).rename(place / "new" / name)

    def files(self, folder: str = "INBOX") -> list[Path]:
        """Return the files of the mails in a folder."""
        return [file for part in ("new", "cur") for file in sorted((self._place(folder) / part).glob("*"))]

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        """Return the bytes of the mails in a folder."""
        return sorted(file.read_bytes() for file in self.files(folder))

    def forget_uids(self) -> None:
        """Lose the list of UIDs, as a mailbox does that is restored: the folder gets others, and another UIDVALIDITY."""
        self.stop()
        for file in [*self._place("INBOX").glob("dovecot*"), *self._place("INBOX").glob(".uidvalidity*")]:
            file.unlink()
        time.sleep(1.1)  # it is made of the seconds of the clock
        self.start()

    def end_conversations(self) -> None:
        """End the processes that talk to clients, as a crash would."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                is_imap = (process / "cmdline").read_bytes().startswith(b"dovecot/imap\0")
                if is_imap and f"PPid:\t{self.pid}\n" in (process / "status").read_text():
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:
                continue

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @contextmanager
    def client(self) -> Iterator[MailBoxUnencrypted]:
        """Log in as a person's mail program does."""
        with MailBoxUnencrypted("127.0.0.1", self.port).login(USER, PASSWORD) as client:
            yield client

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def maildir(self, user: str = USER) -> Path:
        """Return where an account's mail lies, for a mail server that delivers it."""
        return self.folder / "mail" / user

    def _place(self, folder: str) -> Path:
        return self.maildir() / ("" if folder == "INBOX" else f".{folder}")


@contextmanager
def dovecot_server(*, shows: Certificate | None = None, capability: str = "", quota: str = "") -> Iterator[DovecotServer]:
    """Run Dovecot on ports of its own; skips the test (fails it in CI) where it is not installed."""
    dovecot = need("dovecot", package="dovecot-imapd")
    need("imap", package="dovecot-imapd", beside="/usr/lib/dovecot")
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    # Not under pytest's own folder, which no other user may enter; Dovecot's processes are another user's where root runs the tests.
    with TemporaryDirectory(prefix="dovecot-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("run", "state", "mail"):
            (folder / part).mkdir()
            os.chown(folder / part, owner.pw_uid, owner.pw_gid)
        server = DovecotServer(dovecot, folder, owner)
        if shows:
            shown = Certificate(folder / "shown.pem", folder / "shown.key")
            shutil.copy(shows.certificate, shown.certificate)
            shutil.copy(shows.key, shown.key)
            shows = shown
        server.configure(shows=shows, capability=capability, quota=quota)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _group(owner: pwd.struct_passwd) -> str:
    import grp

    return grp.getgrgid(owner.pw_gid).gr_name
