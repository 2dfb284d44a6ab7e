"""Reports that a letter did not arrive: matched to the exact letter, with whom it was to and why (D-16, RFC 3464 and free forms)."""

import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.mail.bounce_report import bounce_of, without_addresses
from formapp.mail.mime_parts import parse
from formapp.mail.understood import Bounce

OUR_ID = "<0123456789abcdef0123456789abcdef.bc-1042.abcdefghijklmnop@billycart.com>"
RETURNED = f"""\
Received: from billycart.com by mx.acme.example; Mon, 2 Mar 2026 10:00:00 +1000
From: Billycart Support <support@billycart.com>
To: Jane.Doe@acme.example
Subject: [BC-1042] We have your request
Message-ID: {OUR_ID}
In-Reply-To: <another@billycart.com>
References: <another@billycart.com>
"""


def bounce(raw: str, address: str | None = None, text: str | None = None) -> Bounce | None:
    root = parse(textwrap.dedent(raw).encode())
    said = text if text is not None else next((part.content().decode() for part in root.walk() if part.kind == "text/plain"), "")
    return bounce_of(root, address, said)


def report(fields: str, *, words: str = "Your mail was not delivered.", returned: str = RETURNED, as_kind: str = "message/rfc822") -> str:
    head = 'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n'
    return (
        f"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.acme.example>\nTo: support@billycart.com\nSubject: Undelivered Mail\n{head}\n"
        f"--b\nContent-Type: text/plain\n\n{words}\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.acme.example\n\n{fields}\n\n"
        f"--b\nContent-Type: {as_kind}\n\n{returned}\n\nHello\n--b--\n"
    )


FAILED = "Final-Recipient: rfc822; jane.doe@acme.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <jane.doe@acme.example>: User unknown"


def test_a_report_by_the_book_names_the_letter_the_recipient_and_the_reason() -> None:
    assert bounce(report(FAILED)) == Bounce(True, (OUR_ID,), ("jane.doe@acme.example",), "550 5.1.1 … User unknown")


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers"])
def test_the_returned_letter_may_be_whole_or_only_its_head(kind: str) -> None:
    found = bounce(report(FAILED, as_kind=kind))
    assert found is not None
    assert found.message_ids == (OUR_ID,)


@pytest.mark.parametrize(
    ("fields", "is_final", "recipients", "reply"),
    [
        ("Final-Recipient: rfc822;a@x.example\nAction: delayed\nStatus: 4.4.1", False, ("a@x.example",), "4.4.1"),
        ("Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 4.4.7 (expired)", True, ("a@x.example",), "4.4.7 (expired)"),
        ("Final-Recipient: rfc822;a@x.example\nStatus: 5.2.2", True, ("a@x.example",), "5.2.2"),
        ("Final-Recipient: rfc822;a@x.example\nStatus: 4.2.2", False, ("a@x.example",), "4.2.2"),
        # Whom the letter was to, and where it was forwarded.
        (
            "Original-Recipient: rfc822;jane+2Bbc@x.example\nFinal-Recipient: RFC822; <J@y.example>\nAction: failed\nStatus: 5.0.0",
            True,
            ("jane+2bbc@x.example", "jane+bc@x.example", "j@y.example"),
            "5.0.0",
        ),
        # Of several only those that failed.
        (
            "Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp;\n  550 no such\n  user\n\n"
            "Final-Recipient: rfc822;b@x.example\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822;c@x.example\nAction: failed\nStatus: 5.0.0",
            True,
            ("a@x.example", "c@x.example"),
            "5.1.1 550 no such user",
        ),
        ("Original-Recipient: <a@x.example>\nAction: FAILURE\nDiagnostic-Code: X-Notes; 550 full", True, ("a@x.example",), "550 full"),
        ("Final-Recipient: utf-8; jané@x.example\nAction: failed\nStatus: 5.6.7", True, ("jané@x.example",), "5.6.7"),
    ],
)
def test_the_fields_say_who_and_why(fields: str, is_final: bool, recipients: tuple[str, ...], reply: str) -> None:
    assert bounce(report(fields)) == Bounce(is_final, (OUR_ID,), recipients, reply)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_is_no_bounce(action: str) -> None:
    assert bounce(report(f"Final-Recipient: rfc822;a@x.example\nAction: {action}\nStatus: 2.0.0")) is None


def test_a_report_without_its_fields_is_read_by_its_words() -> None:
    found = bounce(
        report("X-Postfix-Sender: rfc822; support@billycart.com", words="We could not deliver it.\n\n<a@x.example>: 550 unknown")
    )
    assert found == Bounce(True, (OUR_ID,), ("a@x.example",), "… 550 unknown")


@pytest.mark.parametrize("kind", ["disposition-notification", "feedback-report"])
def test_receipts_and_complaints_about_spam_are_no_bounces(kind: str) -> None:
    assert bounce(report(FAILED).replace("report-type=delivery-status", f"report-type={kind}")) is None


FREE_FORMS = [
    pytest.param(
        """\
        From: MAILER-DAEMON@isp.example
        To: support@billycart.com
        Subject: failure notice

        Hi. This is the qmail-send program at isp.example.
        I'm afraid I wasn't able to deliver your message to the following addresses.

        <jane.doe@acme.example>:
        Sorry, no mailbox here by that name. (#5.1.1)

        --- Below this line is a copy of the message.

        """,
        "Sorry, no mailbox here by that name. (#5.1.1)",
        id="qmail",
    ),
    pytest.param(
        """\
        Return-path: <>
        X-Failed-Recipients: jane.doe@acme.example
        Auto-Submitted: auto-replied
        From: Mail Delivery System <Mailer-Daemon@isp.example>
        Subject: Mail delivery failed: returning message to sender
        To: support@billycart.com

        This message was created automatically by mail delivery software.

        A message that you sent could not be delivered to one or more of its
        recipients. This is a permanent error. The following address(es) failed:

          jane.doe@acme.example
            host mx.acme.example [192.0.2.1]
            SMTP error from remote mail server after RCPT TO:<jane.doe@acme.example>:
            550 No such user here

        ------ This is a copy of the message, including all the headers. ------

        """,
        "550 No such user here",
        id="exim",
    ),
    pytest.param(
        """\
        From: Mail Delivery Subsystem <MAILER-DAEMON>
        To: <support@billycart.com>
        Subject: Returned mail: see transcript for details

        The original message was received at Mon, 2 Mar 2026 10:00:00 +1000
        from localhost [127.0.0.1]

           ----- The following addresses had permanent fatal errors -----
        <jane.doe@acme.example>

           ----- Transcript of session follows -----
        ... while talking to mx.acme.example.:
        <<< 550 5.1.1 unknown

           ----- Original message follows -----

        """,
        "550 5.1.1 unknown",
        id="sendmail",
    ),
    pytest.param(
        """\
        From: MAILER-DAEMON <>
        To: support@billycart.com
        Subject: Mail delivery failed

        There was an error delivering your mail to <jane.doe@acme.example>.

        550 5.2.2 mailbox full

        Message headers follow.

        """,
        "550 5.2.2 mailbox full",
        id="dma",
    ),
    pytest.param(
        """\
        From: Systemadministrator <postmaster@acme.example>
        To: support@billycart.com
        Subject: Unzustellbar: Ihre Anfrage

        Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.

              jane.doe@acme.example am 02.03.2026 10:00
                    Der Empfänger wurde nicht gefunden.

        -----Original Message-----
        """,
        "Der Empfänger wurde nicht gefunden.",
        id="german Exchange",
    ),
    pytest.param(
        """\
        Return-Path: <>
        From: "Système de messagerie" <service@acme.example>
        To: support@billycart.com
        Subject: Échec de la remise de votre message

        Votre message n'a pas pu être remis à jane.doe@acme.example : adresse inconnue (550 5.1.1 inconnu)

        --- original ---
        """,
        "Votre message n'a pas pu être remis à … : adresse inconnue (550 5.1.1 inconnu)",
        id="french",
    ),
]


@pytest.mark.parametrize(("raw", "reply"), FREE_FORMS)
def test_the_common_free_forms_are_read(raw: str, reply: str) -> None:
    quoted = textwrap.indent(RETURNED, " " * 8)
    assert bounce(raw + quoted) == Bounce(True, (OUR_ID,), ("jane.doe@acme.example",), reply)


@pytest.mark.parametrize(
    "subject",
    [
        "Warning: message 1abc delayed 24 hours",
        "Delayed Mail (still being retried)",
        "Delivery Status Notification (Delay)",
        "Verzögerte Zustellung",
    ],
)
def test_a_letter_that_is_only_late_is_not_given_up(subject: str) -> None:
    found = bounce(f"Return-Path: <>\nFrom: mailer-daemon@isp.example\nSubject: {subject}\n\n  jane@acme.example\n  450 4.7.1 greylisted\n")
    assert found is not None
    assert not found.is_final
    assert found.recipients == ("jane@acme.example",)


def test_a_letter_without_a_name_is_known_by_what_the_report_answers() -> None:
    head = f"From: mailer-daemon@isp.example\nSubject: Undeliverable: Hello\nReferences: <root@billycart.com> {OUR_ID}\n"
    for line in ("", f"In-Reply-To: {OUR_ID}\n"):
        found = bounce(f"{head}{line}\njane@acme.example: unknown\n")
        assert found is not None
        assert found.message_ids == ((OUR_ID,) if line else ("<root@billycart.com>", OUR_ID))


def test_a_folded_and_quoted_name_of_the_letter_is_found() -> None:
    found = bounce(f"From: postmaster@x.example\nSubject: Undeliverable: Hello\n\nNo.\n\n> Subject: Hello\n> Message-ID:\n>  {OUR_ID}\n")
    assert found is not None
    assert found.message_ids == (OUR_ID,)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        # A person forwards a bounce, quotes it, or writes about it.
        ("From: Jane <jane@acme.example>\nSubject: Fwd: Undelivered Mail Returned to Sender", "Why?\n\nThis is the mail system at host x."),
        ("From: jane@acme.example\nSubject: failure notice", "Hi. This is the qmail-send program at x.\n<a@x.example>: 550 no"),
        ("From: jane@acme.example\nSubject: Delivery failed\nReturn-Path: <jane@acme.example>", "550 5.1.1 user unknown"),
        ("From: bouncer@acme.example\nSubject: Undeliverable", "could not be delivered"),
        # Somebody is away, with the empty sender that automatic replies have.
        (
            "Return-Path: <>\nFrom: jane@acme.example\nSubject: Out of Office: Re: Hello",
            "My mail could not be delivered to me. Call 550 123.",
        ),
        ("Return-Path: <>\nFrom: jane@acme.example\nSubject: Re: Hello\nAuto-Submitted: auto-replied", "I am away until Monday."),
        ("From: postmaster@acme.example\nSubject: New firewall", "We have a new one."),
    ],
)
def test_what_is_no_report_is_no_bounce(head: str, body: str) -> None:
    assert bounce(f"{head}\nTo: support@billycart.com\n\n{body}\n", "jane@acme.example" if "jane@" in head else None) is None


def test_a_report_that_a_person_attaches_is_no_bounce() -> None:
    inner = report(FAILED)
    attached = "From: Jane <jane@acme.example>\nSubject: Look\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nLook\n--m\n"
    assert bounce(f"{attached}Content-Type: message/rfc822\n\n{inner}\n--m--\n", "jane@acme.example") is None
    parts = inner.partition("\n\n")[2]
    nested = f'{attached}Content-Type: multipart/report; boundary="b"\n\n{parts}\n--m--\n'
    assert bounce(nested, "jane@acme.example") is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 <jane@x.example>: no", "550 … no"),
        ("no jane@x.example, or 'joe@x.example'", "no … or …"),
        ("see https://x.example/?to=jane%40x.example now", "see … now"),
        ("550\r\n no\x00thing \x1b[1m", "550 no thing [1m"),
        ("x" * 1000, "x" * 300),
        ("", ""),
    ],
)
def test_a_servers_words_hold_no_address(said: str, kept: str) -> None:
    assert without_addresses(said) == kept


@given(st.text(max_size=600), st.text(max_size=300))
def test_no_report_is_too_strange(fields: str, words: str) -> None:
    raw = report(fields, words=words, returned=fields).encode("utf-8", "replace")
    bounce_of(parse(raw), None, words)
    bounce_of(parse(f"From: mailer-daemon\nSubject: {fields}\n\n{words}".encode("utf-8", "replace")), None, words)


@pytest.mark.parametrize(
    "piece", ["a@", "a@b.c ", "<a@b.c>:\n", "Action: failed\n", "Message-ID: <", "\n ", "> ", "550 ", "-- ", "Final-Recipient: ;\n", "."]
)
def test_the_time_grows_with_the_size(piece: str) -> None:
    def taken(size: int) -> float:
        text = piece * (size // len(piece))
        root = parse(report(text, words=text, returned=text).encode())
        times = []
        for _ in range(3):
            start = time.perf_counter()
            bounce_of(root, None, text)
            times.append(time.perf_counter() - start)
        return min(times)

    assert taken(400_000) <= taken(200_000) * 2.5 + 0.05
