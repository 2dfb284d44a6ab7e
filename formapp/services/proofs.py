"""Proof of work: challenges that a browser solves in the background, so that sending in bulk costs something.

Somebody without a proof is never refused; the request is kept and marked.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from altcha import Payload, create_challenge, verify_solution
from sqlalchemy import CursorResult, delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from formapp.models.spent_challenge import SpentChallenge

GOOD_FOR = timedelta(minutes=20)
# A real payload has some 800 characters; nothing longer is even decoded.
LONGEST = 4096
# About 0.4 s of work in a browser on two busy cores, and 0.9 ms for us.
ALGORITHM = "PBKDF2/SHA-256"
ITERATIONS = 5000
LEAST_TRIES, MOST_TRIES = 500, 1000
_EXPIRES = "expires"


@dataclass(frozen=True)
class Solved:
    """A challenge of ours that somebody has solved; the nonce is what we signed, however the rest was altered."""

    nonce: str
    expires_at: datetime


class Proofs:
    """Makes and reads challenges; the first key signs, and what any of them signed is believed."""

    def __init__(self, keys: Sequence[str]) -> None:
        # Keys for this purpose alone: a link's signature proves no work, nor the other way about.
        self._secrets = [(_derived(key, "proof: challenge"), _derived(key, "proof: solution")) for key in keys]

    def challenge(self, now: datetime) -> dict[str, Any]:
        """Return a new challenge as JSON for the widget, good for GOOD_FOR from `now`."""
        signature_secret, solution_secret = self._secrets[0]
        made = create_challenge(
            ALGORITHM,
            ITERATIONS,
            counter=LEAST_TRIES + secrets.randbelow(MOST_TRIES - LEAST_TRIES + 1),
            # Not in `expires_at`: the library holds that against its own clock, and the widget against the reader's, which may be wrong.
            data={_EXPIRES: int((now + GOOD_FOR).timestamp())},
            hmac_secret=signature_secret,
            hmac_key_secret=solution_secret,
        )
        return made.to_dict()

    def read(self, payload: str, now: datetime) -> Solved | None:
        """Return what a form's `proof` field proves, or None if nothing; raises nothing, whatever it holds."""
        if not payload or len(payload) > LONGEST:
            return None
        try:
            claimed = Payload.from_base64(payload)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        if not any(self._verified(claimed)):
            return None
        # From here on the parameters are our own, though perhaps another version's.
        parameters = claimed.challenge.parameters
        seconds = (parameters.data or {}).get(_EXPIRES)
        if not isinstance(seconds, int) or now.timestamp() >= seconds:
            return None
        return Solved(parameters.nonce, datetime.fromtimestamp(seconds, UTC))

    def _verified(self, claimed: Payload) -> Iterator[bool]:
        for signature_secret, solution_secret in self._secrets:
            yield verify_solution(claimed, signature_secret, hmac_key_secret=solution_secret).verified


def spend(session: Session, solved: Solved, now: datetime) -> bool:
    """Use a proof up in the caller's transaction; False if it was used before or has expired meanwhile."""
    if solved.expires_at <= now:
        return False
    try:
        # In a savepoint: the caller's transaction goes on without the proof. A rival that has not committed yet is waited for.
        with session.begin_nested():
            session.execute(insert(SpentChallenge).values(nonce=solved.nonce, expires_at=solved.expires_at))
    except IntegrityError:
        return False
    return True


def purge_spent(session: Session, now: datetime) -> int:
    """Forget the proofs that have expired, in the caller's transaction; return how many."""
    gone = session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at <= now))
    assert isinstance(gone, CursorResult)
    return gone.rowcount


def _derived(key: str, purpose: str) -> bytes:
    return hmac.digest(key.encode(), purpose.encode(), hashlib.sha256)
