"""A real Postfix of the tests' own, in a temporary folder: takes mail for every address, and lets none leave the machine."""

import os
import pwd
import re
import shutil
import smtplib
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.certificates import Certificate
from tests.programs import do_without, free_port, need
from tests.sasl_server import sasl_server

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

# Every mail goes to the program, one recipient at a time.
PIPED = {
    "virtual_transport": "piped",
    "piped_destination_recipient_limit": "1",
    "recipient_delimiter": "+",
}


class PostfixServer:
    """A Postfix: where it listens, and what it has delivered. It can be stopped for a while."""

    def __init__(self, program: str, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._program = program

    def start(self) -> None:
        """Start it, and wait until it takes mail."""
        self._run("start")
        deadline = time.monotonic() + 30
        while True:
            try:
                with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                    return
            except OSError:
                assert time.monotonic() < deadline, f"Postfix does not answer:\n{self.log()}"
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if (self.folder / "queue" / "pid" / "master.pid").exists() and not self._run("status", check=False):
            self._run("stop")

    def flush(self) -> None:
        """Have it try again now what it has put off."""
        self._run("flush", check=False)

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

    def _run(self, action: str, *, check: bool = True) -> int:
        # Output to a file: the daemon would hold a pipe open.
        said = self.folder / "commands.log"
        with said.open("a") as log:
            command = [self._program, "-c", str(self.folder / "etc"), action]
            status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False).returncode
        assert not check or status == 0, f"postfix {action}: {said.read_text()}{self.log()}"
        return status


@contextmanager
def postfix_server(
    *,
    shows: Certificate | None = None,
    refuses: tuple[str, ...] = (),
    slow: tuple[str, ...] = (),
    password: str | None = None,
    hands_to: str | None = None,
    mailboxes: Mapping[str, Path] | None = None,
) -> Iterator[PostfixServer]:
    """Run Postfix on a port of its own; it offers STARTTLS when it has a certificate to show.

    It refuses some recipients, is asleep for others, and with a password takes mail from nobody who does not log in with it. `hands_to`
    is a program, as pipe(8) takes it, that gets each mail instead of the mailbox. `mailboxes` are Maildirs of others, by a regular
    expression of the addresses whose mail they get; all others' lands in the one of its own.
    Skips the test (fails it in CI) without Postfix or without root.
    """
    postfix = need("postfix", package="postfix")
    if os.geteuid() != 0:
        do_without("Postfix can only be started by root: run the tests as root, or leave out those marked postfix")
    # Not under pytest's own folder, which no other user may enter; Postfix's processes run as users of their own.
    with TemporaryDirectory(prefix="postfix-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        own = _mailboxes(folder) if mailboxes else {}
        settings = (
            _settings(folder) | own | (_tls(shows) if shows else {}) | (_login(folder) if password else {}) | (PIPED if hands_to else {})
        )
        answers = dict.fromkeys(refuses, "550 5.1.1 no such user") | dict.fromkeys(slow, "sleep 600")
        _write_configuration(folder, port, settings, answers, hands_to)
        lines = [
            f"/{address}/ {place.relative_to('/')}/\n" for address, place in {**(mailboxes or {}), ".": folder / "mail" / "box"}.items()
        ]
        (folder / "etc" / "mailboxes").write_text("".join(lines))
        server = PostfixServer(postfix, folder, port)
        with sasl_server(folder / "sasl", password) if password else nullcontext():
            try:
                server.start()
                yield server
            finally:
                server.stop()


def _write_configuration(folder: Path, port: int, settings: dict[str, str], answers: dict[str, str], hands_to: str | None) -> None:
    nobody = pwd.getpwnam("nobody")
    for name in ("etc", "queue", "data", "mail", "log"):
        (folder / name).mkdir()
    os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    os.chown(folder / "mail", nobody.pw_uid, nobody.pw_gid)
    config = folder / "etc"
    for name in ("postfix-files", "dynamicmaps.cf"):
        shutil.copy(Path("/etc/postfix") / name, config / name)
    lines = [f"/^{re.escape(address)}$/ {answer}\n" for address, answer in answers.items()]
    (config / "answers").write_text("".join(lines))
    (config / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    piped = f"piped unix - n n - - pipe flags=R user=nobody argv={hands_to}\n" if hands_to else ""
    (config / "master.cf").write_text(MASTER.format(port=port) + piped)


def _mailboxes(folder: Path) -> dict[str, str]:
    return {"virtual_mailbox_base": "/", "virtual_mailbox_maps": f"regexp:{folder / 'etc' / 'mailboxes'}"}


def _tls(shows: Certificate) -> dict[str, str]:
    return {"smtpd_tls_security_level": "may", "smtpd_tls_cert_file": str(shows.certificate), "smtpd_tls_key_file": str(shows.key)}


def _login(folder: Path) -> dict[str, str]:
    return {
        "smtpd_sasl_auth_enable": "yes",
        "smtpd_sasl_type": "dovecot",
        "smtpd_sasl_path": str(folder / "sasl" / "socket"),
        "smtpd_error_sleep_time": "0",
        "smtpd_relay_restrictions": "permit_sasl_authenticated,reject",
        "smtpd_recipient_restrictions": "permit_sasl_authenticated,reject",
    }


def _settings(folder: Path) -> dict[str, str]:
    nobody = pwd.getpwnam("nobody")
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
        "smtpd_recipient_restrictions": f"check_recipient_access regexp:{folder / 'etc' / 'answers'},permit_mynetworks,reject",
        "alias_maps": "",
        "local_recipient_maps": "",
    }
