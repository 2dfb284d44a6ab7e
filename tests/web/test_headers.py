import base64
import hashlib
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.requests import question

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
