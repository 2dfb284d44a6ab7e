"""Bodies that end early or do not say how long they are, at the real server."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.requests import question
from tests.service import Service, running

# A text whose end can be lost without the form noticing: it is the last field, and long enough without its end.
ANSWERS = question()
del ANSWERS["description"]
BODY = urlencode(ANSWERS | {"description": "It is blank. " * 9}).encode()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, built_site: Path) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service"), {"FORMAPP_SITE_DIR": str(built_site)}) as service:
        yield service


def send(service: Service, headers: str, body: bytes) -> str:
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        head = "POST /contact/ticket/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        connection.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n{headers}\r\n".encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer.decode()


def test_a_whole_body_is_taken(service: Service):
    assert send(service, f"Content-Length: {len(BODY)}\r\n", BODY).startswith("HTTP/1.1 303")


def test_a_body_cut_off_on_its_way_is_not_taken_for_a_whole_one(service: Service):
    answer = send(service, f"Content-Length: {len(BODY)}\r\n", BODY[:-15])
    assert answer.startswith("HTTP/1.1 400")
    assert "Nothing has been sent" in answer


def test_a_body_in_chunks_is_asked_for_its_length(service: Service):
    chunks = f"{len(BODY):x}\r\n".encode() + BODY + b"\r\n0\r\n\r\n"
    assert send(service, "Transfer-Encoding: chunked\r\n", chunks).startswith("HTTP/1.1 411")


def test_a_malformed_request_line_leaves_no_token_in_the_log(service: Service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        connection.sendall(b"GET /your-request/a-token-that-is-secret\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    assert send(service, "Content-Length: 0\r\n", b"").startswith("HTTP/1.1 422")
    assert "a-token-that-is-secret" not in service.log()
