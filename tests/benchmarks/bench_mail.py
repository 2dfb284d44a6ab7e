"""Mails understood per second in the child process that bounds them, and thousands that arrive at once. Run by `make bench`."""

import base64
import resource
import statistics
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from formapp.commands.mail_in import MailIn
from formapp.mail.read_in_child import ChildReader
from formapp.mail.understood import Ours
from formapp.runtime import Runtime
from formapp.services.database import migrate
from formapp.settings import read_settings
from tests.conftest import POLICY
from tests.dovecot_server import PASSWORD, USER, DovecotServer, dovecot_server
from tests.proofs import SECRET

ROUNDS = 5
SMALL, LARGE = 400, 20  # mails a round
FEW, MANY = 500, 5_000  # that arrive at once
HEAD = b"From: Jane Doe <jane@example.com>\r\nTo: support@billycart.com\r\nSubject: Re: [BC-1042] We have written to you\r\n"
QUOTE = b"\r\nOn Tue, 24 Nov 2026 at 14:28, Billycart Support <support@billycart.com> wrote:\r\n\r\n"


def main() -> None:
    reader = ChildReader(Ours(("support@billycart.com",)))
    kilobyte = HEAD + b"\r\nIt still happens.\r\n" + QUOTE + b"> About your ticket BC-1042 we wrote this.\r\n" * 18
    text = HEAD + b"\r\nIt still happens.\r\n" + QUOTE + b"> About your ticket BC-1042 we wrote this.\r\n" * 23_000
    parts = b'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the file\r\n--b\r\nContent-Type: image/png; name="a.png"\r\n'
    file = HEAD + parts + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(bytes(740_000)) + b"\r\n--b--\r\n"
    try:
        reader(kilobyte)
        rates: dict[str, list[float]] = {"1 kB": [], "1 MB, a file": [], "1 MB, all text": []}
        for _ in range(ROUNDS):
            # In turn, so that a busy machine slows them all alike.
            rates["1 kB"].append(_rate(reader, kilobyte, SMALL))
            rates["1 MB, a file"].append(_rate(reader, file, LARGE))
            rates["1 MB, all text"].append(_rate(reader, text, LARGE))
    finally:
        reader.close()
    middle = {name: statistics.median(found) for name, found in rates.items()}
    for name, rate in middle.items():
        print(f"mails of {name} understood: {rate:,.0f} a second, {middle['1 kB'] / rate:.1f} times as long as 1 kB")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    print(f"the process that reads them takes {peak:,.0f} MB at most")
    _storm()


def _storm() -> None:
    """Have thousands of mails wait in a mailbox, each of another sender, and make tickets of them all."""
    # Nothing but what it logs is seen of it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with TemporaryDirectory() as folder, dovecot_server() as dovecot:
        runtime = Runtime.start(read_settings(_environ(Path(folder), dovecot)))
        migrate(runtime.database)
        mail_in = MailIn(runtime, threading.Event())
        memory = []
        try:
            for first, count in ((0, FEW), (FEW, MANY)):
                dovecot.deliver(*(_mail(number) for number in range(first, first + count)))
                begun = time.perf_counter()
                mail_in.once()
                seconds = time.perf_counter() - begun
                left, done = len(dovecot.files()), len(dovecot.files("Done"))
                memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
                print(f"{count:,} mails at once: {count / seconds:,.0f} a second; {left} left, {done:,} done; {memory[-1]:,.0f} MB at most")
        finally:
            mail_in.stop()
            runtime.database.engine.dispose()
        print(f"ten times as many took {memory[1] / memory[0]:.2f} times the memory")


def _mail(number: int) -> bytes:
    head = f"From: Jane <jane{number}@example.com>\r\nTo: support@billycart.com\r\nSubject: Cart {number}\r\n"
    return (
        f"{head}Message-ID: <{number}@example.com>\r\n\r\n".encode()
        + b"The left wheel squeaks since Monday, and the right one does too.\r\n" * 12
    )


def _environ(folder: Path, dovecot: DovecotServer) -> dict[str, str]:
    return {
        "FORMAPP_ENVIRONMENT": "development",
        "FORMAPP_INSTANCE_DIR": str(folder),
        "FORMAPP_POLICY_FILE": str(POLICY),
        "FORMAPP_TEAM_EMAIL": "team@example.org",
        "FORMAPP_SECRET_KEY": SECRET,
        "FORMAPP_IMAP_HOST": "localhost",
        "FORMAPP_IMAP_PORT": str(dovecot.port),
        "FORMAPP_IMAP_SECURITY": "none",
        "FORMAPP_IMAP_USERNAME": USER,
        "FORMAPP_IMAP_PASSWORD": PASSWORD,
    }


def _rate(reader: ChildReader, raw: bytes, count: int) -> float:
    begun = time.perf_counter()
    for _ in range(count):
        reader(raw)
    return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
