"""Letters of ours that come back: marked on the exact one, told to the team, and their address spared (abuse case D-16)."""

import pytest

from formapp.mail import purposes
from formapp.models import OutgoingMail
from tests.services import lived_tickets as lived
from tests.services.arriving import ZOE, Arriving
from tests.services.life import text_of

REASON = "550 5.1.1 <zoe@example.net>: Recipient address rejected: User unknown"


def report(message_id: str, *, action: str = "failed", recipient: str = ZOE) -> bytes:
    """Return a report by the book (RFC 3464) about a letter."""
    return (
        "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nTo: support@billycart.com\n"
        f"Subject: Undelivered Mail Returned to Sender\nMessage-ID: <r{hash((message_id, action, recipient))}@mx.example.net>\n"
        'Auto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nI'm sorry to have to inform you that your message could not be delivered.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {'5.1.1' if action == 'failed' else '4.4.1'}\n"
        f"Diagnostic-Code: smtp; {REASON}\n\n"
        "--b\nContent-Type: text/rfc822-headers\n\n"
        f"From: Billycart Support <support@billycart.com>\nTo: {recipient}\nMessage-ID: {message_id}\n\n--b--\n"
    ).encode()


def last(arriving: Arriving, purpose: str) -> OutgoingMail:
    return arriving.life.mails(purpose)[-1]


def test_d16_it_is_marked_on_the_exact_letter_and_the_team_is_told_and_the_address_spared(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    letter = last(arriving, purposes.TICKET_ANSWERED)
    row = arriving.comes(report(letter.message_id))
    assert (row.state, row.kind, row.ticket_number) == ("done", "bounce", number)
    marked = last(arriving, purposes.TICKET_ANSWERED)
    assert marked.bounced_at == arriving.life.clock.now()
    assert marked.last_reply
    assert "User unknown" in marked.last_reply
    assert [mail.purpose for mail in arriving.life.mails() if mail.bounced_at] == [purposes.TICKET_ANSWERED]
    assert "mail bounced" in arriving.life.happened(number)
    arriving.life.work()
    assert "User unknown" in text_of(arriving.life.letter(purposes.TEAM_MAIL_FAILED))
    # No letter leaves for that address that nobody asked for.
    count = len(arriving.life.mails(*purposes.ACKNOWLEDGEMENTS))
    arriving.life.clock.pass_(hours=24 * 2)
    arriving.mail("Another question", subject="Another", vouched=True)
    assert len(arriving.life.mails(*purposes.ACKNOWLEDGEMENTS)) == count
    assert "our last email to the address came back" in text_of(arriving.life.letter(purposes.TEAM_NEW_TICKET))


def test_the_same_letter_coming_back_twice_is_told_once(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    letter = last(arriving, purposes.TICKET_ANSWERED)
    for way in ("one", "two"):
        arriving.comes(report(letter.message_id).replace(b"MAILER-DAEMON@mx", f"MAILER-DAEMON@{way}".encode()))
        arriving.life.work()
    assert arriving.life.happened(number).count("mail bounced") == 1
    assert len(arriving.life.mails(purposes.TEAM_MAIL_FAILED)) == 1


def test_a_letter_that_is_only_late_is_not_given_up(arriving: Arriving) -> None:
    lived.asked(arriving.life)
    letter = last(arriving, purposes.TICKET_ANSWERED)
    row = arriving.comes(report(letter.message_id, action="delayed"))
    assert row.state == "done"
    assert last(arriving, purposes.TICKET_ANSWERED).bounced_at is None


@pytest.mark.parametrize("message_id", ["<never@billycart.com>", f"<{'0' * 32}.bc-1001.aaaaaaaaaaaaaaaa@billycart.com>"])
def test_a_report_about_no_letter_of_ours_waits_and_marks_nothing(arriving: Arriving, message_id: str) -> None:
    lived.asked(arriving.life)
    row = arriving.comes(report(message_id))
    assert row.state == "review"
    assert not [mail for mail in arriving.life.mails() if mail.bounced_at]


def test_a_report_about_another_address_marks_nothing(arriving: Arriving) -> None:
    lived.asked(arriving.life)
    arriving.comes(report(last(arriving, purposes.TICKET_ANSWERED).message_id, recipient="eve@evil.example"))
    assert not [mail for mail in arriving.life.mails() if mail.bounced_at]


def test_a_report_is_never_answered(arriving: Arriving) -> None:
    lived.asked(arriving.life)
    count = len(arriving.life.letters_to_customer())
    arriving.comes(report(last(arriving, purposes.TICKET_ANSWERED).message_id))
    arriving.life.work()
    assert len(arriving.life.letters_to_customer()) == count
