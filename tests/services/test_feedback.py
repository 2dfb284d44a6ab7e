import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from formapp.models import Feedback, FeedbackReason, SpentChallenge, UncountedVotes
from formapp.rules.feedback import DONE, NEW, WONT_DO
from formapp.runtime import Runtime
from formapp.services import feedback
from formapp.services.feedback import (
    CHANGEABLE_FOR,
    MOST_COMMENTS_IN_AN_HOUR,
    MOST_IN_AN_HOUR,
    MOST_OF_A_NETWORK,
    MOST_UNPROVEN_IN_AN_HOUR,
    Comment,
    NoSuchFeedback,
    Sending,
)
from formapp.services.proofs import Solved
from formapp.services.voters import Voter, voter_of
from tests.clock import Clock
from tests.services.votes import ANN, BALLOT, FIRST, SECOND, counted, give, given, vote, vote_from, votes

BOB = Voter("bob", "office")


def solved(runtime: Runtime, nonce: str = "nonce") -> Sending:
    return Sending(Solved(nonce, runtime.now() + timedelta(minutes=20)))


def others(number: int, network: str = "") -> Voter:
    return Voter(f"reader {number}", network or f"network {number}")


def settle(runtime: Runtime, number: int, state: str, note: str = "") -> None:
    with runtime.database.transaction() as session:
        feedback.settle(session, number, state, note, runtime.now())


def test_a_vote_knows_its_article_text_place_search_and_day(runtime: Runtime, clock: Clock):
    # Past midnight in Brisbane, though not in UTC.
    clock.moment = clock.moment.replace(hour=14, minute=30)
    vote(runtime)
    (stored,) = votes(runtime)
    assert (stored.article_id, stored.revision, stored.commit_hash, stored.helpful) == ("refunds", FIRST, "c" * 40, False)
    assert (stored.heading, stored.search_words) == ("a-heading", "refund")
    assert (stored.at, stored.day) == (clock.now(), date(2026, 11, 24))
    assert stored.set_aside_because is None


def test_the_last_answer_of_a_reader_stands(runtime: Runtime):
    numbers = {vote(runtime, helpful=helpful) for helpful in (False, True, False, True)}
    assert len(numbers) == 1
    assert [one.helpful for one in votes(runtime)] == [True]


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


def test_an_old_page_after_a_vote_on_the_new_text_changes_that_vote(runtime: Runtime):
    """Otherwise a tab left open, or a made-up revision, would be another vote."""
    new = vote(runtime, revision=SECOND)
    assert vote(runtime, revision=FIRST, is_current=False, helpful=True) == new
    assert [vote(runtime, revision=f"{number:012x}", is_current=False) for number in range(5)] == [new] * 5
    assert [(one.revision, one.helpful) for one in votes(runtime)] == [(SECOND, False)]


def test_an_old_page_is_a_vote_on_what_was_read(runtime: Runtime):
    vote(runtime, revision=FIRST, is_current=False, commit_hash=None)
    assert [(one.revision, one.commit_hash) for one in votes(runtime)] == [(FIRST, None)]


def test_made_up_revisions_are_no_more_than_two_votes_of_a_reader(runtime: Runtime):
    for number in range(5):
        vote(runtime, revision=f"{number:012x}", is_current=False)
        vote(runtime, revision=FIRST)
    assert len(votes(runtime)) == 2


def test_an_article_whose_text_nobody_knows_has_one_vote_of_a_reader(runtime: Runtime):
    assert vote(runtime, revision="", commit_hash=None) == vote(runtime, revision="", commit_hash=None, helpful=True)


@pytest.mark.parametrize("days", [1, 30, 179])
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


def test_two_clicks_at_once_are_one_vote(runtime: Runtime):
    line = threading.Barrier(8)

    def click(helpful: bool) -> None:
        line.wait()
        vote(runtime, helpful=helpful)

    together(*[lambda helpful=number % 2 == 0: click(helpful) for number in range(8)])
    assert len(votes(runtime)) == 1


def together(*calls: object) -> None:
    threads = [threading.Thread(target=call) for call in calls]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_d56_ten_thousand_votes_from_one_browser_count_once(runtime: Runtime, database_url: str):
    times = 10_000 if database_url.startswith("sqlite") else 500  # each a way to the server and back
    with runtime.database.transaction() as session:
        day = runtime.desk.today(runtime.now())
        voter = voter_of(session, "203.0.113.9", "Firefox", day)
        for number in range(times):
            feedback.cast(session, replace(BALLOT, helpful=number == times - 1), voter, runtime.now(), day)
    assert [(one.helpful, one.set_aside_because) for one in votes(runtime)] == [(True, None)]


def test_d56_from_one_network_a_few_count_in_a_day_whatever_its_browsers_call_themselves(runtime: Runtime, clock: Clock):
    with runtime.database.transaction() as session:
        day = runtime.desk.today(runtime.now())
        for number in range(200):
            voter = voter_of(session, "203.0.113.9", f"Browser {number}", day)
            feedback.cast(session, BALLOT, voter, runtime.now(), day)
    assert counted(runtime) == MOST_OF_A_NETWORK
    assert len(votes(runtime)) == 200
    assert {one.set_aside_because for one in votes(runtime)} == {None, "many votes from one network on one day"}
    # Elsewhere, on another article, and tomorrow, they count again.
    vote_from(runtime, "203.0.113.10", "Browser 1")
    vote_from(runtime, "203.0.113.9", "Browser 1", article_id="invoices")
    clock.pass_(days=1)
    vote_from(runtime, "203.0.113.9", "Browser 1")
    assert counted(runtime) == MOST_OF_A_NETWORK + 3


def test_d56_from_one_network_at_once_no_more_count_than_one_after_the_other(runtime: Runtime):
    vote_from(runtime, "203.0.113.10", article_id="invoices")  # so that the day has its key
    line = threading.Barrier(10)

    def click(number: int) -> None:
        line.wait()
        vote(runtime, voter=others(number, "office"))

    together(*[lambda number=number: click(number) for number in range(10)])
    assert len(votes(runtime)) == 1 + 10
    assert counted(runtime) == 1 + MOST_OF_A_NETWORK


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


def test_a_comment_hangs_on_its_vote_with_reasons_and_address(runtime: Runtime, clock: Clock):
    stored = given(runtime, give(runtime, vote(runtime), reasons=("difficult", "broken-link")))
    assert (stored.article_id, stored.helpful, stored.comment, stored.email) == (
        "refunds",
        False,
        "What is a ledger?",
        "ann@example.net",
    )
    assert [one.reason for one in stored.reasons] == ["broken-link", "difficult"]
    assert (stored.state, stored.note, stored.given_at) == (NEW, "", clock.now())
    assert (stored.settled_at, stored.published_at, stored.told_at, stored.mailed_at) == (None, None, None, None)
    assert (stored.set_aside_because, stored.is_proven) == (None, False)


def test_an_address_that_was_not_given_is_none(runtime: Runtime):
    assert given(runtime, give(runtime, vote(runtime), email="")).email is None


def test_the_same_again_is_the_same_and_is_mailed_once(runtime: Runtime, clock: Clock):
    number = vote(runtime)
    first = give(runtime, number)
    mailed(runtime, first)
    clock.pass_(minutes=5)
    assert give(runtime, number) == give(runtime, number, email="") == first
    stored = given(runtime, first)
    assert stored.mailed_at is not None
    assert stored.email == "ann@example.net"
    assert stored.given_at < clock.now()


@pytest.mark.parametrize("change", [{"text": "What is a journal?"}, {"reasons": ("inaccurate",)}, {"email": "bob@example.net"}])
def test_something_else_takes_its_place_and_is_new_again(runtime: Runtime, clock: Clock, change: dict[str, object]):
    number = vote(runtime)
    first = give(runtime, number)
    mailed(runtime, first)
    settle(runtime, first, DONE, "Mended")
    clock.pass_(days=2)
    assert give(runtime, number, **change) == first
    stored = given(runtime, first)
    assert (stored.state, stored.note, stored.mailed_at, stored.settled_at, stored.published_at) == (NEW, "", None, None, None)
    assert stored.given_at == clock.now()
    with runtime.database.reading() as session:
        assert len(session.scalars(select(FeedbackReason)).all()) == 1


def mailed(runtime: Runtime, number: int) -> None:
    with runtime.database.transaction() as session:
        found = session.get(Feedback, number)
        assert found
        found.mailed_at = runtime.now()


def test_a_changed_vote_keeps_what_was_said_until_something_else_is_said(runtime: Runtime):
    number = vote(runtime)
    first = give(runtime, number)
    vote(runtime, helpful=True)
    assert (given(runtime, first).comment, given(runtime, first).helpful) == ("What is a ledger?", False)
    assert give(runtime, number, reasons=(), text="Clear now", email="") == first
    stored = given(runtime, first)
    assert (stored.comment, stored.helpful, stored.reasons, stored.email) == ("Clear now", True, [], "ann@example.net")


def test_the_same_words_after_a_changed_vote_are_new(runtime: Runtime):
    number = vote(runtime)
    first = give(runtime, number, reasons=(), email="")
    mailed(runtime, first)
    vote(runtime, helpful=True)
    give(runtime, number, reasons=(), email="")
    assert (given(runtime, first).helpful, given(runtime, first).mailed_at) == (True, None)


def test_two_sendings_at_once_are_one_comment(runtime: Runtime):
    number = vote(runtime)
    line, found = threading.Barrier(6), []

    def send() -> None:
        line.wait()
        found.append(give(runtime, number))

    together(*[send] * 6)
    assert len(found) == 6
    assert len(set(found)) == 1


def test_a_proof_is_used_up_by_one_comment(runtime: Runtime):
    one, other = vote(runtime), vote(runtime, voter=BOB)
    assert given(runtime, give(runtime, one, solved(runtime))).is_proven
    assert not given(runtime, give(runtime, other, solved(runtime), text="Another")).is_proven
    with runtime.database.reading() as session:
        assert session.scalars(select(SpentChallenge.nonce)).all() == ["nonce"]


def test_the_same_comment_again_uses_no_proof_up(runtime: Runtime):
    number = vote(runtime)
    give(runtime, number, solved(runtime))
    give(runtime, number, solved(runtime, "another"))
    with runtime.database.reading() as session:
        assert session.scalars(select(SpentChallenge.nonce)).all() == ["nonce"]


def test_what_a_program_filled_in_is_set_aside_proof_or_not(runtime: Runtime):
    sending = replace(solved(runtime), suspect_because="the hidden field was filled in")
    assert given(runtime, give(runtime, vote(runtime), sending)).set_aside_because == "the hidden field was filled in"


def test_haste_is_held_against_a_comment_without_a_proof_only(runtime: Runtime):
    hasty = Sending(hasty_because="too quick")
    assert given(runtime, give(runtime, vote(runtime), hasty)).set_aside_because == "too quick"
    proven = replace(solved(runtime), hasty_because="too quick")
    assert given(runtime, give(runtime, vote(runtime, voter=BOB), proven, text="Another")).set_aside_because is None


def test_the_same_text_under_another_article_is_set_aside_for_a_day(runtime: Runtime, clock: Clock):
    give(runtime, vote(runtime), text="Buy my shoes")
    spam = give(runtime, vote(runtime, article_id="invoices"), solved(runtime), text="  BUY my\nSHOES ")
    assert given(runtime, spam).set_aside_because == "the same text came under another article"
    clock.pass_(days=1)
    assert given(runtime, give(runtime, vote(runtime, article_id="payouts"), text="Buy my shoes")).set_aside_because is None


def test_two_readers_of_one_article_may_find_the_same_words(runtime: Runtime):
    assert [given(runtime, give(runtime, vote(runtime, voter=voter))).set_aside_because for voter in (ANN, BOB)] == [None, None]


def test_reasons_without_a_word_are_never_the_same_text(runtime: Runtime):
    for article_id in ("refunds", "invoices"):
        assert given(runtime, give(runtime, vote(runtime, article_id=article_id), text="")).set_aside_because is None


@pytest.mark.parametrize(
    ("proven", "most", "because"),
    [
        (True, MOST_COMMENTS_IN_AN_HOUR, "a burst of comments"),
        (False, MOST_UNPROVEN_IN_AN_HOUR, "a burst of comments without a proof of work"),
    ],
)
def test_a_burst_of_comments_is_set_aside(runtime: Runtime, clock: Clock, proven: bool, most: int, because: str):
    def say(number: int) -> str | None:
        sending = solved(runtime, f"nonce {number}") if proven else Sending()
        return given(runtime, give(runtime, vote(runtime, voter=others(number)), sending, text=f"Text {number}")).set_aside_because

    assert {say(number) for number in range(most)} == {None}
    assert say(most) == because
    # Reasons alone cost nobody anything to read.
    assert given(runtime, give(runtime, vote(runtime, voter=BOB), text="")).set_aside_because is None
    clock.pass_(hours=1)
    assert say(most + 1) is None


def test_where_unproven_comments_burst_a_proven_one_is_read(runtime: Runtime):
    for number in range(MOST_UNPROVEN_IN_AN_HOUR + 1):
        give(runtime, vote(runtime, voter=others(number)), text=f"Text {number}")
    assert given(runtime, give(runtime, vote(runtime), solved(runtime))).set_aside_because is None


def test_a_comment_that_was_set_aside_and_is_sent_anew_is_judged_anew(runtime: Runtime):
    number = vote(runtime)
    first = give(runtime, number, Sending(hasty_because="too quick"))
    give(runtime, number, solved(runtime), text="Said with more care")
    assert given(runtime, first).set_aside_because is None


def test_an_editor_settles_feedback_and_opens_it_again(runtime: Runtime, clock: Clock):
    number = give(runtime, vote(runtime))
    clock.pass_(days=1)
    settle(runtime, number, DONE, "Explained the ledger")
    stored = given(runtime, number)
    assert (stored.state, stored.note, stored.settled_at, stored.email) == (DONE, "Explained the ledger", clock.now(), "ann@example.net")
    settle(runtime, number, NEW)
    stored = given(runtime, number)
    assert (stored.state, stored.note, stored.settled_at, stored.email) == (NEW, "", None, "ann@example.net")


def test_done_twice_is_done_since_the_first_time(runtime: Runtime, clock: Clock):
    number = give(runtime, vote(runtime))
    settle(runtime, number, DONE, "One")
    done_at = clock.now()
    clock.pass_(days=1)
    settle(runtime, number, DONE, "Two")
    assert (given(runtime, number).settled_at, given(runtime, number).note) == (done_at, "Two")


def test_whoever_will_never_be_told_is_forgotten(runtime: Runtime):
    number = give(runtime, vote(runtime))
    settle(runtime, number, WONT_DO)
    assert given(runtime, number).email is None
    settle(runtime, number, NEW)
    assert given(runtime, number).email is None


def test_feedback_that_is_not_there_cannot_be_settled(runtime: Runtime):
    with pytest.raises(NoSuchFeedback, match="F-4711 is not feedback here"):
        settle(runtime, 4711, DONE)


def test_there_is_no_other_state(runtime: Runtime):
    number = give(runtime, vote(runtime))
    with pytest.raises(ValueError, match="'closed' is no state"):
        settle(runtime, number, "closed")


def test_a_digest_of_a_text_heeds_neither_case_nor_spaces():
    assert Comment((), "A  b\nC", "").digest == Comment(("x",), " a B c ", "y").digest
    assert Comment((), "", "").digest is None
    assert Comment((), "a", "").digest != Comment((), "b", "").digest


def test_nobody_votes_for_another_reader(runtime: Runtime):
    vote(runtime, voter=ANN)
    vote(runtime, voter=BOB, helpful=True)
    assert [one.helpful for one in votes(runtime)] == [False, True]
