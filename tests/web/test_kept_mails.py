from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from formapp.mail.file_sender import FileSender
from formapp.runtime import Runtime
from formapp.services import outbox
from tests.requests import question


def test_mails_are_listed_until_an_smtp_server_is_set(client: FlaskClient, runtime: Runtime):
    assert "None yet" in client.get("/dev/mail/").text
    client.post("/contact/ticket/", data=question(summary="<b>Bold</b> question"))
    while outbox.deliver_one(runtime.database, FileSender(runtime.mail_dir), runtime.now):
        pass
    page = client.get("/dev/mail/").text
    assert "[BC-1001] &lt;b&gt;Bold&lt;/b&gt; question" in page
    assert "We have your request" in page
    assert page.index("We have your request") < page.index("A new ticket")  # the newest first


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.io"])
def test_another_name_that_leads_here_reads_no_mail(client: FlaskClient, host: str):
    assert client.get("/dev/mail/", headers={"Host": host}).status_code == 404
    assert client.get("/dev/mail/", headers={"Host": "127.0.0.1:8000"}).status_code == 200


def test_a_public_service_has_no_such_page(app_with: Callable[..., Flask]):
    assert app_with(environment="production").test_client().get("/dev/mail/").status_code == 404
    assert app_with(smtp_host="mail.example.org").test_client().get("/dev/mail/").status_code == 404
