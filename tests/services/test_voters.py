"""Who a voter is: known for a day, and to nobody after it."""

import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import OperationalError

from formapp.models import VoterKey
from formapp.runtime import Runtime
from formapp.services import database as database_service
from formapp.services import feedback, housekeeping
from formapp.services.database import DatabaseError, open_database
from formapp.services.voters import Voter, forget_voters, voter_of
from tests.clock import Clock
from tests.services.votes import BALLOT, vote_from, votes

MONDAY = date(2026, 11, 23)
ADDRESS, BROWSER = "203.0.113.9", "Mozilla/5.0 (Soapbox 140)"


def voter(runtime: Runtime, client: str = ADDRESS, browser: str = BROWSER, day: date = MONDAY) -> Voter:
    with runtime.database.transaction() as session:
        return voter_of(session, client, browser, day)


def keys(runtime: Runtime) -> list[tuple[date, bytes]]:
    with runtime.database.reading() as session:
        return [(one.day, one.key) for one in session.scalars(select(VoterKey).order_by(VoterKey.day))]


def tidied(runtime: Runtime) -> dict[str, int]:
    return housekeeping.tidy(runtime.database, runtime.desk, None, runtime.now())


def everything(runtime: Runtime) -> str:
    """Every value of every row of the database."""
    with runtime.database.reading() as session:
        tables = inspect(session.connection()).get_table_names()
        return "\n".join(repr(tuple(row)) for table in tables for row in session.execute(text(f'SELECT * FROM "{table}"')))


def test_the_same_reader_is_known_again_for_a_day(runtime: Runtime):
    assert voter(runtime) == voter(runtime)


def test_another_browser_is_another_reader_of_the_same_network(runtime: Runtime):
    one, other = voter(runtime), voter(runtime, browser="Chrome")
    assert one.reader != other.reader
    assert one.network == other.network


def test_another_address_is_another_reader_and_network(runtime: Runtime):
    one, other = voter(runtime), voter(runtime, client="203.0.113.10")
    assert one.reader != other.reader
    assert one.network != other.network


def test_of_ipv6_the_network_is_what_a_customer_may_have_and_the_reader_their_part_of_it(runtime: Runtime):
    one, other = voter(runtime, client="2001:db8:1:2::/64"), voter(runtime, client="2001:db8:1:ffff::/64")
    assert one.reader != other.reader
    assert one.network == other.network
    assert voter(runtime, client="2001:db8:2:2::/64").network != one.network


def test_whoever_has_no_address_has_a_network_all_the_same(runtime: Runtime):
    assert voter(runtime, client="local").network != voter(runtime, client="unknown").network


def test_nobody_is_told_apart_from_one_whose_browser_says_part_of_an_address(runtime: Runtime):
    assert voter(runtime, "203.0.113.9", "\nx").reader != voter(runtime, "203.0.113.9\n", "x").network
    assert voter(runtime, "a", "").reader != voter(runtime, "a", "").network


def test_whatever_a_browser_calls_itself_makes_a_voter(runtime: Runtime):
    for browser in ("", "\ud800", "\x00", "é" * 500):
        assert len(voter(runtime, browser=browser).reader) == 32


def test_on_another_day_nobody_is_known_again(runtime: Runtime):
    one, other = voter(runtime), voter(runtime, day=MONDAY + timedelta(days=1))
    assert not {one.reader, one.network} & {other.reader, other.network}


def test_a_days_key_is_random(runtime: Runtime):
    first = voter(runtime)
    with runtime.database.transaction() as session:
        session.execute(text("DELETE FROM voter_keys"))
    assert voter(runtime).reader != first.reader


def test_where_no_worker_runs_the_first_vote_destroys_keys_before_they_are_48_hours_old_and_their_hashes(runtime: Runtime, clock: Clock):
    vote_from(runtime, ADDRESS)
    vote_from(runtime, "203.0.113.10")
    clock.pass_(days=1)
    vote_from(runtime, ADDRESS)
    assert [day for day, _ in keys(runtime)] == [MONDAY, MONDAY + timedelta(days=1)]
    clock.pass_(days=1)
    vote_from(runtime, ADDRESS)
    assert [day for day, _ in keys(runtime)] == [MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)]
    assert [(one.voter is None, one.network is None) for one in votes(runtime)] == [
        (True, True),
        (True, True),
        (False, False),
        (False, False),
    ]


def test_without_a_vote_tidying_up_does_it_once_the_day_is_over_where_the_team_is(runtime: Runtime, clock: Clock):
    vote_from(runtime, ADDRESS)
    # A second before midnight in Brisbane, which is 2 pm UTC.
    clock.moment = clock.moment.replace(hour=13, minute=59, second=59)
    assert tidied(runtime) == {}
    assert keys(runtime)
    clock.pass_(seconds=1)
    assert tidied(runtime) == {"voters_forgotten": 1}
    assert keys(runtime) == []
    assert [(one.voter, one.network) for one in votes(runtime)] == [(None, None)]
    assert tidied(runtime) == {}


def test_a_service_that_was_off_for_a_month_forgets_at_its_first_look(runtime: Runtime, clock: Clock):
    vote_from(runtime, ADDRESS)
    clock.pass_(days=30)
    assert tidied(runtime) == {"voters_forgotten": 1}


def test_forgetting_leaves_today_alone_and_says_how_many_votes_it_cut_loose(runtime: Runtime, clock: Clock):
    for number in range(3):
        vote_from(runtime, f"203.0.113.{number}")
    with runtime.database.transaction() as session:
        assert forget_voters(session, MONDAY) == 0
    clock.pass_(days=1)
    with runtime.database.transaction() as session:
        assert forget_voters(session, MONDAY + timedelta(days=1)) == 3
        assert forget_voters(session, MONDAY + timedelta(days=1)) == 0
    assert len(votes(runtime)) == 3


def test_the_key_of_a_clock_that_was_days_ahead_is_forgotten_once_it_is_put_back(runtime: Runtime, clock: Clock):
    _vote_ahead(runtime, clock, days=3)
    assert tidied(runtime) == {"voters_forgotten": 1}
    assert keys(runtime) == []
    # Where no worker runs, the next vote does it.
    _vote_ahead(runtime, clock, days=3)
    vote_from(runtime, ADDRESS)
    assert [day for day, _ in keys(runtime)] == [MONDAY]
    assert [one.voter is None for one in votes(runtime)] == [True, True, False]
    # The next day's stays: midnight does not come to every machine at once.
    _vote_ahead(runtime, clock, days=1)
    assert tidied(runtime) == {}
    assert len(keys(runtime)) == 2


def _vote_ahead(runtime: Runtime, clock: Clock, days: int) -> None:
    clock.pass_(days=days)
    vote_from(runtime, ADDRESS)
    clock.pass_(days=-days)


def test_no_key_is_destroyed_under_a_vote_that_it_is_being_used_for(runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch):
    """Else the vote's hashes would be left when their key is gone."""
    monkeypatch.setattr(database_service, "BUSY_TIMEOUT", 0.1)
    tomorrow = MONDAY + timedelta(days=1)
    vote_from(runtime, "203.0.113.10")
    with runtime.database.transaction() as session:
        one = voter_of(session, ADDRESS, BROWSER, MONDAY)
        with pytest.raises((DatabaseError, OperationalError)):
            _forget_at_once(runtime, tomorrow)
        feedback.cast(session, BALLOT, one, clock.now(), MONDAY)
    with runtime.database.transaction() as session:
        assert forget_voters(session, tomorrow) == 2
    assert {(one.voter, one.network) for one in votes(runtime)} == {(None, None)}


def _forget_at_once(runtime: Runtime, today: date) -> None:
    with runtime.database.transaction() as session:
        if runtime.database.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        forget_voters(session, today)


def test_two_first_votes_of_a_day_at_once_share_one_key(runtime: Runtime):
    line, found = threading.Barrier(8), []

    def ask() -> None:
        line.wait()
        found.append(voter(runtime))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(keys(runtime)) == 1


def test_nothing_that_is_stored_tells_the_address_or_the_browser(runtime: Runtime):
    vote_from(runtime, ADDRESS, BROWSER)
    vote_from(runtime, "2001:db8:1:2::/64", BROWSER)
    stored = everything(runtime)
    assert "refunds" in stored
    for secret in (ADDRESS, BROWSER, "2001:db8", "Soapbox"):
        assert secret not in stored


def test_once_the_day_is_over_no_file_of_the_database_holds_its_key_or_its_hashes(runtime: Runtime, clock: Clock, database_url: str):
    vote_from(runtime, ADDRESS, BROWSER)
    ((_, key),) = keys(runtime)
    ((reader, network),) = [(one.voter, one.network) for one in votes(runtime)]
    assert reader
    assert network
    clock.pass_(days=1)
    tidied(runtime)
    assert all(secret not in everything(runtime) for secret in (reader, network, repr(key)))
    for file in _files(database_url):
        content = file.read_bytes()
        for secret in (key, reader.encode(), network.encode(), ADDRESS.encode(), BROWSER.encode()):
            assert secret not in content, file.name
    # PostgreSQL clears the others in its own time, and without the key nothing in them means anything.
    assert key not in _table_of_keys(runtime)


@pytest.mark.timeout(100)
def test_clearing_the_files_waits_for_nobody_who_holds_them(runtime: Runtime, database_url: str, monkeypatch: pytest.MonkeyPatch):
    # Whoever waited would do so for longer than this test may take; on PostgreSQL they would be refused.
    monkeypatch.setattr(database_service, "OUTSIDERS_TIMEOUT", 120)
    opened = open_database(database_url)
    vote_from(runtime, ADDRESS)
    ((_, key),) = keys(runtime)
    with runtime.database.reading() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("LOCK TABLE voter_keys IN SHARE UPDATE EXCLUSIVE MODE"))
        session.scalars(select(VoterKey)).all()
        with opened.transaction() as writing:
            forget_voters(writing, MONDAY + timedelta(days=1))
        opened.forget_deleted()
    opened.forget_deleted()
    assert [file.name for file in _files(database_url) if key in file.read_bytes()] == []
    assert key not in _table_of_keys(runtime)
    if database_url.startswith("sqlite"):
        with opened.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 120_000
    opened.engine.dispose()


def _files(database_url: str) -> list[Path]:
    if not database_url.startswith("sqlite"):
        return []
    path = Path(database_url.removeprefix("sqlite:///"))
    return [file for file in path.parent.iterdir() if file.name.startswith(path.name)]


def _table_of_keys(runtime: Runtime) -> bytes:
    """Return the file that PostgreSQL keeps the keys in."""
    if runtime.database.engine.dialect.name == "sqlite":
        return b""
    with runtime.database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("CHECKPOINT"))
        return bytes(connection.scalar(text("SELECT pg_read_binary_file(pg_relation_filepath('voter_keys'))")))
