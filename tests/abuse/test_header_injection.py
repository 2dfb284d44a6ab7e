"""What a sender types or names a file never becomes a header (abuse cases D-1 to D-9): from a real mailbox, byte by byte."""

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest

from formapp.mail.body_text import body_text, quoted
from formapp.mail.enclosures import fill_in
from formapp.mail.failures import PermanentFailure
from formapp.mail.letter import Enclosure, Letter, SealedLetter
from formapp.mail.letters import Answer, ListedFile
from formapp.mail.patient_smtp import SmtpServer
from formapp.mail.sender import SmtpSender
from formapp.policy.policy import Policy
from tests.abuse.mail_heads import ENCODED, LINE_ENDS, NOW, assert_headers_are_the_templates, names_in, seal
from tests.mail.letter_samples import complaint_to_team, customer_letters, escalation_to_team, team_letters, to_team
from tests.mails import files_of, text_of
from tests.postfix_server import PostfixServer, postfix_server

pytestmark = pytest.mark.postfix

ADDED_ON_THE_WAY = ["Return-Path", "X-Original-To", "Delivered-To", "Received"]


@pytest.fixture(scope="module")
def postfix() -> Iterator[PostfixServer]:
    with postfix_server() as server:
        yield server


def arrived(postfix: PostfixServer, letter: Letter, content: bytes = b"\x89PNG\r\n\x1a\n") -> bytes:
    """Send a letter through Postfix and return its bytes from the mailbox, what was added on the way taken off."""
    stored = fill_in(seal(letter), lambda number: content)
    before, sender = len(postfix.mails()), SmtpSender(SmtpServer("127.0.0.1", postfix.port, "none"), "bounces@billycart.com")
    try:
        sender(SealedLetter(1, letter.recipient, stored, NOW))
    finally:
        sender.close()
    delivered = postfix.wait_for(before + 1)
    assert [mail["Delivered-To"] for mail in delivered[before:]] == [letter.recipient]
    raw = postfix.mails()[-1].replace(b"\n", b"\r\n")
    added, _, ours = raw.partition(b"\r\nContent-Type: ")
    assert names_in(added) == ADDED_ON_THE_WAY
    ours = b"Content-Type: " + ours
    assert ours == stored
    return ours


def read(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(raw, policy=policy.default))


def test_d1_an_encoded_word_in_a_subject_arrives_as_that_text(postfix: PostfixServer) -> None:
    letter = to_team(summary=ENCODED)
    raw = arrived(postfix, letter)
    assert_headers_are_the_templates(raw, letter)
    assert read(raw)["Subject"] == f"[BC-1042] {ENCODED}"


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
def test_d2_a_line_end_of_any_kind_in_any_field_is_a_space_in_the_headers(postfix: PostfixServer, end: str) -> None:
    evil = f"x{end}Bcc: victim@evil.example{end}{end}<html>"
    answers = [Answer("Full name", evil), Answer("Company name", evil), Answer(evil, evil)]
    letter = escalation_to_team(subject=f"Formal Escalation {evil}", answers=answers)
    raw = arrived(postfix, letter)
    assert_headers_are_the_templates(raw, letter)
    assert read(raw)["Subject"] == "Formal Escalation x Bcc: victim@evil.example <html>"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\r\nX: 1.png", "a X_ 1.png"),
        ("a%0d%0aX:%201.png", "a%0d%0aX_%201.png"),
        ('a.png"\r\nContent-Type: text/html; x="', "a.png_ Content-Type_ text_html; x=_"),
        ("a\x85X: 1\u2028.png", "a X_ 1 .png"),
        ("a\x00\ud800.png", "a \ufffd.png"),
        ("скриншот.png", "скриншот.png"),
        ("скрин\r\nX: 1" * 20, " ".join(["скрин X_ 1скрин X_ 1"]) + "скрин X_ 1" * 18),
    ],
)
def test_d3_a_files_name_adds_no_header_and_arrives_readable(postfix: PostfixServer, name: str, shown: str) -> None:
    letter = to_team(files=[ListedFile(name, "PNG, 8 bytes", enclosed=True)], enclosures=[Enclosure(1, name, "image/png")])
    raw = arrived(postfix, letter)
    assert_headers_are_the_templates(raw, letter)
    [file] = read(raw).iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_content()) == (shown, "image/png", b"\x89PNG\r\n\x1a\n")


def test_d4_an_encoded_word_in_a_files_name_is_never_decoded(postfix: PostfixServer) -> None:
    letter = complaint_to_team(enclosures=[Enclosure(1, f"{ENCODED}.png", "image/png"), Enclosure(2, "=?utf-8?b?DQpYOiAx?=", "image/png")])
    raw = arrived(postfix, letter)
    assert_headers_are_the_templates(raw, letter)
    files = list(read(raw).iter_attachments())
    assert [file.get_filename() for file in files] == ["=_utf-8_q_x=0D=0ABcc__victim@evil.example_=.png", "=_utf-8_b_DQpYOiAx_="]
    assert "Bcc" not in [name for part in read(raw).walk() for name in part]


@pytest.mark.parametrize("media_type", ["image/png/evil", "not-a-type", 'text/html;x="\r\nX:1"', "message/rfc822", "multipart/mixed"])
def test_d5_a_media_type_that_is_none_of_ours_breaks_nothing(postfix: PostfixServer, media_type: str) -> None:
    letter = to_team(enclosures=[Enclosure(1, "a.png", media_type)])
    raw = arrived(postfix, letter)
    assert_headers_are_the_templates(raw, letter)
    assert [file.get_content_type() for file in read(raw).iter_attachments()] == ["application/octet-stream"]


@pytest.mark.parametrize("name", ['"Support <support@billycart.com>"', "support@billycart.com", "Bcc: victim@evil.example"])
def test_d6_a_name_that_looks_like_an_address_is_text_in_the_body(postfix: PostfixServer, name: str) -> None:
    letter = to_team(summary=name, answers=[Answer("Full name", name)])
    mail = read(arrived(postfix, letter))
    assert (str(mail["From"]), mail["Reply-To"]) == ("Billycart Support <support@billycart.com>", "jo@example.com")
    assert f"Full name\n{quoted(name)}\n" in text_of(mail)


def test_d8_dots_and_from_at_the_start_of_lines_arrive_unchanged_beside_a_file(postfix: PostfixServer) -> None:
    letter = replace(to_team(enclosures=[Enclosure(1, "a.txt", "text/plain")]), body=".\n..\n.hidden\nFrom me\n>From you\n.\r\n.\r\n")
    content = b".\r\n..\r\n.\r\nFrom me\n\r\n.\r\n"
    mail = arrived(postfix, letter, content)
    [file] = files_of(mail)
    assert text_of(mail) == body_text(letter.body)
    assert file.get_payload(decode=True) == content


def test_d9_a_line_of_a_million_characters_nul_and_bidi_arrive_as_lines_that_mail_can_carry(postfix: PostfixServer) -> None:
    # Mails say it twice, and Postfix takes ten megabytes.
    said = "\u202e\x00\ud800" + "é" * 500_000 + "x" * 500_000
    letter = to_team(
        summary=f"\u202e{'x' * 3000}\x00", answers=[Answer("What happened", said)], enclosures=[Enclosure(1, "\u202e.png", "image/png")]
    )
    raw = arrived(postfix, letter)
    assert_headers_are_the_templates(raw, letter)
    mail = read(raw)
    [file] = files_of(mail)
    assert quoted(said) in text_of(mail)
    assert (mail["Subject"], file.get_filename()) == (f"[BC-1042] {'x' * 3000}", ".png")


def test_every_letter_arrives_with_its_templates_headers(postfix: PostfixServer, policy: Policy) -> None:
    for letter in (*team_letters().values(), *customer_letters(policy).values()):
        assert_headers_are_the_templates(arrived(postfix, letter), letter)


def test_a_mail_larger_than_the_server_takes_is_refused_for_good(postfix: PostfixServer) -> None:
    letter = to_team(enclosures=[Enclosure(1, "a.png", "image/png")])
    with pytest.raises(PermanentFailure, match="552"):
        arrived(postfix, letter, b"\0" * 10_000_000)
