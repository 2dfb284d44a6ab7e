"""Files as staff download them: D-29, D-35, D-37, D-41 and D-44."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from formapp.models import Attachment
from formapp.runtime import Runtime
from tests.file_links import file_url
from tests.proofs import EARLIER_SECRET, SECRET
from tests.requests import URLS, answers, with_files
from tests.sample_files import HTML, SAMPLES, gif
from tests.web.staff_page import assert_only_cookie_is_a_pass
from tests.web.stored import count

PNG = SAMPLES["png"]


def send(client: FlaskClient, files: dict[str, bytes], slug: str = "ticket", **changes: str) -> str:
    answer = client.post(URLS[slug], **with_files(answers(slug, **changes), files))
    assert answer.status_code == 303
    return answer.location.rpartition("/")[2]


def path_of(runtime: Runtime, number: int) -> str:
    return file_url(runtime, number).removeprefix(runtime.settings.base_url)


TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "log": "text/plain; charset=utf-8",
}


@pytest.mark.parametrize("extension", SAMPLES)
def test_d37_a_file_is_given_as_a_download_that_no_browser_shows(client: FlaskClient, runtime: Runtime, extension: str):
    send(client, {f"скриншот; a=b.{extension}": SAMPLES[extension]})
    answer = client.get(path_of(runtime, 1))
    assert (answer.status_code, answer.data) == (200, SAMPLES[extension])
    headers = answer.headers
    assert headers["Content-Type"] == TYPES[extension]
    assert headers["Content-Disposition"].startswith("attachment; filename")
    assert "filename*=UTF-8''%D1%81%D0%BA" in headers["Content-Disposition"]
    assert all(value.isascii() for value in headers.values()), "the real server sends nothing else"
    assert headers.getlist("Content-Security-Policy") == ["default-src 'none'; sandbox; frame-ancestors 'none'"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]
    assert_only_cookie_is_a_pass(answer)


def test_d37_an_image_that_is_also_a_page_is_only_ever_a_download(client: FlaskClient, runtime: Runtime):
    content = gif() + HTML
    send(client, {"polyglot.gif": content})
    answer = client.get(path_of(runtime, 1), headers={"Accept": "text/html"})
    assert answer.data == content
    assert answer.headers["Content-Type"] == "image/gif"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_d29_every_token_that_we_did_not_make_for_a_file_gets_the_same_answer(client: FlaskClient, runtime: Runtime):
    ticket_page = send(client, {"a.png": PNG})
    escalation_page = send(client, {"b.png": PNG}, "escalation")
    token = path_of(runtime, 1).rpartition("/")[2]
    another_key = file_url(runtime, 1, EARLIER_SECRET).rpartition("/")[2]
    gone = path_of(runtime, 99).rpartition("/")[2]
    cut = [token[:length] for length in range(1, len(token))]
    edited = [token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(len(token) - 1)]
    wrong = [*cut, *edited, token + "x", token.swapcase(), ticket_page, escalation_page, another_key, gone, "1", "x", "%00", "a" * 5000]
    answers = {(answer.status_code, answer.text) for answer in (client.get(f"/attachment/{one}") for one in wrong)}
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    # Nor does a file's token open a page.
    assert client.get(f"/your-request/{token}").status_code == client.get(f"/your-escalation/{token}").status_code == 404


def test_d29_a_link_signed_with_an_earlier_key_still_opens_what_it_was_made_for(app_with, client: FlaskClient, runtime: Runtime):
    from pydantic import SecretStr

    ticket = send(client, {"a.png": PNG})
    escalation = send(client, {"b.png": PNG}, "escalation")
    old = {f"/your-request/{ticket}", f"/your-escalation/{escalation}", path_of(runtime, 1), path_of(runtime, 2)}
    rotated = app_with(secret_key=SecretStr(EARLIER_SECRET), secret_key_fallbacks=SecretStr(f"x{'y' * 40}, {SECRET}")).test_client()
    forgotten = app_with(secret_key=SecretStr(EARLIER_SECRET)).test_client()
    assert [rotated.get(path).status_code for path in old] == [200] * 4
    assert [forgotten.get(path).status_code for path in old] == [404] * 4
    # What is signed now, is signed with the new key.
    new = rotated.post(URLS["ticket"], data=answers("ticket", name="Another")).location
    assert [rotated.get(new).status_code, forgotten.get(new).status_code, client.get(new).status_code] == [200, 200, 404]


def test_d44_a_staged_file_is_nobodys_to_download(client: FlaskClient, runtime: Runtime):
    client.post(URLS["ticket"], **with_files(answers("ticket", email=""), {"a.png": PNG}))
    assert count(runtime, Attachment) == 1
    assert client.get(path_of(runtime, 1)).status_code == 404


def test_d44_the_token_of_a_form_opens_nothing_and_removes_nothing_that_was_sent(client: FlaskClient, runtime: Runtime):
    answer = client.post(URLS["ticket"], **with_files(answers("ticket", email=""), {"a.png": PNG}))
    token = answer.text.partition('data-token="')[2].partition('"')[0]
    client.post(URLS["ticket"], **with_files(answers("ticket"), kept=[token]))
    assert client.get(f"/attachment/{token}").status_code == 404
    assert client.get(f"/api/attachments/{token}").status_code in (404, 405)
    client.delete(f"/api/attachments/{token}")
    client.post(URLS["ticket"], data={"remove_file": token, "kept_file": token})
    assert client.get(path_of(runtime, 1)).data == PNG


def test_d41_a_held_file_is_not_given_and_says_why(client: FlaskClient, runtime: Runtime):
    send(client, {"a.png": PNG})
    with runtime.database.transaction() as session:
        session.execute(update(Attachment).values(held_because="it has not been scanned for viruses yet"))
    answer = client.get(path_of(runtime, 1))
    assert answer.status_code == 409
    assert PNG not in answer.data
    assert "It has not been scanned for viruses yet." in answer.text
    with runtime.database.transaction() as session:
        session.execute(update(Attachment).values(held_because=None))
    assert client.get(path_of(runtime, 1)).data == PNG


def test_d41_a_file_that_was_deleted_for_its_virus_is_as_if_it_had_never_been(client: FlaskClient, runtime: Runtime):
    send(client, {"a.png": PNG})
    with runtime.database.transaction() as session:
        session.execute(update(Attachment).values(content_id=None))
    assert client.get(path_of(runtime, 1)).text == client.get("/attachment/x").text


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_d28_nothing_but_reading_is_done_by_a_files_link(client: FlaskClient, runtime: Runtime, method: str):
    send(client, {"a.png": PNG})
    before = client.get(path_of(runtime, 1)).data
    assert getattr(client, method)(path_of(runtime, 1)).status_code == 405
    head = client.head(path_of(runtime, 1))
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(PNG)))
    assert client.get(path_of(runtime, 1)).data == before


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_d28_nothing_but_reading_is_done_by_an_escalations_link(client: FlaskClient, method: str):
    path = f"/your-escalation/{send(client, {}, 'escalation')}"
    assert getattr(client, method)(path).status_code == 405
    assert client.head(path).status_code == client.get(path).status_code == 200


def test_a_download_leaves_no_trace_in_the_database(client: FlaskClient, runtime: Runtime):
    send(client, {"a.png": PNG})

    def everything() -> list[tuple[object, ...]]:
        with runtime.database.reading() as session:
            return [tuple(row) for row in session.execute(select(Attachment.__table__))]

    before = everything()
    client.get(path_of(runtime, 1))
    assert everything() == before
