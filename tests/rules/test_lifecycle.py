"""The life of a ticket as the policy tells it, each state with each move, written out without a look at the table."""

from collections import Counter
from dataclasses import replace

import pytest

from formapp.policy.policy import Policy
from formapp.rules.lifecycle import (
    MADE_BY,
    NEXT,
    SAID_MOVE,
    SAID_STATUS,
    WHOSE_TURN,
    Move,
    MoveNotAllowed,
    Mover,
    Status,
    Step,
    after,
    can,
    moves_from,
    say_move,
    say_step,
    step_from,
)

OPEN, WAITING, RESOLVED, CLOSED = Status.OPEN, Status.WAITING, Status.RESOLVED, Status.CLOSED
NO = None
LIFE = [
    # While it is our turn
    (OPEN, Move.ASKED, WAITING),  # now it is the customer's turn
    (OPEN, Move.UPDATED, OPEN),  # we told them how far we are, and go on
    (OPEN, Move.DELIVERED, RESOLVED),  # a resolution has been delivered
    (OPEN, Move.REOPENED, NO),  # it is open already
    (OPEN, Move.SET_ASIDE, CLOSED),  # nobody's request: there is nothing to answer
    (OPEN, Move.WROTE, OPEN),  # it is still our turn
    (OPEN, Move.SOLVED, RESOLVED),  # they need no answer any more, and can still think again
    (OPEN, Move.NOT_SOLVED, NO),  # nobody has said that it was
    (OPEN, Move.WENT_QUIET, NO),  # the customer owes us nothing: their silence means nothing
    (OPEN, Move.WINDOW_ENDED, NO),  # it was never resolved
    # While we wait for the customer
    (WAITING, Move.ASKED, WAITING),  # another question
    (WAITING, Move.UPDATED, OPEN),  # we go on without the answer
    (WAITING, Move.DELIVERED, RESOLVED),  # a resolution has been delivered, without the answer
    (WAITING, Move.REOPENED, NO),  # it is not finished: it is answered, not re-opened
    (WAITING, Move.SET_ASIDE, CLOSED),  # nobody's request, as it turns out
    (WAITING, Move.WROTE, OPEN),  # they answered: it is our turn
    (WAITING, Move.SOLVED, RESOLVED),  # it has solved itself
    (WAITING, Move.NOT_SOLVED, NO),  # nobody has said that it was
    (WAITING, Move.WENT_QUIET, RESOLVED),  # the policy: 7 days with no response from the customer
    (WAITING, Move.WINDOW_ENDED, NO),  # it must be resolved before it can be closed
    # While the customer can answer the resolution
    (RESOLVED, Move.ASKED, NO),  # it would wait for an answer while it counts as done: re-open it first
    (RESOLVED, Move.UPDATED, NO),  # there is nothing to go on with: re-open it first
    (RESOLVED, Move.DELIVERED, NO),  # it is; a second resolution would give the customer another window
    (RESOLVED, Move.REOPENED, OPEN),  # we see that it was not solved
    (RESOLVED, Move.SET_ASIDE, NO),  # somebody was answered: it was a request
    (RESOLVED, Move.WROTE, OPEN),  # the policy: unhappy, or with further questions
    (RESOLVED, Move.SOLVED, CLOSED),  # they agree: nothing is left to wait for
    (RESOLVED, Move.NOT_SOLVED, OPEN),  # the policy: unhappy
    (RESOLVED, Move.WENT_QUIET, NO),  # it is resolved already
    (RESOLVED, Move.WINDOW_ENDED, CLOSED),  # the policy: 7 days to answer, then it is closed
    # When it is finished
    (CLOSED, Move.ASKED, NO),  # nobody is asked about something finished: re-open it first
    (CLOSED, Move.UPDATED, NO),  # there is nothing to go on with: re-open it first
    (CLOSED, Move.DELIVERED, NO),  # it was, or it is junk
    (CLOSED, Move.REOPENED, OPEN),  # at any time
    (CLOSED, Move.SET_ASIDE, NO),  # it is out of the way already
    (CLOSED, Move.WROTE, OPEN),  # the policy: re-opened at any time by replying to the closure notification
    (CLOSED, Move.SOLVED, NO),  # it is finished already
    (CLOSED, Move.NOT_SOLVED, OPEN),  # at any time
    (CLOSED, Move.WENT_QUIET, NO),  # time does nothing more to it
    (CLOSED, Move.WINDOW_ENDED, NO),  # it is closed already
]


@pytest.mark.parametrize(("status", "move", "then"), LIFE)
def test_a_move_leads_where_the_policy_says_or_nowhere(status: Status, move: Move, then: Status | None) -> None:
    assert can(status, move) is (then is not None)
    assert (move in moves_from(status)) is (then is not None)
    if then is not None:
        assert after(status, move) is then
    else:
        with pytest.raises(MoveNotAllowed):
            after(status, move)


def test_every_move_is_told_of_for_every_state_once() -> None:
    assert Counter((status, move) for status, move, _ in LIFE) == Counter((status, move) for status in Status for move in Move)


def test_a_state_is_read_from_the_database_as_the_text_that_it_is() -> None:
    assert after(Status("waiting"), Move.WROTE) == "open"
    assert [*map(str, Status)] == ["open", "waiting", "resolved", "closed"]


def test_a_move_fits_into_the_history() -> None:
    assert max(len(move) for move in Move) <= 40
    assert max(len(mover) for mover in Mover) <= 40


@pytest.mark.parametrize(
    ("status", "move", "says"),
    [
        (OPEN, Move.NOT_SOLVED, "the ticket is open: that has been done already"),
        (OPEN, Move.WINDOW_ENDED, "the ticket is open: this cannot happen to it now"),
        (CLOSED, Move.DELIVERED, "the ticket is closed: re-open it first"),
        (CLOSED, Move.SOLVED, "the ticket is closed: that has been done already"),
    ],
)
def test_a_refused_move_says_what_can_be_done_instead(status: Status, move: Move, says: str) -> None:
    with pytest.raises(MoveNotAllowed) as refused:
        after(status, move)
    assert str(refused.value) == says


def test_only_time_resolves_the_quiet_and_closes_what_nobody_answered() -> None:
    assert {move for move, mover in MADE_BY.items() if mover is Mover.TIME} == {Move.WENT_QUIET, Move.WINDOW_ENDED}
    assert {move for move, mover in MADE_BY.items() if mover is Mover.CUSTOMER} == {Move.WROTE, Move.SOLVED, Move.NOT_SOLVED}


def test_the_customer_can_come_back_from_everywhere() -> None:
    assert {after(status, Move.WROTE) for status in Status} == {OPEN}


def test_nobody_can_be_kept_in_a_state_for_good() -> None:
    """From every state staff and the customer can each do something, so no ticket is stuck."""
    for status in Status:
        assert {MADE_BY[move] for move in moves_from(status)} >= {Mover.STAFF, Mover.CUSTOMER}


def test_time_does_as_many_days_as_the_policy_says(policy: Policy) -> None:
    assert step_from(policy, WAITING) == Step(Move.WENT_QUIET, 7, remind_after_days=4)
    assert step_from(policy, RESOLVED) == Step(Move.WINDOW_ENDED, 7)
    # Ours to do, or done.
    assert step_from(policy, OPEN) is None
    assert step_from(policy, CLOSED) is None


def test_another_policy_means_other_days(policy: Policy) -> None:
    days = {"resolved_after_quiet_days": 14, "reminded_after_quiet_days": 10, "closed_after_resolved_days": 3}
    other = policy.model_copy(update={"resolution": policy.resolution.model_copy(update=days)})
    assert step_from(other, WAITING) == Step(Move.WENT_QUIET, 14, remind_after_days=10)
    closing = step_from(other, RESOLVED)
    assert closing == Step(Move.WINDOW_ENDED, 3)
    assert replace(closing, days=2).window.total_seconds() == 2 * 24 * 3600
    assert say_move(other, Move.WENT_QUIET) == "14 days pass without a response from you"
    assert say_move(other, Move.WINDOW_ENDED) == "3 days pass without an answer from you"


def test_what_time_does_leads_somewhere(policy: Policy) -> None:
    for status in Status:
        coming = step_from(policy, status)
        assert coming is None or (status, coming.move) in NEXT


def test_everything_that_can_happen_has_words() -> None:
    assert set(SAID_STATUS) == set(WHOSE_TURN) == set(Status)
    assert set(SAID_MOVE) == set(MADE_BY) == set(Move)


def test_what_time_does_next_is_said_with_what_keeps_it_from_happening() -> None:
    moment = "Tue 1 Dec 2026, 9:00 am AEST"
    assert say_step(Move.WINDOW_ENDED, moment) == "Closes Tue 1 Dec 2026, 9:00 am AEST unless you write"
    said = "Counts as resolved from Tue 1 Dec 2026, 9:00 am AEST unless the customer writes"
    assert say_step(Move.WENT_QUIET, moment, "the customer writes") == said
