"""Proofs of work as a browser makes them, though of hardly any work: what is signed decides, not how hard it was."""

from functools import cache
from unittest import mock

from altcha import Challenge, Payload, solve_challenge

from formapp.services import proofs
from tests.clock import MONDAY_AFTERNOON

SECRET = "only-for-tests-kJ8x-Qm2_vT5wY9zB4nR7pL1sD6"
EARLIER_SECRET = "only-for-tests-9zB4nR7pL1sD6kJ8x-Qm2_vT5wY"


@cache
def proof(number: int = 1, *, key: str = SECRET) -> str:
    """Return the text of a form's field `proof`, good from the test clock's first moment; another number gives another one."""
    with mock.patch.multiple(proofs, ITERATIONS=1, LEAST_TRIES=1, MOST_TRIES=1):
        challenge = Challenge.from_dict(proofs.Proofs([key]).challenge(MONDAY_AFTERNOON))
    solution = solve_challenge(challenge)
    assert solution
    return Payload(challenge, solution).to_base64()
