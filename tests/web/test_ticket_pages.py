import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from formapp.models import Ticket
from formapp.services.links import Links
from tests.requests import incident, question


@pytest.fixture
def page_of(client: FlaskClient):
    def send(**changes: str) -> str:
        return client.post("/contact/ticket/", data=incident(**changes)).location

    return send


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


def test_the_page_is_kept_by_no_cache_found_by_no_search_engine_and_named_to_no_other_site(client: FlaskClient, page_of):
    headers = client.get(page_of()).headers
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Referrer-Policy"] == "no-referrer"


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
    page = client.get(location)
    assert page.status_code == 200
    assert "bygone" in page.text
    assert "Tue 24 Nov 2026, 10:28 am AEST" in page.text


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_but_reading_is_done_to_it(client: FlaskClient, page_of, method: str):
    assert getattr(client, method)(page_of()).status_code == 405
