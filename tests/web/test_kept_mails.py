import re
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


def test_a_mail_is_shown_as_html_where_nothing_loads_or_runs(client: FlaskClient, runtime: Runtime):
    client.post("/contact/ticket/", data=question(summary="<script>x</script> question"))
    while outbox.deliver_one(runtime.database, FileSender(runtime.mail_dir), runtime.now):
        pass
    links = re.findall(r'href="(/dev/mail/[^"]+)"', client.get("/dev/mail/").text)
    assert len(links) == 2
    shown = [client.get(link) for link in links]
    assert all(answer.status_code == 200 for answer in shown)
    for answer in shown:
        rules = answer.headers["Content-Security-Policy"]
        assert rules.startswith("default-src 'none'; style-src 'unsafe-inline'; ")
        assert "script" not in rules
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<script" not in answer.text
    assert "&lt;script&gt;x&lt;/script&gt; question" in shown[1].text


def test_no_other_file_is_shown_as_html(client: FlaskClient, runtime: Runtime):
    runtime.mail_dir.mkdir(exist_ok=True)
    (runtime.mail_dir / "other.eml").write_bytes(b"Subject: x\r\nContent-Type: text/html\r\n\r\nx")
    (runtime.mail_dir.parent / "20261123T042800Z-1.eml").write_bytes(b"Subject: x\r\nContent-Type: text/html\r\n\r\nx")
    for name in ("other", "20261123T042800Z-1", "..%2f20261123T042800Z-1", "../20261123T042800Z-1"):
        assert client.get(f"/dev/mail/{name}.html").status_code == 404, name


def test_a_mail_that_was_kept_when_mails_were_text_alone_is_listed_too(client: FlaskClient, runtime: Runtime):
    runtime.mail_dir.mkdir(exist_ok=True)
    (runtime.mail_dir / "20261123T042800Z-1.eml").write_bytes(b"Subject: Hello\r\nTo: jo@example.com\r\n\r\nJust text\r\n")
    page = client.get("/dev/mail/").text
    assert "Just text" in page
    assert "Show it as HTML" not in page


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.io"])
def test_another_name_that_leads_here_reads_no_mail(client: FlaskClient, host: str):
    for path in ("/dev/mail/", "/dev/mail/20261123T042800Z-1.html"):
        assert client.get(path, headers={"Host": host}).status_code == 404
    assert client.get("/dev/mail/", headers={"Host": "127.0.0.1:8000"}).status_code == 200


def test_a_public_service_has_no_such_page(app_with: Callable[..., Flask]):
    assert app_with(environment="production").test_client().get("/dev/mail/").status_code == 404
    assert app_with(smtp_host="mail.example.org").test_client().get("/dev/mail/").status_code == 404
