import threading
from datetime import date, timedelta

from sqlalchemy import select

from formapp.models import MissedSearch
from formapp.runtime import Runtime
from formapp.services import housekeeping, missed_searches
from formapp.services.missed_searches import KEPT_FOR, MOST_A_DAY
from tests.clock import Clock

MONDAY = date(2026, 11, 23)


def count(runtime: Runtime, words: str, day: date = MONDAY) -> bool:
    with runtime.database.transaction() as session:
        return missed_searches.count(session, words, day)


def rows(runtime: Runtime) -> list[tuple[str, date, int]]:
    with runtime.database.reading() as session:
        found = session.scalars(select(MissedSearch).order_by(MissedSearch.day, MissedSearch.words))
        return [(row.words, row.day, row.times) for row in found]


def test_words_are_counted_by_the_day_however_they_were_typed(runtime: Runtime):
    assert all(count(runtime, words) for words in ("Refund card", "refund  CARD ", "refund card"))
    assert count(runtime, "refund card", MONDAY + timedelta(days=1))
    assert rows(runtime) == [("refund card", MONDAY, 3), ("refund card", MONDAY + timedelta(days=1), 1)]


def test_d59_of_a_search_that_says_nothing_or_names_somebody_nothing_is_kept(runtime: Runtime):
    for words in ("", "  ", "?!", "ann@example.net", "0412 345 678", "https://example.org/x", "\x00", "\ud800"):
        assert not count(runtime, words)
    assert rows(runtime) == []


def test_d59_addresses_and_numbers_are_taken_out_of_the_rest(runtime: Runtime):
    count(runtime, "refund to Ann@example.net, card 4111 1111 1111 1111")
    assert rows(runtime) == [("refund to card", MONDAY, 1)]


def test_other_words_are_kept_as_they_are(runtime: Runtime):
    nasty = ("'; DROP TABLE missed_searches; --", "<script>alert(1)</script>", '=HYPERLINK("http")', "{{7*7}}", "💥" * 60)
    assert all(count(runtime, f"{words} refund") for words in nasty)
    assert {words for words, _, _ in rows(runtime)} == {f"{words} refund".casefold() for words in nasty}


def test_d59_a_day_has_room_for_so_many_different_words_and_those_that_are_there_count_on(runtime: Runtime):
    with runtime.database.transaction() as session:
        taken = [missed_searches.count(session, f"word {number}", MONDAY) for number in range(MOST_A_DAY + 50)]
    assert taken == [True] * 200 + [False] * 50
    assert count(runtime, "word 7")
    assert not count(runtime, "another")
    assert count(runtime, "another", MONDAY + timedelta(days=1))
    assert len(rows(runtime)) == MOST_A_DAY + 1
    assert ("word 7", MONDAY, 2) in rows(runtime)


def test_searches_at_once_are_all_counted(runtime: Runtime):
    line = threading.Barrier(8)

    def search() -> None:
        line.wait()
        count(runtime, "refund")

    threads = [threading.Thread(target=search) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(runtime) == [("refund", MONDAY, 8)]


def test_what_the_report_no_longer_shows_is_deleted_by_the_worker(runtime: Runtime, clock: Clock):
    count(runtime, "old")
    count(runtime, "older", MONDAY - timedelta(days=1))
    assert timedelta(weeks=12) == KEPT_FOR
    clock.pass_(weeks=12)
    assert housekeeping.tidy(runtime.database, runtime.desk, None, clock.now()) == {"searches_deleted": 1}
    assert rows(runtime) == [("old", MONDAY, 1)]
    clock.pass_(days=1)
    assert housekeeping.tidy(runtime.database, runtime.desk, None, clock.now()) == {"searches_deleted": 1}
    assert rows(runtime) == []
