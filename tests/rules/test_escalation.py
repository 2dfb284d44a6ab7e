from datetime import datetime, timedelta
from itertools import product

import pytest

from formapp.policy.policy import Policy
from formapp.rules.escalation import GATES, conditions, gates_passed
from tests.clock import MONDAY_AFTERNOON as NOW

BEFORE, AFTER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
ANSWERED, LATE = "first-response-sent", "promise-passed"
EITHER = (ANSWERED, LATE)


def having(policy: Policy, gates: tuple[str, ...]) -> Policy:
    return policy.model_copy(update={"escalation": policy.escalation.model_copy(update={"gate_any_of": gates})})


@pytest.mark.parametrize(
    ("gates", "answered_at", "due_at", "met"),
    [
        (EITHER, None, AFTER, ()),
        (EITHER, None, BEFORE, (LATE,)),
        (EITHER, BEFORE, AFTER, (ANSWERED,)),
        (EITHER, BEFORE, BEFORE, (ANSWERED, LATE)),
        ((ANSWERED,), None, AFTER, ()),
        ((ANSWERED,), None, BEFORE, ()),
        ((ANSWERED,), BEFORE, AFTER, (ANSWERED,)),
        ((ANSWERED,), BEFORE, BEFORE, (ANSWERED,)),
        ((LATE,), None, AFTER, ()),
        ((LATE,), None, BEFORE, (LATE,)),
        ((LATE,), BEFORE, AFTER, ()),
        ((LATE,), BEFORE, BEFORE, (LATE,)),
        # The very second: a promise is kept until it is over, a response counts from when it was given.
        (EITHER, None, NOW, ()),
        (EITHER, NOW, AFTER, (ANSWERED,)),
        # A clock that was put back has seen no response yet.
        (EITHER, AFTER, AFTER, ()),
    ],
)
def test_a_ticket_passes_when_it_meets_one_of_the_policys_conditions(
    policy: Policy, gates: tuple[str, ...], answered_at: datetime | None, due_at: datetime, met: tuple[str, ...]
) -> None:
    assert gates_passed(having(policy, gates), first_response_at=answered_at, due_at=due_at, now=NOW) == met


def test_no_condition_that_the_policy_does_not_name_lets_a_ticket_through(policy: Policy) -> None:
    for gates, answered_at, due_at in product(((ANSWERED,), (LATE,), EITHER, EITHER[::-1]), (None, BEFORE), (BEFORE, AFTER)):
        met = gates_passed(having(policy, gates), first_response_at=answered_at, due_at=due_at, now=NOW)
        assert met == tuple(gate for gate in gates if gate in met), "in the policy's order, and none of its own"


def test_the_conditions_are_said_in_the_policys_order(policy: Policy) -> None:
    assert conditions(having(policy, EITHER[::-1])) == (GATES[LATE], GATES[ANSWERED])
