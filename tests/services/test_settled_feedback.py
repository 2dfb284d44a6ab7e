"""What an editor makes of feedback."""

import pytest

from formapp.rules.feedback import DONE, LONGEST_NOTE, NEW, WONT_DO
from formapp.runtime import Runtime
from formapp.services.feedback import NoSuchFeedback, UnusableNote
from tests.clock import Clock
from tests.services.votes import give, given, settle, vote


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


def test_a_note_is_kept_on_one_line(runtime: Runtime):
    number = give(runtime, vote(runtime))
    longest = "x" * LONGEST_NOTE
    for note, kept in (("  Explained\r\n the\tledger\n", "Explained the ledger"), (f"{longest}\n", longest)):
        settle(runtime, number, DONE, note)
        assert given(runtime, number).note == kept


TOO_LONG = "Note must be 500 characters or less"
LINKED = "Note must not hold a link: the reader is sent the article’s"


def test_a_note_that_cannot_be_mailed_settles_nothing(runtime: Runtime):
    number = give(runtime, vote(runtime))
    links = ("Look at https://evil.example/", "HTTP:evil.example", "Look at\nWWW.evil.example", "ftp://evil.example", "See evil.example/x")
    for note, message in (("x" * (LONGEST_NOTE + 1), TOO_LONG), *[(link, LINKED) for link in links]):
        with pytest.raises(UnusableNote) as refused:
            settle(runtime, number, WONT_DO, note)
        assert str(refused.value) == message
    stored = given(runtime, number)
    assert (stored.state, stored.note, stored.settled_at, stored.email) == (NEW, "", None, "ann@example.net")


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
