from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from formapp.models import Feedback, FeedbackReason, SpentChallenge
from formapp.rules.feedback import DONE, NEW
from formapp.runtime import Runtime
from formapp.services.feedback import (
    MOST_COMMENTS_IN_AN_HOUR,
    MOST_UNPROVEN_IN_AN_HOUR,
    SHORTEST_SAME_TEXT,
    Comment,
    Sending,
)
from formapp.services.proofs import Solved
from tests.clock import Clock
from tests.services.votes import ANN, BOB, give, given, others, settle, together, vote


def solved(runtime: Runtime, nonce: str = "nonce") -> Sending:
    return Sending(Solved(nonce, runtime.now() + timedelta(minutes=20)))


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
    told(runtime, first)
    clock.pass_(days=2)
    assert give(runtime, number, **change) == first
    stored = given(runtime, first)
    assert (stored.state, stored.note, stored.mailed_at, stored.settled_at, stored.published_at) == (NEW, "", None, None, None)
    # Whoever gave an address again waits again.
    assert stored.told_at is None
    assert stored.given_at == clock.now()
    with runtime.database.reading() as session:
        assert len(session.scalars(select(FeedbackReason)).all()) == 1


def mailed(runtime: Runtime, number: int) -> None:
    with runtime.database.transaction() as session:
        session.get_one(Feedback, number).mailed_at = runtime.now()


def told(runtime: Runtime, number: int) -> None:
    with runtime.database.transaction() as session:
        found = session.get_one(Feedback, number)
        found.published_at = found.told_at = runtime.now()
        found.email = None


def test_a_changed_vote_keeps_what_was_said_until_something_else_is_said(runtime: Runtime):
    number = vote(runtime)
    first = give(runtime, number)
    vote(runtime, helpful=True, earlier=number)
    stored = given(runtime, first)
    assert (stored.comment, stored.helpful, stored.email) == ("What is a ledger?", False, "ann@example.net")
    assert give(runtime, number, reasons=(), text="Clear now", email="") == first
    stored = given(runtime, first)
    assert (stored.comment, stored.helpful, stored.reasons) == ("Clear now", True, [])


@pytest.mark.parametrize(("helpful", "email"), [(False, "ann@example.net"), (True, None)])
def test_an_address_given_before_stands_unless_the_article_helped_after_all(runtime: Runtime, helpful: bool, email: str | None):
    number = vote(runtime)
    first = give(runtime, number)
    vote(runtime, helpful=helpful, earlier=number)
    give(runtime, number, reasons=(), text="Something else", email="")
    assert given(runtime, first).email == email


def test_the_same_words_after_a_changed_vote_are_new(runtime: Runtime):
    number = vote(runtime)
    first = give(runtime, number, reasons=(), email="")
    mailed(runtime, first)
    vote(runtime, helpful=True, earlier=number)
    give(runtime, number, reasons=(), email="")
    assert (given(runtime, first).helpful, given(runtime, first).mailed_at) == (True, None)


def test_whoever_looks_like_the_same_reader_adds_to_a_vote_of_their_own(runtime: Runtime):
    anns = give(runtime, vote(runtime))
    bobs = give(runtime, vote(runtime, helpful=True), reasons=(), text="All clear", email="")
    assert (given(runtime, anns).comment, given(runtime, anns).helpful, given(runtime, anns).email) == (
        "What is a ledger?",
        False,
        "ann@example.net",
    )
    assert (given(runtime, bobs).comment, given(runtime, bobs).helpful, given(runtime, bobs).email) == ("All clear", True, None)


def test_two_sendings_at_once_are_one_comment(runtime: Runtime):
    number = vote(runtime)
    found: list[int] = []
    together(*[lambda: found.append(give(runtime, number))] * 6)
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
    give(runtime, vote(runtime), text="Buy my shoes at shoes.example")
    spam = give(runtime, vote(runtime, article_id="invoices"), solved(runtime), text="  BUY my\nSHOES at shoes.example ")
    assert given(runtime, spam).set_aside_because == "the same text came under another article"
    clock.pass_(days=1)
    assert (
        given(runtime, give(runtime, vote(runtime, article_id="payouts"), text="Buy my shoes at shoes.example")).set_aside_because is None
    )


def test_two_readers_of_one_article_may_find_the_same_words(runtime: Runtime):
    assert [given(runtime, give(runtime, vote(runtime, voter=voter))).set_aside_because for voter in (ANN, BOB)] == [None, None]


def test_a_short_word_that_many_write_is_never_the_same_text(runtime: Runtime):
    for length, because in ((SHORTEST_SAME_TEXT - 1, None), (SHORTEST_SAME_TEXT, "the same text came under another article")):
        for article_id, expected in (("refunds", None), ("invoices", because)):
            number = vote(runtime, article_id=article_id, voter=others(length))
            assert given(runtime, give(runtime, number, text="u" * length)).set_aside_because == expected


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


def test_comments_of_a_clock_that_was_two_days_ahead_are_no_burst(runtime: Runtime, clock: Clock):
    clock.pass_(days=2)
    for number in range(MOST_UNPROVEN_IN_AN_HOUR):
        give(runtime, vote(runtime, voter=others(number)), text=f"Text {number}")
    clock.pass_(days=-2)
    assert given(runtime, give(runtime, vote(runtime))).set_aside_because is None


def test_where_unproven_comments_burst_a_proven_one_is_read(runtime: Runtime):
    for number in range(MOST_UNPROVEN_IN_AN_HOUR + 1):
        give(runtime, vote(runtime, voter=others(number)), text=f"Text {number}")
    assert given(runtime, give(runtime, vote(runtime), solved(runtime))).set_aside_because is None


def test_a_comment_that_was_set_aside_and_is_sent_anew_is_judged_anew(runtime: Runtime):
    number = vote(runtime)
    first = give(runtime, number, Sending(hasty_because="too quick"))
    give(runtime, number, solved(runtime), text="Said with more care")
    assert given(runtime, first).set_aside_because is None


def test_a_digest_of_a_text_heeds_neither_case_nor_spaces():
    assert Comment((), "A  b\nC", "").digest == Comment(("x",), " a B c ", "y").digest
    assert Comment((), "", "").digest is None
    assert Comment((), "a", "").digest != Comment((), "b", "").digest
