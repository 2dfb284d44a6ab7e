"""What a customer reads on the page of their ticket."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from formapp.forms.reply import BOXES
from formapp.models import Promise, Ticket
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from formapp.services import customer_acts, staff_acts
from formapp.services.links import Links
from tests.clock import Clock
from tests.requests import incident, question
from tests.services.life import Life
from tests.services.lived_tickets import CUSTOMER_ACT, LIVES, STAFF_ACT, UNDERLYING
from tests.web.ticket_page import TicketPage, path_of, read


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def page_of(client: FlaskClient):
    def send(**changes: str) -> str:
        return client.post("/contact/ticket/", data=incident(**changes)).location

    return send


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


@pytest.fixture
def lived(client: FlaskClient, life: Life):
    """Read the page of a ticket that has lived so far."""

    def lived_(name: str) -> TicketPage:
        return read(client, path_of(life.runtime, LIVES[name](life)))

    return lived_


def test_the_link_shows_id_promise_working_and_every_answer(client: FlaskClient, page_of):
    page = client.get(page_of())
    assert page.status_code == 200
    for words in (
        "<title>Request received - Billycart Support</title>",
        "BC-1001",
        "Tue 24 Nov 2026, 10:28 am AEST",
        "4 business hours",
        "P2: Critical business functions are significantly affected or degraded",
        "/your-request/",
        "Mon 2:28-5:00 pm 2 h 32 min",
        "z•••@example.net",
        "Invoice PDF is blank",
        "Since this morning every invoice",
        "Several people",
        "Soapbox Pty Ltd",
        "Monday to Friday, 9:00 am to 5:00 pm AEST",
    ):
        assert words in page.text, words


def test_a_question_left_out_is_shown_as_not_provided(client: FlaskClient):
    location = client.post("/contact/ticket/", data=question()).location
    assert "Not provided" in client.get(location).text


def test_what_the_customer_wrote_is_shown_literally(client: FlaskClient, page_of):
    page = client.get(page_of(summary="<script>alert(1)</script>", company="{{7*7}} ${x} %n")).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{7*7}} ${x} %n" in page


def test_the_frame_keeps_no_link_that_belongs_to_the_built_page(client: FlaskClient, page_of):
    assert "canonical" not in client.get(page_of()).text


def test_every_link_that_we_did_not_make_gets_the_same_answer(client: FlaskClient, page_of):
    token = page_of().rpartition("/")[2]
    other_purpose = Links(("x" * 40,), "http://localhost:8000").ticket_path(1001).rpartition("/")[2]
    wrong = [token[:-1], token[1:], token + "x", token.swapcase(), "x", "1001", other_purpose, "%00", "a" * 5000]
    answers = {(answer.status_code, answer.text) for answer in (client.get(f"/your-request/{one}") for one in wrong)}
    assert len(answers) == 1
    assert answers.pop()[0] == 404


def test_a_link_to_a_ticket_that_is_gone_gets_that_answer_too(client: FlaskClient, runtime):
    made = Links(runtime.settings.signing_keys, runtime.settings.base_url).ticket_path(9999)
    gone, wrong = client.get(made), client.get("/your-request/x")
    assert (gone.status_code, gone.text) == (wrong.status_code, wrong.text)


def test_a_ticket_of_a_type_that_the_policy_has_since_dropped_is_still_shown(client: FlaskClient, page_of, runtime):
    location = page_of()
    with runtime.database.transaction() as session:
        session.execute(update(Ticket).values(request_type="bygone"))
        session.execute(update(Promise).values(request_type="bygone"))
    page = client.get(location)
    assert page.status_code == 200
    assert "bygone" in page.text
    assert "Tue 24 Nov 2026, 10:28 am AEST" in page.text


PANELS = {
    "new": "Your ticket ID is BC-1001 Open We are working on it We aim to answer by Tue 24 Nov 2026, 10:28 am AEST",
    "waiting": (
        "Invoice PDF is blank Incident, P2 Waiting We have asked you something and wait for your answer "
        "Counts as resolved from Mon 30 Nov 2026, 3:08 pm AEST unless you write Answer us"
    ),
    "open": (
        "Invoice PDF is blank Incident, P2 Open We are working on it "
        "We aim to answer your message by Tue 24 Nov 2026, 11:33 am AEST Write to us"
    ),
    "resolved": (
        "Invoice PDF is blank Incident, P2 Resolved It counts as solved, and you can still answer Reason: Fixed "
        f"Underlying problem: {UNDERLYING} Closes Mon 30 Nov 2026, 4:33 pm AEST unless you write Did this solve it?"
    ),
    "closed": (
        "Invoice PDF is blank Incident, P2 Closed It is finished, and you can re-open it at any time Reason: Fixed "
        f"Underlying problem: {UNDERLYING} Re-open this ticket"
    ),
    "classified": (
        "Invoice PDF is blank Incident, P1 Open We are working on it We aim to answer by Mon 23 Nov 2026, 4:28 pm AEST Write to us"
    ),
    "escalated": (
        "Invoice PDF is blank Incident, P2 Open We are working on it We aim to answer your message by Tue 24 Nov 2026, 11:33 am AEST "
        "A senior member of the support team reviews your escalation by Tue 24 Nov 2026, 3:33 pm AEST Write to us"
    ),
    "complaint": (
        "Your ticket ID is BC-1001 Open We are working on it "
        "A person confirms by Tue 24 Nov 2026, 2:28 pm AEST that we are looking into it You get our answer by Wed 23 Dec 2026"
    ),
}


@pytest.mark.parametrize("name", PANELS)
def test_the_state_is_said_in_words_with_what_comes_next_and_when(lived, name: str):
    page = lived(name)
    assert page.panel == PANELS[name]
    assert page.heading == {"new": "Request received", "complaint": "Complaint received"}.get(name, "Your request BC-1001")
    page.check_hygiene()


@pytest.mark.parametrize("name", LIVES)
def test_headings_are_in_order_and_every_moment_can_be_read_by_programs(lived, name: str):
    page = lived(name)
    assert [one.tag for one in page.elements if one.tag in ("h1", "h2", "h3")] == ["h1", "h2", "h2", "h2", "h2", "h2"]
    times = page.all("time")
    assert len(times) == len(page.entries)
    assert all(one.attributes["datetime"].endswith("+00:00") for one in times)


def test_a_promise_that_has_passed_is_owned_up_to(client: FlaskClient, life: Life, clock: Clock):
    path = path_of(life.runtime, LIVES["new"](life))
    clock.pass_(days=2)
    page = read(client, path)
    assert "We aimed to answer by Tue 24 Nov 2026, 10:28 am AEST. We are late, and we are sorry. The team has been reminded." in page.panel
    assert "answer-due.ics" not in page.html


def test_after_an_update_nothing_is_due_and_it_is_said_that_we_go_on(client: FlaskClient, life: Life):
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF_ACT, text="We found it, and mend it this week.", waits=False)
    page = read(client, path_of(life.runtime, number))
    assert "We go on working on it. We write to z•••@example.net when there is something to tell" in page.html
    assert "answer by" not in page.panel


def test_a_suspect_ticket_reads_like_any_other(client: FlaskClient):
    page = client.get(client.post("/contact/ticket/", data=incident(leave_empty="x")).location).text
    assert "Request received" in page
    assert "hidden field" not in page


@pytest.mark.parametrize("status", Status)
def test_each_state_has_its_own_form(status: Status, lived):
    page = lived(status.value)
    box = BOXES[status]
    expected = {one.label: one.act for one in (box.first, box.send, box.last) if one}
    assert page.buttons == expected
    assert page.control("write").words == box.heading
    assert {"text", "once"} <= page.fields.keys()
    assert len(page.fields["once"][0]) >= 40
    labels = [one.words for one in page.all("label")]
    assert labels[0] == (f"{box.label} (optional)" if status is Status.RESOLVED else box.label)


def test_each_page_has_a_key_of_its_own(client: FlaskClient, life: Life):
    path = path_of(life.runtime, life.ticket())
    assert read(client, path).fields["once"] != read(client, path).fields["once"]


def test_what_stands_after_done_in_an_address_is_never_shown(client: FlaskClient, life: Life):
    path = path_of(life.runtime, life.ticket())
    assert read(client, f"{path}?done=write").done == "We have your message, and the team has been told."
    for other in ("<b>x</b>", "WRITE", "", "solved&done=x"):
        assert read(client, f"{path}?done={other}").done in ("", "Thank you for telling us that it is solved.")


def test_the_notice_takes_the_focus_without_a_script(client: FlaskClient, life: Life):
    page = read(client, f"{path_of(life.runtime, life.ticket())}?done=solved")
    notice = page.of_class("hc-done")
    assert (notice.attributes["role"], notice.attributes["tabindex"], "autofocus" in notice.attributes) == ("status", "-1", True)


def test_reading_changes_nothing(client: FlaskClient, life: Life):
    number = LIVES["resolved"](life)
    path = path_of(life.runtime, number)

    def revision() -> tuple[int, object]:
        with life.runtime.database.reading() as session:
            ticket = session.get_one(Ticket, number)
            return ticket.revision, ticket.step_at

    before = revision()
    for _ in range(2):
        read(client, path)
    assert revision() == before


def test_the_last_days_of_a_window_are_said_until_the_customer_writes(client: FlaskClient, life: Life, clock: Clock):
    number = LIVES["waiting"](life)
    path = path_of(life.runtime, number)
    clock.moment += timedelta(days=3)
    assert "Counts as resolved from Mon 30 Nov 2026" in read(client, path).panel
    life.do(customer_acts.customer_writes, number, CUSTOMER_ACT, text="Here I am.")
    assert "Counts as resolved from" not in read(client, path).panel
