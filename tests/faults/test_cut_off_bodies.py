"""Bodies that end early or do not say how long they are, at the real server."""

import socket
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from formapp.services.database import open_database
from formapp.services.links import Links
from tests.file_links import file_url_in
from tests.proofs import SECRET
from tests.requests import URLS, answers, question, with_files
from tests.sample_files import SAMPLES
from tests.service import Service, running

# A text whose end can be lost without the form noticing: it is the last field, and long enough without its end.
ANSWERS = question()
del ANSWERS["description"]
BODY = urlencode(ANSWERS | {"description": "It is blank. " * 9}).encode()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, built_site: Path) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service"), {"FORMAPP_SITE_DIR": str(built_site)}) as service:
        yield service


def send(service: Service, headers: str, body: bytes, path: str = URLS["ticket"], kind: str = "application/x-www-form-urlencoded") -> str:
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        connection.sendall(f"{head}Content-Type: {kind}\r\n{headers}\r\n".encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer.decode()


def rows(service: Service, question: str) -> int:
    with closing(sqlite3.connect(service.folder / "helpcentre.db")) as database:
        return int(database.execute(question).fetchone()[0])


def test_a_whole_body_is_taken(service: Service):
    assert send(service, f"Content-Length: {len(BODY)}\r\n", BODY).startswith("HTTP/1.1 303")


def test_a_body_cut_off_on_its_way_is_not_taken_for_a_whole_one(service: Service):
    answer = send(service, f"Content-Length: {len(BODY)}\r\n", BODY[:-15])
    assert answer.startswith("HTTP/1.1 400")
    assert "Nothing has been sent" in answer


def test_a_body_in_chunks_is_asked_for_its_length(service: Service):
    chunks = f"{len(BODY):x}\r\n".encode() + BODY + b"\r\n0\r\n\r\n"
    assert send(service, "Transfer-Encoding: chunked\r\n", chunks).startswith("HTTP/1.1 411")


@pytest.mark.parametrize("path", [*URLS.values(), "/api/attachments"])
@pytest.mark.parametrize("at", [100, 150_000, -60, -1])
def test_d40_a_file_cut_off_on_its_way_is_not_taken_for_a_whole_one(service: Service, path: str, at: int):
    slug = next((slug for slug, url in URLS.items() if url == path), "ticket")
    sent = with_files(answers(slug), {"a.log": b"it stopped again\n" * 20_000})
    body = sent["data"].replace(b'name="files"', b'name="file"') if path.startswith("/api/") else sent["data"]
    files = "SELECT count(*) FROM attachments"
    before = rows(service, files)
    answer = send(service, f"Content-Length: {len(body)}\r\n", body[:at], path, sent["content_type"])
    assert answer.startswith("HTTP/1.1 400")
    assert rows(service, files) == before


@pytest.mark.parametrize("path", [*URLS.values(), "/api/attachments"])
def test_d40_a_length_that_is_larger_than_any_form_is_refused_before_the_body_comes(service: Service, path: str):
    answer = send(service, "Content-Length: 99000000000\r\n", b"--x\r\n", path, "multipart/form-data; boundary=x")
    assert answer.startswith("HTTP/1.1 413")


@pytest.mark.parametrize("path", [*URLS.values(), "/api/attachments"])
def test_d40_what_comes_in_chunks_is_asked_for_its_length(service: Service, path: str):
    sent = with_files(answers("ticket"), {"a.txt": b"text"})
    chunks = f"{len(sent['data']):x}\r\n".encode() + sent["data"] + b"\r\n0\r\n\r\n"
    assert send(service, "Transfer-Encoding: chunked\r\n", chunks, path, sent["content_type"]).startswith("HTTP/1.1 411")


@pytest.mark.parametrize("length", ["-1", "abc", "1, 2", "0x10", ""])
def test_d40_a_length_that_is_none_is_refused(service: Service, length: str):
    assert send(service, f"Content-Length: {length}\r\n", BODY).startswith("HTTP/1.1 4")


def test_a_download_under_a_name_of_any_letters_comes_through_the_real_server(service: Service):
    sent = with_files(answers("ticket"), {"скриншот.png": SAMPLES["png"]})
    body = sent["data"]
    assert send(service, f"Content-Length: {len(body)}\r\n", body, kind=sent["content_type"]).startswith("HTTP/1.1 303")
    number = rows(service, "SELECT max(id) FROM attachments")
    database = open_database(f"sqlite:///{service.folder / 'helpcentre.db'}")
    link = file_url_in(database, Links((SECRET,), service.base_url), number, datetime.now(UTC))
    database.engine.dispose()
    with urllib.request.urlopen(link) as answer:
        assert answer.read() == SAMPLES["png"]
        assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''%D1%81%D0%BA%D1%80%D0%B8%D0%BD%D1%88%D0%BE%D1%82.png")


def test_a_malformed_request_line_leaves_no_token_in_the_log(service: Service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        connection.sendall(b"GET /your-request/a-token-that-is-secret\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    assert send(service, "Content-Length: 0\r\n", b"").startswith("HTTP/1.1 422")
    assert "a-token-that-is-secret" not in service.log()
