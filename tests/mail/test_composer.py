from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from formapp.address import UnusableAddress
from formapp.mail import composer
from formapp.mail.composer import MalformedLetter, compose
from formapp.mail.header_text import one_line
from formapp.mail.html_body import html_body
from formapp.mail.letter import Enclosure, Letter
from formapp.mail.letterhead import Letterhead
from formapp.mail.letters import Answer
from formapp.mail.skeleton import Texts
from formapp.policy.policy import Policy
from tests.mail.letter_samples import to_team
from tests.mails import html_of, parts_of, text_of

LETTERHEAD = Letterhead("Billycart Support", "support@billycart.com")
ID = "<00112233445566778899aabbccddeeff@billycart.com>"
ROOT = "<ffeeddccbbaa99887766554433221100@billycart.com>"
DATE = datetime(2026, 11, 23, 4, 28, tzinfo=UTC)
HEADERS = Counter(
    ("Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID")
    + ("Reply-To", "Auto-Submitted", "X-Auto-Response-Suppress")
)
# Header injection, as it was tried on other ticket systems (abuse cases D-1 to D-6).
ATTACKS = (
    "=?utf-8?q?x=0D=0ABcc:_victim@evil.example?=",
    "x\r\nBcc: victim@evil.example",
    "x\r\n\r\n<html>",
    "x\n Bcc: victim@evil.example",
    "x\x85Bcc: a@b\u2028Bcc: a@b\x1eBcc: a@b",
    '"Support <support@billycart.com>"',
    "a" * 3000,
    "=?" * 400,
    " é" * 900,
    "?= =?utf-8?b?DQpCY2M6IHg=?= =?",
    "\ud800\x00\u202e",
    "..\n.\n.\r\n.",
)
alphabet = st.sampled_from(list('\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\x00\x1b\u202e\ud800:=?_<>@,;"\\ \t.()[]éß漢😀aBc'))
hostile = st.text(alphabet, max_size=200) | st.text(max_size=200) | st.sampled_from(ATTACKS)


def letter(**changes: object) -> Letter:
    facts: dict[str, object] = {"purpose": "test", "recipient": "jo@example.com", "subject": "Hello", "body": "Hi\n"}
    return Letter(**(facts | changes))  # type: ignore[arg-type]


def refuse_unless_meant(raw: bytes, *enclosures: Enclosure) -> None:
    """Read a mail again as if it were the sealed letter."""
    meant = {"Subject": "Hello", "From": LETTERHEAD.address, "To": "jo@example.com", "Message-ID": ID}
    meant |= {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    texts = Texts("Hi\n", html_body("Hi\n", subject="Hello", sender=LETTERHEAD.name))
    composer._refuse_unless_as_meant(raw, meant, texts, enclosures)


def seal(**changes: object) -> bytes:
    return compose(letter(**changes), LETTERHEAD, message_id=ID, date=DATE)


def read(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(raw, policy=policy.default))


@given(summary=hostile, name=hostile, company=hostile, description=hostile, label=hostile)
@example(*["=?utf-8?q?x=0D=0ABcc:_victim@evil.example?="] * 5)
def test_no_text_of_a_customer_adds_changes_or_removes_a_header(
    summary: str, name: str, company: str, description: str, label: str
) -> None:
    answers = (Answer("Name", name), Answer("Company", company), Answer("What happened", description), Answer(label, name))
    written = to_team(summary=summary, answers=answers)
    raw = compose(written, LETTERHEAD, message_id=ID, date=DATE)
    head, _, body = raw.partition(b"\r\n\r\n")
    unfolded = head.replace(b"\r\n ", b" ")
    names = Counter(line.partition(b":")[0].decode() for line in unfolded.split(b"\r\n"))
    assert names == HEADERS
    mail = read(raw)
    assert (mail["To"], mail["Reply-To"]) == ("team@example.org", "jo@example.com")
    assert str(mail["From"]) == "Billycart Support <support@billycart.com>"
    assert mail["Subject"] == f"[BC-1042] {one_line(summary)}".strip()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert body.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")


def test_a_mail_says_the_same_twice_the_plain_text_first() -> None:
    mail = read(seal(body="Hi\n\n    <b>\n"))
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = parts_of(mail)
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text_of(mail) == "Hi\n\n    <b>\n"
    assert "<p>Hi</p>" in html_of(mail)
    assert "&lt;b&gt;" in html_of(mail)


@given(subject=hostile.filter(one_line), body=hostile)
def test_whatever_is_said_arrives_as_it_was_said(subject: str, body: str) -> None:
    assert text_of(seal(subject=subject, body=body)) == composer.body_text(body)


def test_text_that_looks_encoded_arrives_as_that_text() -> None:
    attack = "=?utf-8?q?x=0D=0ABcc:_victim@evil.example?="
    assert read(seal(subject=attack))["Subject"] == attack


def test_dots_and_from_at_the_start_of_lines_are_in_the_mail_unchanged() -> None:
    body = ".\n..\n.hidden\nFrom me\n>From you\n" + "x" * 74 + "From the wrap\n" + "From " * 100 + "x\n"
    raw = seal(body=body)
    assert text_of(raw) == body
    assert "From " * 100 in html_of(raw)
    assert b"\r\nFrom " not in raw


def test_a_line_of_a_million_characters_is_wrapped() -> None:
    assert max(map(len, seal(body="é" * 1_000_000).split(b"\r\n"))) <= 78


def test_the_same_letter_sealed_twice_is_the_same_to_the_byte() -> None:
    assert seal() == seal()


def test_an_automatic_letter_asks_robots_to_keep_quiet() -> None:
    mail = read(seal())
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert "Auto-Submitted" not in read(seal(automatic=False))


def test_a_later_letter_of_a_ticket_refers_to_its_first() -> None:
    mail = read(seal(in_reply_to=ROOT, references=(ROOT, ID)))
    assert mail["In-Reply-To"] == ROOT
    assert mail["References"].split() == [ROOT, ID]


@pytest.mark.parametrize("bad", ["x", "<a@b>\r\nBcc: x@y", "<a@b> <c@d>", "<é@b>", "<a@b", "<" + "a" * 200 + "@b>"])
def test_references_that_are_not_message_ids_are_refused(bad: str) -> None:
    with pytest.raises(MalformedLetter):
        seal(references=(bad,))
    with pytest.raises(MalformedLetter):
        seal(in_reply_to=bad)
    with pytest.raises(MalformedLetter):
        compose(letter(), LETTERHEAD, message_id=bad, date=DATE)


@pytest.mark.parametrize("bad", ["a@x.example,b@x.example", "a@x.example\r\nBcc: b@x.example", "Jo <a@x.example>", "-f@x.example"])
def test_a_recipient_or_reply_address_that_is_not_one_bare_address_is_refused(bad: str) -> None:
    with pytest.raises(UnusableAddress):
        seal(recipient=bad)
    with pytest.raises(UnusableAddress):
        seal(reply_to=bad)


def test_a_letter_without_a_subject_is_refused() -> None:
    with pytest.raises(MalformedLetter, match="subject"):
        seal(subject=" \r\n\u200b")


@pytest.mark.parametrize("head", [b"X-Evil: 1", b"X-Evil : 1", b" \xe9", b"\t", b"Subject: again"])
def test_a_header_that_got_in_all_the_same_is_noticed_before_the_mail_is_stored(head: bytes) -> None:
    raw = seal()
    refuse_unless_meant(raw)
    with pytest.raises(MalformedLetter):
        refuse_unless_meant(raw.replace(b"\r\nTo:", b"\r\n" + head + b"\r\nTo:"))


@pytest.mark.parametrize(
    ("was", "became"),
    [
        (b"To: jo@example.com", b"To: jo@example.com, v@evil.example"),
        (b"Subject: Hello", b"Subject: Hello there"),
        (b"From: Billycart Support <support@billycart.com>", b"From: Billycart Support <support@evil.example>"),
        (b"\r\n\r\nHi", b"\r\n\r\nHo"),
        (b"\r\n\r\nHi", b"\r\n\r\n" + b"H" * 999),
        (b"\r\n\r\nHi", b"\r\n\r\n\nHi"),
        (b"<p>Hi</p>", b"<p>Ho</p>"),
        (b"</body>", b"<script></script></body>"),
        (b'text/html; charset="utf-8"', b'text/html; charset="utf-7"'),
        (b"quoted-printable", b"8bit"),
    ],
)
def test_a_changed_value_is_noticed_before_the_mail_is_stored(was: bytes, became: bytes) -> None:
    raw = seal()
    assert was in raw
    with pytest.raises(MalformedLetter):
        refuse_unless_meant(raw.replace(was, became))


def test_the_letterhead_is_the_policys(policy: Policy) -> None:
    assert Letterhead.of(policy) == LETTERHEAD
    first, second = LETTERHEAD.new_message_id(), LETTERHEAD.new_message_id()
    assert first != second
    assert first.endswith("@billycart.com>")


def test_a_brand_with_odd_characters_makes_a_proper_from_line() -> None:
    for name in ("Bücher, Söhne", 'The "Cart"', "支払い", "Billycart (AU); Support"):
        raw = compose(letter(), Letterhead(name, "support@billycart.com"), message_id=ID, date=DATE)
        [address] = read(raw)["From"].addresses
        assert (address.display_name, address.addr_spec) == (name, "support@billycart.com")
