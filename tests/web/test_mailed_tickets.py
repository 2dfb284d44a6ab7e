"""Mail on the pages of a ticket: what is not certain to be the customer's reaches their page by no way, and staff get all of it."""

import io
import json
import zipfile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from formapp.models import Attachment, IncomingMail
from formapp.runtime import Runtime
from formapp.services import customer_acts
from formapp.services.ticket_life import Came
from tests import rows
from tests.abuse.test_nasty_texts import NASTY
from tests.clock import Clock
from tests.sample_files import SAMPLES
from tests.services import lived_tickets as lived
from tests.services.kept_files import staged
from tests.services.life import Life
from tests.services.test_mail_in_view import BY_MAIL, EVE, OTHER
from tests.web.staff_page import PLACES, opened, texts_of
from tests.web.ticket_page import path_of, read

SECRET, WHOLE = "Send the files to me instead.", "It is Firefox.\n\n> Which browser?"
RAW = b"Subject: x\r\n\r\n<script>alert(1)</script>"
PLACE = pytest.mark.parametrize("place", PLACES)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


def writes(life: Life, number: int, whole: str, text: str, flag: str | None = None, file: str = "") -> int:
    with life.runtime.database.transaction() as session:
        session.add(mail := rows.incoming_mail(state="done", text=whole, raw=RAW, ticket_number=number))
        session.flush()
        mail_id = mail.id
    tokens = [staged(life.runtime.database, SAMPLES["png"], file, at=life.clock.now()).token] if file else []
    came = Came(mail_id, EVE if flag else "zoe@example.net", flag)
    life.do(customer_acts.customer_writes, number, BY_MAIL, text=text, tokens=tokens, came=came)
    return mail_id


@pytest.fixture
def number(life: Life) -> int:
    """A ticket with a mail of the customer's (1) and one of a stranger's (2), each with a file."""
    made = lived.new(life)
    life.clock.pass_(minutes=5)
    writes(life, made, WHOLE, "It is Firefox.", file="mine.png")
    life.clock.pass_(minutes=5)
    writes(life, made, f"{SECRET}\n-- \nEve", SECRET, OTHER, "evil.png")
    return made


def file_ids(runtime: Runtime) -> dict[str, int]:
    with runtime.database.reading() as session:
        return dict(session.execute(select(Attachment.name, Attachment.id)).all())


# -------------------------------------------------------------------------------------------------------------- the customer's


def test_a_strangers_mail_is_neither_on_the_customers_page_nor_in_anything_that_they_take_away(
    client: FlaskClient, runtime: Runtime, number: int
):
    path = path_of(runtime, number)
    page = client.get(path).text
    with zipfile.ZipFile(io.BytesIO(client.get(f"{path}/everything.zip").data)) as archive:
        names, kept = archive.namelist(), b"".join(archive.read(name) for name in archive.namelist())
    calendar = client.get(f"{path}/answer-due.ics").text
    for leaked in (SECRET, EVE, "another address", "evil.png", "perhaps", "-- \nEve"):
        assert leaked not in page
        assert leaked.encode() not in kept
        assert leaked not in calendar
    assert [name for name in names if name.startswith("files/")] == ["files/mine.png"]
    assert list(read(client, path).files) == ["mine.png (PNG, 71 bytes)"]


def test_a_strangers_file_has_no_address_on_the_customers_page(client: FlaskClient, runtime: Runtime, number: int):
    path, ids = path_of(runtime, number), file_ids(runtime)
    assert client.get(f"{path}/files/{ids['mine.png']}").status_code == 200
    for method in (client.get, client.head):
        answer = method(f"{path}/files/{ids['evil.png']}")
        assert answer.status_code == 404
        assert answer.data == client.open(f"{path}/files/9999", method=answer.request.method).data


def test_the_customer_reads_the_whole_of_their_own_mail_and_gets_no_raw_one(client: FlaskClient, runtime: Runtime, number: int):
    path = path_of(runtime, number)
    page = read(client, path)
    (entry,) = [one for one in page.entries if one.startswith("You emailed us")]
    assert entry.startswith("You emailed us Mon 23 Nov 2026, 2:33 pm AEST It is Firefox. Show the whole email")
    assert len([one for one in page.all("details") if one.attributes.get("class") == "hc-whole"]) == 1
    assert WHOLE in texts_of(page.html, "div")
    assert ".eml" not in page.html
    for mail in (1, 2):
        assert client.get(f"{path}/mails/{mail}.eml").status_code == 404


def test_the_archive_has_the_whole_mail_where_the_page_has_it(client: FlaskClient, runtime: Runtime, number: int):
    with zipfile.ZipFile(io.BytesIO(client.get(f"{path_of(runtime, number)}/everything.zip").data)) as archive:
        text, values = archive.read("request.txt").decode(), json.loads(archive.read("request.json"))
    assert "    The whole email:\n    It is Firefox.\n\n    > Which browser?\n" in text
    wholes = {entry["says"]: entry["whole_email"] for entry in values["timeline"] if entry["kind"] != "mail"}
    assert wholes == {"You sent this": None, "You emailed us": WHOLE}


# ------------------------------------------------------------------------------------------------------------------- staff's


@PLACE
def test_staff_see_a_strangers_mail_marked_with_its_address(client: FlaskClient, runtime: Runtime, number: int, place: str):
    page = opened(client, PLACES[place](runtime)(number))
    (entry,) = [line for line in page.history if SECRET in line]
    assert "Not certain to be the customer: It came from another address than the ticket’s. It is from eve@evil.example." in entry
    assert "The customer does not see it." in entry
    assert "evil.png PNG, 71 bytes It came with an email that is not certain to be the customer’s." in entry
    (own,) = [line for line in page.history if "It is Firefox." in line]
    assert "Not certain" not in own
    assert "not certain" not in own
    assert "Show the whole email" in own
    assert WHOLE in texts_of(page.html, "blockquote")


@PLACE
def test_staff_download_a_mail_of_the_ticket_as_it_came(client: FlaskClient, runtime: Runtime, number: int, place: str):
    path = PLACES[place](runtime)(number)
    links = [one.attributes["href"] for one in opened(client, path).all("a") if one.words.startswith("Download the email as it came")]
    assert links == [f"{path}mails/1.eml", f"{path}mails/2.eml"]
    for link in links:
        answer = client.get(link, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.data, answer.mimetype) == (200, RAW, "application/octet-stream")
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers.getlist("Content-Security-Policy") == ["default-src 'none'; sandbox; frame-ancestors 'none'"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


@PLACE
def test_a_mail_of_another_ticket_or_of_none_is_not_given(client: FlaskClient, life: Life, number: int, place: str):
    other = lived.new(life, email="ann@example.net")
    theirs = writes(life, other, "x", "x")
    with life.runtime.database.transaction() as session:
        # One that waits for review and only names the ticket.
        session.add(waiting := rows.incoming_mail(ticket_number=number))
        session.flush()
        named = waiting.id
    path = PLACES[place](life.runtime)(number)
    for mail in (theirs, named, 0, 9999, 10**30):
        assert client.get(f"{path}mails/{mail}.eml").status_code == 404
    assert client.get(f"{path}mails/x.eml").status_code == 404
    life.clock.pass_(days=40)
    assert client.get(f"{path}mails/1.eml").status_code == 410


@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text[:24]))
def test_d51_every_word_of_a_mail_is_shown_literally(client: FlaskClient, life: Life, text: str):
    number = lived.new(life)
    whole = f"{text}\n> {text}"
    writes(life, number, whole, text, text)
    page = client.get(PLACES["by its own link"](life.runtime)(number)).text
    assert whole in texts_of(page, "blockquote")
    assert (page.count("<script"), page.count("<img"), page.count("<svg/")) == (11, 0, 0)
    assert text not in texts_of(read(client, path_of(life.runtime, number)).html, "div")
    writes(life, number, whole, text)
    theirs = client.get(path_of(life.runtime, number)).text
    assert whole in texts_of(theirs, "div")
    assert theirs.count("<svg/") == theirs.count("<img") == 0


def test_what_was_read_of_a_mail_may_be_gone(client: FlaskClient, life: Life, number: int):
    with life.runtime.database.transaction() as session:
        session.get_one(IncomingMail, 1).text = None
    assert "Show the whole email" not in read(client, path_of(life.runtime, number)).html
