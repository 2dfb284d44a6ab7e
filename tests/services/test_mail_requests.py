"""Formal escalations and complaints by mail: the same services as the forms, and what a mail leaves out is asked for once."""

import pytest
from sqlalchemy import select

from formapp.mail import purposes
from formapp.models import Complaint, Escalation
from formapp.rules.escalation import Verdict
from formapp.rules.lifecycle import Status
from tests.services import lived_tickets as lived
from tests.services.arriving import EVE, SUPPORT, ZOE, Arriving
from tests.services.life import text_of

ITEMS = """\
Company: Acme Pty Ltd
Name: Zoë Smith
Email: zoe@example.net
Phone: +61 7 5555 0100
Operational impact: No invoices leave the house.
Business case: Month end is on Friday.
"""


def escalations(arriving: Arriving) -> list[Escalation]:
    with arriving.runtime.database.reading() as session:
        return list(session.scalars(select(Escalation).order_by(Escalation.id)))


def complaints(arriving: Arriving) -> list[Complaint]:
    with arriving.runtime.database.reading() as session:
        return list(session.scalars(select(Complaint).order_by(Complaint.ticket_number)))


@pytest.mark.parametrize(
    "subject",
    [
        "Formal Escalation BC-{0}",
        "formal escalation bc-{0}",
        "RE: Fwd: [EXTERNAL] FORMAL ESCALATION: BC-{0}",
        "=?utf-8?q?Formal_Escalation_BC-{0}?=",
        "Formal Escalation #{0}",
    ],
)
def test_the_subject_asks_for_a_formal_escalation_in_whatever_way_it_is_written(arriving: Arriving, subject: str) -> None:
    number = lived.asked(arriving.life)
    row = arriving.mail(ITEMS, subject=subject.format(number), vouched=True)
    (asked,) = escalations(arriving)
    assert (asked.ticket_number, asked.verdict, asked.email, asked.company) == (number, Verdict.PASSED, ZOE, "Acme Pty Ltd")
    assert (asked.phone, asked.impact) == ("+61 7 5555 0100", "No invoices leave the house.")
    assert asked.business_case == "Month end is on Friday."
    assert asked.review_by
    assert (row.state, row.outcome) == ("done", f"Asked for the escalation of BC-{number}")
    assert arriving.life.status(number) == Status.OPEN
    assert arriving.life.mails(purposes.ESCALATION_ACCEPTED)
    assert ("escalated", "mail") in [(event.event, event.channel) for event in arriving.life.events(number)]


def test_what_is_missing_is_asked_for_by_name_and_judged_when_it_comes(arriving: Arriving) -> None:
    number = lived.asked(arriving.life, company="Acme")
    arriving.mail("Operational impact: No invoices leave the house.", subject=f"Formal Escalation BC-{number}", vouched=True)
    (asked,) = escalations(arriving)
    assert (asked.verdict, asked.review_by) == (Verdict.INCOMPLETE, None)
    said = text_of(arriving.life.letter(purposes.ESCALATION_ITEMS_MISSING))
    # The ticket has the company, and the mail the impact.
    assert [item in said for item in ("Contact details: phone", "business case", "Company name", "The impact")] == [
        True,
        True,
        False,
        False,
    ]
    assert "Not reviewed yet" in text_of(arriving.life.letter(purposes.TEAM_ESCALATION))
    arriving.reply(number, "Phone: 07 5555 0100\nBusiness case: Month end is on Friday.")
    (asked,) = escalations(arriving)
    assert (asked.verdict, asked.phone, asked.impact) == (Verdict.PASSED, "07 5555 0100", "No invoices leave the house.")
    assert asked.review_by
    assert arriving.life.mails(purposes.ESCALATION_ACCEPTED)


def test_it_is_asked_for_once_and_then_judged_with_what_there_is(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    for text in ("Please escalate.", "I have escalated already!", "Phone: 07 5555 0100"):
        arriving.mail(text, subject=f"Formal Escalation BC-{number}", vouched=True)
        arriving.life.clock.pass_(hours=1)
    assert len(arriving.life.mails(purposes.ESCALATION_ITEMS_MISSING)) == 1
    assert escalations(arriving)[0].verdict == Verdict.PASSED


def test_nobody_whom_nothing_vouches_for_is_asked(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    arriving.mail("Please escalate.", by=f"Eve <{EVE}>", subject=f"Formal Escalation BC-{number}")
    (asked,) = escalations(arriving)
    assert (asked.verdict, asked.ticket_number) == (Verdict.ANOTHER_ADDRESS, None)
    assert not arriving.life.mails(purposes.ESCALATION_ITEMS_MISSING, purposes.ESCALATION_RECEIVED)
    assert arriving.life.status(number) == Status.WAITING


def test_before_the_gate_is_passed_the_customer_is_told_so_as_by_the_form(arriving: Arriving) -> None:
    number = lived.new(arriving.life)
    arriving.mail(ITEMS, subject=f"Formal Escalation BC-{number}", vouched=True)
    assert escalations(arriving)[0].verdict == Verdict.NOT_YET
    assert arriving.life.mails(purposes.ESCALATION_NOT_YET)


def test_an_escalation_that_names_no_ticket_becomes_one(arriving: Arriving) -> None:
    row = arriving.mail(ITEMS, subject="Formal Escalation", vouched=True)
    (ticket,) = arriving.tickets()
    assert escalations(arriving) == []
    assert row.outcome == f"Made BC-{ticket.number}. It asks for an escalation and names no ticket"


def test_an_escalation_by_a_reply_takes_the_ticket_from_its_reference(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    arriving.reply(number, ITEMS, subject="Formal Escalation")
    assert [(one.ticket_number, one.verdict) for one in escalations(arriving)] == [(number, Verdict.PASSED)]


def test_going_on_under_the_same_subject_asks_for_nothing_anew(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    arriving.mail(ITEMS, subject=f"Formal Escalation BC-{number}", vouched=True)
    arriving.life.clock.pass_(hours=1)
    arriving.mail("Any news?", subject=f"Re: Formal Escalation BC-{number}", vouched=True)
    assert len(escalations(arriving)) == 1
    assert "Any news?" in [message.text for message in arriving.life.messages(number)]


@pytest.mark.parametrize(
    ("subject", "to"),
    [("Complaint BC-{0}", SUPPORT), ("Formal complaint about BC-{0}", SUPPORT), ("I am angry about BC-{0}", "complaints@billycart.com")],
)
def test_a_complaint_by_its_subject_or_its_address_becomes_one(arriving: Arriving, subject: str, to: str) -> None:
    settings = arriving.runtime.settings.model_copy(update={"complaints_email": "complaints@billycart.com"})
    object.__setattr__(arriving.runtime, "settings", settings)
    number = lived.asked(arriving.life)
    arriving.mail("You took a week.", subject=subject.format(number), to=to, vouched=True)
    (complaint,) = complaints(arriving)
    assert complaint.about_ticket == f"BC-{number}"
    made = arriving.life.row(complaint.ticket_number)
    assert (made.description, made.email) == ("You took a week.", ZOE)
    assert arriving.life.mails(purposes.COMPLAINT_ACKNOWLEDGEMENT)
    assert arriving.life.letter(purposes.TEAM_COMPLAINT)["Subject"] == f"Complaint BC-{complaint.ticket_number}"


def test_a_question_about_the_complaint_form_is_no_complaint(arriving: Arriving) -> None:
    arriving.mail("Where is it?", subject="Complaint form")
    assert complaints(arriving) == []
    assert len(arriving.tickets()) == 1
