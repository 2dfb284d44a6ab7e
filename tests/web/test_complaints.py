"""Complaints: tickets with deadlines of their own, which always reach the team."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from formapp.models import Complaint, Ticket, TicketEvent
from formapp.runtime import Runtime
from formapp.web.submissions import MANY
from tests.clock import Clock
from tests.proofs import proof
from tests.requests import complaint, question
from tests.web.stored import count, letters, words

URL = "/contact/complaint/"
JSON = {"Accept": "application/json"}


def stored(runtime: Runtime) -> Ticket:
    with runtime.database.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.complaint
        assert ticket.promise
        return ticket


def test_a_complaint_is_a_ticket_with_both_deadlines_of_the_policy(client: FlaskClient, runtime: Runtime):
    answer = client.post(URL, data=complaint(proof=proof(), phone="(07) 3000-0000"))
    assert answer.status_code == 303
    ticket = stored(runtime)
    assert (ticket.number, ticket.request_type, ticket.status, ticket.priority) == (1001, "complaint", "open", None)
    # One business day, and thirty calendar days: Monday 2:28 pm in Brisbane.
    assert ticket.promise.due_at == datetime(2026, 11, 24, 4, 28, tzinfo=UTC)
    assert (ticket.promise.target, ticket.promise.basis) == ("1 business day", "Complaint")
    about = ticket.complaint
    assert about.answer_by == datetime(2026, 12, 23, 4, 28, tzinfo=UTC)
    assert (about.about, about.about_ticket, about.wanted) == ("How we handled a request", "BC-1001", "Tell me what happens, and when.")
    assert about.phone == "(07) 3000-0000", "as it was typed"
    page = client.get(answer.location).text
    for said in ("Complaint received", "BC-1001", "Tue 24 Nov 2026, 2:28 pm AEST", "Wed 23 Dec 2026", "z•••@example.net"):
        assert said in page
    assert "zoe@example.net" not in page


def test_the_team_gets_it_under_its_own_subject_and_the_customer_both_deadlines(client: FlaskClient, runtime: Runtime):
    client.post(URL, data=complaint(proof=proof()))
    (team_purpose, team), (purpose, customer) = letters(runtime)
    assert (team_purpose, team["To"], team["Subject"]) == ("team-complaint", "team@example.org", "Complaint BC-1001")
    # A reply quotes the letter, and the link in it opens nothing for the customer.
    assert team["Reply-To"] == "zoe@example.net"
    assert "/staff-door/" in words(team)
    for said in ("How we handled a request", "Tue 24 Nov 2026, 2:28 pm AEST", "Wed 23 Dec 2026", "for three weeks"):
        assert said in words(team)
    assert (purpose, customer["To"]) == ("complaint-acknowledgement", "zoe@example.net")
    assert "Wed 23 Dec 2026" in words(customer)
    assert "three weeks" not in words(customer)
    assert "/your-request/" in words(customer)


def test_without_a_proof_the_customer_gets_the_short_letter_without_a_link(client: FlaskClient, runtime: Runtime):
    client.post(URL, data=complaint())
    (_, team), (purpose, customer) = letters(runtime)
    assert "No proof of work came with this complaint" in words(team)
    assert purpose == "unproven-complaint-acknowledgement"
    assert "/your-request/" not in words(customer)
    assert "Wed 23 Dec 2026" in words(customer)


def test_only_what_happened_and_who_writes_is_needed(client: FlaskClient, runtime: Runtime):
    assert client.post(URL, data=complaint(ticket="", wanted="", phone="")).status_code == 303
    about = stored(runtime).complaint
    assert about is not None
    assert (about.about_ticket, about.wanted, about.phone) == ("", "", "")


@pytest.mark.parametrize("ticket", ["BC-1001", "BC-4711"])
def test_d31_a_ticket_that_is_named_is_looked_up_by_nobody(client: FlaskClient, runtime: Runtime, ticket: str):
    client.post("/contact/ticket/", data=question())
    page = client.get(client.post(URL, data=complaint(ticket=ticket, email="stranger@example.org")).location)
    assert (page.status_code, ticket in page.text) == (200, True)
    with runtime.database.reading() as session:
        assert session.scalars(select(Complaint.about_ticket)).one() == ticket
        assert session.get_one(Ticket, 1001).complaint is None


def test_a_complaint_over_the_limit_is_taken_all_the_same_and_marked(app_with, runtime: Runtime):
    client = app_with(submissions_per_hour=2).test_client()
    answers = [client.post(URL, data=complaint(description=f"Nobody answers me, for the {n}th time.", proof=proof(n))) for n in range(5)]
    assert [answer.status_code for answer in answers] == [303] * 5
    assert count(runtime, Complaint) == 5
    with runtime.database.reading() as session:
        # Many people can share an address: it is no suspicion.
        assert set(session.scalars(select(Ticket.suspect_because))) == {None}
        withheld = select(TicketEvent.note).where(TicketEvent.event == "acknowledgement withheld")
        notes = session.scalars(withheld.order_by(TicketEvent.id)).all()
    assert notes[-3:] == [MANY] * 3
    sent = letters(runtime)
    # The address's own cap lets one through in ten minutes; those over the limit are not even asked about.
    assert [purpose for purpose, _ in sent] == ["team-complaint", "complaint-acknowledgement", *["team-complaint"] * 4]
    assert [mail["Subject"] for purpose, mail in sent if purpose == "team-complaint"] == [f"Complaint BC-{1001 + n}" for n in range(5)]
    assert MANY in words(sent[-1][1])
    # What is not a complaint is asked to wait.
    assert client.post("/contact/ticket/", data=question()).status_code == 429


def test_a_complaint_that_a_program_seems_to_have_filled_in_reaches_the_team_too(client: FlaskClient, runtime: Runtime):
    assert client.post(URL, data=complaint(leave_empty="x", proof=proof())).status_code == 303
    assert [(purpose, mail["Subject"]) for purpose, mail in letters(runtime)] == [("team-complaint", "Complaint BC-1001")]


def test_a_complaint_is_acknowledged_though_a_ticket_was_a_minute_ago(client: FlaskClient, runtime: Runtime, clock: Clock):
    client.post("/contact/ticket/", data=question(proof=proof(0)))
    clock.pass_(minutes=1)
    client.post(URL, data=complaint(proof=proof()))
    assert [purpose for purpose, _ in letters(runtime)][2:] == ["team-complaint", "complaint-acknowledgement"]


def test_a_hundred_complaints_under_a_victims_address_bring_it_one_letter_and_the_team_all(app_with, runtime: Runtime):
    client = app_with(submissions_per_hour=1000).test_client()
    for number in range(100):
        client.post(URL, data=complaint(description=f"This is complaint {number} of a hundred."))
    purposes = [purpose for purpose, _ in letters(runtime)]
    assert purposes.count("team-complaint") == 100
    assert len(purposes) == 101


def test_the_answer_to_json_gives_id_link_and_the_first_deadline(client: FlaskClient):
    answer = client.post(URL, data=complaint(), headers=JSON)
    assert answer.status_code == 201
    assert (answer.json["ticket_id"], answer.json["due_text"]) == ("BC-1001", "Tue 24 Nov, 2:28 pm AEST")
