"""The relay under faults E-12 to E-20 and E-23, against a real Postfix and Postfix's smtp-sink: late is possible, lost or silent is not."""

import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from structlog.testing import capture_logs

from formapp.commands.worker import MailIsStuck, keep_sending, send_what_is_due
from formapp.mail.patient_smtp import SmtpServer
from formapp.models import OutgoingMail
from formapp.runtime import Runtime
from formapp.services import mail_queue
from formapp.services.database import Database
from formapp.services.mail_queue import QueueHealth
from formapp.services.outbox import LONGEST_WAIT, MOST_SURPRISES
from tests.certificates import Authority
from tests.clock import Clock
from tests.commands.test_mail import formapp
from tests.commands.test_worker import Pauses
from tests.faults.relays import a_round, backlog, health, message_id, sender, stored
from tests.postfix_server import PostfixServer, postfix_server
from tests.requests import question
from tests.smtp_sink import smtp_sink
from tests.web.conftest import app, client, site_dir

__all__ = ["app", "client", "site_dir"]

pytestmark = pytest.mark.postfix


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Which database it is makes no difference to a mail server."""
    return sqlite_url


@pytest.fixture(scope="module")
def postfix(authority: Authority) -> Iterator[PostfixServer]:
    with postfix_server(shows=authority.certificate_for("localhost"), refuses=("gone@example.com",)) as server:
        yield server


@pytest.fixture
def over_tls(postfix: PostfixServer, authority: Authority) -> SmtpServer:
    return SmtpServer("localhost", postfix.port, "starttls", ca_file=authority.file)


class Meanwhile(threading.Event):
    """The worker's pauses, in which only the clock moves on, until a span has passed."""

    def __init__(self, clock: Clock, **span: float) -> None:
        super().__init__()
        self._clock, self._until = clock, Clock(clock.now())
        self._until.pass_(**span)

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.pass_(seconds=max(timeout, 20) if timeout else 0)
        if self._clock.now() >= self._until.now():
            self.set()
        return self.is_set()


def test_e12_while_the_server_is_down_forms_are_confirmed_mails_wait_and_the_alarm_is_raised(
    client: FlaskClient, runtime: Runtime, clock: Clock
) -> None:
    with postfix_server() as server, sender(server.port) as send:
        server.stop()
        for number in range(3):
            assert client.post("/contact/ticket/", data=question(email=f"customer{number}@example.com")).status_code == 303
        with capture_logs() as lines:
            keep_sending(runtime, send, Meanwhile(clock, minutes=14))
            assert client.get("/readyz").json["status"] == "ok"
            keep_sending(runtime, send, Meanwhile(clock, minutes=2))
            assert client.get("/readyz").json == {"status": "degraded", "mails_waiting": 6, "mails_dead": 0}
            keep_sending(runtime, send, Meanwhile(clock, hours=2))
        waits = [line for line in lines if line["event"] == "mail waits"]
        assert {line["reply"] for line in waits} == {"no connection: Connection refused"}
        for mail in stored(runtime.database):
            assert mail.attempts == sum(line["mail"] == mail.id for line in waits) <= 8
            assert (mail.sent_at, mail.failed_at) == (None, None)
            assert mail.send_after <= clock.now() + LONGEST_WAIT
        server.start()
        keep_sending(runtime, send, Meanwhile(clock, minutes=61))
        arrived = Counter(str(mail["Message-ID"]) for mail in server.wait_for(6))
    assert arrived == Counter(mail.message_id for mail in stored(runtime.database))
    assert health(runtime.database, clock.now()) == QueueHealth(0, None, 0)


COMES_LATER = [
    (("-r", "RCPT", "-b", "451 4.7.1 Greylisted, come back in five minutes"), "451 4.7.1 Greylisted, come back in five minutes"),
    (("-r", ".", "-b", "452 4.3.1 Insufficient system storage"), "452 4.3.1 Insufficient system storage"),
    (("-r", "MAIL", "-b", "452 4.3.1 Insufficient system storage"), "452 4.3.1 Insufficient system storage"),
    (("-r", "DATA"), "450 4.3.0 Error: command failed"),
    (("-r", "CONNECT"), "450 4.3.0 Error: command failed"),
    *[(("-Q", verb), "421 4.0.0 Server closing connection") for verb in ("CONNECT", "MAIL", "RCPT", "DATA", ".")],
    # What it says is not heard: smtplib says HELO to it, and it has gone.
    (("-Q", "EHLO"), "no conversation with the server"),
    *[(("-q", verb), "the server closed the connection") for verb in ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA")],
]


@pytest.mark.parametrize(("options", "reply"), COMES_LATER, ids=lambda value: "-".join(value[:2]) if isinstance(value, tuple) else "")
def test_e14_a_server_that_says_later_gets_each_mail_once_and_later(
    database: Database, clock: Clock, options: tuple[str, ...], reply: str
) -> None:
    expected = backlog(database, 2, clock.now())
    with smtp_sink(*options) as sink, sender(sink.port) as send:
        tried = a_round(database, send, clock.now)
        assert [(delivery.outcome, delivery.attempts) for delivery in tried] == [("waiting", 1)] * 2
        assert all(reply in delivery.reply for delivery in tried)
        port = sink.port
        assert health(database, clock.now()).dead == 0
        clock.pass_(minutes=1)
    with smtp_sink(port=port) as sink, sender(port) as send:
        assert [delivery.outcome for delivery in a_round(database, send, clock.now)] == ["sent"] * 2
        clock.pass_(days=1)
        assert a_round(database, send, clock.now) == []
        assert sorted(message_id(mail) for mail in sink.mails()) == sorted(expected)


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "."])
def test_e15_a_mail_refused_for_good_is_given_up_at_once_and_told_until_somebody_retries_it(
    client: FlaskClient, runtime: Runtime, clock: Clock, verb: str
) -> None:
    database = runtime.database
    client.post("/contact/ticket/", data=question())
    with smtp_sink("-f", verb, "-B", "550 5.7.1 Message rejected by local policy") as sink, sender(sink.port) as send:
        assert [delivery.outcome for delivery in a_round(database, send, clock.now)] == ["failed"] * 2
        clock.pass_(days=1)
        assert a_round(database, send, clock.now) == []
        assert sink.heard().count(verb) == 2
    assert client.get("/readyz").json == {"status": "degraded", "mails_waiting": 0, "mails_dead": 2}
    queue = formapp(runtime, "queue").output
    assert queue.count("550 5.7.1 Message rejected by local policy") == 2
    assert "2 not sent, 2 of them given up (`formapp mail retry` tries again)" in queue
    for mail in stored(database):
        with database.transaction() as session:
            mail_queue.retry(session, mail.id, clock.now())
    with smtp_sink() as sink, sender(sink.port) as send:
        a_round(database, send, clock.now)
        assert sink.mails() == sorted(mail.raw for mail in stored(database))
    assert client.get("/readyz").json["status"] == "ok"


def test_e15_a_refusal_in_the_middle_of_a_mail_is_never_taken_for_a_yes(database: Database, clock: Clock) -> None:
    backlog(database, 2, clock.now())
    with smtp_sink("-A", "0") as sink, sender(sink.port) as send:
        tried = a_round(database, send, clock.now)
        # Whether the words arrive before the connection ends is a matter of moments.
        assert {delivery.outcome for delivery in tried} <= {"failed", "waiting"}
        assert sink.mails() == []
    assert [mail.sent_at for mail in stored(database)] == [None, None]


def test_e16_a_refused_recipient_fails_alone(database: Database, clock: Clock, postfix: PostfixServer, over_tls: SmtpServer) -> None:
    before = len(postfix.mails())
    expected = backlog(database, ["team@example.com", "gone@example.com", "jo@example.com"], clock.now())
    with sender(over_tls) as send:
        assert [delivery.outcome for delivery in a_round(database, send, clock.now)] == ["sent", "failed", "sent"]
    arrived = {(mail["Delivered-To"], mail["Message-ID"]) for mail in postfix.wait_for(before + 2)[before:]}
    assert arrived == {("team@example.com", expected[0]), ("jo@example.com", expected[2])}
    assert stored(database)[1].last_reply == "550 5.1.1 <address> Recipient address rejected: no such user"


def test_e17_a_mail_dropped_after_its_final_dot_comes_again_the_same_to_the_byte(
    database: Database, clock: Clock, postfix: PostfixServer, over_tls: SmtpServer
) -> None:
    expected = backlog(database, 2, clock.now())
    before = len(postfix.mails())
    with smtp_sink("-q", ".") as sink, sender(sink.port) as send:
        lost = a_round(database, send, clock.now)
        first = sink.mails()
        # Each was said once: an outcome that is unknown is no reason to say it again at once.
        assert sink.heard().count(".") == 2
    assert [(delivery.outcome, delivery.attempts) for delivery in lost] == [("waiting", 1)] * 2
    assert {delivery.reply for delivery in lost} == {"the connection was lost: the server closed the connection"}
    clock.pass_(minutes=1)
    with sender(over_tls) as send:
        again = a_round(database, send, clock.now)
    assert [(delivery.outcome, delivery.attempts) for delivery in again] == [("sent", 2)] * 2
    postfix.wait_for(before + 2)
    second = {message_id(mail): mail for mail in postfix.mails()[before:]}
    assert sorted(message_id(mail) for mail in first) == sorted(expected)
    assert all(second[message_id(mail)].endswith(b"\n" + mail.replace(b"\r\n", b"\n")) for mail in first)


def test_e19_a_server_without_tls_gets_no_mail_loses_none_and_is_told_aloud(
    runtime: Runtime, clock: Clock, postfix: PostfixServer, over_tls: SmtpServer, authority: Authority
) -> None:
    expected, before = backlog(runtime.database, 2, clock.now()), len(postfix.mails())
    with smtp_sink() as sink:
        with sender(SmtpServer("localhost", sink.port, "starttls", ca_file=authority.file)) as send:
            with pytest.raises(MailIsStuck, match="refuses us: .*STARTTLS.*: correct the SMTP settings or the server"):
                send_what_is_due(runtime, send, threading.Event())
            with capture_logs() as lines:
                keep_sending(runtime, send, Pauses(1))
        assert "EHLO" in sink.heard()
        assert "MAIL" not in sink.heard()
    assert [line["log_level"] for line in lines if line["event"] == "SMTP server refuses us"] == ["error"]
    assert [mail.attempts for mail in stored(runtime.database)] == [0, 0]
    with sender(over_tls) as send:
        send_what_is_due(runtime, send, threading.Event())
    assert {str(mail["Message-ID"]) for mail in postfix.wait_for(before + 2)[before:]} == set(expected)


def test_e20_a_wrong_password_stops_the_relay_and_costs_no_mail_an_attempt(client: FlaskClient, runtime: Runtime, clock: Clock) -> None:
    expected = backlog(runtime.database, 5, clock.now())
    with postfix_server(password="right") as server:
        pauses = Pauses(2)
        with sender(SmtpServer("127.0.0.1", server.port, "none", "support", "wrong")) as send, capture_logs() as lines:
            keep_sending(runtime, send, pauses)
        assert pauses.taken == [60] * 2
        # One attempt a pause, for all the mails together: a server locks out those that keep guessing.
        assert server.log().count("authentication failed") == server.log().count(": connect from") - 1 == 2
        assert [mail.attempts for mail in stored(runtime.database)] == [0] * 5
        refusals = [line for line in lines if line["event"] == "SMTP server refuses us"]
        assert [line["reply"][:9] for line in refusals] == ["535 5.7.8"] * 2
        assert "wrong" not in str(lines)
        clock.pass_(minutes=16)
        assert client.get("/readyz").json["status"] == "degraded"
        with sender(SmtpServer("127.0.0.1", server.port, "none", "support", "right")) as send:
            send_what_is_due(runtime, send, threading.Event())
        assert {str(mail["Message-ID"]) for mail in server.wait_for(5)} == set(expected)
    assert client.get("/readyz").json["status"] == "ok"


DAMAGE = {
    "emptied": {"raw": b""},
    "cut off in its headers": {"raw": b"From: support@billycart.com\r\nTo: jo@exam"},
    "bare line ends": {"raw": b"Subject: Hello\n\nHi\n.\nMAIL FROM:<a@evil.example>\n"},
    "a file's place outside any part": {"raw": b"Subject: Hello\r\n\r\n=enclosure 7=\r\n"},
    "two recipients in one": {"recipient": "jo@example.com>\r\nRCPT TO:<victim@evil.example"},
    "no recipient": {"recipient": ""},
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_e23_a_row_spoilt_by_hand_is_given_up_with_its_reason_and_holds_up_no_other(database: Database, clock: Clock, damage: str) -> None:
    backlog(database, 3, clock.now())
    spoilt, *others = stored(database)
    with database.transaction() as session:
        session.execute(update(OutgoingMail).where(OutgoingMail.id == spoilt.id).values(DAMAGE[damage]))
    with smtp_sink() as sink, sender(sink.port) as send:
        for _ in range(MOST_SURPRISES):
            a_round(database, send, clock.now)
            clock.pass_(hours=1)
        assert sink.mails() == sorted(mail.raw for mail in others)
        assert "victim@evil.example" not in sink.log()
    row = stored(database)[0]
    assert row.failed_at is not None
    assert row.last_reply
    assert row.attempts <= MOST_SURPRISES
    assert health(database, clock.now()) == QueueHealth(0, None, 1)
