"""Votes and comments under faults: what was thanked for is there whole, and what was not can be sent again."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection

from formapp.models import Feedback, FeedbackReason, MissedSearch, SpentChallenge, UncountedVotes, Vote, VoterKey
from formapp.runtime import Runtime
from formapp.services import database as database_service
from tests.clock import Clock
from tests.faults.test_intake import failing_at
from tests.proofs import proof
from tests.services.votes import together
from tests.web.article_pages import articles, comment, counting, feedback, from_, page_after, vote, votes
from tests.web.conftest import app, client, site_dir
from tests.web.stored import count

__all__ = ["app", "articles", "client", "site_dir"]

ROWS = (Vote, VoterKey, Feedback, FeedbackReason, SpentChallenge, UncountedVotes, MissedSearch)


def rows(runtime: Runtime) -> list[int]:
    return [count(runtime, model) for model in ROWS]


@contextmanager
def held_by_another(runtime: Runtime, table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another program has the database, for longer than anybody waits; and nobody waits as long as they would."""
    engine = runtime.database.engine
    with ExitStack() as held:
        if engine.dialect.name == "sqlite":
            monkeypatch.setattr(database_service, "BUSY_TIMEOUT", 0.1)
            file = held.enter_context(open(f"{engine.url.database}.lock", "a"))
            fcntl.flock(file, fcntl.LOCK_EX)
        else:
            other = create_engine(engine.url)
            held.callback(other.dispose)
            held.enter_context(other.begin()).exec_driver_sql(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            event.listen(engine, "begin", _wait_less)
            held.callback(event.remove, engine, "begin", _wait_less)
        yield


def _wait_less(connection: Connection) -> None:
    connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")


def inserts_into(table: str) -> tuple[str, Callable[[str], bool]]:
    """Where to fail: before a row of that table."""
    return "before_cursor_execute", lambda statement: statement.startswith(f"INSERT INTO {table} ")


@pytest.mark.parametrize("where", [("commit",), inserts_into("votes"), inserts_into("voter_keys")])
def test_e1_a_vote_that_cannot_be_stored_is_not_thanked_for_and_goes_the_next_time(client: FlaskClient, runtime: Runtime, where: Any):
    with failing_at(runtime, *where):
        answer = vote(client)
    assert answer.status_code == 503
    assert "Sorry, there is a problem with the service" in answer.text
    assert answer.headers["Retry-After"] == "60"
    assert rows(runtime) == [0] * len(ROWS)
    assert vote(client).status_code == 303
    assert rows(runtime)[:2] == [1, 1]


WRITTEN = ("feedback", "feedback_reasons", "spent_challenges")


@pytest.mark.parametrize("where", [("commit",), *map(inserts_into, WRITTEN)], ids=["commit", *WRITTEN])
def test_e1_whatever_fails_no_half_of_a_comment_stays(client: FlaskClient, runtime: Runtime, where: Any):
    location = page_after(client)
    sent = comment(reasons=["difficult", "inaccurate"], proof=proof())
    before = rows(runtime)
    with failing_at(runtime, *where):
        answer = client.post(location, data=sent)
    assert answer.status_code == 503
    assert rows(runtime) == before
    assert client.post(location, data=sent).status_code == 303
    (stored,) = feedback(runtime)
    assert (stored.is_proven, [one.reason for one in stored.reasons]) == (True, ["difficult", "inaccurate"])


def test_e1_a_comment_that_could_not_replace_another_leaves_that_one_whole(client: FlaskClient, runtime: Runtime):
    location = page_after(client)
    client.post(location, data=comment(reasons=["difficult", "inaccurate"]))
    with failing_at(runtime, "before_cursor_execute", lambda statement: statement.startswith("DELETE FROM feedback_reasons")):
        assert client.post(location, data=comment(comment="Another", reasons="out-of-date")).status_code == 503
    (stored,) = feedback(runtime)
    assert (stored.comment, [one.reason for one in stored.reasons]) == ("What is a ledger?", ["difficult", "inaccurate"])


@pytest.mark.parametrize("when", ["vote", "comment", "limit", "search"])
def test_e7_a_database_that_another_program_holds_gives_an_answer_after_a_bounded_wait(
    app: Flask, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, when: str
):
    client = app.test_client()
    location = page_after(client)
    if when == "limit":
        for _ in range(59):
            vote(client)
    before = rows(runtime)
    table = {"vote": "votes", "comment": "feedback", "limit": "uncounted_votes", "search": "missed_searches"}[when]
    with held_by_another(runtime, table, monkeypatch):
        if when == "comment":
            answer = client.post(location, data=comment(proof=proof()))
        elif when == "search":
            answer = client.post("/api/searches", json={"words": "refund"})
        else:
            answer = vote(client, "yes")
    assert answer.status_code == 503
    assert rows(runtime) == before
    assert [one.helpful for one in counting(runtime)] == [False]


def test_e2_a_vote_whose_answer_is_lost_counts_once_the_next_time(client: FlaskClient, runtime: Runtime):
    lost = vote(client).location
    again = vote(client).location
    assert lost != again
    assert len(counting(runtime)) == 1
    for _ in range(2):
        client.post(again, data=comment(proof=proof()))
    assert rows(runtime)[:5] == [2, 1, 1, 1, 1]


def test_e9_first_votes_of_a_day_at_once_are_all_taken_and_each_reader_counts_once(app: Flask, runtime: Runtime):
    statuses: list[int] = []

    def click(number: int) -> None:
        # Four readers, each with a double click.
        statuses.append(vote(app.test_client(), "yes", from_(f"192.0.2.{number % 4}")).status_code)

    together(*[lambda number=number: click(number) for number in range(8)])
    assert statuses == [303] * 8
    assert rows(runtime)[:2] == [8, 1]
    assert len({one.voter for one in counting(runtime)}) == len(counting(runtime)) == 4


def test_e9_a_double_click_on_send_is_one_comment(app: Flask, runtime: Runtime):
    location = page_after(app.test_client())
    statuses: list[int] = []

    def send() -> None:
        statuses.append(app.test_client().post(location, data=comment(proof=proof())).status_code)

    together(*[send] * 4)
    assert statuses == [303] * 4
    assert [one.is_proven for one in feedback(runtime)] == [True]
    assert count(runtime, SpentChallenge) == 1


def test_e25_a_clock_that_is_put_back_loses_no_vote(client: FlaskClient, runtime: Runtime, clock: Clock):
    location = page_after(client)
    clock.pass_(days=-2)
    assert vote(client, "yes", from_("192.0.2.1")).status_code == 303
    assert client.get(location).status_code == 200
    clock.pass_(days=3)
    assert vote(client, "yes", from_("192.0.2.2")).status_code == 303
    assert [one.set_aside_because for one in votes(runtime)] == [None] * 3
    # The key of a day that has not come is not waited for, nor are its hashes kept.
    assert [one.voter is None for one in votes(runtime)] == [True, True, False]
    assert count(runtime, VoterKey) == 1
