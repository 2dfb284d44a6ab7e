"""Who a voter is: known for a day, and to nobody after it."""

import threading
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import inspect, select, text

from formapp.models import VoterKey
from formapp.runtime import Runtime
from formapp.services import housekeeping
from formapp.services.voters import Voter, forget_voters, voter_of
from tests.clock import Clock
from tests.services.votes import vote_from, votes

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
    # PostgreSQL keeps its files to itself, and clears them in its own time.
    for file in _files(database_url):
        content = file.read_bytes()
        for secret in (key, reader.encode(), network.encode(), ADDRESS.encode(), BROWSER.encode()):
            assert secret not in content, file.name


def _files(database_url: str) -> list[Path]:
    if not database_url.startswith("sqlite"):
        return []
    path = Path(database_url.removeprefix("sqlite:///"))
    return [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
