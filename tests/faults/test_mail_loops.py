"""Machines that answer each other for a minute, through a real Postfix and Dovecot: it ends by itself (abuse cases D-14 and D-15)."""

import os
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import make_msgid, parseaddr
from pathlib import Path
from typing import cast

import pytest

from formapp.runtime import Runtime
from formapp.services.database import migrate, open_database
from formapp.settings import read_settings
from tests.clock import Clock
from tests.conftest import POLICY, ROOT
from tests.dovecot_server import PASSWORD, dovecot_server
from tests.postfix_server import PostfixServer, postfix_server
from tests.proofs import SECRET
from tests.services.life import Life

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix, pytest.mark.heavy]

A_MINUTE = 60.0
OURS, OTHERS = "support@billycart.com", "help@other.example"
# Each answers whatever it gets, with what its kind says of itself: as RFC 3834 asks, as old programs do, and nothing at all.
MACHINES = {
    "by-the-book@acme.example": {"Auto-Submitted": "auto-replied (vacation)"},
    "old@acme.example": {"Precedence": "bulk", "X-Autoreply": "yes"},
    "silent@acme.example": {},
    # The team's own mailbox is away too.
    "team@example.org": {"Auto-Submitted": "auto-replied (vacation)"},
}


def test_machines_and_another_of_our_kind_face_each_other_for_a_minute(tmp_path: Path) -> None:
    with ExitStack() as stack:
        dovecot = stack.enter_context(dovecot_server())
        boxes = {
            r"^support(\+[^@]*)?@billycart\.com$": dovecot.maildir("ours"),
            r"^help(\+[^@]*)?@other\.example$": dovecot.maildir("others"),
        }
        postfix = stack.enter_context(postfix_server(mailboxes=boxes))
        services: dict[str, tuple[Runtime, dict[str, str]]] = {}
        for name, address in (("ours", OURS), ("others", OTHERS)):
            services[name] = _service(tmp_path / name, name, address, postfix.port, dovecot.port)
        ours, _ = services["ours"]
        life = Life(ours, Clock(ours.now()))
        for customer in (OTHERS, *(machine for machine in MACHINES if "acme" in machine)):
            life.ticket(email=customer)
        with ours.database.transaction() as session:
            session.connection().exec_driver_sql("UPDATE outgoing_mails SET sent_at = NULL")
        said = stack.enter_context(_machines(postfix))
        for _, environ in services.values():
            stack.enter_context(_worker(environ, tmp_path))
        time.sleep(A_MINUTE)
        arrived = [_to(message_from_bytes(raw, policy=default)) for raw in postfix.mails()]
        between = [file for part in ("new", "cur") for file in dovecot.maildir("others").glob(f"**/{part}/*")]
    # Our acknowledgement, and no answer to it.
    assert len(between) == 1
    # One letter to each of the others, one answer to that, and nothing more.
    for machine in (one for one in MACHINES if "acme" in one):
        assert (arrived.count(machine), said.count(machine)) == (1, 1), machine
    # The team hears of four tickets, and of what the machine wrote that does not say what it is.
    assert (arrived.count("team@example.org"), said.count("team@example.org")) == (5, 5)


def _service(folder: Path, account: str, address: str, smtp_port: int, imap_port: int) -> tuple[Runtime, dict[str, str]]:
    """Set up a service with a mailbox of its own; return it and its environment."""
    folder.mkdir()
    policy = POLICY.read_text(encoding="utf-8").replace('"support@billycart.com"', f'"{address}"')
    assert address in policy
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    environ = {
        "FORMAPP_ENVIRONMENT": "development",
        "FORMAPP_INSTANCE_DIR": str(folder),
        "FORMAPP_DATABASE_URL": f"sqlite:///{folder}/helpcentre.db",
        "FORMAPP_POLICY_FILE": str(folder / "policy.toml"),
        "FORMAPP_TEAM_EMAIL": "team@example.org" if account == "ours" else "other-team@example.org",
        "FORMAPP_SECRET_KEY": f"{SECRET} of {account}",
        "FORMAPP_SMTP_HOST": "localhost",
        "FORMAPP_SMTP_PORT": str(smtp_port),
        "FORMAPP_SMTP_SECURITY": "none",
        "FORMAPP_IMAP_HOST": "localhost",
        "FORMAPP_IMAP_PORT": str(imap_port),
        "FORMAPP_IMAP_SECURITY": "none",
        "FORMAPP_IMAP_USERNAME": account,
        "FORMAPP_IMAP_PASSWORD": PASSWORD,
    }
    database = open_database(environ["FORMAPP_DATABASE_URL"])
    migrate(database)
    database.engine.dispose()
    return Runtime.start(read_settings(environ)), environ


@contextmanager
def _worker(environ: dict[str, str], folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "formapp.commands.main", "worker"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environ, stdout=log, stderr=log)
        try:
            yield
            assert process.poll() is None, (folder / "worker.log").read_text()
        finally:
            process.send_signal(signal.SIGTERM)
            status = process.wait(30)
    assert status == 0


@contextmanager
def _machines(postfix: PostfixServer) -> Iterator[list[str]]:
    """Answer every mail for one of the machines; yields whose answers were sent."""
    said: list[str] = []
    stopping = threading.Event()

    def answer() -> None:
        done = 0
        while not stopping.wait(0.1):
            mails = [cast(EmailMessage, message_from_bytes(file.read_bytes(), policy=default)) for file in _in_order(postfix)]
            for mail in mails[done:]:
                if (machine := _to(mail)) in MACHINES:
                    _send(postfix.port, _answer_of(machine, mail))
                    said.append(machine)
            done = len(mails)

    thread = threading.Thread(target=answer)
    thread.start()
    yield said
    stopping.set()
    thread.join()


def _in_order(postfix: PostfixServer) -> list[Path]:
    return sorted((postfix.folder / "mail" / "box" / "new").glob("*"), key=lambda file: (file.stat().st_mtime_ns, file.name))


def _to(mail: EmailMessage) -> str:
    return parseaddr(str(mail["To"]))[1]


def _answer_of(machine: str, mail: EmailMessage) -> EmailMessage:
    answer = EmailMessage()
    answer["From"], answer["To"] = machine, str(mail["Reply-To"] or mail["From"])
    answer["Subject"], answer["Message-ID"] = f"Re: {mail['Subject']}", make_msgid(domain="acme.example")
    answer["In-Reply-To"] = str(mail["Message-ID"])
    for name, value in MACHINES[machine].items():
        answer[name] = value
    answer.set_content(f"Thank you for your message. This mailbox ({machine}) is read again on Monday.")
    return answer


def _send(port: int, mail: EmailMessage) -> None:
    with smtplib.SMTP("localhost", port) as smtp:
        smtp.send_message(mail)
