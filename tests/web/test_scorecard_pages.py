"""The scorecard as a link to the queue opens it: who gets in, what it shows, and its downloads."""

import csv
import io
import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from formapp.models import OutgoingMail
from formapp.reports.scorecard_folder import DOWNLOADS
from formapp.runtime import Runtime
from formapp.services import staff_links
from formapp.services.staff_links import OPENS_FOR
from tests.clock import Clock
from tests.pages import Page
from tests.scorecard_rows import store
from tests.services.test_scorecard import EVERYTHING
from tests.web.staff_page import assert_only_cookie_is_a_pass

LOOKS = ("", *DOWNLOADS)
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def queue(runtime: Runtime) -> str:
    with runtime.database.transaction() as session:
        url = staff_links.staff_links(session, runtime.desk, runtime.now()).queue_url()
        store(session, *EVERYTHING)
    return url.removeprefix(runtime.settings.base_url)


def test_the_page_stands_in_the_sites_frame_with_the_reports_stylesheet(client: FlaskClient, queue: str) -> None:
    answer = client.get(f"{queue}scorecard/")
    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.texts["h1"] == ["Scorecard"]
    assert page.texts["h2"] == [
        "Targets by request",
        "Targets by month",
        "Time to first response",
        "Time to resolution",
        "Tickets received",
    ]
    assert {"rel": "stylesheet", "href": "/assets/report.css"} in page.elements["link"]
    assert page.ids_are_unique()
    assert "50% of 6" in page.texts["dd"]
    assert {f"{queue}scorecard/{name}" for name in DOWNLOADS} | {queue} <= {one["href"] for one in page.elements["a"] if "href" in one}
    assert [one for some in page.elements.values() for one in some if "style" in one or any(name.startswith("on") for name in one)] == []


@pytest.mark.parametrize("look", LOOKS)
def test_every_answer_is_private_and_names_nobody(client: FlaskClient, queue: str, look: str) -> None:
    for method in (client.get, client.head):
        answer = method(f"{queue}scorecard/{look}")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        if method == client.get:
            assert_only_cookie_is_a_pass(answer)
        else:
            assert "Set-Cookie" not in answer.headers
        assert "ann@example.net" not in answer.text


def test_the_downloads_are_files_with_the_figures(client: FlaskClient, queue: str) -> None:
    answer = client.get(f"{queue}scorecard/targets.csv")
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == ("text/csv", "attachment; filename=targets.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert rows[1] == ["2026-10", "general-enquiry", "", "General Enquiry", "first", "1", "0"]
    answer = client.get(f"{queue}scorecard/scorecard.json")
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == ("application/json", "attachment; filename=scorecard.json")
    assert json.loads(answer.text)["first_responses"] == {"met": 3, "missed": 3}
    assert client.get(f"{queue}scorecard/else.csv").status_code == 404


@pytest.mark.parametrize("look", LOOKS)
def test_a_link_that_is_not_the_queues_opens_nothing(client: FlaskClient, runtime: Runtime, queue: str, look: str) -> None:
    with runtime.database.transaction() as session:
        of_ticket = staff_links.staff_links(session, runtime.desk, runtime.now()).ticket_url(1001).split("/")[-2]
    token = queue.split("/")[-2]
    answers = [client.get(f"/staff-queue/{one}/scorecard/{look}") for one in (token[:-1], token + "x", "x", of_ticket)]
    assert {(one.status_code, one.text) for one in answers} == {(404, answers[0].text)}
    assert "50% of 6" not in answers[0].text


def test_a_revoked_link_opens_nothing(client: FlaskClient, runtime: Runtime, queue: str) -> None:
    with runtime.database.transaction() as session:
        staff_links.rotate(session)
    assert client.get(f"{queue}scorecard/").status_code == 404


def test_an_expired_link_opens_nothing_and_a_fresh_one_can_be_asked_for(
    client: FlaskClient, runtime: Runtime, clock: Clock, queue: str
) -> None:
    clock.pass_(days=OPENS_FOR / timedelta(days=1) + 1)
    for look in LOOKS:
        answer = client.get(f"{queue}scorecard/{look}")
        assert answer.status_code == 410
        assert "50% of 6" not in answer.text
    (form,) = [one for one in Page(client.get(f"{queue}scorecard/").text).elements["form"] if one.get("method") == "post"]
    assert client.post(f"{queue}scorecard/", data={"act": "fresh-link"}, headers=OWN).status_code == 405
    assert client.post(form["action"], data={"act": "fresh-link"}, headers=OWN).status_code == 200
    with runtime.database.reading() as session:
        assert session.scalars(select(OutgoingMail.purpose)).all() == ["staff-fresh-link"]


def test_without_tickets_it_is_a_page_all_the_same(client: FlaskClient, runtime: Runtime) -> None:
    with runtime.database.transaction() as session:
        url = staff_links.staff_links(session, runtime.desk, runtime.now()).queue_url()
    page = Page(client.get(f"{url.removeprefix(runtime.settings.base_url)}scorecard/").text)
    assert "No ticket was received in this time." in page.texts["figcaption"]
