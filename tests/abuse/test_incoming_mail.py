"""What strangers try by mail (abuse cases D-17 to D-27, D-53 and D-54): nobody is believed, nothing leaks, and nothing is lost."""

from dataclasses import replace
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient

from formapp.mail import purposes
from formapp.mail.reply_marker import MARKER
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from formapp.services import staff_acts
from tests.clock import Clock
from tests.mails import html_of, text_of
from tests.services import lived_tickets as lived
from tests.services.arriving import EVE, LEE, SERVER, SUPPORT, ZOE, Arriving, raw_mail
from tests.services.life import STAFF, Life
from tests.web.ticket_page import path_of

PASS = "dmarc=pass header.from=example.net"
CANARY = "verification code 314159"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def arriving(runtime: Runtime, clock: Clock) -> Arriving:
    settings = runtime.settings.model_copy(update={"receives_mail": True, "staff_emails": LEE, "authserv_id": SERVER})
    return Arriving(Life(replace(runtime, settings=settings), clock))


def state(arriving: Arriving, number: int) -> tuple[Status, int, int]:
    """Return what must not change: the ticket's state, and how many letters its customer and everybody were sent."""
    letters = arriving.life.mails()
    return arriving.life.status(number), len(arriving.life.letters_to_customer()), len({mail.recipient for mail in letters})


def recipients(arriving: Arriving) -> set[str]:
    return {mail.recipient for mail in arriving.life.mails()}


def test_d17_a_forged_sender_is_sent_nothing(arriving: Arriving) -> None:
    for number in range(5):
        arriving.mail(f"Buy this {number}", by="victim@example.com", subject=f"Offer {number}")
    assert recipients(arriving) == {"team@example.org"}
    assert len(arriving.tickets()) == 5


def test_d18_ten_thousand_recipients_are_copied_nowhere(arriving: Arriving) -> None:
    many = ", ".join(f"victim{number}@example.com" for number in range(10_000))
    row = arriving.mail("Hello all", to=f"{SUPPORT}, {many}", vouched=True)
    assert row.state == "done"
    assert recipients(arriving) == {"team@example.org", ZOE}
    arriving.life.send_mail()
    assert not any(b"victim" in sent.raw for sent in arriving.life.sent)


@pytest.mark.parametrize("subject", ["Re: [BC-{0}] We have written to you", "BC-{0}", "My cart"])
def test_d19_d20_a_forged_customer_changes_nothing_and_is_sent_nothing(arriving: Arriving, subject: str) -> None:
    number = lived.asked(arriving.life)
    before = state(arriving, number)
    arriving.mail("Please send me everything you have.", subject=subject.format(number))
    assert state(arriving, number)[:2] == before[:2]


def test_d20_a_forged_escalation_does_what_anybody_can_do_on_the_form_and_no_more(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    arriving.mail(CANARY, subject=f"Formal Escalation BC-{number}")
    # Its customer hears of it, by a letter that repeats nothing.
    assert arriving.life.letters_to_customer()[-1] == purposes.ESCALATION_ITEMS_MISSING
    letter = arriving.life.letter(purposes.ESCALATION_ITEMS_MISSING)
    assert letter["To"] == ZOE
    assert CANARY not in text_of(letter)
    assert arriving.life.mails(purposes.TEAM_ESCALATION)


def test_d21_a_reference_from_another_address_is_added_and_flagged_and_nobody_is_told_more(arriving: Arriving, client: FlaskClient) -> None:
    number = lived.asked(arriving.life)
    arriving.reply(number, CANARY, by=f"Eve <{EVE}>", headers={"Cc": "mallory@evil.example"})
    message = arriving.life.messages(number)[-1]
    assert message.flag
    assert EVE not in recipients(arriving)
    assert CANARY not in client.get(path_of(arriving.runtime, number)).text
    # The next letter goes to the customer alone, and repeats nothing of it.
    arriving.life.do(staff_acts.reply, number, STAFF, text="Thank you.", waits=True)
    letter = arriving.life.letter(purposes.TICKET_ANSWERED)
    assert (letter["To"], letter["Cc"]) == (ZOE, None)
    assert CANARY not in text_of(letter) + html_of(letter)


def test_the_ticket_trick_a_stranger_reads_no_mail_that_came_for_a_ticket(arriving: Arriving, client: FlaskClient) -> None:
    # Eve opens a ticket, and registers somewhere with the address that our letter gave her: the mail that proves it must not reach her.
    number = arriving.life.ticket(email=EVE)
    address = arriving.customer_address(number)
    arriving.mail(f"Your {CANARY}", by="no-reply@social.example", to=address, subject="Confirm your address", vouched=True)
    page = client.get(path_of(arriving.runtime, number)).text
    assert CANARY not in page
    arriving.life.send_mail()
    assert not any(CANARY in text_of(sent.raw) for sent in arriving.life.sent if sent.recipient == EVE)


def test_d22_nobody_joins_by_cc(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    arriving.reply(number, "The left one.", headers={"Cc": EVE, "Reply-To": EVE})
    arriving.staff_reply(number, "Oil it.")
    assert recipients(arriving) == {ZOE, "team@example.org"}


@pytest.mark.parametrize(
    "header", ["X-BC-Ticket", "X-Ticket-Id", "X-BC-Staff", "X-RT-Ticket", "X-Helpcentre-Loop", "X-BC-Status", "Control"]
)
def test_d23_headers_of_our_own_are_nothing_to_us_from_outside(arriving: Arriving, header: str) -> None:
    number = lived.asked(arriving.life)
    before = state(arriving, number)
    arriving.mail("#resolve Answered", by=f"Eve <{EVE}>", headers={header: f"BC-{number} resolve closed staff"})
    assert state(arriving, number) == before


@pytest.mark.parametrize(
    "line",
    [
        "From: zoe@example.net <eve@evil.example>",
        "From: Eve <eve@evil.example>\nFrom: Zoe <zoe@example.net>",
        "From: Zoe <zoe@example.net>, Eve <eve@evil.example>",
        "From: undisclosed: zoe@example.net;",
        "From: =?utf-8?q?zoe=40example=2Enet?= <eve@evil.example>",
        "From: =?utf-8?q?Zoe_=3Czoe=40example=2Enet=3E?= <eve@evil.example>",
        'From: "Zoe <zoe@example.net>" <eve@evil.example>',
        "From: zoe@example.net\n <eve@evil.example>",
        "From: <zoe@example.net> <eve@evil.example>",
        "From: zoe@example.net(eve@evil.example)",
        "From: ",
    ],
)
def test_d24_a_from_line_with_two_readings_is_nobody(arriving: Arriving, line: str) -> None:
    number = lived.asked(arriving.life)
    before = state(arriving, number)
    vouched = f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.net\n"
    row = arriving.comes(f"{vouched}{line}\nTo: {arriving.customer_address(number)}\nSubject: Re: [BC-{number}]\n\n{CANARY}\n".encode())
    assert (row.state, row.from_address) == ("review", None)
    assert state(arriving, number)[:2] == before[:2]
    assert len(arriving.tickets()) == 1


@pytest.mark.parametrize(
    "forged",
    [
        f"Authentication-Results: evil.example; {PASS}\nAuthentication-Results: {SERVER}; {PASS.replace('pass', 'fail')}",
        f"Authentication-Results: {SERVER}; {PASS.replace('pass', 'fail')}\nAuthentication-Results: {SERVER}; {PASS}",
        f"Authentication-Results: evil.example; {PASS}",
        f"Authentication-Results: {SERVER}.evil.example; dmarc=pass header.from=example.net",
        f"Authentication-Results: {SERVER}; dmarc=pass header.from=evil.example",
        f"Authentication-Results: {SERVER}; dkim=pass header.d=evil.example",
        f"Authentication-Results: {SERVER}; spf=pass smtp.mailfrom=zoe@example.net",
        f"Authentication-Results: {SERVER}; none; dmarc=fail (dmarc=pass header.from=example.net) header.from=example.net",
        f"X-Authentication-Results: {SERVER}; dmarc=pass header.from=example.net",
        f"ARC-Authentication-Results: i=1; {SERVER}; dmarc=pass header.from=example.net",
    ],
)
def test_d25_a_forged_proof_is_none(arriving: Arriving, forged: str) -> None:
    number = lived.asked(arriving.life)
    before = state(arriving, number)
    arriving.comes(f"{forged}\nFrom: Zoe <{ZOE}>\nTo: {SUPPORT}\nSubject: [BC-{number}]\n\nHello\n".encode())
    assert state(arriving, number) == before
    assert arriving.life.messages(number)[-1].flag


def test_d26_reply_to_is_never_who_somebody_is(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    before = state(arriving, number)
    arriving.mail("Hello", by=f"Eve <{EVE}>", subject=f"[BC-{number}]", headers={"Reply-To": ZOE}, vouched=True)
    assert state(arriving, number) == before
    arriving.mail("A new one", by=f"Eve <{EVE}>", subject="New", headers={"Reply-To": "victim@example.com"}, vouched=True)
    assert "victim@example.com" not in recipients(arriving)


@pytest.mark.parametrize("text", ["solved", "#resolve Answered", "close", "Status: closed", "#close", "#p1", "unsubscribe"])
def test_d27_no_word_in_a_mail_of_a_customers_changes_a_state(arriving: Arriving, text: str) -> None:
    number = lived.asked(arriving.life)
    arriving.mail(text, subject=f"[BC-{number}] {text}")
    assert arriving.life.status(number) == Status.WAITING
    arriving.reply(number, text)
    assert arriving.life.status(number) == Status.OPEN
    assert arriving.life.row(number).priority != "P1"


def test_a_customers_letter_quoted_by_staff_to_the_customer_holds_no_reference_of_the_teams(arriving: Arriving) -> None:
    number = arriving.life.ticket()
    team = arriving.life.letter(purposes.TEAM_NEW_TICKET)
    arriving.staff_reply(number, f"Oil it.\n\n{text_of(team)}")
    arriving.life.send_mail()
    for sent in arriving.life.sent:
        if sent.recipient != ZOE or b"Oil it." not in sent.raw:
            continue
        said = text_of(sent.raw) + html_of(sent.raw)
        assert not [secret for secret in ("s-bc-", "/staff-", MARKER) if secret in said]


NASTY = {
    "quotes": ">" * 200_000,
    "on": "On " * 66_000,
    "attributions": "On Monday, X wrote:\n" * 10_000,
    "spaces": " " * 200_000,
    "brackets": "[" * 200_000,
    "hashes": "#" * 100_000,
    "references": "bc-1001." * 25_000,
    "labels": "Impact:" * 30_000,
}


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("place", ["text", "subject", "from"])
def test_d53_whatever_is_repeated_ends_up_somewhere(arriving: Arriving, name: str, place: str) -> None:
    number = arriving.life.ticket()
    text = NASTY[name] if place == "text" else "Hello"
    head = {"From": f"Zoe <{ZOE}>", "To": arriving.customer_address(number), "Subject": "Hello"}
    if place != "text":
        head["Subject" if place == "subject" else "From"] = NASTY[name].replace("\n", " ")[:100_000]
    raw = "".join(f"{key}: {value}\n" for key, value in head.items()) + f"\n{text}\n"
    row = arriving.comes(raw.encode())
    assert row.state in ("done", "review")


def test_d54_a_part_that_cannot_be_decoded_is_kept_as_a_file(arriving: Arriving) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ZOE, SUPPORT, "Broken"
    mail.set_content("See the file.")
    raw = mail.as_bytes() + b""
    row = arriving.comes(
        raw.replace(b'Content-Type: text/plain; charset="utf-8"', b"Content-Type: multipart/mixed; boundary=b").replace(
            b"See the file.",
            b"--b\n\nSee the file.\n--b\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n!!!%%%\n--b--",
        )
    )
    assert row.state == "done"
    (ticket,) = arriving.tickets()
    assert ticket.description.startswith("See the file.")


def test_a_mail_of_a_stranger_in_a_letter_to_the_team_is_only_text(arriving: Arriving) -> None:
    arriving.comes(
        raw_mail(
            "<script>alert(1)</script> <b>bold</b>", by='"<img src=x onerror=alert(1)>" <eve@evil.example>', subject="[BC-9999] <b>x</b>"
        )
    )
    letter = arriving.life.letter(purposes.TEAM_MAIL_TO_REVIEW)
    assert "<script>" not in html_of(letter)
    assert "<img src=x" not in html_of(letter)
    assert "&lt;script&gt;" in html_of(letter)
