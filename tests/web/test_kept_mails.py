from collections.abc import Callable

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


def test_a_public_service_has_no_such_page(app_with: Callable[..., Flask]):
    assert app_with(environment="production").test_client().get("/dev/mail/").status_code == 404
    assert app_with(smtp_host="mail.example.org").test_client().get("/dev/mail/").status_code == 404
