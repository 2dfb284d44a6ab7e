import json
import os
import subprocess
import sys
import threading
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from formapp.commands import worker
from formapp.commands.worker import MailIsStuck, keep_sending, send_what_is_due, sender_of
from formapp.mail.failures import ServerRefusesUs, ServerUnreachable, TemporaryFailure
from formapp.mail.file_sender import FileSender
from formapp.mail.header_lines import MalformedLetter
from formapp.mail.sender import SmtpSender
from formapp.runtime import Runtime
from formapp.services import housekeeping
from formapp.services.database import Database, DatabaseError
from formapp.settings import Settings
from tests.conftest import POLICY, ROOT
from tests.services.outgoing import Courier, a_ticket, mail, queued
from tests.smtp_server import scripted_server


class Pauses(threading.Event):
    """Stops the worker after so many pauses, and remembers how long they were to be."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.taken: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.taken.append(timeout)
        if len(self.taken) == self.most:
            self.set()
        return self.is_set()


def run(runtime: Runtime, courier: Courier, pauses: int) -> list[float]:
    stopping = Pauses(pauses)
    keep_sending(runtime, courier, stopping)  # type: ignore[arg-type]
    return stopping.taken


def test_mails_are_sent_without_a_pause_between_them(runtime: Runtime) -> None:
    for _ in range(3):
        queued(runtime.database, runtime.now())
    courier = Courier()
    assert run(runtime, courier, 4) == [0, 0, 0, worker.POLL]
    assert len(courier.taken) == 3


def test_e20_a_server_that_refuses_us_is_left_alone_for_a_minute_and_the_mails_wait(runtime: Runtime) -> None:
    numbers = [queued(runtime.database, runtime.now()) for _ in range(3)]
    courier = Courier(*[ServerRefusesUs("535 authentication failed")] * 4)
    assert run(runtime, courier, 4) == [60] * 4
    assert {letter.number for letter in courier.taken} == {numbers[0]}
    assert [mail(runtime.database, number).attempts for number in numbers] == [0, 0, 0]


def test_e12_a_server_that_cannot_be_reached_does_not_cost_every_mail_an_attempt(runtime: Runtime) -> None:
    numbers = [queued(runtime.database, runtime.now()) for _ in range(3)]
    courier = Courier(ServerUnreachable("no connection: connection refused"))
    assert run(runtime, courier, 2) == [worker.UNREACHABLE_PAUSE, 0]
    assert [mail(runtime.database, number).attempts for number in numbers] == [1, 1, 0]


def test_e14_a_refused_mail_holds_up_no_other(runtime: Runtime) -> None:
    for _ in range(2):
        queued(runtime.database, runtime.now())
    assert run(runtime, Courier(TemporaryFailure("451 try later")), 2) == [0, 0]


def test_a_database_that_is_away_is_waited_for(runtime: Runtime) -> None:
    number = queued(runtime.database, runtime.now())

    stopping = Pauses(2)

    class AwayAtFirst(Database):
        # The tidying up that comes first only logs it, and the mail after it waits.
        def transaction(self) -> AbstractContextManager[Session]:  # type: ignore[override]
            if not stopping.taken:
                raise OperationalError("UPDATE", {}, Exception("the server closed the connection"))
            return super().transaction()

    keep_sending(replace(runtime, database=AwayAtFirst(runtime.database.engine)), Courier(), stopping)  # type: ignore[arg-type]
    assert stopping.taken == [worker.DATABASE_PAUSE, 0]
    assert mail(runtime.database, number).sent_at is not None


@pytest.mark.parametrize("trouble", [UnicodeError("label too long"), MalformedLetter("a secret"), RuntimeError("x"), DatabaseError("busy")])
def test_no_trouble_with_the_tidying_up_stops_the_mail(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> None:
    def fails(*arguments: object, **named: object) -> None:
        raise trouble

    monkeypatch.setattr(housekeeping, "tidy", fails)
    number = queued(runtime.database, runtime.now())
    with capture_logs() as lines:
        assert run(runtime, Courier(), 2) == [0, worker.POLL]
    assert mail(runtime.database, number).sent_at is not None
    [line] = [line for line in lines if line["event"] == "tidying up failed"]
    assert line["error"] == type(trouble).__name__
    assert str(trouble) not in str(lines)


def test_the_mail_has_a_minute_for_itself_however_long_the_tidying_up_took(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    moment, tidied = [0.0], []

    def takes_long(*arguments: object, **named: object) -> dict[str, int]:
        tidied.append(moment[0])
        moment[0] += 90
        return {}

    class Waits(Pauses):
        def wait(self, timeout: float | None = None) -> bool:
            moment[0] += 1
            return super().wait(timeout)

    monkeypatch.setattr(housekeeping, "tidy", takes_long)
    monkeypatch.setattr(worker.time, "monotonic", lambda: moment[0])
    keep_sending(runtime, Courier(), Waits(100))  # type: ignore[arg-type]
    assert tidied == [0, 150]


def test_once_sends_what_is_due_and_ends(runtime: Runtime) -> None:
    for _ in range(3):
        queued(runtime.database, runtime.now())
    courier = Courier(TemporaryFailure("451 try later"))
    send_what_is_due(runtime, courier, threading.Event())  # type: ignore[arg-type]
    assert len(courier.taken) == 3


@pytest.mark.parametrize("trouble", [ServerRefusesUs("535 authentication failed"), ServerUnreachable("no connection: connection refused")])
def test_e12_once_says_so_when_no_mail_leaves(runtime: Runtime, trouble: Exception) -> None:
    for _ in range(2):
        queued(runtime.database, runtime.now())
    courier = Courier(trouble)
    with pytest.raises(MailIsStuck, match=str(trouble)):
        send_what_is_due(runtime, courier, threading.Event())  # type: ignore[arg-type]
    assert len(courier.taken) == 1


def test_mails_are_kept_as_files_until_a_server_is_set(runtime: Runtime) -> None:
    assert isinstance(sender_of(runtime), FileSender)
    settings = runtime.settings.model_copy(update={"smtp_host": "localhost"})
    assert isinstance(sender_of(replace(runtime, settings=settings)), SmtpSender)


def test_a_worker_told_to_end_finishes_the_mail_in_hand_and_logs_no_address(runtime: Runtime, settings: Settings) -> None:
    ticket = a_ticket(runtime.database, runtime.now())
    first, second = (queued(runtime.database, runtime.now(), ticket_number=ticket) for _ in range(2))
    in_hand, may_answer = threading.Event(), threading.Event()

    def at_the_final_dot() -> str:
        in_hand.set()
        may_answer.wait(30)
        return "250 2.0.0 OK"

    with scripted_server({"DOT": at_the_final_dot}) as (port, _):
        smtp = {"FORMAPP_SMTP_HOST": "127.0.0.1", "FORMAPP_SMTP_PORT": str(port), "FORMAPP_SMTP_SECURITY": "none"}
        process = subprocess.Popen(
            [sys.executable, "-m", "formapp.commands.main", "worker"],
            env=environment_of(settings) | smtp,
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert in_hand.wait(30)
        process.terminate()
        may_answer.set()
        _, logged = process.communicate(timeout=30)
    assert process.returncode == 0
    assert mail(runtime.database, first).sent_at is not None
    assert (mail(runtime.database, second).sent_at, mail(runtime.database, second).attempts) == (None, 0)
    lines = [json.loads(line) for line in logged.splitlines()]
    [sent] = [line for line in lines if line["event"] == "mail sent"]
    assert (sent["message_id"], sent["ticket"]) == (mail(runtime.database, first).message_id[1:33], f"BC-{ticket}")
    assert "jo@example.com" not in logged


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment in which a process has these settings."""
    names = ("environment", "instance_dir", "database_url", "site_dir", "team_email")
    ours = {f"FORMAPP_{name.upper()}": str(getattr(settings, name)) for name in names}
    return dict(os.environ) | ours | {"FORMAPP_POLICY_FILE": str(POLICY)}
