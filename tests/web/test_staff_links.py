"""Links for staff: what each opens, for how long, and the fresh one that is a press of a button away."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from formapp.mail.purposes import STAFF_FRESH_LINK
from formapp.models import OutgoingMail
from formapp.runtime import Runtime
from formapp.services import staff_links
from formapp.services.staff_links import OPENS_FOR
from tests.clock import Clock
from tests.services import lived_tickets as lived
from tests.services.life import Life
from tests.site.markup import Markup
from tests.web.staff_page import KIM, links_of, path_of, queue_path, ticket_path
from tests.web.stored import letters, words

OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def number(runtime: Runtime, clock: Clock) -> int:
    return lived.answered(Life(runtime, clock))


def heading(html: str) -> str:
    return Markup(html).all("h1")[0].words


def fresh_letters(runtime: Runtime) -> list[tuple[str, str]]:
    """Return whom fresh links were sent to, and the link of each."""
    found = [mail for purpose, mail in letters(runtime) if purpose == STAFF_FRESH_LINK]
    return [(str(mail["To"]), re.findall(r"https?://\S+", words(mail))[0]) for mail in found]


@pytest.mark.parametrize("days", [0, 1, 29, 30])
def test_a_link_opens_its_page_for_thirty_days(client: FlaskClient, runtime: Runtime, clock: Clock, number: int, days: int):
    ticket, queue = ticket_path(runtime, number), queue_path(runtime)
    paths = (ticket, f"{ticket}files/1", queue, f"{queue}tickets/{number}/", f"{queue}counts")
    clock.pass_(days=days)
    for path in paths:
        assert client.get(path).status_code == 200
    clock.pass_(days=OPENS_FOR.days + 1 - days)
    for path in paths:
        answer = client.get(path)
        assert (answer.status_code, heading(answer.text)) == (410, "This link has expired")
        assert KIM not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_clock_that_was_ahead_by_an_hour_shuts_nobody_out(client: FlaskClient, runtime: Runtime, number: int):
    assert client.get(ticket_path(runtime, number, at=runtime.now() + timedelta(hours=20))).status_code == 200
    assert client.get(ticket_path(runtime, number, at=runtime.now() + timedelta(days=3))).status_code == 410


@pytest.mark.parametrize("what", ["ticket", "queue", "ticket in the queue"])
def test_an_expired_link_brings_a_fresh_one_to_the_address_that_had_it(
    client: FlaskClient, runtime: Runtime, clock: Clock, number: int, what: str
):
    path = {"ticket": ticket_path(runtime, number), "queue": queue_path(runtime)}.get(what, f"{queue_path(runtime)}tickets/{number}/")
    clock.pass_(days=40)
    expired = Markup(client.get(path).text)
    (form,) = [one for one in expired.all("form") if one.attributes["method"] == "post"]
    (button,) = [one for one in expired.all("button") if form in one.ancestors]
    assert (form.attributes["action"], button.words) == ("/".join([*path.split("/")[:3], ""]), "Email me a fresh link")
    answer = client.post(form.attributes["action"], data={button.attributes["name"]: button.attributes["value"]}, headers=OWN)
    assert (answer.status_code, heading(answer.text)) == (200, "A fresh link is on its way")
    assert KIM not in answer.text
    ((recipient, link),) = fresh_letters(runtime)
    assert recipient == KIM
    opened = client.get(path_of(runtime, link))
    assert opened.status_code == 200
    assert (heading(opened.text) == "Ticket queue") == (what != "ticket")
    # The old one opens nothing all the same, and brings no second one for a while.
    assert client.get(path).status_code == 410
    again = client.post(path, data={"act": "fresh-link"}, headers=OWN)
    assert heading(again.text) == "A fresh link has been sent already"
    assert KIM not in again.text
    assert len(fresh_letters(runtime)) == 1
    clock.pass_(minutes=11)
    client.post(path, data={"act": "fresh-link"}, headers=OWN)
    assert len(fresh_letters(runtime)) == 2


def test_looking_at_an_expired_link_sends_nothing_and_neither_does_another_site(
    client: FlaskClient, runtime: Runtime, clock: Clock, number: int
):
    path = ticket_path(runtime, number)
    clock.pass_(days=40)
    for method in ("get", "head", "options"):
        getattr(client, method)(path)
        getattr(client, method)(f"{path}?act=fresh-link")
    assert client.post(path, data={"act": "fresh-link"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert fresh_letters(runtime) == []


def test_what_somebody_wrote_until_the_link_expired_is_shown_to_be_copied(client: FlaskClient, runtime: Runtime, clock: Clock, number: int):
    path = ticket_path(runtime, number)
    clock.pass_(days=40)
    answer = client.post(path, data={"act": "reply", "text": "A long answer with <b> in it", "waits": "us"}, headers=OWN)
    assert answer.status_code == 410
    (kept,) = Markup(answer.text).all("textarea")
    assert "".join(kept.text).strip() == "A long answer with <b> in it"
    assert fresh_letters(runtime) == []


@pytest.mark.parametrize("what", ["revoked", "of nobody", "the queue's", "cut"])
def test_what_somebody_wrote_is_shown_to_be_copied_where_the_link_opens_nothing(
    client: FlaskClient, runtime: Runtime, number: int, what: str
):
    path = ticket_path(runtime, number)
    wrong = {
        "revoked": path,
        "of nobody": "/staff-ticket/x/",
        "the queue's": queue_path(runtime).replace("queue", "ticket"),
        "cut": f"{queue_path(runtime)[:-3]}/tickets/{number}/",
    }[what]
    if what == "revoked":
        with runtime.database.transaction() as session:
            staff_links.rotate(session)
    fields = {"act": "resolve", "text": "A long <b>answer", "underlying_problem": "A font", "reason": "Fixed", "once": "k"}
    answer = client.post(wrong, data=fields, headers=OWN)
    assert (answer.status_code, heading(answer.text)) == (404, "This link does not open anything")
    (kept,) = Markup(answer.text).all("textarea")
    assert "".join(kept.text).strip() == "A long <b>answer\n\nA font"
    # The same whatever is wrong with the link, and for looking nothing but what it always was.
    assert answer.text == client.post("/staff-ticket/y/", data=fields, headers=OWN).text
    assert Markup(client.get(wrong).text).all("textarea") == []
    assert client.post(wrong, data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("days", [0, 40])
def test_a_form_that_is_too_large_for_a_link_that_opens_nothing_is_no_fault_of_ours(
    client: FlaskClient, runtime: Runtime, clock: Clock, number: int, days: int
):
    path = ticket_path(runtime, number) if days else "/staff-ticket/x/"
    clock.pass_(days=days)
    answer = client.post(path, data={"act": "note", "text": "x" * 200_000}, headers=OWN)
    assert answer.status_code == (410 if days else 404)


def test_a_live_link_brings_no_fresh_one(client: FlaskClient, runtime: Runtime, number: int):
    assert client.post(ticket_path(runtime, number), data={"act": "fresh-link"}, headers=OWN).status_code == 400
    assert client.post(queue_path(runtime), data={"act": "fresh-link"}, headers=OWN).status_code == 405
    assert fresh_letters(runtime) == []


def test_after_a_rotation_every_earlier_link_opens_nothing_and_the_next_ones_do(
    client: FlaskClient, runtime: Runtime, clock: Clock, number: int
):
    early = [ticket_path(runtime, number), queue_path(runtime)]
    clock.pass_(days=40)
    late = [ticket_path(runtime, number), queue_path(runtime)]
    with runtime.database.transaction() as session:
        staff_links.rotate(session)
    wrong = client.get("/staff-ticket/x/")
    for path in (*early, *late):
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (404, wrong.text)
        assert client.post(path, data={"act": "fresh-link"}, headers=OWN).status_code == 404
    assert "formapp tickets link" in wrong.text
    for path in (ticket_path(runtime, number), queue_path(runtime)):
        assert client.get(path).status_code == 200
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).where(OutgoingMail.purpose == STAFF_FRESH_LINK)) == 0


def test_each_address_has_links_of_its_own_and_acts_under_it(client: FlaskClient, runtime: Runtime, number: int):
    first, second = links_of(runtime, "kim@example.org").ticket_url(number), links_of(runtime, KIM).ticket_url(number)
    assert first != second
    for url in (first, second):
        assert client.get(path_of(runtime, url)).status_code == 200
        # It is a number, and no address, that stands in a link.
        assert "example" not in path_of(runtime, url)
