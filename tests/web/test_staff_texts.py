"""Nasty texts on the page of a ticket for staff (D-51)."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from formapp.models import Message, OutgoingMail, Ticket
from formapp.runtime import Runtime
from tests.abuse.test_nasty_texts import NASTY
from tests.clock import Clock
from tests.services import lived_tickets as lived
from tests.services.life import Life
from tests.web.staff_page import PLACES, Place, StaffPage, act, texts_of


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


@pytest.fixture
def own(runtime: Runtime) -> Place:
    return PLACES["by its own link"](runtime)


@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text[:24]))
def test_d51_every_text_is_shown_literally(client: FlaskClient, runtime: Runtime, life: Life, own: Place, text: str):
    wanted = text.strip()
    number = lived.new(
        life, summary=" ".join(text.split()), description=text, name=" ".join(text.split()), company=" ".join(text.split()), impact=text
    )
    act(client, own(number), "note", text=text)
    act(client, own(number), "heard", how="phone", text=text)
    act(client, own(number), "reply", text=text, waits="us")
    wrong = act(client, own(number), "resolve", text=text, reason="", underlying_problem=text)
    with runtime.database.transaction() as session:
        session.execute(update(OutgoingMail).values(last_reply=text, sent_at=None, failed_at=runtime.now()))
        session.execute(update(Ticket).values(suspect_because=text))
    for html in (client.get(own(number)).text, wrong.text):
        assert html.count("<script") == 3 + 8  # the frame's, and those of the files
        assert (html.count("<img"), html.count("<svg/"), html.count("style=")) == (0, 0, 0)
        page = StaffPage(client.get(own(number)))
        assert len(page.ids) == len(set(page.ids))
    html = client.get(own(number)).text
    clean = stored_texts(runtime)
    shown = [one.strip() for one in texts_of(html, "blockquote")]
    assert shown == clean
    assert any(" ".join(wanted.split()) in one.words for one in StaffPage(client.get(own(number))).all("q"))
    assert [one.strip() for one in texts_of(wrong.text, "textarea")].count(clean[0]) == 2


def stored_texts(runtime: Runtime) -> list[str]:
    with runtime.database.reading() as session:
        return [text.strip() for text in session.scalars(select(Message.text).order_by(Message.id))]
