from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from formapp.models import UncountedVotes
from formapp.runtime import Runtime
from formapp.services import feedback
from formapp.services.feedback import ANSWERED_AGAIN, CHANGEABLE_FOR, MOST_IN_AN_HOUR, MOST_OF_A_NETWORK
from formapp.services.voters import voter_of
from tests.clock import Clock
from tests.services.votes import ANN, BALLOT, BOB, FIRST, SECOND, counted, counting, others, together, vote, vote_from, votes


def test_a_vote_knows_its_article_text_place_search_and_day(runtime: Runtime, clock: Clock):
    # Past midnight in Brisbane, though not in UTC.
    clock.moment = clock.moment.replace(hour=14, minute=30)
    vote(runtime)
    (stored,) = votes(runtime)
    assert (stored.article_id, stored.revision, stored.commit_hash, stored.helpful) == ("refunds", FIRST, "c" * 40, False)
    assert (stored.heading, stored.search_words) == ("a-heading", "refund")
    assert (stored.at, stored.day) == (clock.now(), date(2026, 11, 24))
    assert stored.set_aside_because is None


MANY = "many votes from one network on one day"


def test_the_last_answer_stands_where_the_browser_remembers(runtime: Runtime):
    number = vote(runtime)
    assert {vote(runtime, helpful=helpful, earlier=number) for helpful in (True, False, True)} == {number}
    assert [(one.helpful, one.set_aside_because) for one in votes(runtime)] == [(True, None)]


def test_where_it_does_not_the_last_answer_counts_and_what_looks_like_the_same_readers_makes_room_unchanged(runtime: Runtime):
    numbers = {vote(runtime, helpful=helpful) for helpful in (False, True, False, True)}
    assert len(numbers) == 4
    *before, last = votes(runtime)
    assert (last.helpful, last.set_aside_because, last.voter) == (True, None, ANN.reader)
    assert [one.helpful for one in before] == [False, True, False]
    assert {(one.set_aside_because, one.voter, one.network) for one in before} == {(ANSWERED_AGAIN, None, None)}


def test_a_vote_that_made_room_is_still_its_readers_and_still_only_one_counts(runtime: Runtime):
    anns = vote(runtime)
    bobs = vote(runtime, helpful=True)  # of the same network and browser
    assert vote(runtime, helpful=True, earlier=anns) == anns
    assert vote(runtime, helpful=False, earlier=bobs) == bobs
    assert [(one.id, one.helpful, one.set_aside_because) for one in votes(runtime)] == [(anns, True, ANSWERED_AGAIN), (bobs, False, None)]


def test_who_answers_again_counts_as_before_and_uses_up_nothing_of_their_network(runtime: Runtime):
    office = [others(number, "office") for number in range(MOST_OF_A_NETWORK + 1)]
    for voter in office:
        vote(runtime, voter=voter)
    for voter in office:
        vote(runtime, voter=voter, helpful=True)
    assert [one.helpful for one in counting(runtime)] == [True] * MOST_OF_A_NETWORK
    # What did not count gives the reason why its successor does not, and keeps it.
    assert [one.set_aside_because for one in votes(runtime)] == [
        *[ANSWERED_AGAIN] * MOST_OF_A_NETWORK,
        MANY,
        *[None] * MOST_OF_A_NETWORK,
        MANY,
    ]


def test_another_reader_and_another_article_are_other_votes(runtime: Runtime):
    vote(runtime)
    vote(runtime, voter=BOB)
    vote(runtime, article_id="invoices")
    assert counted(runtime) == 3


def test_a_new_text_asks_anew(runtime: Runtime):
    old = vote(runtime)
    new = vote(runtime, revision=SECOND, earlier=old, helpful=True)
    assert [(one.revision, one.helpful) for one in votes(runtime)] == [(FIRST, False), (SECOND, True)]
    assert new != old


def test_an_old_page_after_a_vote_on_the_new_text_counts_in_the_place_of_that_vote(runtime: Runtime):
    """Otherwise a tab left open, or a made-up revision, would be another vote."""
    vote(runtime, revision=SECOND)
    vote(runtime, revision=FIRST, is_current=False, helpful=True)
    assert [(one.revision, one.helpful) for one in counting(runtime)] == [(FIRST, True)]
    for number in range(5):
        vote(runtime, revision=f"{number:012x}", is_current=False)
    assert [(one.revision, one.helpful) for one in counting(runtime)] == [("000000000004", False)]
    assert votes(runtime)[0].revision == SECOND


def test_an_old_page_is_a_vote_on_what_was_read(runtime: Runtime):
    vote(runtime, revision=FIRST, is_current=False, commit_hash=None)
    assert [(one.revision, one.commit_hash) for one in votes(runtime)] == [(FIRST, None)]


def test_of_made_up_revisions_no_more_than_two_votes_of_a_reader_count(runtime: Runtime):
    for number in range(5):
        vote(runtime, revision=f"{number:012x}", is_current=False)
        assert counted(runtime) == 1
        vote(runtime, revision=FIRST)
        assert counted(runtime) == 2


def test_for_an_article_whose_text_nobody_knows_one_vote_of_a_reader_counts(runtime: Runtime):
    for helpful in (False, True):
        vote(runtime, revision="", commit_hash=None, helpful=helpful)
    assert [one.helpful for one in counting(runtime)] == [True]


@pytest.mark.parametrize("days", [1, 179])
def test_a_browser_that_remembers_changes_its_vote_days_later(runtime: Runtime, clock: Clock, days: int):
    number = vote(runtime)
    clock.pass_(days=days)
    assert vote(runtime, voter=BOB, earlier=number, helpful=True) == number
    (stored,) = votes(runtime)
    # It counts where it was given.
    assert (stored.helpful, stored.day) == (True, date(2026, 11, 23))


def test_a_browser_that_has_forgotten_votes_again_on_another_day(runtime: Runtime, clock: Clock):
    number = vote_from(runtime, "203.0.113.9")
    clock.pass_(days=1)
    assert vote_from(runtime, "203.0.113.9") != number


def test_after_180_days_a_vote_cannot_be_changed(runtime: Runtime, clock: Clock):
    number = vote(runtime)
    clock.pass_(days=180)
    with runtime.database.reading() as session:
        assert feedback.open_vote(session, number, clock.now()) is None
    assert timedelta(days=180) == CHANGEABLE_FOR
    assert vote(runtime, voter=BOB, earlier=number, helpful=True) != number
    assert [one.helpful for one in votes(runtime)] == [False, True]


def test_another_articles_vote_is_not_changed(runtime: Runtime):
    number = vote(runtime, article_id="invoices")
    assert vote(runtime, voter=BOB, earlier=number, helpful=True) != number
    assert [(one.article_id, one.helpful) for one in votes(runtime)] == [("invoices", False), ("refunds", True)]


def test_a_vote_that_is_not_there_is_a_new_one(runtime: Runtime):
    vote(runtime, earlier=4711)
    assert counted(runtime) == 1


def test_of_clicks_at_once_one_counts(runtime: Runtime):
    together(*[lambda helpful=number % 2 == 0: vote_from(runtime, "203.0.113.9", helpful=helpful) for number in range(8)])
    assert len(votes(runtime)) == 8
    assert counted(runtime) == 1


def test_d56_ten_thousand_votes_from_one_browser_count_once(runtime: Runtime, database_url: str):
    times = 10_000 if database_url.startswith("sqlite") else 500  # each a way to the server and back
    with runtime.database.transaction() as session:
        day = runtime.desk.today(runtime.now())
        voter = voter_of(session, "203.0.113.9", "Firefox", day)
        for number in range(times):
            feedback.cast(session, replace(BALLOT, helpful=number == times - 1), voter, runtime.now(), day)
    assert [one.helpful for one in counting(runtime)] == [True]
    assert len(votes(runtime)) == times


def test_d56_from_one_network_a_few_count_in_a_day_whatever_its_browsers_call_themselves(runtime: Runtime, clock: Clock):
    with runtime.database.transaction() as session:
        day = runtime.desk.today(runtime.now())
        for number in range(200):
            voter = voter_of(session, "203.0.113.9", f"Browser {number}", day)
            feedback.cast(session, BALLOT, voter, runtime.now(), day)
    assert counted(runtime) == MOST_OF_A_NETWORK
    assert len(votes(runtime)) == 200
    assert {one.set_aside_because for one in votes(runtime)} == {None, MANY}
    # Elsewhere, on another article, and tomorrow, they count again.
    vote_from(runtime, "203.0.113.10", "Browser 1")
    vote_from(runtime, "203.0.113.9", "Browser 1", article_id="invoices")
    clock.pass_(days=1)
    vote_from(runtime, "203.0.113.9", "Browser 1")
    assert counted(runtime) == MOST_OF_A_NETWORK + 3


def test_d56_from_one_network_at_once_no_more_count_than_one_after_the_other(runtime: Runtime):
    together(*[lambda number=number: vote_from(runtime, "203.0.113.9", f"Browser {number}") for number in range(10)])
    assert len(votes(runtime)) == 10
    assert counted(runtime) == MOST_OF_A_NETWORK


def test_d56_a_burst_from_many_addresses_is_kept_and_set_aside(runtime: Runtime, clock: Clock):
    for number in range(MOST_IN_AN_HOUR + 5):
        vote(runtime, voter=others(number))
    assert counted(runtime) == MOST_IN_AN_HOUR
    assert [one.set_aside_because for one in votes(runtime)][-5:] == ["a burst of votes on one article"] * 5
    vote(runtime, voter=BOB, article_id="invoices")
    assert counted(runtime) == MOST_IN_AN_HOUR + 1
    # What is set aside keeps no window shut.
    clock.pass_(hours=1)
    vote(runtime, voter=BOB)
    assert counted(runtime) == MOST_IN_AN_HOUR + 2


def test_votes_of_a_clock_that_was_two_days_ahead_are_no_burst(runtime: Runtime, clock: Clock):
    clock.pass_(days=2)
    for number in range(MOST_IN_AN_HOUR):
        vote(runtime, voter=others(number))
    clock.pass_(days=-2)
    vote(runtime, voter=BOB)
    assert votes(runtime)[-1].set_aside_because is None


def test_a_vote_set_aside_stays_so_when_it_is_changed(runtime: Runtime, clock: Clock):
    for number in range(MOST_OF_A_NETWORK):
        vote(runtime, voter=others(number, "office"))
    aside = vote(runtime, voter=BOB)
    clock.pass_(days=1)
    assert vote(runtime, voter=BOB, earlier=aside, helpful=True) == aside
    assert votes(runtime)[-1].set_aside_because


def test_votes_beyond_an_hours_limit_are_counted_by_article_and_day(runtime: Runtime):
    monday = date(2026, 11, 23)
    for article_id, day in (("refunds", monday), ("refunds", monday), ("refunds", monday + timedelta(days=1)), ("invoices", monday)):
        with runtime.database.transaction() as session:
            feedback.count_uncounted(session, article_id, day)
    with runtime.database.reading() as session:
        rows = [(row.article_id, row.day.day, row.times) for row in session.scalars(select(UncountedVotes))]
    assert sorted(rows) == [("invoices", 23, 1), ("refunds", 23, 2), ("refunds", 24, 1)]


def test_nobody_votes_for_another_reader(runtime: Runtime):
    vote(runtime, voter=ANN)
    vote(runtime, voter=BOB, helpful=True)
    assert [one.helpful for one in votes(runtime)] == [False, True]
