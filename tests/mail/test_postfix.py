"""The sender against a real mail server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from formapp.mail.composer import compose
from formapp.mail.failures import PermanentFailure, ServerRefusesUs
from formapp.mail.letter import Letter, SealedLetter
from formapp.mail.letterhead import Letterhead
from formapp.mail.patient_smtp import SmtpServer
from formapp.mail.sender import SmtpSender
from tests.certificates import Authority
from tests.mails import text_of
from tests.postfix_server import PostfixServer, postfix_server

pytestmark = pytest.mark.postfix

NOW = datetime(2026, 11, 23, 4, 28, tzinfo=UTC)
LETTERHEAD = Letterhead("Billycart Support", "support@billycart.com")
BODY = ".\n..\n.hidden\nFrom me\n\ttab and trailing space \n" + "é" * 2000 + "\n"


def sealed(recipient: str = "jo@example.com", subject: str = "[BC-1042] Zahlung schlägt fehl") -> SealedLetter:
    letter = Letter("test", recipient, subject, BODY, reply_to="customer@example.org")
    return SealedLetter(1, recipient, compose(letter, LETTERHEAD, message_id=LETTERHEAD.new_message_id(), date=NOW), NOW)


@pytest.fixture(scope="module")
def postfix(authority: Authority) -> Iterator[PostfixServer]:
    shows = authority.certificate_for("localhost")
    with postfix_server(shows=shows, refuses=("gone@example.com",)) as server:
        yield server


@pytest.fixture
def send(postfix: PostfixServer, authority: Authority) -> Iterator[SmtpSender]:
    sender = SmtpSender(SmtpServer("localhost", postfix.port, "starttls", ca_file=authority.file), "bounces@billycart.com")
    yield sender
    sender.close()


def test_a_mail_arrives_over_verified_tls_as_it_was_stored(postfix: PostfixServer, send: SmtpSender) -> None:
    before, letter = len(postfix.mails()), sealed()
    assert send(letter).startswith("250 2.0.0 Ok: queued")
    arrived = postfix.wait_for(before + 1)[-1]
    stored = letter.raw.replace(b"\r\n", b"\n")
    assert postfix.mails()[-1].endswith(stored)
    assert arrived["Return-Path"] == "<bounces@billycart.com>"
    assert (arrived["Delivered-To"], arrived["To"], arrived["Reply-To"]) == ("jo@example.com", "jo@example.com", "customer@example.org")
    assert text_of(arrived) == BODY


def test_text_that_tries_to_become_a_header_arrives_as_text(postfix: PostfixServer, send: SmtpSender) -> None:
    before = len(postfix.mails())
    letter = sealed(subject="=?utf-8?q?x=0D=0ABcc:_victim@evil.example?=\r\nX-Evil: 1")
    send(letter)
    arrived = postfix.wait_for(before + 1)[-1]
    added_on_the_way = {"Return-Path", "X-Original-To", "Delivered-To", "Received"}
    assert [name for name in arrived if name not in added_on_the_way] == list(message_from_bytes(letter.raw).keys())
    assert postfix.mails()[-1].endswith(letter.raw.replace(b"\r\n", b"\n"))


def test_e16_one_refused_recipient_fails_alone(postfix: PostfixServer, send: SmtpSender) -> None:
    before = len(postfix.mails())
    with pytest.raises(PermanentFailure, match="550 5.1.1 <address> Recipient address rejected: no such user"):
        send(sealed("gone@example.com"))
    send(sealed("here@example.com"))
    assert postfix.wait_for(before + 1)[-1]["Delivered-To"] == "here@example.com"


def test_e19_a_certificate_of_an_unknown_authority_gets_no_mail(postfix: PostfixServer) -> None:
    sender, before = SmtpSender(SmtpServer("localhost", postfix.port, "starttls"), "bounces@billycart.com"), len(postfix.mails())
    with pytest.raises(ServerRefusesUs, match="certificate is not to be trusted"):
        sender(sealed())
    assert len(postfix.mails()) == before


@pytest.mark.parametrize("certificate", ["another host's", "self-signed", "none"])
def test_e19_a_postfix_with_a_bad_certificate_or_none_gets_no_mail(authority: Authority, certificate: str) -> None:
    shows = {"another host's": authority.certificate_for("mail.other.example"), "self-signed": authority.self_signed("localhost")}.get(
        certificate
    )
    with postfix_server(shows=shows) as server:
        sender = SmtpSender(SmtpServer("localhost", server.port, "starttls", ca_file=authority.file), "bounces@billycart.com")
        with pytest.raises(ServerRefusesUs):
            sender(sealed())
        assert "client=" not in server.log()
        assert server.mails() == []
