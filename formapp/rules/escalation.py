"""Whether a formal escalation goes through to escalation level."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from formapp.policy.afterwards import Gate
from formapp.policy.policy import Policy

# As published, as told to a customer who is not there yet, and as told to staff.
GATES: Mapping[Gate, str] = {
    "first-response-sent": "The ticket has had its first response from us",
    "promise-passed": "The ticket’s target response time has passed",
}


class Verdict(StrEnum):
    """What became of a request for escalation; only staff are told the last two."""

    # Of a mail that lacks items, until they come.
    INCOMPLETE = "incomplete"
    PASSED = "passed"
    NOT_YET = "not yet"
    UNKNOWN_TICKET = "unknown ticket"
    ANOTHER_ADDRESS = "another address"


def gates_passed(policy: Policy, *, first_response_at: datetime | None, due_at: datetime, now: datetime) -> tuple[Gate, ...]:
    """Return which of the policy's conditions a ticket meets; one is enough. Moments are aware."""
    met = {"first-response-sent": first_response_at is not None and first_response_at <= now, "promise-passed": due_at < now}
    return tuple(gate for gate in policy.escalation.gate_any_of if met[gate])


def conditions(policy: Policy) -> tuple[str, ...]:
    """Return the policy's conditions in words."""
    return tuple(GATES[gate] for gate in policy.escalation.gate_any_of)
