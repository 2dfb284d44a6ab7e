"""Links for staff in the wrong hands: D-28 to D-35, and what a ticket's link must not reach."""

import base64
from collections.abc import Callable, Iterator

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from pydantic import SecretStr
from sqlalchemy import select

from formapp.models import Attachment, StaffAddress, Ticket, TicketEvent
from formapp.runtime import Runtime
from formapp.services.links import Links
from tests.clock import Clock
from tests.proofs import EARLIER_SECRET, SECRET
from tests.services import lived_tickets as lived
from tests.services.life import Life
from tests.web.staff_page import KIM, act, assert_only_cookie_is_a_pass, links_of, opened, path_of, queue_path, ticket_path

ACTS = ("reply", "note", "resolve", "reopen", "reclassify", "escalation", "heard", "believe", "junk", "release-file", "retry-mail")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


@pytest.fixture
def number(life: Life) -> int:
    return lived.answered(life)


def token_of(path: str) -> str:
    return path.split("/")[2]


def wrong_tokens(runtime: Runtime, number: int, good: str) -> Iterator[str]:
    """Everything that is not a token of that page: edited, cut, made for something else, or made by nobody of ours."""
    yield from (good[:length] for length in range(1, len(good)))
    yield from (good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :] for place in range(len(good) - 1))
    yield from (good + "x", good.swapcase(), "x", "1001", "%00", "null", "a" * 5000, "é" * 20)
    links = runtime.links
    yield from (token_of(path) for path in (links.ticket_path(number), links.escalation_path(1), links.vote_path(1)))
    yield token_of(path_of(runtime, links_of(runtime).file_url(1)))
    yield from (
        links.token_of(purpose, number, 1, 739000) for purpose in ("staff ticket", "staff queue", "staff ticket 1", "ticket page", "")
    )
    yield token_of(Links((EARLIER_SECRET,), "http://localhost").ticket_path(number))
    # Signed rightly, but not of the shape that we make.
    signer = URLSafeSerializer([SECRET], salt="staff ticket 0")
    yield from (str(signer.dumps(odd)) for odd in (number, [number], [number, 1], "x", {"number": number}, [number, 1, 739000, 5]))
    yield base64.urlsafe_b64encode(b"[1001,1,739000]").decode()


def test_d29_every_token_that_is_not_the_pages_gets_the_same_answer(client: FlaskClient, runtime: Runtime, number: int):
    ticket, queue = token_of(ticket_path(runtime, number)), token_of(queue_path(runtime))
    answers = set()
    for page, good, other in (("staff-ticket", ticket, queue), ("staff-queue", queue, ticket)):
        for wrong in (*wrong_tokens(runtime, number, good), other):
            answer = client.get(f"/{page}/{wrong}/")
            answers.add((answer.status_code, answer.text))
        for empty in (f"/{page}/", f"/{page}//"):
            answer = client.get(empty)
            answers.add((answer.status_code, answer.text))
    # Nor is a ticket's link the queue's, wherever in it somebody asks.
    for path in (f"/staff-queue/{ticket}/tickets/{number}/", f"/staff-queue/{ticket}/counts", f"/staff-queue/{ticket}/?state=all"):
        answers.add((client.get(path).status_code, client.get(path).text))
    for path in (f"/staff-ticket/{queue}/files/1", "/staff-ticket/x/files/1", f"/staff-queue/{ticket}/tickets/{number}/files/1"):
        answers.add((client.get(path).status_code, client.get(path).text))
    ((status, page),) = answers
    assert status == 404
    assert "This link does not open anything" in page
    assert "formapp tickets link" in page
    assert "Invoice" not in page


def test_d29_a_token_of_the_right_shape_but_of_nobody_opens_nothing(client: FlaskClient, runtime: Runtime, number: int):
    good = client.get("/staff-ticket/x/")
    links, day = runtime.links, runtime.desk.today(runtime.now()).toordinal()
    for numbers in (
        (number, 99, day),
        (number, 0, day),
        (number, -1, day),
        (999_999, 1, day),
        (0, 1, day),
        (-number, 1, day),
    ):
        answer = client.get(f"/staff-ticket/{links.token_of('staff ticket 0', *numbers)}/")
        assert (answer.status_code, answer.text) == (404, good.text), numbers


def test_d29_no_wrong_token_does_anything(client: FlaskClient, runtime: Runtime, number: int):
    fields = opened(client, ticket_path(runtime, number)).sent_by("note") | {"text": "x", "reason": "Fixed", "waits": "us", "how": "phone"}

    def lines() -> int:
        with runtime.database.reading() as session:
            return len(session.scalars(select(TicketEvent.id)).all())

    before = lines()
    ticket, queue = token_of(ticket_path(runtime, number)), token_of(queue_path(runtime))
    customers = token_of(runtime.links.ticket_path(number))
    for path in (
        f"/staff-ticket/{queue}/",
        f"/staff-ticket/{customers}/",
        f"/staff-ticket/{ticket[:-1]}/",
        f"/staff-queue/{ticket}/tickets/{number}/",
        f"/staff-queue/{customers}/tickets/{number}/",
    ):
        for name in (*ACTS, "fresh-link", ""):
            assert client.post(path, data=fields | {"act": name}).status_code == 404
    assert client.post(f"/staff-queue/{ticket}/", data={"act": "fresh-link"}).status_code == 404
    assert lines() == before


def test_a_staff_token_is_no_customers(client: FlaskClient, runtime: Runtime, number: int):
    for token in (token_of(ticket_path(runtime, number)), token_of(queue_path(runtime))):
        for page in ("your-request", "your-escalation", "attachment", "feedback-report"):
            assert client.get(f"/{page}/{token}").status_code == 404


def test_a_tickets_link_opens_no_other_ticket_and_no_other_tickets_file(client: FlaskClient, runtime: Runtime, life: Life, number: int):
    other = lived.answered(life, email="ann@example.net")
    path = ticket_path(runtime, number)
    with runtime.database.reading() as session:
        theirs = session.scalars(select(Attachment.id).where(Attachment.ticket_number == other)).all()
        secret, revision = session.get_one(Ticket, other).email, session.get_one(Ticket, other).revision
    assert theirs
    for file in theirs:
        assert client.get(f"{path}files/{file}").status_code == 404
    # What a form names beside its token counts for nothing.
    for extra in ({"number": str(other)}, {"ticket": str(other)}, {"ticket_number": str(other)}):
        fields = opened(client, path).sent_by("note") | {"text": "x"} | extra
        assert client.post(path, data=fields).status_code == 303
    assert secret not in client.get(path).text
    with runtime.database.reading() as session:
        assert session.get_one(Ticket, other).revision == revision
        notes = session.scalars(select(TicketEvent.ticket_number).where(TicketEvent.event == "note", TicketEvent.by == KIM)).all()
    assert set(notes) == {number}
    for file in (*theirs, 10**9):
        forged = opened(client, path).sent_by("note") | {"act": "release-file", "file_id": str(file)}
        assert client.post(path, data=forged).status_code == 422


def test_d45_what_no_field_has_is_never_stored(client: FlaskClient, runtime: Runtime, number: int):
    fields = {"status": "closed", "by": "boss@example.org", "author": "boss@example.org", "priority": "P1", "email": "evil@example.org"}
    assert act(client, ticket_path(runtime, number), "note", text="x", **fields).status_code == 303
    with runtime.database.reading() as session:
        ticket = session.get_one(Ticket, number)
        event = session.scalars(select(TicketEvent).order_by(TicketEvent.id.desc()).limit(1)).one()
        assert (ticket.status, ticket.priority, ticket.email) == ("open", "P2", "zoe@example.net")
        assert (event.by, event.actor) == (KIM, "staff")


def test_d29_a_link_signed_with_an_earlier_key_still_opens_its_page(
    app_with: Callable[..., Flask], client: FlaskClient, runtime: Runtime, number: int
):
    old = [ticket_path(runtime, number), queue_path(runtime), f"{queue_path(runtime)}tickets/{number}/"]
    rotated = app_with(secret_key=SecretStr(EARLIER_SECRET), secret_key_fallbacks=SecretStr(f"x{'y' * 40}, {SECRET}")).test_client()
    forgotten = app_with(secret_key=SecretStr(EARLIER_SECRET)).test_client()
    assert [rotated.get(path).status_code for path in old] == [200] * 3
    assert [forgotten.get(path).status_code for path in old] == [404] * 3
    assert act(rotated, old[0], "note", text="x").status_code == 303


def test_d30_d35_no_page_is_kept_found_or_named_to_another_site_and_none_loads_from_one(client: FlaskClient, runtime: Runtime, number: int):
    ticket, queue = ticket_path(runtime, number), queue_path(runtime)
    for path in (
        ticket,
        queue,
        f"{queue}counts",
        f"{queue}tickets/{number}/",
        f"{ticket}files/1",
        "/staff-ticket/x/",
        f"{ticket}?done=reply",
    ):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["Referrer-Policy"] == "no-referrer", path
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow", path
        if answer.status_code == 200:
            assert_only_cookie_is_a_pass(answer)
        else:
            assert "Set-Cookie" not in answer.headers
        if answer.mimetype == "text/html":
            assert 'src="http' not in answer.text
            assert 'rel="stylesheet" href="http' not in answer.text


def test_d32_a_foreign_host_stands_in_no_link(client: FlaskClient, runtime: Runtime, number: int):
    path = ticket_path(runtime, number)
    page = client.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in page.text
    fields = opened(client, path).sent_by("note") | {"text": "x"}
    answer = client.post(path, data=fields, headers={"Host": "evil.example", "Sec-Fetch-Site": "same-origin"})
    assert answer.location.startswith("/staff-ticket/")


def test_d34_no_log_line_has_a_token_an_address_or_what_somebody_wrote(client: FlaskClient, runtime: Runtime, clock: Clock, number: int):
    ticket, queue = ticket_path(runtime, number), queue_path(runtime)
    with structlog.testing.capture_logs() as lines:
        for path in (ticket, queue, f"{queue}tickets/{number}/", f"{queue}counts", f"{ticket}files/1", f"{queue}?words=secretword"):
            client.get(path)
        act(client, ticket, "note", text="secretword")
        act(client, ticket, "reply", text="", waits="")
        client.post(ticket, data=opened(client, ticket).sent_by("note") | {"seen": "0", "text": "secretword"})
        client.get(f"/staff-ticket/{token_of(queue)}/")
        clock.pass_(days=40)
        client.get(ticket)
        client.post(ticket, data={"act": "fresh-link"})
    assert lines
    with runtime.database.reading() as session:
        addresses = session.scalars(select(StaffAddress.address)).all()
    for hidden in (token_of(ticket), token_of(queue), "secretword", "zoe@example.net", *addresses):
        assert hidden not in str(lines)
