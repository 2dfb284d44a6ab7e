"""Every letter that the services write, where mail is read and where none is: none hands a customer what only staff may have."""

import re
from dataclasses import replace
from email.message import EmailMessage
from typing import cast
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer
from werkzeug.datastructures import MultiDict

from formapp.forms.escalation import EscalationForm
from formapp.mail import purposes
from formapp.models import OutgoingMail
from formapp.rules.references import ticket_id
from formapp.runtime import Runtime
from formapp.services import customer_acts, escalations, staff_acts, staff_links, undelivered
from formapp.services.intake import Envelope
from tests.clock import Clock
from tests.mails import html_of, text_of
from tests.requests import escalation
from tests.sample_files import SAMPLES
from tests.services import lived_tickets as lived
from tests.services.kept_files import staged
from tests.services.life import CUSTOMER, STAFF, Life
from tests.services.test_ticket_letters import read

READING, NOT_READING = "mail is read", "no mail is read"
# A link that opens by itself for whoever has it, and a reference by which a reply counts as staff's.
FOR_STAFF_ONLY = re.compile(r"/staff-(?:ticket|queue)/|/attachment/|(?<![a-z0-9])s-bc-[0-9]+\.")
ANSWERED = (purposes.TEAM_NEW_TICKET, purposes.TEAM_COMPLAINT, purposes.TEAM_ESCALATION, purposes.TEAM_CUSTOMER_WROTE)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture(params=[READING, NOT_READING])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def life(runtime: Runtime, clock: Clock, way: str) -> Life:
    settings = runtime.settings.model_copy(update={"receives_mail": way == READING})
    return Life(replace(runtime, settings=settings), clock)


def with_file(life: Life) -> Envelope:
    envelope = life.proven()
    name = f"{uuid4().hex[:6]}.png"
    return replace(envelope, files=(staged(life.runtime.database, SAMPLES["png"], name, at=life.clock.now()),))


def escalate(life: Life, **said: str) -> None:
    form = EscalationForm.of(life.runtime.policy, MultiDict(escalation(**said)))
    assert form.validate(), form.errors
    envelope = with_file(life)
    with life.runtime.database.transaction() as session:
        escalations.submit(session, form.answers(), envelope, life.runtime.desk, life.clock.now())


def live(life: Life) -> int:
    """Let everything happen that writes a letter about a ticket; return its number."""
    number = life.ticket(with_file(life))
    token = staged(life.runtime.database, SAMPLES["pdf"], "a.pdf", at=life.clock.now()).token
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="One thing more.", tokens=[token])
    bc = ticket_id(life.runtime.policy, number)
    escalate(life, ticket=bc, email="zoe@example.net")
    escalate(life, ticket=bc, email="somebody@elsewhere.example")
    escalate(life, ticket="BC-4711", email="somebody@elsewhere.example")
    lived.complained(life, email="zoe@example.net")
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.refuse_mail(to="zoe@")
    undelivered.tell_team(life.runtime.database, life.runtime.desk, life.clock.now())
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    life.do(customer_acts.customer_not_solved, number, CUSTOMER, text="It came back.")
    with life.runtime.database.transaction() as session:
        staff_links.mail_queue_link(session, life.runtime.desk, life.clock.now())
    life.days(3)
    return number


def mails(life: Life) -> list[tuple[OutgoingMail, EmailMessage]]:
    with life.runtime.database.reading() as session:
        found = session.scalars(select(OutgoingMail).options(undefer(OutgoingMail.raw)).order_by(OutgoingMail.id))
        return [(mail, read(mail)) for mail in found]


def words_of(letter: EmailMessage) -> str:
    return text_of(letter) + html_of(letter)


def test_no_letter_whose_answer_leaves_the_house_holds_what_only_staff_may_have(life: Life, way: str) -> None:
    live(life)
    sent = mails(life)
    assert {*ANSWERED, purposes.TEAM_MORNING, purposes.TEAM_MAIL_FAILED, purposes.STAFF_FRESH_LINK} <= {mail.purpose for mail, _ in sent}
    leave = 0
    for mail, letter in sent:
        answers = str(letter["Reply-To"] or "")
        if answers and not answers.endswith("@billycart.com"):
            leave += 1
            assert not FOR_STAFF_ONLY.search(words_of(letter)), mail.purpose
        if not purposes.is_for_team(mail.purpose):
            assert not FOR_STAFF_ONLY.search(words_of(letter) + str(letter.items())), mail.purpose
    # Where mail is read, only the letter about a ticket that there is not is answered to a stranger.
    assert leave == 1 if way == READING else leave > 5


def test_the_letters_that_staff_answer_come_back_to_us_where_mail_is_read_and_else_go_to_the_customer(life: Life, way: str) -> None:
    number = live(life)
    seen = set()
    for mail, letter in mails(life):
        if mail.purpose not in ANSWERED:
            continue
        answers, said = str(letter["Reply-To"]), words_of(letter)
        if way == READING and mail.ticket_number:
            token = life.runtime.mail_in.tokens.for_staff(mail.ticket_number, 0)
            assert answers == f"support+{token}@billycart.com"
            assert f"\nReference: {token}\n" in said
            assert "/staff-ticket/" in said
            assert "/staff-door/" not in said
        elif mail.ticket_number:
            assert answers == "zoe@example.net"
            assert "/staff-door/" in said
        seen.add(mail.purpose)
    assert seen == set(ANSWERED)
    assert number


def test_a_strangers_escalation_is_answered_to_nobody_who_must_not_know(life: Life, way: str) -> None:
    """It names a ticket of somebody else's: a reply by mail goes to the ticket, or to the stranger without a link that opens."""
    number = life.ticket()
    escalate(life, ticket=ticket_id(life.runtime.policy, number), email="somebody@elsewhere.example")
    letter = life.letter(purposes.TEAM_ESCALATION)
    if way == READING:
        assert cast(str, letter["Reply-To"]).startswith(f"support+s-bc-{number}.")
        assert "goes to the ticket’s own address as well, whoever asked" in " ".join(text_of(letter).split())
    else:
        assert letter["Reply-To"] == "somebody@elsewhere.example"
        assert not FOR_STAFF_ONLY.search(words_of(letter))
