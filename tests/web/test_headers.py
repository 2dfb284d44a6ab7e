import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from formapp.runtime import Runtime
from tests.requests import question
from tests.web.staff_page import queue_path, ticket_path

PATHS = ["/", "/contact/ticket/", "/nothing-here", "/your-request/x", "/api/promise", "/healthz", "/dev/mail/"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.mark.parametrize("path", PATHS)
def test_every_page_static_and_dynamic_has_the_strict_policy(client: FlaskClient, path: str):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert "unsafe" not in policy
    for part in ("base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers  # reached over http


def test_the_policy_lets_the_built_pages_own_scripts_run_and_no_data_block(client: FlaskClient):
    policy = client.get("/").headers["Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(b"var a = 1").digest()).decode()
    assert policy.count("'sha256-") == 1
    assert f"'sha256-{digest}'" in policy


def test_errors_and_refusals_have_the_headers_too(client: FlaskClient):
    for answer in (
        client.post("/contact/ticket/", data={}),
        client.post("/contact/ticket/", data=question(), headers={"Sec-Fetch-Site": "cross-site"}),
        client.delete("/"),
    ):
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        # A form is kept for Back in the reader's own browser; nothing else is kept anywhere.
        assert answer.headers["Cache-Control"] == ("private, no-cache" if answer.status_code == 422 else "no-store")


TOKENS = (
    "/your-request/{0}",
    "/your-escalation/{0}",
    "/attachment/{0}",
    "/staff-ticket/{0}/",
    "/staff-queue/{0}/",
    "/feedback-report/{0}/",
)


@pytest.mark.parametrize("path", TOKENS)
def test_errors_under_an_address_with_a_token_are_kept_found_and_named_nowhere(client: FlaskClient, path: str):
    path = path.format("MTAwMQ.c2VjcmV0")
    posted = {"data": {"text": "x" * 200_000}, "headers": {"Sec-Fetch-Site": "same-origin"}}
    answers = [
        client.get(path),
        client.get(f"{path}/no/such/page"),
        client.put(path),
        client.post(path, **posted),
        client.post(f"{path}feedback", data={"state": "x"}, headers={"Sec-Fetch-Site": "cross-site"}),
        client.get(f"{path}nothing", headers={"Accept": "application/json"}),
    ]
    for answer in answers:
        assert answer.status_code in (400, 403, 404, 405, 413)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers.getlist("Referrer-Policy") == ["no-referrer"]


@pytest.mark.parametrize(
    ("make", "send", "status"),
    [
        (lambda runtime: runtime.links.ticket_path(1001), {"data": {"act": "none"}}, 400),
        (lambda runtime: runtime.links.ticket_path(1001), {"data": {"act": "write"}, "headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
        (lambda runtime: runtime.links.ticket_path(1001), {"data": {"act": "write", "text": "x" * 200_000}}, 413),
        (lambda runtime: ticket_path(runtime, 1001), {"data": {"act": "none"}}, 400),
        (lambda runtime: ticket_path(runtime, 1001), {"data": {"act": "note", "text": "x" * 200_000}}, 413),
        (lambda runtime: queue_path(runtime), {"data": {"act": "none"}}, 405),
        (lambda runtime: f"{queue_path(runtime)}tickets/999/", {"data": {"act": "note", "text": "x"}}, 404),
    ],
)
def test_errors_of_a_page_that_its_link_opens_are_private_too(
    client: FlaskClient, runtime: Runtime, make: Callable[[Runtime], str], send: dict[str, Any], status: int
):
    client.post("/contact/ticket/", data=question())
    answer = client.post(make(runtime), **send)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers.getlist("Referrer-Policy") == ["no-referrer"]


def test_a_fault_is_private_too(client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("formapp.web.ticket_pages.view_of", lambda *_: 1 / 0)
    answer = client.get("/your-request/x")
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (500, "no-referrer")


def test_redirects_and_unchanged_files_have_the_headers_too_and_no_other_site_may_read_them(client: FlaskClient):
    redirect = client.get("/contact/ticket")
    first = client.get("/")
    unchanged = client.get("/", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert (redirect.status_code, unchanged.status_code) == (302, 304)
    for answer in (redirect, unchanged, first):
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_over_https_browsers_are_told_to_stay_there(app_with: Callable[..., Flask]):
    client = app_with(base_url="https://support.example.org").test_client()
    for path in PATHS:
        assert client.get(path).headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_hostile_host_header_changes_no_link(client: FlaskClient):
    answer = client.post("/contact/ticket/", data=question(), headers={"Host": "evil.example", "Accept": "application/json"})
    assert answer.json["url"].startswith("http://localhost:8000/")
    redirect = client.post("/contact/ticket/", data=question(email="b@example.net"), headers={"Host": "evil.example"})
    assert redirect.location.startswith("/your-request/")
