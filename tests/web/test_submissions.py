import fcntl
import io
import json
import re
from contextlib import ExitStack
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, func, select

from formapp.models import OutgoingMail, Promise, Ticket, TicketEvent
from formapp.runtime import Runtime
from formapp.services import database
from tests.clock import Clock
from tests.proofs import proof
from tests.requests import incident, question

URL = "/contact/ticket/"
JSON = {"Accept": "application/json"}


def count(runtime: Runtime, model: type) -> int:
    with runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def purposes(runtime: Runtime) -> list[str]:
    with runtime.database.reading() as session:
        return list(session.scalars(select(OutgoingMail.purpose).order_by(OutgoingMail.id)))


def ticket(runtime: Runtime) -> Ticket:
    with runtime.database.reading() as session:
        return session.scalars(select(Ticket)).one()


def test_a_sent_ticket_is_stored_with_its_first_event_its_promise_and_both_letters(client: FlaskClient, runtime: Runtime):
    answer = client.post(URL, data=incident(proof=proof()))
    assert answer.status_code == 303
    stored = ticket(runtime)
    assert (stored.number, stored.status, stored.priority, stored.extent) == (1001, "open", "P2", "Several people")
    assert (stored.is_proven, stored.effect) == (True, "Something that our business depends on does not work")
    with runtime.database.reading() as session:
        promise = session.scalars(select(Promise)).one()
        event = session.scalars(select(TicketEvent)).one()
    # Monday 2:28 pm and four business hours: 2 h 32 min on Monday, the rest on Tuesday.
    assert promise.due_at == datetime(2026, 11, 24, 0, 28, tzinfo=UTC)
    assert (promise.target, promise.basis, promise.policy_version) == ("4 business hours", "Incident, P2", runtime.policy.version)
    assert promise.working == "Mon 2:28-5:00 pm 2 h 32 min; Tue 9:00-10:28 am 1 h 28 min = 4 h"
    assert (event.event, event.actor, event.new_status) == ("received", "customer", "open")
    assert purposes(runtime) == ["team-new-ticket", "ticket-acknowledgement"]


def test_ticket_ids_count_up_from_1001(client: FlaskClient):
    ids = [client.post(URL, data=question(summary=f"Question {n}"), headers=JSON).json["ticket_id"] for n in range(3)]
    assert ids == ["BC-1001", "BC-1002", "BC-1003"]


def test_the_answer_to_json_gives_id_link_and_promise(client: FlaskClient):
    answer = client.post(URL, data=question(), headers=JSON)
    assert answer.status_code == 201
    assert answer.json["due"] == "2026-11-24T14:28:00+10:00"
    assert answer.json["due_text"] == "Tue 24 Nov, 2:28 pm AEST"
    assert client.get(urlsplit(answer.json["url"]).path).status_code == 200


def test_a_json_body_is_taken_too(client: FlaskClient):
    assert client.post(URL, json=question(), headers=JSON).status_code == 201


@pytest.mark.parametrize("body", [[], "text", {"name": 1}, {"name": ["a"]}])
def test_another_kind_of_json_is_refused_with_what_to_send(client: FlaskClient, body: object):
    answer = client.post(URL, json=body, headers=JSON)
    assert answer.status_code == 400
    assert "texts" in answer.json["error"]


def test_broken_json_is_refused(client: FlaskClient):
    answer = client.post(URL, data="{", content_type="application/json", headers=JSON)
    assert answer.status_code == 400


def test_json_that_is_nested_without_end_is_refused(client: FlaskClient):
    answer = client.post(URL, data="[" * 60_000, content_type="application/json", headers=JSON)
    assert answer.status_code == 400


def test_half_a_character_in_the_key_does_no_harm(client: FlaskClient):
    body = json.dumps(question()).replace("}", r', "submission_key": "\ud800"}')
    assert client.post(URL, data=body, content_type="application/json", headers=JSON).status_code == 201


def test_a_body_that_does_not_say_its_length_is_refused(client: FlaskClient, runtime: Runtime):
    answer = client.post(URL, input_stream=io.BytesIO(b"name=Ann"), headers={"Transfer-Encoding": "chunked"})
    assert answer.status_code == 411
    assert count(runtime, Ticket) == 0


def test_a_form_posted_without_the_slash_is_taken_where_it_is(client: FlaskClient):
    answer = client.post("/contact/ticket", data=question(), headers={"Host": "evil.example"})
    assert answer.status_code == 303
    assert answer.location.startswith("/your-request/")


def test_a_database_that_another_program_holds_gives_a_page_after_a_bounded_wait(app: Flask, database_url: str, monkeypatch):
    with ExitStack() as held:
        if database_url.startswith("sqlite"):
            monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.2)
            file = held.enter_context(open(f"{database_url.removeprefix('sqlite:///')}.lock", "a"))
            fcntl.flock(file, fcntl.LOCK_EX)
        else:
            other = create_engine(database_url)
            held.callback(other.dispose)
            held.enter_context(other.begin()).exec_driver_sql("LOCK TABLE tickets")
        answer = app.test_client().post(URL, data=question())
    assert answer.status_code == 503
    assert "Nothing has been sent" in answer.text


def test_a_wrong_answer_brings_back_the_same_page_with_every_answer_and_what_is_wrong(client: FlaskClient, runtime: Runtime):
    answer = client.post(URL, data=incident(email="zoe@", summary='"><script>alert(1)</script>', situation="P3"))
    page = answer.text
    assert answer.status_code == 422
    assert "<title>Error: Send a request - Billycart Support</title>" in page
    assert page.index("There is a problem") < page.index("<h1")
    message = "Enter an email address in the correct format, like name@example.com"
    assert f'<a href="#email">{message}</a>' in page
    assert f"Error:</span> {message}" in page
    assert 'value="zoe@"' in page
    assert "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    assert re.search(r'value="P3"[^>]* checked', page)
    assert "every invoice that I open as a PDF" in page
    assert "¶" in page  # the built page around the form is the frame
    assert count(runtime, Ticket) == count(runtime, OutgoingMail) == 0


def test_errors_as_json_name_the_fields(client: FlaskClient):
    answer = client.post(URL, data={}, headers=JSON)
    assert answer.status_code == 422
    assert answer.json["errors"] == {
        "request_type": "Select what your request is about",
        "summary": "Enter a summary",
        "description": "Enter what happened",
        "area": "Select the area of the application",
        "name": "Enter your full name",
        "email": "Enter your email address",
    }


def test_the_same_key_twice_gives_the_same_ticket_and_page(client: FlaskClient, runtime: Runtime):
    first = client.post(URL, data=question(submission_key="k1"))
    second = client.post(URL, data=question(submission_key="k1"))
    assert first.location == second.location
    assert count(runtime, Ticket) == 1
    assert len(purposes(runtime)) == 2


def test_the_same_key_with_other_answers_is_asked_about_first(client: FlaskClient, runtime: Runtime):
    client.post(URL, data=question(submission_key="k1"))
    answer = client.post(URL, data=question(submission_key="k1", summary="Something else entirely"))
    assert answer.status_code == 409
    assert "You already sent a request from this page: BC-1001" in answer.text
    assert 'name="submission_key" value=""' in answer.text
    assert "Something else entirely" in answer.text
    assert count(runtime, Ticket) == 1


def test_without_a_key_the_same_answers_within_ten_minutes_are_one_request(client: FlaskClient, runtime: Runtime, clock: Clock):
    client.post(URL, data=question())
    clock.pass_(minutes=9, seconds=59)
    again = client.post(URL, data=question(), headers=JSON)
    assert (again.status_code, again.json["ticket_id"]) == (200, "BC-1001")
    clock.pass_(seconds=1)
    assert client.post(URL, data=question(), headers=JSON).json["ticket_id"] == "BC-1002"


def test_with_a_new_key_after_back_the_same_answers_are_still_one_request(client: FlaskClient, runtime: Runtime):
    first = client.post(URL, data=question(submission_key="k1"))
    assert client.post(URL, data=question(submission_key="k2")).location == first.location
    assert count(runtime, Ticket) == 1


def test_the_promise_is_counted_from_the_minute_of_receipt(client: FlaskClient, clock: Clock):
    clock.pass_(seconds=32, microseconds=658893)
    answer = client.post(URL, data=question(), headers=JSON)
    assert answer.json["due"] == "2026-11-24T14:28:00+10:00"
    assert client.get("/api/promise?type=general-enquiry").json["text"] == "Tue 24 Nov, 2:28 pm AEST"
    page = client.get(urlsplit(answer.json["url"]).path).text
    assert "Mon 23 Nov 2026, 2:28 pm AEST" in page
    assert "2:28:32" not in page


def test_another_address_sends_a_request_of_its_own(client: FlaskClient, runtime: Runtime):
    client.post(URL, data=question())
    client.post(URL, data=question(email="yan@example.net"))
    assert count(runtime, Ticket) == 2


def test_a_filled_honeypot_is_kept_and_shown_to_the_team_but_not_acknowledged(client: FlaskClient, runtime: Runtime):
    answer = client.post(URL, data=question(leave_empty="http://buy.example"))
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    assert ticket(runtime).suspect_because
    assert purposes(runtime) == ["team-new-ticket"]
    with runtime.database.reading() as session:
        assert "CHECK THIS ONE" in session.scalars(select(OutgoingMail)).one().raw.decode()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),  # an old browser or a script says nothing
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"}, 403),
        ({"Origin": "http://localhost:8000"}, 303),
        ({"Origin": "http://localhost"}, 303),  # the host that the browser asked for
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:8000.evil.example"}, 403),
    ],
)
def test_only_our_own_pages_send_the_form(client: FlaskClient, runtime: Runtime, headers: dict[str, str], status: int):
    answer = client.post(URL, data=question(), headers=headers)
    assert answer.status_code == status
    assert count(runtime, Ticket) == (status == 303)
    if status == 403:
        assert "support@billycart.com" in answer.text


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_too_large_for_any_form_gets_a_page_that_helps(client: FlaskClient, runtime: Runtime, kind: str):
    answer = client.post(URL, data=question(description="x" * 200_000), content_type=kind)
    assert answer.status_code == 413
    assert "too large" in answer.text
    assert count(runtime, Ticket) == 0


def test_fields_that_the_form_does_not_have_change_nothing(client: FlaskClient, runtime: Runtime):
    client.post(URL, data=question(status="closed", priority="P1", number="5", suspect_because="x"))
    stored = ticket(runtime)
    assert (stored.status, stored.priority, stored.number, stored.suspect_because) == ("open", None, 1001, None)


def test_a_situation_chosen_for_another_type_is_asked_about_and_never_dropped(client: FlaskClient, runtime: Runtime):
    answer = client.post(URL, data=question(situation="P1"), headers=JSON)
    assert answer.status_code == 422
    assert answer.json["errors"] == {"request_type": "Select Incident, or select “I’m not sure” for what describes the incident"}
    client.post(URL, data=question(situation="not-sure"))
    assert ticket(runtime).priority is None


def test_a_customer_who_is_not_sure_gets_the_request_types_promise(client: FlaskClient, runtime: Runtime):
    client.post(URL, data=incident(situation="not-sure", effect="not-sure"))
    stored = ticket(runtime)
    assert (stored.priority, stored.suggested_priority) == (None, None)
    with runtime.database.reading() as session:
        assert session.scalars(select(Promise)).one().target == "1 business day"


def test_a_customer_who_chooses_no_situation_gets_the_priority_that_the_other_answers_suggest(client: FlaskClient, runtime: Runtime):
    client.post(URL, data=incident(situation="", effect="stopped", extent="everyone"))
    stored = ticket(runtime)
    assert (stored.priority, stored.suggested_priority) == ("P1", "P1")


def test_the_customers_own_choice_of_priority_stands_beside_the_suggested_one(client: FlaskClient, runtime: Runtime):
    answer = client.post(URL, data=incident(situation="P1", effect="slower"))
    stored = ticket(runtime)
    assert (stored.priority, stored.suggested_priority) == ("P1", "P4")
    assert "Suggested by the answers" in client.get(answer.location).text
    with runtime.database.reading() as session:
        assert "Suggested by the answers" in session.scalars(select(OutgoingMail)).first().raw.decode()


@pytest.mark.parametrize("path", ["/contact/ticket/x", "/", "/your-request/x", "/api/promise"])
def test_a_form_is_posted_to_its_own_page_only(client: FlaskClient, path: str):
    assert client.post(path, data=question()).status_code in (404, 405)


def test_the_database_being_busy_gives_a_page_that_says_nothing_was_sent(client: FlaskClient, runtime: Runtime):
    runtime.database.engine.dispose()
    with runtime.database.engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE ticket_events")
        connection.commit()
    answer = client.post(URL, data=question())
    assert answer.status_code == 503
    assert "Nothing has been sent" in answer.text
    assert answer.headers["Retry-After"]
    assert count(runtime, Ticket) == count(runtime, OutgoingMail) == 0  # no half rows
