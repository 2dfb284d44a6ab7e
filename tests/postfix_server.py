"""A real Postfix of the tests' own, in a temporary folder: takes mail for every address, and lets none leave the machine."""

import os
import pwd
import shutil
import smtplib
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.certificates import Certificate
from tests.programs import do_without, free_port, need

# The services that a Postfix of this kind needs, without those that deliver elsewhere.
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class PostfixServer:
    """A running Postfix: where it listens, and what it has delivered."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def mails(self) -> list[bytes]:
        """Return the bytes of every delivered mail, Postfix's own headers (Return-Path, Received …) at the top, oldest first."""
        files = sorted((self.folder / "mail" / "box" / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        return [file.read_bytes() for file in files]

    def messages(self) -> list[Message]:
        """Return every delivered mail, parsed."""
        return [message_from_bytes(raw) for raw in self.mails()]

    def wait_for(self, count: int, seconds: float = 30) -> list[Message]:
        """Return the delivered mails as soon as there are that many; fail with Postfix's log when there are not in time."""
        deadline = time.monotonic() + seconds
        while len(found := self.messages()) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} mails arrived:\n{self.log()}"
            time.sleep(0.05)
        return found

    def log(self) -> str:
        """Return what Postfix has logged."""
        path = self.folder / "log" / "maillog"
        return path.read_text(errors="replace") if path.exists() else ""


@contextmanager
def postfix_server(*, shows: Certificate | None = None, refuses: tuple[str, ...] = ()) -> Iterator[PostfixServer]:
    """Run Postfix on a port of its own; it offers STARTTLS when it has a certificate to show, and refuses those recipients.

    Skips the test (fails it in CI) without Postfix or without root.
    """
    postfix = need("postfix", package="postfix")
    if os.geteuid() != 0:
        do_without("Postfix can only be started by root: run the tests as root, or leave out those marked postfix")
    # Not under pytest's own folder, which no other user may enter; Postfix's processes run as users of their own.
    with TemporaryDirectory(prefix="postfix-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        _write_configuration(folder, port, shows, refuses)
        server = PostfixServer(folder, port)
        _run(postfix, folder, "start")
        try:
            _wait_for_greeting(server)
            yield server
        finally:
            _run(postfix, folder, "stop")


def _write_configuration(folder: Path, port: int, shows: Certificate | None, refuses: tuple[str, ...]) -> None:
    nobody = pwd.getpwnam("nobody")
    for name in ("etc", "queue", "data", "mail", "log"):
        (folder / name).mkdir()
    os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    os.chown(folder / "mail", nobody.pw_uid, nobody.pw_gid)
    config = folder / "etc"
    for name in ("postfix-files", "dynamicmaps.cf"):
        shutil.copy(Path("/etc/postfix") / name, config / name)
    (config / "refused").write_text("".join(f"/^{address.replace('.', '[.]')}$/ 550 5.1.1 no such user\n" for address in refuses))
    settings = _settings(folder, nobody)
    if shows:
        settings |= {"smtpd_tls_security_level": "may", "smtpd_tls_cert_file": str(shows.certificate), "smtpd_tls_key_file": str(shows.key)}
    (config / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    (config / "master.cf").write_text(MASTER.format(port=port))


def _settings(folder: Path, nobody: pwd.struct_passwd) -> dict[str, str]:
    return {
        "compatibility_level": "3.6",
        "queue_directory": str(folder / "queue"),
        "data_directory": str(folder / "data"),
        "maillog_file": str(folder / "log" / "maillog"),
        "maillog_file_prefixes": str(folder / "log"),
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "myhostname": "localhost",
        "mydestination": "",
        "mynetworks": "127.0.0.0/8",
        # Every address is ours and lands in one Maildir, so nothing can leave the machine.
        "virtual_mailbox_domains": "static:all",
        "virtual_mailbox_maps": "static:box/",
        "virtual_mailbox_base": str(folder / "mail"),
        "virtual_uid_maps": f"static:{nobody.pw_uid}",
        "virtual_gid_maps": f"static:{nobody.pw_gid}",
        "virtual_minimum_uid": "1",
        "smtpd_relay_restrictions": "permit_mynetworks,reject",
        "smtpd_recipient_restrictions": f"check_recipient_access regexp:{folder / 'etc' / 'refused'},permit_mynetworks,reject",
        "alias_maps": "",
        "local_recipient_maps": "",
    }


def _run(postfix: str, folder: Path, action: str) -> None:
    # Output to a file: the daemon would hold a pipe open.
    with (folder / "commands.log").open("a") as log:
        done = subprocess.run([postfix, "-c", str(folder / "etc"), action], stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
    assert done.returncode == 0, f"postfix {action}: {(folder / 'commands.log').read_text()}{PostfixServer(folder, 0).log()}"


def _wait_for_greeting(server: PostfixServer) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with smtplib.SMTP("127.0.0.1", server.port, timeout=5):
                return
        except OSError:
            assert time.monotonic() < deadline, f"Postfix does not answer:\n{server.log()}"
            time.sleep(0.05)
