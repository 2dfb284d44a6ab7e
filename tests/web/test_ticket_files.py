"""What a customer takes away from the page of their ticket."""

import io
import json
import tempfile
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import update

from formapp.models import Attachment
from formapp.runtime import Runtime
from formapp.services import customer_acts, staff_acts
from formapp.web.context import KEY
from formapp.web.limits import Limits
from tests.clock import Clock
from tests.requests import complaint, incident, with_files
from tests.sample_files import HTML, SAMPLES, gif
from tests.services.kept_files import staged
from tests.services.life import Life
from tests.services.lived_tickets import ANSWER, CUSTOMER_ACT, LIVES, NOTE, QUESTION, STAFF, STAFF_ACT, UNDERLYING, WRITTEN
from tests.web.ticket_page import path_of, read

HELD = "it has not been scanned for viruses yet: its link opens once it has"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


def archive(client: FlaskClient, path: str) -> dict[str, bytes]:
    """Everything that an archive holds, by name; none of the names leads anywhere but into the folder it is unpacked in."""
    answer = client.get(f"{path}/everything.zip")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
        assert len({name.casefold() for name in names}) == len(names)
        for entry in opened.infolist():
            assert not entry.filename.startswith(("/", "..")), entry.filename
            assert entry.filename.count("/") == entry.filename.startswith("files/")
            assert entry.external_attr >> 16 == 0o644
        return {name: opened.read(name) for name in names}


# ------------------------------------------------------------------------------------------------------------ one file


def test_our_files_and_theirs_are_given_as_downloads_that_no_browser_shows(client: FlaskClient, life: Life):
    path = path_of(life.runtime, LIVES["open"](life))
    files = read(client, path).files
    assert list(files) == ["how to.pdf (PDF, 208 bytes)", "screen.png (PNG, 71 bytes)", "screen.log (LOG, 37 bytes)"]
    for (said, address), kind in zip(files.items(), ("pdf", "png", "log"), strict=True):
        answer = client.get(address)
        assert (answer.status_code, answer.data) == (200, SAMPLES[kind])
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert said.partition(" (")[0].replace(" ", "%20") in answer.headers["Content-Disposition"]
        assert answer.headers.getlist("Content-Security-Policy") == ["default-src 'none'; sandbox; frame-ancestors 'none'"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert client.head(address).data == b""


def test_an_image_that_is_also_a_page_is_only_ever_a_download(client: FlaskClient):
    location = client.post("/contact/ticket/", **with_files(incident(), {"скриншот.gif": gif() + HTML})).location
    answer = client.get(f"{location}/files/1", headers={"Accept": "text/html"})
    assert (answer.mimetype, answer.data) == ("image/gif", gif() + HTML)
    assert "filename*=UTF-8''%D1%81%D0%BA" in answer.headers["Content-Disposition"]
    assert all(value.isascii() for value in answer.headers.values())


def test_d44_no_file_but_this_tickets_own_is_given(client: FlaskClient, life: Life):
    mine = path_of(life.runtime, LIVES["new"](life))
    theirs = path_of(life.runtime, LIVES["waiting"](life, email="other@example.net"))
    client.post("/contact/escalation/", **with_files({"step": "x"}, {"staged.png": SAMPLES["png"]}))
    address = next(iter(read(client, theirs).files.values()))
    number = int(address.rpartition("/")[2])
    assert client.get(address).status_code == 200
    answers = [client.get(f"{mine}/files/{one}") for one in (number, number + 1, 0, 999, 2**31, 2**63, 10**30)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    for odd in ("-1", "x", "1.0", "", "1/", "%00"):
        assert client.get(f"{mine}/files/{odd}").status_code == 404
    assert client.get(f"/your-request/x/files/{number}").text == answers[0].text


def test_a_held_file_says_that_it_is_held_and_one_that_was_deleted_why(client: FlaskClient, life: Life):
    path = path_of(life.runtime, LIVES["open"](life))
    (pdf, png, log) = read(client, path).files.values()
    with life.runtime.database.transaction() as session:
        session.execute(update(Attachment).where(Attachment.kind == "png").values(held_because=HELD))
        gone = {"content_id": None, "warning": "This file was deleted: it contained Eicar-Test-Signature"}
        session.execute(update(Attachment).where(Attachment.kind == "log").values(gone))
    page = read(client, path)
    assert list(page.files.values()) == [pdf]
    assert "screen.png (PNG, 71 bytes): held back until it has been scanned for viruses" in page.of_class("hc-timeline").words
    assert "screen.log (LOG, 37 bytes): deleted, because it contained a virus" in page.of_class("hc-timeline").words
    answer = client.get(png)
    assert (answer.status_code, SAMPLES["png"] in answer.data) == (409, False)
    assert "It has not been scanned for viruses yet." in answer.text
    assert f'href="{path}"' in answer.text
    assert client.get(log).status_code == 404


def test_what_is_in_an_internal_note_has_no_file_and_no_words_here(client: FlaskClient, life: Life):
    number = LIVES["waiting"](life)
    held = b"".join(archive(client, path_of(life.runtime, number)).values())
    for secret in (NOTE, STAFF, "team@example.org", "staff-ticket", "/attachment/", "zoe@example.net", "suspect", "127.0.0.1"):
        assert secret.encode() not in held, secret


# ---------------------------------------------------------------------------------------------------------- everything


def test_everything_is_there_for_people(client: FlaskClient, life: Life):
    path = path_of(life.runtime, LIVES["resolved"](life))
    text = archive(client, path)["request.txt"].decode()
    lines = text.splitlines()
    assert lines[0] == "BC-1001: Invoice PDF is blank"
    for said in (
        "Resolved: It counts as solved, and you can still answer.",
        "Closes Mon 30 Nov 2026, 4:33 pm AEST unless you write.",
        "Received: Mon 23 Nov 2026, 2:28 pm AEST",
        "    Several people",
        "Mon 23 Nov 2026, 3:08 pm AEST: We answered",
        f"    {QUESTION.splitlines()[0]}",
        "    File: files/how to.pdf",
        "Mon 23 Nov 2026, 3:08 pm AEST: We emailed you our answer",
        "    Accepted by the mail server",
        "    Since Monday morning, I think.",
        "Mon 23 Nov 2026, 4:33 pm AEST: We resolved it: Fixed. The underlying problem: A font was missing on one of our servers.",
        f"Underlying problem: {UNDERLYING}",
    ):
        assert said in lines, said


def test_everything_is_there_for_programs(client: FlaskClient, life: Life):
    path = path_of(life.runtime, LIVES["resolved"](life))
    held = json.loads(archive(client, path)["request.json"])
    ticket = held["ticket"]
    assert (ticket["id"], ticket["status"], ticket["request_type"], ticket["priority"]) == ("BC-1001", "resolved", "Incident", "P2")
    assert (ticket["resolution_reason"], ticket["underlying_problem"]) == ("Fixed", UNDERLYING)
    assert (ticket["received_at"], ticket["closed_at"]) == ("2026-11-23T04:28:00+00:00", None)
    assert {"question": "Company name", "answer": "Soapbox Pty Ltd"} in ticket["answers"]
    first, second = held["promises"]
    assert (first["due_at"], first["ended_as"], first["target"]) == ("2026-11-24T00:28:00+00:00", "answered", "4 business hours")
    assert (second["asked_at"], second["ended_as"]) == ("2026-11-23T05:33:00+00:00", "answered")
    assert [one["kind"] for one in held["timeline"]] == ["event", "mail", "reply", "mail", "customer", "reply", "mail"]
    assert held["timeline"][4]["text"] == ANSWER
    assert held["timeline"][4]["files"][0] == {
        "name": "screen.png", "kind": "png", "size": 71, "path": "files/screen.png", "missing_because": None
    }  # fmt: skip
    assert held["timeline"][3]["mail"] == {"what": "our answer", "state": "sent", "at": "2026-11-23T05:08:00+00:00", "reply": "250 ok"}
    assert held["next"] == {
        "what": "closed", "at": "2026-11-30T06:33:00+00:00", "says": "Closes Mon 30 Nov 2026, 4:33 pm AEST unless you write"
    }  # fmt: skip


@pytest.mark.parametrize("name", LIVES)
def test_every_state_has_an_archive(client: FlaskClient, life: Life, name: str):
    held = archive(client, path_of(life.runtime, LIVES[name](life)))
    assert json.loads(held["request.json"])["ticket"]["status"] in held["request.txt"].decode().lower()


def test_the_files_are_there_under_their_own_names_made_unique(client: FlaskClient, life: Life):
    number = LIVES["new"](life)
    names = ["a.png", "A.PNG", "a (2).png", "скриншот.png", "../../etc/passwd.png"]
    tokens = [staged(life.runtime.database, SAMPLES["png"], name, at=life.clock.now()).token for name in names]
    life.do(customer_acts.customer_writes, number, CUSTOMER_ACT, text="Here.", tokens=tokens)
    held = archive(client, path_of(life.runtime, number))
    assert sorted(name for name in held if name.startswith("files/")) == sorted(
        ["files/a.png", "files/A (2).PNG", "files/a (2) (2).png", "files/скриншот.png", "files/passwd.png"]
    )
    assert all(content == SAMPLES["png"] for name, content in held.items() if name.startswith("files/"))


def test_files_that_cannot_be_given_are_named_with_the_reason(client: FlaskClient, life: Life):
    path = path_of(life.runtime, LIVES["open"](life))
    with life.runtime.database.transaction() as session:
        session.execute(update(Attachment).where(Attachment.kind == "png").values(held_because=HELD))
        session.execute(update(Attachment).where(Attachment.kind == "log").values(content_id=None))
    held = archive(client, path)
    assert [name for name in held if name.startswith("files/")] == ["files/how to.pdf"]
    assert "screen.png (PNG, 71 bytes): held back until it has been scanned for viruses" in held["request.txt"].decode()
    missing = {one["name"]: one["missing_because"] for one in json.loads(held["request.json"])["files"]}
    assert missing["screen.log"] == "deleted, because it contained a virus"


def test_large_files_are_spooled_to_the_disk_and_the_disk_is_given_back(client: FlaskClient, life: Life, monkeypatch: pytest.MonkeyPatch):
    made: list[tempfile.SpooledTemporaryFile[bytes]] = []
    spooled = tempfile.SpooledTemporaryFile

    def remembered(**options: int) -> "tempfile.SpooledTemporaryFile[bytes]":
        made.append(spooled(**options))
        return made[-1]

    monkeypatch.setattr("formapp.web.ticket_archive.SpooledTemporaryFile", remembered)
    number = LIVES["new"](life)
    large = b"2026-11-23 14:28:01 ERROR it stopped\n" * 100_000
    tokens = [staged(life.runtime.database, large, f"{one}.log", at=life.clock.now()).token for one in range(2)]
    life.do(customer_acts.customer_writes, number, CUSTOMER_ACT, text="Here.", tokens=tokens)
    path = path_of(life.runtime, number)
    assert archive(client, path)["files/1.log"] == large
    assert [(one._rolled, one.closed) for one in made] == [(True, True)]
    # Nothing is made for somebody who only asks whether it is there.
    head = client.head(f"{path}/everything.zip")
    assert (head.status_code, head.mimetype, head.data) == (200, "application/zip", b"")
    assert ("BC-1001.zip" in head.headers["Content-Disposition"], "Content-Length" in head.headers) == (True, False)
    assert client.head(f"{path}x/everything.zip").status_code == 404
    assert len(made) == 1


def test_one_client_is_given_so_many_archives_an_hour(client: FlaskClient, app: Flask, life: Life):
    path = path_of(life.runtime, LIVES["new"](life))
    few = Limits.of(submissions=9, uploads=9, attempts=2)
    app.extensions[KEY] = replace(app.extensions[KEY], limits=few)
    # Neither looking nor a link that opens nothing counts.
    for _ in range(3):
        client.head(f"{path}/everything.zip")
        client.get(f"{path}x/everything.zip")
    assert [client.get(f"{path}/everything.zip").status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get(f"{path}/everything.zip")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert ("come back in 60 minutes" in answer.text, f'href="{path}"' in answer.text) == (True, True)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(path).status_code == client.get(f"{path}/answer-due.ics").status_code == 200


def test_what_somebody_wrote_may_hold_anything(client: FlaskClient, life: Life):
    number = LIVES["new"](life, summary="=1+1 \u202e \U0001f600", name="\x1b[31m", impact="</script>\n\n\n")
    held = archive(client, path_of(life.runtime, number))
    assert json.loads(held["request.json"])["ticket"]["summary"] == "=1+1 \u202e \U0001f600"


# ---------------------------------------------------------------------------------------------------------- a calendar


def calendar(client: FlaskClient, path: str) -> Calendar:
    answer = client.get(f"{path}/answer-due.ics")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    raw = answer.data
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    return Calendar.from_ical(raw)


def test_a_standing_promise_is_an_entry_for_a_calendar(client: FlaskClient, life: Life):
    path = path_of(life.runtime, LIVES["new"](life))
    assert f'href="{path}/answer-due.ics"' in client.get(path).text
    read_ = calendar(client, path)
    assert (str(read_["VERSION"]), str(read_["METHOD"]), bool(read_["PRODID"])) == ("2.0", "PUBLISH", True)
    (event,) = read_.walk("VEVENT")
    assert event.decoded("DTSTART") == datetime(2026, 11, 24, 0, 28, tzinfo=UTC)
    assert event.decoded("DTSTAMP") == life.clock.now()
    assert str(event["SUMMARY"]) == "Billycart Support: first response due for BC-1001"
    assert "4 business hours" in str(event["DESCRIPTION"])
    assert event["UID"].endswith("@support.billycart.com")


def test_the_same_promise_keeps_its_uid_and_another_has_its_own(client: FlaskClient, life: Life):
    number = LIVES["new"](life)
    path = path_of(life.runtime, number)

    def uid() -> str:
        return str(calendar(client, path).walk("VEVENT")[0]["UID"])

    first = uid()
    life.clock.pass_(minutes=5)
    assert uid() == first
    life.do(staff_acts.reclassify, number, STAFF_ACT, request_type="incident", priority="P1", because="It is worse.")
    second = uid()
    life.do(staff_acts.reply, number, STAFF_ACT, text="Which?", waits=True)
    life.do(customer_acts.customer_writes, number, CUSTOMER_ACT, text="This.")
    assert len({first, second, uid(), *other_uids(client, life)}) == 4


def other_uids(client: FlaskClient, life: Life) -> list[str]:
    other = path_of(life.runtime, life.ticket(**WRITTEN, email="other@example.net"))
    return [str(calendar(client, other).walk("VEVENT")[0]["UID"])]


def test_neither_the_link_nor_what_it_is_about_goes_into_a_calendar_that_others_may_read(client: FlaskClient, life: Life):
    path = path_of(life.runtime, LIVES["new"](life))
    raw = client.get(f"{path}/answer-due.ics").text.replace("\r\n ", "")
    for secret in (path.rpartition("/")[2], "Invoice", "zoe@", "Zoë"):
        assert secret not in raw


@pytest.mark.parametrize("name", ["waiting", "resolved", "closed"])
def test_where_nothing_is_owed_there_is_no_entry(client: FlaskClient, life: Life, name: str):
    path = path_of(life.runtime, LIVES[name](life))
    assert "answer-due.ics" not in client.get(path).text
    answer = client.get(f"{path}/answer-due.ics")
    assert (answer.status_code, "No answer is due" in answer.text, f'href="{path}"' in answer.text) == (404, True, True)


def test_neither_a_calendar_nor_a_form_has_the_whole_history_read(client: FlaskClient, life: Life, monkeypatch: pytest.MonkeyPatch):
    path = path_of(life.runtime, LIVES["new"](life))
    monkeypatch.setattr("formapp.web.ticket_pages.for_customer", lambda *_: pytest.fail("the whole ticket was read"))
    assert calendar(client, path).walk("VEVENT")
    assert client.post(path, data={"act": "write", "text": "More.", "once": "k"}).status_code == 303


def test_of_several_the_next_is_given(client: FlaskClient, life: Life):
    location = client.post("/contact/complaint/", data=complaint()).location
    (event,) = calendar(client, location).walk("VEVENT")
    assert event.decoded("DTSTART") == datetime(2026, 11, 24, 4, 28, tzinfo=UTC)
    assert "Add the next of these dates to your calendar" in client.get(location).text
    life.clock.pass_(days=2)
    (event,) = calendar(client, location).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Billycart Support: answer to the complaint due for BC-1001"
    assert str(event["DESCRIPTION"]).startswith("You can answer any of our emails")
