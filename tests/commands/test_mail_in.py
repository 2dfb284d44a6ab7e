import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from structlog.testing import capture_logs

from formapp.commands import mail_fetching, worker
from formapp.commands.mail_fetching import Fetcher
from formapp.commands.mail_in import MailIn
from formapp.commands.worker import MailIsStuck, work_once
from formapp.mail import read_in_child
from formapp.mail.mailbox_failures import MailboxUnreachable
from formapp.models import IncomingMail, Ticket
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from formapp.services import staff_acts
from formapp.services.database import open_database
from tests.clock import Clock
from tests.conftest import POLICY, ROOT
from tests.cutting_proxy import cutting_proxy
from tests.dovecot_server import PASSWORD, USER, DovecotServer, dovecot_server
from tests.services.life import STAFF, Life
from tests.services.outgoing import Courier, queued
from tests.services.outgoing import mail as outgoing

pytestmark = pytest.mark.dovecot


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(scope="module")
def running() -> Iterator[DovecotServer]:
    with dovecot_server() as server:
        yield server


@pytest.fixture
def dovecot(running: DovecotServer) -> DovecotServer:
    """A server whose folders are empty."""
    for folder in ("INBOX", "Done", "Review", "Unreadable"):
        for file in running.files(folder):
            file.unlink()
    return running


@pytest.fixture
def reading(runtime: Runtime, dovecot: DovecotServer) -> Runtime:
    """A runtime whose settings name the mailbox."""
    return with_mailbox(runtime, dovecot.port)


def with_mailbox(runtime: Runtime, port: int) -> Runtime:
    imap = {"imap_host": "localhost", "imap_port": port, "imap_security": "none"}
    account = {"imap_username": USER, "imap_password": SecretStr(PASSWORD)}
    return replace(runtime, settings=runtime.settings.model_copy(update=imap | account))


@pytest.fixture
def mail_in(reading: Runtime) -> Iterator[MailIn]:
    made = MailIn(reading, threading.Event())
    yield made
    made.stop()


def mail(number: int, text: str = "It squeaks.", headers: str = "") -> bytes:
    """Return another customer's mail for each number."""
    said = f"From: jo{number}@example.com\r\nTo: support@billycart.com\r\nSubject: Cart {number}\r\nMessage-ID: <{number}@example.com>\r\n"
    return f"{headers}{said}Date: Mon, 23 Nov 2026 04:28:00 +0000\r\n\r\n{text}\r\n".encode()


def rows(runtime: Runtime) -> list[IncomingMail]:
    with runtime.database.reading() as session:
        return list(session.scalars(select(IncomingMail).order_by(IncomingMail.id)))


def tickets(runtime: Runtime) -> list[str]:
    with runtime.database.reading() as session:
        return list(session.scalars(select(Ticket.email).order_by(Ticket.number)))


def test_a_mail_becomes_a_ticket_and_its_copy_is_moved(reading: Runtime, dovecot: DovecotServer, mail_in: MailIn) -> None:
    dovecot.deliver(mail(1))
    assert mail_in.once() is None
    assert tickets(reading) == ["jo1@example.com"]
    assert (dovecot.mails(), dovecot.mails("Done")) == ([], [mail(1)])


def test_a_mail_that_waits_for_a_person_is_moved_where_people_look(reading: Runtime, dovecot: DovecotServer, mail_in: MailIn) -> None:
    dovecot.deliver(b"Subject: from nobody\r\n\r\nHello\r\n")
    mail_in.once()
    assert [row.state for row in rows(reading)] == ["review"]
    assert len(dovecot.mails("Review")) == 1


def test_a_mail_is_stored_before_the_servers_copy_is_touched(
    reading: Runtime, dovecot: DovecotServer, mail_in: MailIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(mail(1))
    seen: list[int] = []
    monkeypatch.setattr("formapp.mail.mailbox.Mailbox.move", lambda *_: seen.append(len(rows(reading))))
    mail_in.once()
    assert seen == [1]


def test_a_mail_that_is_too_large_is_kept_by_its_beginning(
    reading: Runtime, dovecot: DovecotServer, mail_in: MailIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("formapp.services.inbox.LARGEST_MAIL", 1_000)
    monkeypatch.setattr("formapp.services.inbox.HEAD_OF_LARGER", 400)
    dovecot.deliver(mail(1, "x" * 2_000))
    mail_in.once()
    [row] = rows(reading)
    assert (row.is_cut, row.size, row.state) == (True, 400, "review")
    assert dovecot.mails("Review") == [mail(1, "x" * 2_000)]


def test_e34_the_same_mail_three_times_is_one(reading: Runtime, dovecot: DovecotServer, mail_in: MailIn) -> None:
    ways = [f"Received: from mx{way}.example.com; Mon, 23 Nov 2026 04:2{way}:00 +0000\r\n" for way in (1, 2, 3)]
    dovecot.deliver(*[mail(1, headers=way) for way in ways])
    mail_in.once()
    assert len(rows(reading)) == len(tickets(reading)) == 1
    assert (len(dovecot.mails()), len(dovecot.mails("Done"))) == (0, 3)


def test_e35_a_conversation_that_breaks_leaves_each_mail_whole_and_once(reading: Runtime, dovecot: DovecotServer) -> None:
    mails = [mail(number, "x" * 70 + "\r\n" + "y" * 2_000) for number in range(6)]
    dovecot.deliver(*mails)
    with cutting_proxy(dovecot.port) as proxy:
        through = with_mailbox(reading, proxy.port)
        broken = 0
        # In every part of the conversation: the greeting, the login, the fetch and the move.
        for proxy.cut_after in [10, 300, 900, *range(1_500, 18_000, 1_300), 10**9]:
            mail_in = MailIn(through, threading.Event())
            broken += mail_in.once() is not None
            mail_in.stop()
    assert broken > 5
    assert sorted(tickets(reading)) == [f"jo{number}@example.com" for number in range(6)]
    with reading.database.reading() as session:
        assert sorted(session.scalars(select(IncomingMail.raw))) == sorted(mails)
    assert dovecot.mails() == []


def test_e36_what_was_stored_when_the_power_went_is_not_stored_again(reading: Runtime, dovecot: DovecotServer, mail_in: MailIn) -> None:
    dovecot.deliver(mail(1), mail(2))
    program = (
        "import os, signal, sys; from formapp.mail.mailbox import Mailbox; from formapp.commands.main import main;"
        "Mailbox.move = lambda *_: os.kill(os.getpid(), signal.SIGKILL); main(['worker', '--once'])"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment_of(reading), check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert (len(tickets(reading)), len(dovecot.mails())) == (2, 2)
    mail_in.once()
    assert (len(tickets(reading)), len(dovecot.mails()), len(dovecot.mails("Done"))) == (2, 0, 2)


def test_e37_a_mailbox_that_was_restored_is_read_anew_and_makes_nothing_new(
    reading: Runtime, dovecot: DovecotServer, mail_in: MailIn
) -> None:
    mails = [mail(number) for number in range(3)]
    dovecot.deliver(*mails)
    mail_in.once()
    dovecot.deliver(*mails, mail(4))
    dovecot.forget_uids()
    mail_in.once()
    assert (len(tickets(reading)), dovecot.mails()) == (4, [])


def test_e38_a_full_mailbox_is_said_once_and_not_read_over_and_over(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_fetching, "BATCH", 2)
    without_move = "IMAP4rev1 UIDPLUS IDLE"
    with dovecot_server(capability=without_move, quota="messages=5") as dovecot:
        reading = with_mailbox(runtime, dovecot.port)
        mail_in = MailIn(reading, threading.Event())
        dovecot.deliver(*[mail(number) for number in range(5)])
        with capture_logs() as lines:
            mail_in.once()
            mail_in.once()
        assert len(tickets(reading)) == 5
        assert [line["reason"] for line in lines if "cannot be moved" in line["event"]] == ["OVERQUOTA"]
        assert len([line for line in lines if line["event"] == "mail stored"]) == 5
        assert len(dovecot.mails()) == 5
        # There is room again: what lies there is moved after all, and is nothing new.
        dovecot.configure(capability=without_move)
        dovecot.restart()
        fetcher = mail_in._fetcher
        assert fetcher
        with fetcher._opened() as mailbox:
            fetcher._move_again(mailbox)
        assert (len(dovecot.mails()), len(dovecot.mails("Done")), len(tickets(reading))) == (0, 5, 5)
        mail_in.stop()


def test_e39_a_mail_that_kills_its_reader_is_given_to_the_team_after_three_tries_and_holds_up_no_other(
    reading: Runtime, dovecot: DovecotServer, mail_in: MailIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_in_child, "MODULE", "tests.mail.bad_reader")
    dovecot.deliver(mail(1) + b"crashes", mail(2))
    mail_in.once()
    assert (tickets(reading), len(dovecot.mails())) == (["jo2@example.com"], 1)
    for _ in range(4):
        clock.pass_(minutes=5)
        mail_in.once()
    [poison, _] = rows(reading)
    assert (poison.state, poison.attempts) == ("unreadable", 3)
    assert (dovecot.mails(), len(dovecot.mails("Unreadable"))) == ([], 1)


def test_e40_three_that_read_the_same_mailbox_do_no_harm(reading: Runtime, dovecot: DovecotServer) -> None:
    mails = [mail(number) for number in range(24)]
    dovecot.deliver(*mails)
    stopping = threading.Event()
    readers = [replace(reading, database=open_database(reading.settings.database)) for _ in range(3)]
    working = [MailIn(runtime, stopping) for runtime in readers]
    for one in working:
        one.start()
    wait_until(lambda: not dovecot.mails() and all(row.state == "done" for row in rows(reading)))
    stopping.set()
    for one, runtime in zip(working, readers, strict=True):
        one.stop()
        runtime.database.engine.dispose()
    assert sorted(tickets(reading)) == sorted(f"jo{number}@example.com" for number in range(24))
    assert set(dovecot.mails("Done")) == set(mails)


def test_e45_time_moves_no_ticket_before_the_mailbox_is_read(
    reading: Runtime, dovecot: DovecotServer, mail_in: MailIn, clock: Clock
) -> None:
    life = Life(reading, clock)
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.send_mail()
    clock.pass_(days=40)
    worker._tidy(reading, mail_in)
    assert life.row(number).status == Status.WAITING
    token = reading.desk.mail_in.tokens.for_customer(number)
    dovecot.deliver(
        mail(1, "Firefox.", headers=f"In-Reply-To: <{token}@billycart.com>\r\n").replace(b"jo1@example.com>", b"zoe@example.net>")
    )
    mail_in.once()
    worker._tidy(reading, mail_in)
    assert life.row(number).status == Status.OPEN
    # What was known then is not of now any more.
    assert mail_in.is_current(clock.now())
    clock.pass_(minutes=10)
    assert not mail_in.is_current(clock.now())


def test_once_says_so_when_the_mailbox_cannot_be_read_and_sends_all_the_same(reading: Runtime) -> None:
    nowhere = with_mailbox(reading, 1)
    number = queued(nowhere.database, nowhere.now())
    mail_in = MailIn(nowhere, threading.Event())
    with pytest.raises(MailIsStuck, match="no mail was fetched: no connection: Connection refused"):
        work_once(nowhere, Courier(), mail_in, threading.Event())  # type: ignore[arg-type]
    assert outgoing(nowhere.database, number).sent_at is not None
    mail_in.stop()


def test_one_mail_that_cannot_be_stored_keeps_no_other_out(
    reading: Runtime, dovecot: DovecotServer, mail_in: MailIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from formapp.services import inbox

    real = inbox.store

    def store(session: object, raw: bytes, *arguments: object, **named: object) -> object:
        if b"Cart 1" in raw:
            raise ValueError("jo1@example.com")
        return real(session, raw, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(inbox, "store", store)
    dovecot.deliver(mail(1), mail(2))
    with capture_logs() as lines:
        mail_in.once()
        mail_in.once()
    assert (tickets(reading), dovecot.mails()) == (["jo2@example.com"], [mail(1)])
    assert [line["error"] for line in lines if line["log_level"] == "error"] == ["ValueError"]
    assert "jo1@" not in str(lines)


def test_trouble_is_waited_out_and_logged_without_addresses(reading: Runtime, dovecot: DovecotServer) -> None:
    class Once(threading.Event):
        """Stops after the first pause."""

        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout)
            self.set()
            return True

    for port, account, pause in (
        (1, USER, mail_fetching.UNREACHABLE_PAUSE),
        (dovecot.port, "jo@example.com", mail_fetching.REFUSED_PAUSE),
    ):
        pauses: list[float | None] = []
        wrong = {"imap_port": port, "imap_username": account, "imap_password": SecretStr("wrong")}
        settings = reading.settings.model_copy(update=wrong)
        with capture_logs() as lines:
            Fetcher(replace(reading, settings=settings), lambda: None, Once()).keep_fetching()
        assert pauses == [pause]
        assert [line["log_level"] for line in lines] == ["error"]
        assert "jo@" not in str(lines)


def test_a_worker_sees_a_mail_arrive_and_ends_soon_when_it_is_told_to(reading: Runtime, dovecot: DovecotServer, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "formapp.commands.main", "worker"], cwd=ROOT, env=environment_of(reading), stderr=stderr
        )
    # In the mailbox, and waiting.
    wait_until(lambda: "Login: user=<support>" in dovecot.log() and "worker started" in log.read_text())
    dovecot.deliver(mail(1))
    wait_until(lambda: bool(dovecot.mails("Done")))
    process.terminate()
    began = time.monotonic()
    assert process.wait(30) == 0, log.read_text()
    assert time.monotonic() - began < 15
    assert tickets(reading) == ["jo1@example.com"]
    assert not re.search(r"[\w.]+@[\w.]+|Cart 1|squeaks", log.read_text())


def test_a_conversation_that_dies_is_begun_again(reading: Runtime, dovecot: DovecotServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_fetching, "UNREACHABLE_PAUSE", 0.1)
    stopping = threading.Event()
    mail_in = MailIn(reading, stopping)
    mail_in.start()
    wait_until(lambda: mail_in.is_current(reading.now()))
    dovecot.end_conversations()
    dovecot.deliver(mail(1))
    wait_until(lambda: bool(dovecot.mails("Done")))
    stopping.set()
    mail_in.stop()


def test_a_fetch_that_hangs_is_broken_off_when_we_are_to_end(reading: Runtime) -> None:
    from tests.imap_server import scripted_imap

    fetching = b"* 1 FETCH (UID 1 RFC822.SIZE 5)\r\n{tag} OK\r\n* 1 FETCH (UID 1 BODY[] {5}\r\n"
    with scripted_imap({"UID FETCH": fetching}) as server:
        stopping = threading.Event()
        mail_in = MailIn(with_mailbox(reading, server.port), stopping)
        mail_in.start()
        time.sleep(0.5)
        stopping.set()
        mail_in.stop()
        assert not any(thread.is_alive() for thread in mail_in._threads)


def wait_until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def environment_of(runtime: Runtime) -> dict[str, str]:
    """Return the environment in which a process has the runtime's settings."""
    settings = runtime.settings
    names = ("environment", "instance_dir", "database_url", "site_dir", "team_email", "imap_host", "imap_port", "imap_security")
    ours = {f"FORMAPP_{name.upper()}": str(getattr(settings, name)) for name in names}
    account = {"FORMAPP_IMAP_USERNAME": USER, "FORMAPP_IMAP_PASSWORD": PASSWORD, "FORMAPP_POLICY_FILE": str(POLICY)}
    return dict(os.environ) | ours | account


def test_nobody_is_in_the_mailbox_where_none_is_set(runtime: Runtime) -> None:
    mail_in = MailIn(runtime, threading.Event())
    assert mail_in.once() is None
    assert mail_in.is_current(runtime.now())
    handed = replace(runtime, settings=runtime.settings.model_copy(update={"receives_mail": True}))
    receiving = MailIn(handed, threading.Event())
    assert not receiving.is_current(runtime.now())
    receiving.once()
    assert receiving.is_current(runtime.now())
    mail_in.stop()
    receiving.stop()
    assert issubclass(MailboxUnreachable, Exception)
