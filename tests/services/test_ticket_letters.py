"""What a submission writes to whom, whatever the customer types (abuse cases D-1, D-2, D-6, D-9, D-10, D-11 and D-13)."""

import re
import secrets
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formapp.forms.ticket import TicketAnswers
from formapp.mail.purposes import TEAM_NEW_TICKET, TICKET_ACKNOWLEDGEMENT, UNPROVEN_ACKNOWLEDGEMENT
from formapp.models import OutgoingMail
from formapp.rules.references import ticket_id
from formapp.runtime import Runtime
from formapp.services import tickets
from formapp.services.acknowledgements import AckCaps
from formapp.services.intake import Envelope
from formapp.services.proofs import Solved
from tests.mail.test_composer import HEADERS, hostile
from tests.mails import html_of, text_of

ORDINARY = TicketAnswers(
    request_type="general-enquiry",
    priority=None,
    suggested_priority=None,
    summary="Payments fail",
    description="Since this morning.",
    area="Payments",
    extent="",
    effect="",
    impact="",
    browser="",
    name="Jo Bloggs",
    email="jo@example.com",
    company="",
)
NO_CAPS = AckCaps(timedelta(0), 10**6, 10**6, 10**6, 10**6, 10**6)


def submit(
    runtime: Runtime, answers: TicketAnswers, caps: AckCaps = NO_CAPS, suspect_because: str | None = None, *, is_proven: bool = True
) -> tuple[int, dict[str, OutgoingMail]]:
    """Submit a request and return its number and its mails by their purpose."""
    now = runtime.now()
    proof = Solved(secrets.token_hex(16), now + timedelta(minutes=20)) if is_proven else None
    envelope = Envelope(proof=proof, suspect_because=suspect_because)
    with runtime.database.transaction() as session:
        receipt = tickets.submit(session, answers, envelope, replace(runtime.desk, caps=caps), now)
        mails = session.query(OutgoingMail).filter_by(ticket_number=receipt.number).order_by(OutgoingMail.id).all()
        assert all(mail.raw for mail in mails)
    return receipt.number, {mail.purpose: mail for mail in mails}


def read(mail: OutgoingMail) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(mail.raw, policy=policy.default))


def without_what_may_differ(mail: OutgoingMail, ticket: str) -> str:
    """Return an acknowledgement's headers and texts without its ID, link, boundary and Message-IDs."""
    head = mail.raw.partition(b"\r\n\r\n")[0].decode()
    said = (head + text_of(mail.raw) + html_of(mail.raw)).replace(ticket, "ID")
    return re.sub(r"<(?:[0-9a-f]{32}\.)?bc-[0-9]+\.[a-z2-7]{16}@|=_[0-9a-f]{32}|your-request/[^\s\"<]+", "", said)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(summary=hostile, description=hostile, name=hostile, company=hostile, browser=hostile, number=st.integers(0, 10**9))
def test_the_acknowledgement_is_the_same_whatever_the_form_says(
    runtime: Runtime, summary: str, description: str, name: str, company: str, browser: str, number: int
) -> None:
    def clean(text: str) -> str:
        # What the form lets through; NUL and lone surrogates never reach a database.
        return re.sub("[\x00\ud800-\udfff]", "", text)

    first_number, first = submit(runtime, ORDINARY)
    answers = TicketAnswers(
        request_type="general-enquiry",
        priority=None,
        suggested_priority=None,
        summary=clean(summary),
        description=f"{clean(description)} {number}",  # the same answers twice would be one request
        area="Something else",
        extent="yes",
        effect=clean(company),
        impact=clean(name),
        browser=clean(browser),
        name=clean(name),
        email="jo@example.com",
        company=clean(company),
    )
    second_number, second = submit(runtime, answers)
    compared = [
        without_what_may_differ(mails[TICKET_ACKNOWLEDGEMENT], ticket_id(runtime.policy, number))
        for number, mails in ((first_number, first), (second_number, second))
    ]
    assert compared[0] == compared[1]
    assert Counter(read(second[TEAM_NEW_TICKET]).keys()) == HEADERS + Counter(["In-Reply-To", "References"])


def test_both_mails_of_a_ticket_thread_together_and_go_to_one_address_each(runtime: Runtime) -> None:
    number, mails = submit(runtime, ORDINARY)
    team, acknowledgement = read(mails[TEAM_NEW_TICKET]), read(mails[TICKET_ACKNOWLEDGEMENT])
    assert (team["To"], team["Reply-To"], team["Subject"]) == ("team@example.org", "jo@example.com", f"[BC-{number}] Payments fail")
    assert acknowledgement["To"] == "jo@example.com"
    assert acknowledgement["References"] == team["References"]


def test_both_mails_name_the_same_deadline(runtime: Runtime) -> None:
    _, mails = submit(runtime, ORDINARY)
    assert "Answer by:   Tue 24 Nov 2026, 2:28 pm AEST" in text_of(mails[TEAM_NEW_TICKET].raw)
    assert "We aim to answer by:  Tue 24 Nov 2026, 2:28 pm AEST" in text_of(mails[TICKET_ACKNOWLEDGEMENT].raw)


def test_a_name_that_looks_like_our_address_stays_in_the_body(runtime: Runtime) -> None:
    answers = TicketAnswers(**{**vars(ORDINARY), "name": '"Support <support@billycart.com>"', "summary": "support@billycart.com"})
    _, mails = submit(runtime, answers)
    team = read(mails[TEAM_NEW_TICKET])
    assert (str(team["From"]), team["Reply-To"]) == ("Billycart Support <support@billycart.com>", "jo@example.com")
    assert '    "Support <support@billycart.com>"' in text_of(team)


@pytest.mark.parametrize("address", ["support@billycart.com", "team@example.org", "bounces@billycart.com", "mailer-daemon@example.com"])
def test_a_ticket_from_an_address_that_would_answer_itself_is_kept_without_an_acknowledgement(runtime: Runtime, address: str) -> None:
    _, mails = submit(runtime, TicketAnswers(**{**vars(ORDINARY), "email": address}))
    assert list(mails) == [TEAM_NEW_TICKET]
    assert "The customer has been sent no acknowledgement:" in text_of(mails[TEAM_NEW_TICKET].raw)


def test_a_suspect_ticket_reaches_the_team_and_nobody_else(runtime: Runtime) -> None:
    _, mails = submit(runtime, ORDINARY, suspect_because="a field that people cannot see was filled in")
    assert list(mails) == [TEAM_NEW_TICKET]
    assert "PLEASE CHECK THIS ONE" in text_of(mails[TEAM_NEW_TICKET].raw)


def test_a_victim_of_a_hundred_submissions_gets_one_mail_and_the_team_all(runtime: Runtime) -> None:
    purposes: Counter[str] = Counter()
    for number in range(100):
        purposes.update(list(submit(runtime, TicketAnswers(**{**vars(ORDINARY), "description": f"Request {number}"}), AckCaps())[1]))
    assert purposes == {TEAM_NEW_TICKET: 100, TICKET_ACKNOWLEDGEMENT: 1}


def test_without_a_proof_of_work_the_team_is_told_and_the_customer_gets_the_short_letter(runtime: Runtime) -> None:
    _, mails = submit(runtime, ORDINARY, is_proven=False)
    assert list(mails) == [TEAM_NEW_TICKET, UNPROVEN_ACKNOWLEDGEMENT]
    assert "No proof of work came with this request" in text_of(mails[TEAM_NEW_TICKET].raw)
    short = text_of(mails[UNPROVEN_ACKNOWLEDGEMENT].raw)
    assert "your-request" not in short
    assert "Tue 24 Nov 2026, 2:28 pm AEST" in short


def test_one_proof_is_good_for_one_request(runtime: Runtime) -> None:
    proof = Solved("the same", runtime.now() + timedelta(minutes=20))
    for description, purpose in (("One request", TICKET_ACKNOWLEDGEMENT), ("Another request", UNPROVEN_ACKNOWLEDGEMENT)):
        with runtime.database.transaction() as session:
            answers = replace(ORDINARY, description=description)
            number = tickets.submit(session, answers, Envelope(proof=proof), replace(runtime.desk, caps=NO_CAPS), runtime.now()).number
        with runtime.database.reading() as session:
            assert [mail.purpose for mail in session.query(OutgoingMail).filter_by(ticket_number=number)] == [TEAM_NEW_TICKET, purpose]
