"""The relay on a network that is gone (E-12) or slow (E-13): nothing is waited for without end, and nothing is lost."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from formapp.mail.patient_smtp import Patience
from formapp.models import OutgoingMail
from formapp.services.database import Database
from formapp.settings import Settings
from tests.clock import Clock
from tests.commands.test_worker import environment_of
from tests.conftest import ROOT
from tests.faults.relays import a_round, backlog, health, message_id, sender, stored
from tests.postfix_server import PostfixServer, postfix_server
from tests.programs import do_without, need
from tests.smtp_sink import smtp_sink

pytestmark = pytest.mark.postfix

HURRIED = Patience(connect=1, command=1, after_dot=1, whole=40)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Which database it is makes no difference to a network; and one without a network is reached without it."""
    return sqlite_url


@pytest.fixture(scope="module")
def without_network() -> tuple[str, ...]:
    """The beginning of a command that has no network at all: no route, and no name server."""
    begins = (need("unshare", package="util-linux", beside="/usr/bin"), "--net")
    if os.geteuid() != 0 or subprocess.run([*begins, "true"], check=False, capture_output=True).returncode:
        do_without("a network can only be taken away by root: run the tests as root, or leave out those marked postfix")
    return begins


@pytest.mark.parametrize(
    ("host", "reason"),
    [("192.0.2.1", "Network is unreachable"), ("mail.example.com", "Temporary failure in name resolution")],
    ids=["no-route", "no-dns"],
)
def test_e12_without_route_or_name_server_the_mails_wait_and_the_exit_status_says_so(
    database: Database, clock: Clock, settings: Settings, without_network: tuple[str, ...], host: str, reason: str
) -> None:
    backlog(database, 2, clock.now())
    smtp = {"FORMAPP_SMTP_HOST": host, "FORMAPP_SMTP_PORT": "25", "FORMAPP_SMTP_SECURITY": "none"}
    command = [*without_network, sys.executable, "-m", "formapp.commands.main", "worker", "--once"]
    ended = subprocess.run(command, cwd=ROOT, env=environment_of(settings) | smtp, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert f"Error: the SMTP server cannot be reached: no connection: {reason}: the mails wait" in ended.stderr
    # One try for all of them: the next would meet the same.
    assert sorted(mail.attempts for mail in stored(database)) == [0, 1]
    assert (health(database, clock.now()).waiting, health(database, clock.now()).dead) == (2, 0)


def test_e13_how_long_a_server_is_waited_for() -> None:
    assert Patience() == Patience(connect=10, command=60, after_dot=300, whole=600)


SLOW_AT = {
    "banner": (("-W", "CONNECT:600"), "no conversation with the server: no answer in time", True),
    "greeting": (("-W", "EHLO:600"), "no conversation with the server: no answer in time", True),
    "sender": (("-W", "MAIL:600"), "the connection was lost: no answer in time", False),
    "recipient": (("-W", "RCPT:600"), "the connection was lost: no answer in time", False),
    "DATA": (("-w", "600"), "the connection was lost: no answer in time", False),
    "final dot": (("-W", ".:600"), "the connection was lost: no answer in time", False),
}


@pytest.mark.parametrize("where", SLOW_AT)
def test_e13_a_slow_server_costs_its_patience_and_no_mail(database: Database, clock: Clock, where: str) -> None:
    options, reply, server_down = SLOW_AT[where]
    [expected] = backlog(database, 1, clock.now())
    with smtp_sink(*options) as sink, sender(sink.port, HURRIED) as send:
        begun, port = time.monotonic(), sink.port
        [tried] = a_round(database, send, clock.now)
        assert time.monotonic() - begun < HURRIED.whole / 4
    assert (tried.outcome, tried.reply, tried.server_down) == ("waiting", reply, server_down)
    clock.pass_(minutes=1)
    with smtp_sink(port=port) as sink, sender(port) as send:
        assert [delivery.outcome for delivery in a_round(database, send, clock.now)] == ["sent"]
        assert [message_id(mail) for mail in sink.mails()] == [expected]


def test_e13_a_server_that_does_not_read_what_it_asked_for_is_left(database: Database, clock: Clock) -> None:
    backlog(database, 1, clock.now())
    with database.transaction() as session:
        mail = session.get_one(OutgoingMail, 1)
        # More than two ends of a connection hold between them.
        mail.raw += (b"x" * 70 + b"\r\n") * 120_000
    with smtp_sink("-H", "600", "-T", "4096") as sink, sender(sink.port, HURRIED) as send:
        begun = time.monotonic()
        [tried] = a_round(database, send, clock.now)
        assert time.monotonic() - begun < HURRIED.whole / 4
    assert (tried.outcome, tried.reply) == ("waiting", "the connection was lost: no answer in time")


@pytest.fixture
def postfix_asleep_at_one() -> Iterator[PostfixServer]:
    with postfix_server(slow=("slow@example.com",)) as server:
        yield server


def test_e13_a_mail_at_which_the_server_is_slow_holds_up_no_other(
    database: Database, clock: Clock, postfix_asleep_at_one: PostfixServer
) -> None:
    expected = backlog(database, ["ann@example.com", "slow@example.com", "jo@example.com", "zoe@example.com"], clock.now())
    # Long enough for whatever Postfix does awake, on any machine.
    patience = Patience(connect=10, command=2, after_dot=10, whole=60)
    with sender(postfix_asleep_at_one.port, patience) as send:
        assert [delivery.outcome for delivery in a_round(database, send, clock.now)] == ["sent", "waiting", "sent", "sent"]
    arrived = {str(mail["Message-ID"]) for mail in postfix_asleep_at_one.wait_for(3)}
    assert arrived == set(expected) - {expected[1]}
