import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from formapp.mail.failures import NotSent, PermanentFailure, ServerRefusesUs, ServerUnreachable, TemporaryFailure
from formapp.mail.letter import SealedLetter
from formapp.mail.patient_smtp import Patience, SmtpServer
from formapp.mail.sender import MAILS_PER_CONNECTION, CertificatesUnreadable, SmtpSender
from tests.certificates import Authority
from tests.programs import free_port
from tests.smtp_server import DRIP, HANG_UP, SILENCE, Postbox, scripted_server, smtp_server

HURRIED = Patience(connect=2, command=0.3, after_dot=0.6, whole=5)
RAW = b"Subject: Hello\r\nTo: jo@example.com\r\n\r\n.\r\n..\r\n.hidden\r\nFrom me\r\n"
LETTER = SealedLetter(1, "jo@example.com", RAW, datetime(2026, 11, 23, 4, 28, tzinfo=UTC))


def plain(port: int) -> SmtpServer:
    return SmtpServer("127.0.0.1", port, "none")


@contextmanager
def sender(server: SmtpServer, patience: Patience | None = None) -> Iterator[SmtpSender]:
    send = SmtpSender(server, "bounces@billycart.com", patience)
    try:
        yield send
    finally:
        send.close()


def test_the_stored_bytes_arrive_exactly_and_at_one_recipient() -> None:
    postbox = Postbox()
    with smtp_server(postbox) as port, sender(plain(port)) as send:
        assert send(LETTER).startswith("250")
    [mail] = postbox.taken
    assert mail.original_content == RAW
    assert (mail.mail_from, mail.rcpt_tos) == ("bounces@billycart.com", ["jo@example.com"])


def test_a_connection_is_used_for_a_hundred_mails_and_then_opened_anew() -> None:
    postbox = Postbox()
    with smtp_server(postbox) as port, sender(plain(port)) as send:
        for _ in range(MAILS_PER_CONNECTION + 1):
            send(LETTER)
    assert len(postbox.taken) == MAILS_PER_CONNECTION + 1
    assert len(postbox.connections) == 2


@pytest.mark.parametrize(
    ("answers", "failure"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, PermanentFailure),
        ({"RCPT": "421 too busy"}, TemporaryFailure),
        ({"RCPT": "450 4.2.0 greylisted"}, TemporaryFailure),
        ({"RCPT": "451 try later"}, TemporaryFailure),
        ({"RCPT": "530 authentication required"}, ServerRefusesUs),
        ({"DATA": "554 no valid recipients"}, PermanentFailure),
        ({"DATA": "451 try later"}, TemporaryFailure),
        ({"DOT": "550 5.7.1 looks like spam"}, PermanentFailure),
        ({"DOT": "452 4.3.1 disk full"}, TemporaryFailure),
        ({"MAIL": "552 5.3.4 too big"}, PermanentFailure),
        ({"MAIL": "550 5.7.60 you may not send as this"}, ServerRefusesUs),
        ({"MAIL": "452 disk full"}, TemporaryFailure),
        ({"BANNER": "554 no SMTP here"}, ServerRefusesUs),
        ({"BANNER": "421 too many connections"}, ServerUnreachable),
        ({"BANNER": HANG_UP}, ServerUnreachable),
        ({"BANNER": SILENCE}, ServerUnreachable),
        ({"BANNER": "SSH-2.0-OpenSSH_9.2"}, ServerUnreachable),
        ({"EHLO": SILENCE}, ServerUnreachable),
        ({"EHLO": "250-" + "x" * 9000}, ServerUnreachable),
        ({"EHLO": "\r\n".join(["250-x"] * 300)}, ServerUnreachable),
        ({"MAIL": SILENCE}, TemporaryFailure),
        ({"RCPT": HANG_UP}, TemporaryFailure),
        ({"DATA": SILENCE}, TemporaryFailure),
        ({"DOT": HANG_UP}, TemporaryFailure),  # the outcome is unknown: the same mail is sent again
        ({"DOT": SILENCE}, TemporaryFailure),
        ({"DOT": "garbage"}, TemporaryFailure),
    ],
)
def test_each_refusal_is_told_by_what_to_do_next(answers: dict[str, str], failure: type[NotSent]) -> None:
    with scripted_server(answers) as (port, _), sender(plain(port), HURRIED) as send:
        with pytest.raises(failure) as raised:
            send(LETTER)
        assert type(raised.value) is failure


def test_a_refused_recipient_does_not_cost_the_connection() -> None:
    postbox = Postbox()
    postbox.refuses["gone@example.com"] = "550 5.1.1 <gone@example.com>: unknown"
    with smtp_server(postbox) as port, sender(plain(port)) as send:
        send(LETTER)
        with pytest.raises(PermanentFailure) as refusal:
            send(replace(LETTER, recipient="gone@example.com"))
        send(LETTER)
    assert refusal.value.reply == "550 5.1.1 <address> unknown"
    assert len(postbox.taken) == 2
    assert len(postbox.connections) == 1


def test_after_a_refusal_nothing_more_of_the_mail_is_said() -> None:
    for refused, unsaid in (("MAIL", "RCPT"), ("RCPT", "DATA"), ("DATA", "DOT")):
        with scripted_server({refused: "550 no"}) as (port, heard), sender(plain(port), HURRIED) as send:
            with pytest.raises(NotSent):
                send(LETTER)
            assert heard[-2:] == [refused, "RSET"]
            assert unsaid not in heard


def test_e12_nobody_listening_is_an_unreachable_server() -> None:
    with sender(plain(free_port()), HURRIED) as send, pytest.raises(ServerUnreachable, match="refused"):
        send(LETTER)


def test_a_connection_that_went_stale_between_two_mails_is_opened_again() -> None:
    with scripted_server({"MAIL": HANG_UP}) as (port, heard), sender(plain(port), HURRIED) as send:
        with pytest.raises(TemporaryFailure):
            send(LETTER)
        assert heard.count("MAIL") == 1  # a fresh connection that fails is not tried twice
    postbox = Postbox()
    with smtp_server(postbox) as port, sender(plain(port)) as send:
        send(LETTER)
        connection = send._connection
        assert connection is not None
        assert connection.host is not None
        connection.host.close()
        send(LETTER)
    assert len(postbox.taken) == 2


def test_e13_a_server_that_drips_its_answer_is_not_waited_for_without_end() -> None:
    with scripted_server({"DOT": DRIP}) as (port, _), sender(plain(port), HURRIED) as send:
        begun = time.monotonic()
        with pytest.raises(TemporaryFailure):
            send(LETTER)
        assert time.monotonic() - begun < HURRIED.whole


def test_e13_a_server_slow_at_the_final_dot_is_given_longer_than_at_a_command() -> None:
    begun = time.monotonic()
    with scripted_server({"DOT": SILENCE}) as (port, _), sender(plain(port), HURRIED) as send, pytest.raises(TemporaryFailure):
        send(LETTER)
    assert time.monotonic() - begun >= HURRIED.after_dot


def test_e13_all_of_a_mail_together_has_a_limit_too() -> None:
    patience = replace(HURRIED, after_dot=30, whole=0.5)
    begun = time.monotonic()
    with scripted_server({"DOT": SILENCE}) as (port, _), sender(plain(port), patience) as send, pytest.raises(TemporaryFailure):
        send(LETTER)
    assert time.monotonic() - begun < 10


def test_a_server_that_hangs_at_the_goodbye_hides_nothing() -> None:
    with scripted_server({"QUIT": HANG_UP}) as (port, _), sender(plain(port), HURRIED) as send:
        assert send(LETTER).startswith("250")


@pytest.mark.parametrize("damage", [b"\n", b"\r", b"\n.\n", b"\r\n.\r\r\n"])
def test_e23_a_stored_mail_with_bare_line_ends_is_not_sent(damage: bytes) -> None:
    with scripted_server({}) as (port, heard), sender(plain(port)) as send, pytest.raises(PermanentFailure, match="damaged"):
        send(replace(LETTER, raw=RAW + damage))
    assert heard == []


def test_e23_a_stored_recipient_that_is_not_one_address_is_not_written_to() -> None:
    with scripted_server({}) as (port, heard), sender(plain(port)) as send, pytest.raises(PermanentFailure):
        send(replace(LETTER, recipient="a@example.com> SIZE=1\r\nRCPT TO:<b@example.com"))
    assert heard == []


def test_a_verified_certificate_lets_the_mail_through_starttls(authority: Authority) -> None:
    postbox = Postbox()
    with (
        smtp_server(postbox, shows=authority.certificate_for("localhost")) as port,
        sender(SmtpServer("localhost", port, "starttls", ca_file=authority.file)) as send,
    ):
        send(LETTER)
    assert postbox.taken[0].original_content == RAW


def test_tls_from_the_first_byte_works_too(authority: Authority) -> None:
    postbox = Postbox()
    with (
        smtp_server(postbox, shows=authority.certificate_for("localhost"), tls_at_once=True) as port,
        sender(SmtpServer("localhost", port, "tls", ca_file=authority.file)) as send,
    ):
        send(LETTER)
    assert len(postbox.taken) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("host", ["self-signed", "mail.other.example"])
def test_e19_a_certificate_that_cannot_be_verified_stops_everything(authority: Authority, security: str, host: str) -> None:
    shows = authority.self_signed("localhost") if host == "self-signed" else authority.certificate_for(host)
    postbox = Postbox()
    with smtp_server(postbox, shows=shows, tls_at_once=security == "tls") as port:
        server = SmtpServer("localhost", port, security, ca_file=authority.file)  # type: ignore[arg-type]
        with sender(server) as send, pytest.raises(ServerRefusesUs, match="certificate is not to be trusted"):
            send(LETTER)
    assert postbox.taken == []


def test_the_systems_certificates_do_not_vouch_for_a_stranger(authority: Authority) -> None:
    postbox = Postbox()
    with (
        smtp_server(postbox, shows=authority.certificate_for("localhost")) as port,
        sender(SmtpServer("localhost", port, "starttls")) as send,
        pytest.raises(ServerRefusesUs, match="certificate"),
    ):
        send(LETTER)
    assert postbox.taken == []


def test_e19_a_server_without_starttls_gets_no_mail_in_the_clear() -> None:
    postbox = Postbox()
    with (
        smtp_server(postbox) as port,
        sender(SmtpServer("127.0.0.1", port, "starttls")) as send,
        pytest.raises(ServerRefusesUs, match="STARTTLS"),
    ):
        send(LETTER)
    assert postbox.taken == []


def test_e19_a_plain_server_where_tls_is_expected_at_once_gets_nothing() -> None:
    with scripted_server({}) as (port, heard), sender(SmtpServer("127.0.0.1", port, "tls"), HURRIED) as send, pytest.raises(NotSent):
        send(LETTER)
    assert "MAIL" not in heard


def test_the_right_password_lets_us_in(authority: Authority) -> None:
    postbox = Postbox()
    with smtp_server(postbox, shows=authority.certificate_for("localhost"), password="right") as port:
        server = SmtpServer("localhost", port, "starttls", "support", "right", authority.file)
        with sender(server) as send:
            send(LETTER)
    assert len(postbox.taken) == 1


def test_e20_a_wrong_password_stops_everything_and_is_never_shown(authority: Authority) -> None:
    postbox = Postbox()
    with smtp_server(postbox, shows=authority.certificate_for("localhost"), password="right") as port:
        server = SmtpServer("localhost", port, "starttls", "support", "hunter2", authority.file)
        with sender(server) as send, pytest.raises(ServerRefusesUs, match="535") as refusal:
            send(LETTER)
    assert postbox.taken == []
    assert "hunter2" not in f"{refusal.value}{server!r}"


@pytest.mark.parametrize("offered", ["PLAIN LOGIN", "LOGIN", "CRAM-MD5 PLAIN LOGIN"])
def test_e20_a_refused_password_is_said_once(offered: str) -> None:
    refuses = {"EHLO": f"250-hello\r\n250 AUTH {offered}", "AUTH": "535 5.7.8 authentication failed"}
    with scripted_server(refuses) as (port, heard), sender(SmtpServer("127.0.0.1", port, "none", "support", "hunter2"), HURRIED) as send:
        with pytest.raises(ServerRefusesUs, match="535"):
            send(LETTER)
        assert heard.count("AUTH") == 1


def test_a_login_on_a_server_that_offers_none_stops_everything() -> None:
    with scripted_server({}) as (port, heard):
        server = SmtpServer("127.0.0.1", port, "none", "support", "right")
        with sender(server) as send, pytest.raises(ServerRefusesUs, match="AUTH"):
            send(LETTER)
    assert "MAIL" not in heard


def test_a_file_of_certificates_that_cannot_be_read_is_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("no certificate\n")
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(CertificatesUnreadable, match=name):
            SmtpSender(SmtpServer("localhost", 25, "starttls", ca_file=tmp_path / name), "bounces@billycart.com")
