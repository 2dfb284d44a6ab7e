"""Files on the page of a ticket for staff: given to be saved, held, released, added to a reply (D-41, D-42, D-44)."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from formapp.models import Attachment
from formapp.runtime import Runtime
from tests.clock import Clock
from tests.requests import escalation, with_files
from tests.sample_files import SAMPLES
from tests.services import lived_tickets as lived
from tests.services.life import Life
from tests.web.staff_page import KIM, PLACES, Place, StaffPage, act, events, opened


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


def test_d44_a_file_is_given_to_be_saved_and_only_by_the_page_of_its_own_ticket(
    client: FlaskClient, runtime: Runtime, life: Life, place: Place
):
    mine, theirs = lived.answered(life), lived.answered(life, email="ann@example.net")
    with runtime.database.reading() as session:
        files = {file.id: file.ticket_number for file in session.execute(select(Attachment.id, Attachment.ticket_number))}
    for number, ticket in files.items():
        answer = client.get(f"{place(mine)}files/{number}")
        assert answer.status_code == (200 if ticket == mine else 404)
    assert theirs in files.values()
    answer = client.get(f"{place(mine)}files/{next(number for number, ticket in files.items() if ticket == mine)}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for number in ("0", "999999", "9" * 30):
        assert client.get(f"{place(mine)}files/{number}").status_code == 404


def test_the_files_of_an_escalation_that_waits_are_there_too(client: FlaskClient, life: Life, own: Place):
    number = lived.answered(life)
    sent = with_files(escalation(ticket="BC-1001"), {"wages.pdf": SAMPLES["pdf"]})
    assert client.post("/contact/escalation/", **sent).status_code == 303
    page = opened(client, own(number))
    (link,) = [one.attributes["href"] for one in page.all("a") if one.words == "wages.pdf"]
    assert client.get(link).data == SAMPLES["pdf"]


def test_the_files_of_an_escalation_stay_and_a_held_one_is_let_out(client: FlaskClient, runtime: Runtime, life: Life, place: Place):
    number = lived.answered(life)
    sent = with_files(escalation(ticket="BC-1001"), {"wages.pdf": SAMPLES["pdf"], "held.png": SAMPLES["png"]})
    assert client.post("/contact/escalation/", **sent).status_code == 303
    with runtime.database.transaction() as session:
        session.execute(update(Attachment).where(Attachment.name == "held.png").values(held_because="it has not been scanned yet"))
    assert act(client, place(number), "escalation", text="Our lead has looked at it.").status_code == 303
    page = opened(client, place(number))
    (link,) = [one.attributes["href"] for one in page.all("a") if one.words == "wages.pdf"]
    assert client.get(link).data == SAMPLES["pdf"]
    held = link.rpartition("/")[0] + f"/{page.sent_by('release-file')['file_id']}"
    assert client.get(held).status_code == 409
    assert act(client, place(number), "release-file", page=page).status_code == 303
    assert client.get(held).data == SAMPLES["png"]
    # Another ticket's page has neither.
    other = lived.new(life, email="ann@example.net")
    assert client.get(f"{place(other)}files/{held.rpartition('/')[2]}").status_code == 404


def test_d41_a_held_file_is_not_given_until_somebody_lets_it_out(client: FlaskClient, runtime: Runtime, life: Life, place: Place):
    number = lived.answered(life)
    with runtime.database.transaction() as session:
        session.execute(update(Attachment).where(Attachment.name == "screen.png").values(held_because="it has not been scanned yet"))
        file_id = session.scalars(select(Attachment.id).where(Attachment.name == "screen.png")).one()
    path = place(number)
    page = opened(client, path)
    assert page.says("Held back: it has not been scanned yet.")
    assert [one for one in page.all("a") if one.words == "screen.png"] == []
    held = client.get(f"{path}files/{file_id}")
    assert (held.status_code, SAMPLES["png"] in held.data) == (409, False)
    answer = act(client, path, "release-file", page=page)
    assert answer.status_code == 303
    assert (events(runtime, number)[-1].event, events(runtime, number)[-1].by) == ("file released", KIM)
    assert client.get(f"{path}files/{file_id}").data == SAMPLES["png"]
    assert opened(client, path).says("it was released without a scan for viruses")
    # It is not held any more.
    fields = opened(client, path).sent_by("note") | {"act": "release-file"}
    for wanted in (str(file_id), "999", ""):
        assert client.post(path, data=fields | {"file_id": wanted}).status_code == 422


def test_a_file_is_taken_out_of_a_reply_without_javascript(client: FlaskClient, runtime: Runtime, life: Life, own: Place):
    number = lived.new(life)
    wrong = StaffPage(act(client, own(number), "reply", {"a.png": SAMPLES["png"], "b.txt": SAMPLES["txt"]}, text="Look", waits=""))
    assert wrong.status == 422
    assert wrong.kept_files == ["a.png", "b.txt"]
    first, second = [one.attributes["value"] for one in wrong.all("input") if one.attributes.get("name") == "kept_file"]
    again = StaffPage(act(client, own(number), "reply", page=wrong, kept=[first, second], remove_file=first))
    assert (again.status, again.kept_files) == (200, ["b.txt"])
    assert again.sent_by("reply")["text"] == "Look"
    assert act(client, own(number), "reply", page=again, kept=[second], waits="us").status_code == 303
    with runtime.database.reading() as session:
        assert session.execute(select(Attachment.name, Attachment.ticket_number)).all() == [("b.txt", number)]


def test_d42_files_past_a_limit_are_refused_and_the_text_and_the_others_stay(
    client: FlaskClient, app_with: Callable[..., Flask], life: Life, own: Place
):
    number = lived.new(life)
    many = {f"{count}.txt": SAMPLES["txt"] for count in range(7)}
    page = StaffPage(act(client, own(number), "reply", many, text="Look", waits="us"))
    assert page.status == 422
    assert len(page.kept_files) == 5
    assert page.problems == [("files", "You can only select up to 5 files: remove others to add 5.txt and 6.txt")]
    assert page.sent_by("reply")["text"] == "Look"
    few = app_with(uploads_per_hour=1).test_client()
    page = StaffPage(act(few, own(number), "reply", {"a.txt": SAMPLES["txt"], "b.txt": SAMPLES["txt"]}, text="Look", waits="us"))
    assert (page.status, page.kept_files, page.sent_by("reply")["text"]) == (422, ["a.txt"], "Look")
    assert page.problems[0][1].startswith("Many files have been added from your network in the last hour.")
