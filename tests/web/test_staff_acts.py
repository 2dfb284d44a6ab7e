"""What staff do on the page of a ticket: the row, the event with their address, and the mail of each act (D-47)."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from formapp.mail import purposes
from formapp.models import Escalation
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from tests.clock import Clock
from tests.requests import incident
from tests.sample_files import SAMPLES
from tests.services import lived_tickets as lived
from tests.services.life import Life
from tests.web.staff_page import ALWAYS, KIM, PLACES, WORKING, Place, act, events, last_message, mails, opened, stored
from tests.web.stored import letters, words


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, runtime: Runtime) -> Place:
    """Where a ticket's page is, for each of its two addresses in turn."""
    return PLACES[request.param](runtime)


@pytest.fixture
def own(runtime: Runtime) -> Place:
    return PLACES["by its own link"](runtime)


def test_a_reply_goes_to_the_customer_with_its_files_and_the_ticket_waits(client: FlaskClient, runtime: Runtime, life: Life, place: Place):
    number = lived.new(life)
    path = place(number)
    answer = act(client, path, "reply", {"how to.pdf": SAMPLES["pdf"]}, text="Try this:\r\n\r\n<b>reset</b> it.", waits="customer")
    assert (answer.status_code, answer.location) == (303, f"{path}?done=reply#done")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert opened(client, answer.location).done == "Your reply is on its way to the customer."
    assert stored(runtime, number).status == Status.WAITING
    assert last_message(runtime) == ("reply", "staff page", "Try this:\n\n<b>reset</b> it.", KIM)
    event = events(runtime, number)[-1]
    assert (event.event, event.actor, event.channel, event.by) == ("asked the customer", "staff", "staff page", KIM)
    assert mails(runtime, number)[-1] == (purposes.TICKET_ANSWERED, "zoe@example.net")
    letter = letters(runtime)[-1][1]
    assert "<b>reset</b> it." in words(letter)
    assert "how to.pdf" in words(letter)


def test_an_update_leaves_the_ticket_open(client: FlaskClient, runtime: Runtime, life: Life, own: Place):
    number = lived.new(life)
    assert act(client, own(number), "reply", text="We are looking at it.", waits="us").status_code == 303
    assert stored(runtime, number).status == Status.OPEN
    assert events(runtime, number)[-1].event == "told the customer"
    assert mails(runtime, number)[-1][0] == purposes.TICKET_ANSWERED


def test_a_note_stays_with_the_team(client: FlaskClient, runtime: Runtime, life: Life, own: Place):
    number = lived.new(life)
    before = mails(runtime, number)
    assert act(client, own(number), "note", text="Looks like the font again.").status_code == 303
    assert last_message(runtime) == ("note", "staff page", "Looks like the font again.", KIM)
    assert (events(runtime, number)[-1].event, events(runtime, number)[-1].by) == ("note", KIM)
    assert mails(runtime, number) == before
    assert "font again" not in client.get(runtime.links.ticket_path(number)).text


def test_a_resolution_is_delivered_with_its_reason_and_the_underlying_problem(
    client: FlaskClient, runtime: Runtime, life: Life, own: Place
):
    number = lived.answered(life)
    page = opened(client, own(number))
    offered = [
        one.attributes["value"] for one in page.all("option") if any(up.attributes.get("id") == "resolve-reason" for up in one.ancestors)
    ]
    assert offered == ["", *runtime.policy.resolution.reasons_to_choose]
    assert page.sent_by("resolve")["reason"] == ""
    answer = act(client, own(number), "resolve", reason="Fixed", text="It prints again.", underlying_problem="A font was missing.")
    assert answer.status_code == 303
    ticket = stored(runtime, number)
    assert (ticket.status, ticket.resolution_reason, ticket.underlying_problem) == (Status.RESOLVED, "Fixed", "A font was missing.")
    assert (events(runtime, number)[-1].event, events(runtime, number)[-1].by) == ("resolved", KIM)
    assert mails(runtime, number)[-1] == (purposes.TICKET_RESOLVED, "zoe@example.net")
    assert "A font was missing." in words(letters(runtime)[-1][1])
    assert opened(client, own(number)).says("Underlying problem A font was missing.")


@pytest.mark.parametrize("state", ["resolved", "closed"])
def test_a_finished_ticket_is_opened_again_and_the_customer_is_told_why(
    client: FlaskClient, runtime: Runtime, life: Life, own: Place, state: str
):
    number = lived.LIVES[state](life)
    assert act(client, own(number), "reopen", text="We have found another case of it.").status_code == 303
    assert stored(runtime, number).status == Status.OPEN
    assert (events(runtime, number)[-1].event, events(runtime, number)[-1].by) == ("re-opened", KIM)
    assert mails(runtime, number)[-1] == (purposes.TICKET_REOPENED, "zoe@example.net")
    assert "another case" in words(letters(runtime)[-1][1])


def test_another_priority_brings_another_promise_and_the_customer_reads_why(client: FlaskClient, runtime: Runtime, life: Life, own: Place):
    number = lived.new(life)
    page = opened(client, own(number))
    assert (page.sent_by("reclassify")["request_type"], page.sent_by("reclassify")["priority"]) == ("incident", "P2")
    assert act(client, own(number), "reclassify", priority="P1", because="Nobody can send invoices.").status_code == 303
    assert stored(runtime, number).priority == "P1"
    assert events(runtime, number)[-1].by == KIM
    assert mails(runtime, number)[-1] == (purposes.TICKET_RECLASSIFIED, "zoe@example.net")
    assert "Nobody can send invoices." in words(letters(runtime)[-1][1])
    assert opened(client, own(number)).says("Incident, P1: 2 business hours")


def test_an_escalation_is_answered(client: FlaskClient, runtime: Runtime, life: Life, own: Place):
    number = lived.escalated(life)
    assert act(client, own(number), "escalation", text="Our lead looks at it today.").status_code == 303
    with runtime.database.reading() as session:
        assert session.scalars(select(Escalation.answered_at)).one() == runtime.now()
    assert (events(runtime, number)[-1].event, events(runtime, number)[-1].by) == ("escalation answered", KIM)
    assert mails(runtime, number)[-1] == (purposes.ESCALATION_ANSWERED, "zoe@example.net")
    assert "escalation" not in opened(client, own(number)).acts


@pytest.mark.parametrize(("how", "said"), [("phone", "The customer rang"), ("email", "The customer emailed")])
def test_what_the_customer_said_elsewhere_counts_as_their_message(
    client: FlaskClient, runtime: Runtime, life: Life, own: Place, how: str, said: str
):
    number = lived.asked(life)
    assert act(client, own(number), "heard", how=how, text="It is Firefox.").status_code == 303
    assert last_message(runtime) == ("customer", how, "It is Firefox.", KIM)
    ticket = stored(runtime, number)
    assert (ticket.status, ticket.next_due_at is None) == (Status.OPEN, False)
    assert events(runtime, number)[-1].by == KIM
    assert opened(client, own(number)).says(said)


@pytest.fixture
def suspect(client: FlaskClient) -> int:
    """A ticket in which the hidden field was filled in."""
    assert client.post("/contact/ticket/", data=incident(leave_empty="x")).status_code == 303
    return 1001


def test_d47_a_suspect_ticket_is_believed_and_then_acknowledged(client: FlaskClient, runtime: Runtime, suspect: int, own: Place):
    page = opened(client, own(suspect))
    assert page.acts == WORKING | {"believe"}
    assert page.says("The hidden field was filled in. The customer has been sent no acknowledgement.")
    assert act(client, own(suspect), "believe").status_code == 303
    assert stored(runtime, suspect).suspect_because is None
    assert [(one.event, one.by) for one in events(runtime, suspect)][-1] == ("believed", KIM)
    assert mails(runtime, suspect)[-1] == (purposes.TICKET_ACKNOWLEDGEMENT, "zoe@example.net")
    assert "believe" not in opened(client, own(suspect)).acts


def test_d47_junk_is_closed_and_nobody_is_written_to(client: FlaskClient, runtime: Runtime, suspect: int, own: Place):
    before = mails(runtime, suspect)
    assert act(client, own(suspect), "junk").status_code == 303
    assert stored(runtime, suspect).status == Status.CLOSED
    assert (events(runtime, suspect)[-1].event, events(runtime, suspect)[-1].by) == ("set aside as junk", KIM)
    assert mails(runtime, suspect) == before
    assert opened(client, own(suspect)).acts == ALWAYS | {"reopen"}
