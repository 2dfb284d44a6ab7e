"""How many forms one client may send in an hour, as a customer meets it."""

import pytest
from flask.testing import FlaskClient

from formapp.models import Attachment, Escalation, OutgoingMail, Ticket
from formapp.runtime import Runtime
from tests.requests import URLS, answers, with_files
from tests.sample_files import SAMPLES
from tests.web.form_page import FormPage
from tests.web.stored import count

LIMITED = ["ticket", "escalation"]


@pytest.fixture
def client(app_with) -> FlaskClient:
    """A client of a service that takes one form an hour."""
    return app_with(submissions_per_hour=1).test_client()


def from_(address: str) -> dict[str, dict[str, str]]:
    return {"environ_base": {"REMOTE_ADDR": address}}


@pytest.mark.parametrize("slug", LIMITED)
def test_one_too_many_gets_a_page_that_says_when_and_keeps_text_and_files(client: FlaskClient, runtime: Runtime, slug: str):
    assert client.post(URLS[slug], data=answers(slug)).status_code == 303
    rows = [count(runtime, model) for model in (Ticket, Escalation, OutgoingMail)]
    given = answers(slug, name="Somebody else", submission_key="k2")
    answer = client.post(URLS[slug], **with_files(given, {"скриншот.png": SAMPLES["png"]}))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    form = FormPage(answer.text)
    form.check_hygiene()
    assert form.kept_files == ["скриншот.png"]
    assert {name: form.fields[name][0].strip() for name in given if name != "step"} == {
        name: value for name, value in given.items() if name != "step"
    }
    ((target, said),) = form.problems
    assert target in form.ids
    assert "this one has not been sent. Your text is still here" in said
    assert "support@billycart.com" in said
    assert "60 minutes" in said
    assert rows == [count(runtime, model) for model in (Ticket, Escalation, OutgoingMail)]


@pytest.mark.parametrize("slug", LIMITED)
def test_what_was_kept_can_be_sent_an_hour_later(app_with, runtime: Runtime, slug: str):
    full = app_with(submissions_per_hour=1).test_client()
    full.post(URLS[slug], data=answers(slug))
    form = FormPage(full.post(URLS[slug], **with_files(answers(slug, name="Another"), {"a.txt": b"text"})).text)
    given = {name: values[0] for name, values in form.fields.items()} | ({"step": "send"} if slug != "ticket" else {})
    # A service that has counted nothing yet, as after an hour.
    assert app_with(submissions_per_hour=1).test_client().post(URLS[slug], data=given).status_code == 303
    assert count(runtime, Ticket) + count(runtime, Escalation) == 2
    assert count(runtime, Attachment) == 1


@pytest.mark.parametrize("slug", LIMITED)
def test_the_refusal_as_json_says_why(client: FlaskClient, slug: str):
    client.post(URLS[slug], data=answers(slug))
    answer = client.post(URLS[slug], data=answers(slug, name="Another"), headers={"Accept": "application/json"})
    assert answer.status_code == 429
    assert "has not been sent" in answer.json["error"]
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("slug", LIMITED)
def test_what_is_not_taken_does_not_count(client: FlaskClient, runtime: Runtime, slug: str):
    for _ in range(5):
        assert client.post(URLS[slug], data=answers(slug, email="zoe@")).status_code == 422
    if slug == "escalation":
        for _ in range(5):
            assert client.post(URLS[slug], data=answers(slug, step="")).status_code == 200
    assert client.post(URLS[slug], data=answers(slug, submission_key="k1")).status_code == 303
    for _ in range(5):
        assert client.post(URLS[slug], data=answers(slug, submission_key="k1")).status_code == 303
    # Another request with that key is refused before it counts.
    assert client.post(URLS[slug], data=answers(slug, submission_key="k1", name="Another")).status_code == 409
    assert count(runtime, Ticket) + count(runtime, Escalation) == 1


def test_a_request_that_the_database_refused_gives_its_slot_to_the_next_try_or_says_when(app_with, runtime: Runtime):
    """The slot is taken inside the transaction: a failure after it costs one, and never the text."""
    client = app_with(submissions_per_hour=2).test_client()
    with runtime.database.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE ticket_events RENAME TO elsewhere")
        connection.commit()
    assert client.post(URLS["ticket"], data=answers("ticket")).status_code == 503
    with runtime.database.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO ticket_events")
        connection.commit()
    assert client.post(URLS["ticket"], data=answers("ticket")).status_code == 303


def test_the_forms_count_together_and_every_client_for_itself(client: FlaskClient):
    assert client.post(URLS["ticket"], data=answers("ticket"), **from_("192.0.2.1")).status_code == 303
    assert client.post(URLS["escalation"], data=answers("escalation"), **from_("192.0.2.1")).status_code == 429
    assert client.post(URLS["escalation"], data=answers("escalation"), **from_("192.0.2.2")).status_code == 303
    assert client.post(URLS["ticket"], data=answers("ticket", name="A"), **from_("2001:db8::1")).status_code == 303
    assert client.post(URLS["ticket"], data=answers("ticket", name="B"), **from_("2001:db8::ffff:1")).status_code == 429


def test_d63_a_header_from_outside_buys_nobody_another_turn(client: FlaskClient):
    def send(name: str) -> int:
        headers = {"X-Forwarded-For": f"192.0.2.{len(name)}", "Forwarded": f"for={name}", "X-Real-IP": name, "CF-Connecting-IP": name}
        return client.post(URLS["ticket"], data=answers("ticket", name=name), headers=headers).status_code

    assert [send("a"), send("ab"), send("abc")] == [303, 429, 429]


def test_behind_a_proxy_the_address_that_it_adds_is_the_client(app_with):
    client = app_with(submissions_per_hour=1, trusted_proxies=1).test_client()

    def send(name: str, forwarded: str) -> int:
        return client.post(URLS["ticket"], data=answers("ticket", name=name), headers={"X-Forwarded-For": forwarded}).status_code

    assert send("a", "192.0.2.1") == 303
    assert send("b", "192.0.2.2") == 303
    # What the client wrote itself stands before what the proxy added, and is not believed.
    assert send("c", "198.51.100.7, 192.0.2.2") == 429


def test_files_over_their_own_limit_are_said_and_the_text_is_kept(app_with):
    client = app_with(uploads_per_hour=2).test_client()
    given = answers("ticket", email="zoe@")
    form = FormPage(client.post(URLS["ticket"], **with_files(given, {f"{n}.txt": b"text" for n in range(4)})).text)
    assert form.kept_files == ["0.txt", "1.txt"]
    assert [said for id, said in form.problems if id == "files"] == [
        "Many files have been added from your network in the last hour. Add more in 60 minutes, "
        "or send the form without them and attach them when you reply to our email"
    ]
    assert form.fields["description"][0].strip() == given["description"]
    # Without more files, the form goes.
    assert client.post(URLS["ticket"], **with_files(answers("ticket"), kept=form.fields["kept_file"])).status_code == 303
