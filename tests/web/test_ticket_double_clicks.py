"""A form of a ticket's page that is sent twice: on purpose, by a double click, or after Back."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from formapp.forms.reply import ACTS
from formapp.models import Message, TicketEvent
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from formapp.services import staff_acts
from tests.clock import Clock
from tests.requests import with_files
from tests.sample_files import SAMPLES
from tests.services.life import Life
from tests.services.lived_tickets import LIVES, STAFF_ACT, WRITTEN
from tests.web.stored import count, letters, words
from tests.web.ticket_page import path_of, read

TEXT = "Since Monday."


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


@pytest.fixture
def path(life: Life) -> str:
    number = life.ticket(**WRITTEN)
    life.clock.pass_(minutes=5)
    return path_of(life.runtime, number)


def state_of(life: Life, number: int = 1001) -> tuple[Status, int]:
    """The ticket's state, and how many messages stand on it."""
    return life.status(number), count(life.runtime, Message)


def team_mails(life: Life) -> list[str]:
    return [words(mail) for purpose, mail in letters(life.runtime) if purpose == "team-customer-wrote"]


@pytest.mark.parametrize("act", ACTS)
def test_the_same_form_sent_again_acts_once_and_leads_to_the_same_page(client: FlaskClient, life: Life, act: str):
    number = LIVES["resolved" if act == "not-solved" else "waiting"](life)
    path = path_of(life.runtime, number)
    key = read(client, path).fields["once"][0]
    fields = {"text": TEXT if act == "write" else "", "act": act, "once": key}
    before = count(life.runtime, TicketEvent)
    answers = [client.post(path, **with_files(fields, {"a.png": SAMPLES["png"]} if act == "write" else None)) for _ in range(3)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"{path}?done={act}")}
    assert count(life.runtime, TicketEvent) == before + 1
    with life.runtime.database.reading() as session:
        wrote = session.scalar(select(func.count()).select_from(Message).where(Message.text == TEXT))
    assert wrote == (act == "write")


def test_another_text_with_the_key_of_a_page_that_back_returned_to_is_another_message(client: FlaskClient, life: Life, path: str):
    key = read(client, path).fields["once"][0]
    for text in ("First.", "Second.", "First."):
        assert client.post(path, data={"text": text, "act": "write", "once": key}).status_code == 303
    assert state_of(life) == (Status.OPEN, 2)


def test_two_at_the_same_moment_act_once(app: Flask, client: FlaskClient, life: Life, path: str):
    fields = {"text": TEXT, "act": "write", "once": read(client, path).fields["once"][0]}
    begin = threading.Barrier(4)
    answers: list[int] = []

    def send() -> None:
        begin.wait()
        answers.append(app.test_client().post(path, data=fields).status_code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 4
    assert state_of(life) == (Status.OPEN, 1)
    assert len(team_mails(life)) == 1


def solved_in(client: FlaskClient, path: str) -> dict[str, str]:
    """What “Solved, thank you” sends from the page as it is now."""
    fields = read(client, path).fields
    return {"act": "solved", "text": "", "once": fields["once"][0], "shown": fields["shown"][0]}


@pytest.mark.parametrize("state", ["waiting", "open"])
def test_solved_in_two_tabs_resolves_once_and_closes_nothing(client: FlaskClient, life: Life, state: str):
    number = LIVES[state](life)
    path = path_of(life.runtime, number)
    tabs = [solved_in(client, path) for _ in range(2)]
    assert [tab["shown"] for tab in tabs] == [state] * 2
    answers = [client.post(path, data=tab) for tab in tabs]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"{path}?done=solved")}
    assert life.status(number) is Status.RESOLVED
    assert life.letters_to_customer().count("ticket-resolved") == 1
    assert "ticket-closed" not in life.letters_to_customer()
    # From the page that shows it resolved, the same click closes it.
    assert client.post(path, data=solved_in(client, path)).status_code == 303
    assert life.status(number) is Status.CLOSED


def test_solved_after_staff_have_resolved_it_does_not_close_it(client: FlaskClient, life: Life):
    number = LIVES["open"](life)
    path = path_of(life.runtime, number)
    tab = solved_in(client, path)
    life.do(staff_acts.resolve, number, STAFF_ACT, reason="Fixed", text="It is put right.")
    assert client.post(path, data=tab).status_code == 303
    assert life.status(number) is Status.RESOLVED
    assert life.happened(number)[-1] == "resolved"


@pytest.mark.parametrize("shown", [None, "", "Open", "open;", "escalated", "9" * 10_000])
def test_a_state_that_is_none_counts_as_none(client: FlaskClient, life: Life, shown: str | None):
    number = LIVES["resolved"](life)
    fields = {"act": "solved", "once": "k"} | ({} if shown is None else {"shown": shown})
    assert client.post(path_of(life.runtime, number), data=fields).status_code == 303
    assert life.status(number) is Status.CLOSED


@pytest.mark.parametrize("act", ACTS)
def test_a_double_click_is_done_though_nothing_more_is_taken_in_this_hour(app_with: Callable[..., Flask], life: Life, act: str):
    number = LIVES["resolved" if act == "not-solved" else "waiting"](life)
    path, client = path_of(life.runtime, number), app_with(submissions_per_hour=1).test_client()
    fields = read(client, path).fields
    sent = {"act": act, "text": TEXT if act == "write" else "", "once": fields["once"][0], "shown": fields["shown"][0]}
    answers = [client.post(path, data=sent) for _ in range(3)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"{path}?done={act}")}
    # Another one is one too many.
    assert client.post(path, data=sent | {"once": "another", "act": "write", "text": "More."}).status_code == 429
