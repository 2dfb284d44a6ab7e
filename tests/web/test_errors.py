import json
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.requests import question


@pytest.mark.parametrize(
    ("status", "send"),
    [
        (404, lambda client: client.get("/nothing-here")),
        (404, lambda client: client.get("/%00")),
        (405, lambda client: client.post("/healthz")),
        (403, lambda client: client.post("/contact/ticket/", data=question(), headers={"Sec-Fetch-Site": "cross-site"})),
    ],
)
def test_errors_wear_the_sites_frame_and_say_whom_to_write_to(client: FlaskClient, status: int, send):
    answer = send(client)
    assert answer.status_code == status
    assert "- Billycart Support</title>" in answer.text
    assert "mailto:support@billycart.com" in answer.text
    assert "Monday to Friday, 9:00 am to 5:00 pm AEST" in answer.text


def test_a_fault_of_ours_shows_no_traceback_and_logs_no_words_of_the_customer(app: Flask, caplog: pytest.LogCaptureFixture):
    @app.get("/fault")
    def fault() -> str:
        raise RuntimeError("inside")

    answer = app.test_client().get("/fault")
    assert answer.status_code == 500
    assert "Sorry, there is a problem with the service" in answer.text
    assert "RuntimeError" not in answer.text


def test_an_error_asked_for_as_json_is_json(client: FlaskClient):
    answer = client.get("/nothing-here", headers={"Accept": "application/json"})
    assert answer.json == {"error": "Page not found"}


def test_a_whole_visit_leaves_no_address_token_or_word_in_the_log(client: FlaskClient, capfd: pytest.CaptureFixture[str]):
    from formapp.logs import configure_logs

    before = logging.getLogger().handlers[:]
    configure_logs("DEBUG")
    try:
        location = client.post("/contact/ticket/", data=question(name="Ann\n2026 ERROR forged")).location
        client.get(location)
        client.get(location + "x?secret=1")
        client.post("/contact/ticket/", data=question(email="wrong"))
    finally:
        logging.getLogger().handlers[:] = before
    lines = capfd.readouterr().err.splitlines()
    requests = [line for line in map(json.loads, lines) if line["event"] == "request"]
    assert [line["status"] for line in requests] == [303, 200, 404, 422]
    text = "\n".join(lines)
    for secret in (location.rpartition("/")[2], "zoe@example.net", "example.net", "forged", "price list", "secret=1"):
        assert secret not in text
