import re
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from formapp.models import IncomingMail
from formapp.runtime import Runtime
from formapp.services import inbox
from tests.commands.conftest import Run
from tests.commands.test_worker import environment_of
from tests.conftest import ROOT
from tests.handed_over import handed_over
from tests.postfix_server import postfix_server

MAIL = b"From: jo@example.com\nTo: support@billycart.com\nSubject: The cart\n\nIt squeaks.\n"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def run(run: Run, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("formapp.commands.mail_receive.read_settings", lambda *, serving: runtime.settings)
    return run


def kept(runtime: Runtime) -> list[tuple[bytes, str | None, bool]]:
    with runtime.database.reading() as session:
        rows = session.execute(select(IncomingMail.raw, IncomingMail.recipient, IncomingMail.is_cut).order_by(IncomingMail.id))
        return [(row.raw, row.recipient, row.is_cut) for row in rows]


def test_a_mail_is_kept_as_it_came_and_the_same_again_changes_nothing(run: Run, runtime: Runtime) -> None:
    for _ in range(2):
        result = run("mail", "receive", "--recipient", "support+x@billycart.com", input=MAIL)
        assert (result.exit_code, result.output) == (0, "")
    assert kept(runtime) == [(MAIL, "support+x@billycart.com", False)]


@pytest.mark.parametrize("recipient", ["", "not an address", "a@b\r\nc", "x" * 400 + "@example.com"])
def test_a_recipient_that_is_none_is_left_out(run: Run, runtime: Runtime, recipient: str) -> None:
    assert run("mail", "receive", "--recipient", recipient, input=MAIL).exit_code == 0
    assert kept(runtime) == [(MAIL, None, False)]


def test_of_a_mail_that_is_too_large_the_beginning_is_kept(run: Run, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "LARGEST_MAIL", 1_000)
    monkeypatch.setattr(inbox, "HEAD_OF_LARGER", 400)
    assert run("mail", "receive", input=MAIL + b"x" * 5_000_000).exit_code == 0
    assert kept(runtime) == [((MAIL + b"x" * 400)[:400], None, True)]


def test_any_trouble_of_ours_has_the_mail_brought_again_and_says_nothing_else(sqlite_url: str, tmp_path: Path, runtime: Runtime) -> None:
    right = environment_of(runtime.settings)
    elsewhere = {"FORMAPP_INSTANCE_DIR": str(tmp_path / "elsewhere"), "FORMAPP_DATABASE_URL": ""}
    troubles: list[tuple[dict[str, str], list[str], bytes, str]] = [
        ({"FORMAPP_NONSENSE": "a secret"}, [], MAIL, "4.3.5 The mail cannot be taken at the moment (settings)\n"),
        ({"FORMAPP_POLICY_FILE": "/nowhere"}, [], MAIL, "4.3.0 The mail cannot be taken at the moment\n"),
        (elsewhere, [], MAIL, "4.3.0 The mail cannot be taken at the moment (database)\n"),
        (
            {"FORMAPP_DATABASE_URL": "postgresql+psycopg://jo:pw@127.0.0.1:1/x"},
            [],
            MAIL,
            "4.3.0 The mail cannot be taken at the moment (database)\n",
        ),
        ({}, ["--nonsense"], MAIL, "4.3.5 The mail cannot be taken at the moment (options)\n"),
        ({}, ["--recipient"], MAIL, "4.3.5 The mail cannot be taken at the moment (options)\n"),
        ({}, [], b"", "4.3.0 The mail cannot be taken at the moment (it is empty)\n"),
    ]
    for environ, options, mail, said in troubles:
        command = [sys.executable, "-m", "formapp.commands.main", "mail", "receive", *options]
        done = subprocess.run(command, cwd=ROOT, env=right | environ, input=mail, check=False, capture_output=True)
        assert (done.returncode, done.stdout, done.stderr.decode()) == (75, b"", said)
    assert kept(runtime) == []


@pytest.mark.postfix
def test_postfix_hands_mails_over_and_keeps_what_cannot_be_taken(runtime: Runtime, sqlite_url: str, tmp_path: Path) -> None:
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    away = database.with_name("away.db")

    def command(recipient: str) -> list[str]:
        return [sys.executable, "-m", "formapp.commands.main", "mail", "receive", "--recipient", recipient]

    with (
        handed_over(command, environment_of(runtime.settings), ROOT) as program,
        postfix_server(hands_to=f"{program} ${{original_recipient}}") as postfix,
    ):
        runtime.database.engine.dispose()
        database.rename(away)
        with smtplib.SMTP("127.0.0.1", postfix.port) as smtp:
            smtp.sendmail("jo@example.com", "support+bc-1001.abc@billycart.com", MAIL)
        wait_for(lambda: "status=deferred" in postfix.log(), postfix.log)
        assert "(database)" in postfix.log()
        for leftover in database.parent.glob("helpcentre.db*"):
            leftover.unlink()
        away.rename(database)

        def is_kept() -> bool:
            postfix.flush()
            return bool(kept(runtime))

        wait_for(is_kept, postfix.log)
        assert "status=bounced" not in postfix.log()
    [(raw, recipient, is_cut)] = kept(runtime)
    assert (recipient, is_cut) == ("support+bc-1001.abc@billycart.com", False)
    assert re.search(rb"^Subject: The cart$", raw, re.MULTILINE)
    # It ends each mail with a line of its own.
    assert raw.rstrip().endswith(b"\n\nIt squeaks.")


def wait_for(so: Callable[[], bool], log: Callable[[], str]) -> None:
    deadline = time.monotonic() + 60
    while not so():
        assert time.monotonic() < deadline, log()
        time.sleep(0.1)
