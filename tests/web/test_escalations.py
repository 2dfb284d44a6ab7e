"""Formal escalations: judged for staff, the same for everybody else."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from formapp.app import create_app
from formapp.forms import static_form
from formapp.models import Escalation, OutgoingMail, Ticket, TicketEvent
from formapp.runtime import Runtime
from formapp.services import tickets
from tests.clock import Clock
from tests.conftest import ROOT
from tests.proofs import proof
from tests.requests import escalation, question
from tests.web.conftest import with_whole_answers
from tests.web.stored import count, letters, words

URL = "/contact/escalation/"
UNKNOWN, KNOWN = "BC-4711", "BC-1001"


@pytest.fixture
def ticket(client: FlaskClient) -> str:
    """A ticket of Zoë's, BC-1001, due on Tuesday at 2:28 pm."""
    return client.post("/contact/ticket/", data=question(proof=proof(0))).location


def stored(runtime: Runtime) -> Escalation:
    with runtime.database.reading() as session:
        return session.scalars(select(Escalation)).one()


def events(runtime: Runtime) -> list[tuple[str, str | None]]:
    with runtime.database.reading() as session:
        return [(event.event, event.note) for event in session.scalars(select(TicketEvent).order_by(TicketEvent.id))]


def responded(runtime: Runtime) -> None:
    with runtime.database.transaction() as session:
        assert tickets.note_first_response(session, 1001, runtime.now()) is not None


def new_letters(runtime: Runtime, sent: int = 2) -> dict[str, tuple[str, str, str]]:
    """Return recipient, subject and words of the letters that came after the ticket's own two, by their purpose."""
    return {purpose: (mail["To"], mail["Subject"], words(mail)) for purpose, mail in letters(runtime)[sent:]}


@pytest.mark.usefixtures("ticket")
def test_before_the_ordinary_levels_are_through_it_is_kept_and_both_sides_are_told(client: FlaskClient, runtime: Runtime):
    assert client.post(URL, data=escalation(proof=proof())).status_code == 303
    row = stored(runtime)
    assert (row.verdict, row.ticket_number, row.given_number, row.review_by, row.is_proven) == ("not yet", 1001, 1001, None, True)
    sent = new_letters(runtime)
    assert list(sent) == ["team-escalation", "escalation-not-yet"]
    team, subject, said = sent["team-escalation"]
    assert (team, subject) == ("team@example.org", "Formal Escalation BC-1001")
    assert "Not yet through the ordinary levels" in said
    customer, _, said = sent["escalation-not-yet"]
    assert customer == "zoe@example.net"
    assert "We aim to give your ticket its first response by Tue 24 Nov 2026, 2:28 pm AEST." in said
    assert events(runtime)[-1] == ("escalation asked for", None)
    with runtime.database.reading() as session:
        assert session.get_one(Ticket, 1001).escalated_at is None


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize(
    ("answered", "late", "reasons"),
    [
        (True, False, ["The ticket has had its first response from us"]),
        (False, True, ["The ticket’s target response time has passed"]),
        (True, True, ["The ticket has had its first response from us", "The ticket’s target response time has passed"]),
    ],
)
def test_a_ticket_that_is_through_them_is_escalated_and_the_customer_learns_by_whom_and_when(
    client: FlaskClient, runtime: Runtime, clock: Clock, answered: bool, late: bool, reasons: list[str]
):
    if late:
        clock.pass_(days=1, seconds=1)
    if answered:
        responded(runtime)
    client.post(URL, data=escalation())
    row = stored(runtime)
    due = datetime(2026, 11, 25 if late else 24, 4, 28, tzinfo=UTC)
    assert (row.verdict, row.ticket_number, row.review_by) == ("passed", 1001, due)
    sent = new_letters(runtime)
    assert list(sent) == ["team-escalation", "escalation-accepted"]
    _, subject, said = sent["team-escalation"]
    assert subject == "Formal Escalation BC-1001"
    assert "Passed to escalation level" in said
    assert [reason for reason in GATE_WORDS if reason in said] == reasons
    _, _, said = sent["escalation-accepted"]
    assert f"A senior member of the support team By when: {'Wed 25' if late else 'Tue 24'} Nov 2026, 2:28 pm AEST" in said
    assert events(runtime)[-1] == ("escalated", "; ".join(reasons))
    with runtime.database.reading() as session:
        assert session.get_one(Ticket, 1001).escalated_at == clock.now()


@pytest.mark.usefixtures("ticket")
def test_a_promise_that_was_kept_has_not_passed_however_long_ago_it_was(client: FlaskClient, runtime: Runtime, clock: Clock):
    responded(runtime)
    clock.pass_(days=3)
    client.post(URL, data=escalation())
    assert events(runtime)[-1] == ("escalated", "The ticket has had its first response from us")


GATE_WORDS = ("The ticket has had its first response from us", "The ticket’s target response time has passed")


@pytest.mark.usefixtures("ticket")
def test_a_promise_that_is_due_this_second_has_not_passed(client: FlaskClient, runtime: Runtime, clock: Clock):
    clock.pass_(days=1)
    client.post(URL, data=escalation())
    assert stored(runtime).verdict == "not yet"


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize(
    ("gate", "answered", "late", "first"),
    [
        ("first-response-sent", False, False, "We aim to give your ticket its first response by Tue 24 Nov 2026, 2:28 pm AEST."),
        (
            "first-response-sent",
            False,
            True,
            "Your ticket has waited longer than we aim for. The people who look after it have been told, and answer it first.",
        ),
        ("promise-passed", True, False, "Your ticket has had its first response. Reply to it and say what you are still waiting for."),
        ("promise-passed", False, False, "We aim to give your ticket its first response by Tue 24 Nov 2026, 2:28 pm AEST."),
    ],
)
def test_what_happens_first_is_true_whichever_condition_the_policy_sets(
    runtime: Runtime, clock: Clock, site_dir: object, gate: str, answered: bool, late: bool, first: str
):
    policy = runtime.policy
    policy = policy.model_copy(update={"escalation": policy.escalation.model_copy(update={"gate_any_of": (gate,)})})
    client = with_whole_answers(create_app(replace(runtime, policy=policy))).test_client()
    if answered:
        responded(runtime)
    if late:
        clock.pass_(days=1, seconds=1)
    client.post(URL, data=escalation())
    assert stored(runtime).verdict == "not yet"
    assert first in new_letters(runtime)["escalation-not-yet"][2]


def without_its_id(answer: TestResponse, ticket: str) -> tuple[int, str, list[tuple[str, str]]]:
    """Return all that somebody sees of an answer, the ID that was given taken out."""
    headers = [(name, value) for name, value in answer.headers if name != "Location"]
    return answer.status_code, answer.text.replace(ticket, "ID"), [pair for pair in headers if pair[0] != "Content-Length"]


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize("state", ["new", "answered", "late", "escalated"])
def test_d31_neither_pages_nor_letters_tell_a_stranger_whether_there_is_such_a_ticket(
    client: FlaskClient, runtime: Runtime, clock: Clock, state: str
):
    if state != "new":
        responded(runtime)
    if state == "late":
        clock.pass_(days=3)
    if state == "escalated":
        client.post(URL, data=escalation(impact="The owner has asked for it before."))
    before, seen = len(letters(runtime)), []
    events_before = events(runtime)
    for ticket in (KNOWN, UNKNOWN):
        given = escalation(ticket=ticket, email=f"stranger@{ticket.lower()}.example.org")
        check = client.post(URL, data={name: value for name, value in given.items() if name != "step"})
        sent = client.post(URL, data=given)
        page = client.get(sent.location)
        again = client.post(URL, data=given)
        assert again.location == sent.location
        as_json = client.post(URL, data=given, headers={"Accept": "application/json"})
        answers = [check, sent, page, again, as_json]
        told = [without_its_id(answer, ticket) for answer in answers]
        token = sent.location.rpartition("/")[2]
        seen.append(repr(told).replace(token, "TOKEN").replace(ticket.lower(), "id"))
        assert set(as_json.json) == {"ticket_id", "url"}
    assert seen[0] == seen[1]
    new = letters(runtime)[before:]
    assert [purpose for purpose, _ in new] == ["team-escalation", "escalation-received"] * 2
    # Nothing of the owner's ticket is written to, not even a line in its history.
    assert events(runtime) == events_before
    known, unknown = (words(mail).replace(ticket, "ID") for ticket, (_, mail) in zip((KNOWN, UNKNOWN), new[1::2], strict=True))
    assert known == unknown
    for _, mail in new[1::2]:
        assert set(mail.keys()) == set(new[1][1].keys())
        assert "In-Reply-To" not in mail
        assert "References" not in mail
    for_known, for_unknown = words(new[0][1]), words(new[2][1])
    assert "The address is not the ticket’s" in for_known
    assert "The ticket ID is unknown" in for_unknown
    with runtime.database.reading() as session:
        verdicts = session.execute(select(Escalation.verdict, Escalation.ticket_number, Escalation.review_by).order_by(Escalation.id)).all()
    assert [tuple(row) for row in verdicts][-2:] == [("another address", None, None), ("unknown ticket", None, None)]


@pytest.mark.usefixtures("ticket")
def test_d31_the_owners_page_says_no_more_than_a_strangers(client: FlaskClient, runtime: Runtime):
    responded(runtime)
    pages = []
    for email in ("zoe@example.net", "zed@example.net"):
        page = client.get(client.post(URL, data=escalation(email=email)).location)
        assert page.headers["Cache-Control"] == "no-store"
        assert "noindex" in page.headers["X-Robots-Tag"]
        # Each names its own address, for the record.
        pages.append(re.sub(r"/your-escalation/[\w.-]+", "/your-escalation/-", page.text))
    assert pages[0] == pages[1]


@pytest.mark.usefixtures("ticket")
def test_a_complaint_or_ticket_cannot_be_reached_by_an_escalations_link(client: FlaskClient, ticket: str):
    link = client.post(URL, data=escalation()).location
    token, other = link.rpartition("/")[2], ticket.rpartition("/")[2]
    assert client.get(f"/your-request/{token}").status_code == client.get(f"/your-escalation/{other}").status_code == 404
    assert client.get("/your-escalation/x").text == client.get(f"/your-escalation/{token}x").text


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize("email", ["ZOE@Example.NET", "zoe+work@example.net", " zoe@example.net"])
def test_the_owner_is_known_by_the_mailbox_and_written_to_at_the_tickets_address(client: FlaskClient, runtime: Runtime, email: str):
    client.post(URL, data=escalation(email=email))
    assert stored(runtime).ticket_number == 1001
    assert new_letters(runtime)["escalation-not-yet"][0] == "zoe@example.net"


@pytest.mark.parametrize("written", ["#4711", "bc 4711", "[BC-4711]", "ＢＣ－４７１１", "BC–4711", " 4711 "])
def test_an_id_is_taken_as_people_write_it_and_said_back_as_ours(client: FlaskClient, runtime: Runtime, written: str):
    page = client.get(client.post(URL, data=escalation(ticket=written)).location)
    assert "BC-4711" in page.text
    assert letters(runtime)[0][1]["Subject"] == "Formal Escalation BC-4711"
    assert stored(runtime).given_number == 4711


def test_the_form_says_what_it_is_for_and_what_may_be_quicker():
    page = " ".join((ROOT / "docs" / "contact" / "escalation.md").read_text(encoding="utf-8").split())
    assert "exceptional circumstances" in page
    assert "Reply to the ticket first" in page


@pytest.mark.parametrize(("given", "status"), [({}, 422), ({"step": "send"}, 422), (escalation(step=""), 200), (escalation(), 303)])
def test_nothing_is_stored_before_the_answers_were_shown(client: FlaskClient, runtime: Runtime, given: Mapping[str, str], status: int):
    assert client.post(URL, data=given).status_code == status
    assert (count(runtime, Escalation), bool(count(runtime, OutgoingMail))) == (status == 303, status == 303)


def test_without_a_proof_it_is_kept_and_marked_and_the_sender_is_told_once_in_a_day(client: FlaskClient, runtime: Runtime, clock: Clock):
    for number in range(3):
        assert client.post(URL, data=escalation(ticket=f"{4711 + number}")).status_code == 303
        clock.pass_(hours=1)
    sent = letters(runtime)
    assert [purpose for purpose, _ in sent] == ["team-escalation", "escalation-received", "team-escalation", "team-escalation"]
    assert "No proof of work came with this escalation" in words(sent[0][1])
    assert "many acknowledgements as it may get in a day" in words(sent[2][1])


def test_the_static_form_leaves_the_sending_to_the_next_page(runtime: Runtime):
    html = static_form("escalation", runtime.policy)
    assert re.findall(r'<button class="md-button md-button--primary"[^>]*>([^<]*)', html) == ["Check your answers"]
