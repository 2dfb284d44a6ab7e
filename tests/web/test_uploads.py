"""Files that JavaScript sends one by one, before the form."""

import io
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from formapp.forms.files_field import GONE
from formapp.models import Attachment
from formapp.rules.files import check_file
from formapp.runtime import Runtime
from formapp.services import attachments, housekeeping
from formapp.services.database import Database
from formapp.services.virus_scan import Infected, ScannerDown
from formapp.web import uploads
from formapp.web.context import KEY
from tests.clamd_server import EICAR
from tests.file_links import file_url
from tests.requests import URLS, answers, with_files
from tests.sample_files import HTML, SAMPLES, checked, pdf
from tests.web.form_page import FormPage
from tests.web.stored import count, letters, words

URL = "/api/attachments"


def add(client: FlaskClient, name: str, content: bytes, **headers: str) -> TestResponse:
    sent = with_files({}, {name: content})
    sent["data"] = sent["data"].replace(b'name="files"', b'name="file"', 1)
    return client.post(URL, **sent, headers=headers)


@pytest.mark.parametrize("extension", SAMPLES)
def test_a_file_is_kept_and_named_by_a_token_that_the_form_then_sends(client: FlaskClient, runtime: Runtime, extension: str):
    answer = add(client, f"скриншот.{extension}", SAMPLES[extension])
    size = len(SAMPLES[extension])
    assert answer.status_code == 201
    assert {name: value for name, value in answer.json.items() if name != "token"} == {
        "name": f"скриншот.{extension}", "kind": extension, "size": size, "said": f"{extension.upper()}, {size} bytes"
    }  # fmt: skip
    assert len(answer.json["token"]) == 32
    sent = client.post(URLS["ticket"], data=answers("ticket", kept_file=answer.json["token"]))
    assert f"скриншот.{extension} ({extension.upper()}, {size} bytes)" in client.get(sent.location).text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("invoice.exe", b"MZ", "invoice.exe: the selected file must be a PNG, JPG, GIF, PDF, TXT, CSV or LOG"),
        ("x.png", HTML, "x.png: the selected file does not look like a PNG: save it as one again, or choose another"),
        ("x.txt", b"", "x.txt: the selected file is empty: choose another"),
        ("x.log", b"x" * 5_000_001, "x.log: the selected file must be 5 MB or smaller"),
    ],
)
def test_a_file_that_is_not_taken_is_told_by_its_name(client: FlaskClient, runtime: Runtime, name: str, content: bytes, said: str):
    answer = add(client, name, content)
    assert (answer.status_code, answer.json) == (422, {"error": said})
    assert count(runtime, Attachment) == 0


def test_the_token_is_nowhere_but_in_the_answer(client: FlaskClient, runtime: Runtime):
    token = add(client, "a.png", SAMPLES["png"]).json["token"]
    with runtime.database.reading() as session:
        assert token not in repr([tuple(row) for row in session.execute(select(Attachment.__table__))])


def test_a_removed_file_is_gone_and_nobody_is_told_whether_there_was_one(client: FlaskClient, runtime: Runtime):
    token = add(client, "a.png", SAMPLES["png"]).json["token"]
    first, again, never = client.delete(f"{URL}/{token}"), client.delete(f"{URL}/{token}"), client.delete(f"{URL}/never")
    assert [(answer.status_code, answer.data) for answer in (first, again, never)] == [(204, b"")] * 3
    assert count(runtime, Attachment) == 0
    page = FormPage(client.post(URLS["ticket"], data=answers("ticket", kept_file=token)).text)
    assert page.problems == [("files", GONE)]


def test_a_post_without_a_file_says_what_to_send(client: FlaskClient):
    for sent in ({}, {"data": {"file": "text"}}, {"json": {"file": "x"}}, {"data": b"raw", "content_type": "image/png"}):
        answer = client.post(URL, **sent)
        assert answer.status_code == 400
        assert "“file”" in answer.json["error"]


@pytest.mark.parametrize("method", ["post", "delete"])
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}])
def test_d50_another_sites_page_neither_adds_nor_removes(client: FlaskClient, runtime: Runtime, method: str, headers: dict[str, str]):
    token = add(client, "a.png", SAMPLES["png"]).json["token"]
    answer = add(client, "b.png", SAMPLES["png"], **headers) if method == "post" else client.delete(f"{URL}/{token}", headers=headers)
    assert answer.status_code == 403
    assert answer.json["error"]
    assert count(runtime, Attachment) == 1


def test_too_many_files_in_an_hour_are_told_when_and_what_else_can_be_done(app_with):
    client = app_with(uploads_per_hour=2).test_client()
    assert [add(client, "a.txt", b"text").status_code for _ in range(3)] == [201, 201, 429]
    # What is refused for itself does not count, and says so rather than when.
    assert add(client, "a.exe", b"MZ").status_code == 422
    answer = add(client, "a.txt", b"text")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert answer.json["error"].startswith("Many files have been added from your network in the last hour.")


def test_files_that_are_refused_count_as_tries_of_which_there_are_three_times_as_many(app_with, runtime: Runtime):
    client = app_with(uploads_per_hour=2).test_client()
    assert [add(client, "a.exe", b"MZ").status_code for _ in range(7)] == [422] * 6 + [429]
    answer = client.delete(f"{URL}/never")
    assert (answer.status_code, answer.json["error"][:4]) == (429, "Many")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    page = FormPage(client.post(URLS["ticket"], **with_files(answers("ticket"), {"a.exe": b"MZ", "a.txt": b"text"})).text)
    assert [said[:21] for _, said in page.problems] == ["Many files have been "]
    assert count(runtime, Attachment) == 0
    assert client.post(URLS["ticket"], **with_files(answers("ticket"))).status_code == 303, "what goes without files is taken"


def test_a_removal_of_what_is_not_there_writes_nothing(client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    token = add(client, "a.png", SAMPLES["png"]).json["token"]
    client.post(URLS["ticket"], data=answers("ticket", kept_file=token))

    def refuse(self: Database) -> None:
        raise AssertionError("a writing transaction")

    monkeypatch.setattr(Database, "transaction", refuse)
    for unknown in ("never", token, "x" * 5000, "%00"):
        assert client.delete(f"{URL}/{unknown}").status_code == 204


def test_no_more_files_are_looked_at_than_a_form_may_have(client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    looked_at = []
    monkeypatch.setattr(uploads, "check_file", lambda name, stream: looked_at.append(name) or check_file(name, stream))
    files = {f"{number}.txt": b"x" for number in range(80)}
    page = FormPage(client.post(URLS["ticket"], **with_files(answers("ticket"), files)).text)
    assert page.problems == [("files", "You can only select up to 5 files: remove others to add 5.txt, 6.txt, 7.txt and 72 more")]
    assert page.kept_files == looked_at == [f"{number}.txt" for number in range(5)]
    assert count(runtime, Attachment) == 5


@pytest.mark.parametrize(("already", "kept"), [(0, 2), (3, 2), (4, 1), (5, 0), (99, 0)])
def test_files_that_the_form_has_already_leave_less_room(app: Flask, already: int, kept: int):
    files = [FileStorage(io.BytesIO(b"x"), name) for name in ("a.txt", "../b.txt")]
    names = ["a.txt", "b.txt"]
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "203.0.113.9"}):
        taken, refused = uploads.keep_all([*files, FileStorage(io.BytesIO(b""), "")], already)
    assert [file.name for file in taken] == names[:kept]
    left = " and ".join(names[kept:])
    assert refused == ([f"You can only select up to 5 files: remove others to add {left}"] if left else [])


def test_when_there_is_no_room_for_files_the_form_goes_without_them(client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(attachments, "MOST_STAGED", 15_000)
    assert add(client, "a.txt", b"x").status_code == 201
    said = "Files cannot be added at the moment: send the form without them"
    with capture_logs() as lines:
        answer = add(client, "b.txt", b"x")
    assert (answer.status_code, answer.json) == (503, {"error": said})
    assert [line["log_level"] for line in lines if line["event"].startswith("a file was refused")] == ["warning"]
    page = FormPage(client.post(URLS["ticket"], **with_files(answers("ticket"), {"a.txt": b"x", "b.txt": b"x"})).text)
    assert page.problems == [("files", said)]
    assert page.fields["description"][0].strip() == answers("ticket")["description"]
    assert client.post(URLS["ticket"], **with_files(answers("ticket"))).status_code == 303


def test_a_file_that_waited_too_long_behind_others_is_asked_for_again_and_every_answer_kept(
    client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(uploads, "PATIENCE", 0.05)
    with uploads._IN_MEMORY, uploads._IN_MEMORY:
        answer = add(client, "../a.txt", b"x")
        assert (answer.status_code, answer.json) == (503, {"error": "a.txt: could not be taken just now: add it again"})
        answer = client.post(URLS["ticket"], **with_files(answers("ticket"), {"a.txt": b"x", "b.txt": b"x"}))
    page = FormPage(answer.text)
    assert answer.status_code == 422
    page.check_errors()
    assert page.problems == [("files", f"{name}: could not be taken just now: add it again") for name in ("a.txt", "b.txt")]
    assert page.fields["description"][0].strip() == answers("ticket")["description"]
    assert count(runtime, Attachment) == 0
    assert client.post(URLS["ticket"], **with_files(answers("ticket"), {"a.txt": b"x"})).status_code == 303


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


class Scanner:
    """Finds the one virus there is, or does not answer."""

    def __init__(self, *, is_down: bool = False) -> None:
        self.is_down = is_down

    def scan(self, content: bytes) -> None:
        if self.is_down:
            raise ScannerDown("connection refused")
        if EICAR in content:
            raise Infected("Eicar-Test-Signature")


def scanned_by(app: Flask, scanner: Scanner) -> FlaskClient:
    app.extensions[KEY] = replace(app.extensions[KEY], scanner=scanner)
    return app.test_client()


def test_d41_a_file_with_a_virus_is_refused_and_the_text_is_kept(app: Flask, runtime: Runtime):
    client = scanned_by(app, Scanner())
    answer = add(client, "eicar.txt", EICAR)
    assert (answer.status_code, answer.json) == (422, {"error": "eicar.txt: the selected file contains a virus"})
    page = FormPage(client.post(URLS["ticket"], **with_files(answers("ticket"), {"eicar.txt": EICAR, "a.png": SAMPLES["png"]})).text)
    assert page.problems == [("files", "eicar.txt: the selected file contains a virus")]
    assert page.kept_files == ["a.png"]
    assert page.fields["description"][0].strip() == answers("ticket")["description"]
    assert count(runtime, Attachment) == 1


@pytest.mark.parametrize("slug", URLS)
def test_d41_with_the_scanner_down_the_form_is_taken_the_file_held_and_the_team_told(app: Flask, runtime: Runtime, slug: str):
    client = scanned_by(app, Scanner(is_down=True))
    answer = client.post(URLS[slug], **with_files(answers(slug), {"a.png": SAMPLES["png"]}))
    assert answer.status_code == 303
    assert "a.png (PNG, " in client.get(answer.location).text
    _, team = letters(runtime)[0]
    assert [part.get_filename() for part in team.iter_attachments()] == []
    said = words(team)
    assert "it has not been scanned for viruses yet" in said
    assert f"{runtime.settings.base_url}/staff-door/" in said
    assert client.get(file_url(runtime, 1).removeprefix(runtime.settings.base_url)).status_code == 409


def test_d41_a_file_found_infected_before_the_form_was_sent_is_no_longer_there(app: Flask, runtime: Runtime):
    client = scanned_by(app, Scanner(is_down=True))
    token = add(client, "eicar.txt", EICAR).json["token"]
    housekeeping.tidy(runtime.database, runtime.desk, Scanner(), runtime.now())  # type: ignore[arg-type]
    page = FormPage(client.post(URLS["ticket"], data=answers("ticket", kept_file=token)).text)
    assert page.problems == [("files", GONE)]
    assert letters(runtime) == []


def test_d41_an_infected_file_that_is_sent_again_is_listed_without_a_link_and_not_enclosed(app: Flask, runtime: Runtime):
    client = scanned_by(app, Scanner(is_down=True))
    token = add(client, "eicar.txt", EICAR).json["token"]
    assert client.post(URLS["ticket"], data=answers("ticket", kept_file=token)).status_code == 303
    housekeeping.tidy(runtime.database, runtime.desk, Scanner(), runtime.now())  # type: ignore[arg-type]
    assert client.post(URLS["ticket"], data=answers("ticket", kept_file=token, name="Another")).status_code == 303
    team = [mail for purpose, mail in letters(runtime) if purpose == "team-new-ticket"][1]
    assert [part.get_filename() for part in team.iter_attachments()] == []
    said = words(team)
    assert "not enclosed This file was deleted: it contained Eicar-Test-Signature" in said
    assert "/attachment/" not in said


def test_a_held_file_with_a_warning_is_listed_with_both(app: Flask, runtime: Runtime):
    client = scanned_by(app, Scanner(is_down=True))
    assert client.post(URLS["ticket"], **with_files(answers("ticket"), {"a.pdf": pdf(SCRIPT)})).status_code == 303
    said = words(letters(runtime)[0][1])
    warning = checked("a.pdf", pdf(SCRIPT)).warning
    assert warning
    assert f"it has not been scanned for viruses yet: its link opens once it has. {warning}" in said
