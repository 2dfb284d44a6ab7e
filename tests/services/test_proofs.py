import base64
import json
import threading
from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from altcha import Challenge, Payload, create_challenge, solve_challenge
from hypothesis import given
from hypothesis import strategies as st

from formapp.services.database import Database
from formapp.services.proofs import GOOD_FOR, LONGEST, Proofs, Solved, purge_spent, spend
from tests.clock import MONDAY_AFTERNOON, Clock

KEY = "only-for-tests-kJ8x-Qm2_vT5wY9zB4nR7pL1sD6"
OTHER_KEY = "only-for-tests-9zB4nR7pL1sD6kJ8x-Qm2_vT5wY"
PROOFS = Proofs([KEY])


def solved(challenge: dict[str, Any], *, start: int = 500) -> str:
    """Do what the widget does, in its notation."""
    parsed = Challenge.from_dict(challenge)
    solution = solve_challenge(parsed, counter_start=start)
    assert solution
    return Payload(parsed, solution).to_base64()


@cache
def good() -> str:
    """A proof of the clock's first moment: it takes half a second to make."""
    return solved(PROOFS.challenge(MONDAY_AFTERNOON))


def altered(payload: str, *path: str, value: Any) -> str:
    whole = json.loads(base64.b64decode(payload))
    inner = whole
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return base64.b64encode(json.dumps(whole).encode()).decode()


def test_a_solved_challenge_is_a_proof(clock: Clock):
    proof = PROOFS.read(good(), clock.now())
    assert proof
    assert 0 < len(proof.nonce) <= 64
    assert proof.expires_at == clock.now() + GOOD_FOR


def test_a_challenge_asks_for_work_that_a_phone_can_do():
    parameters = PROOFS.challenge(MONDAY_AFTERNOON)["parameters"]
    assert (parameters["algorithm"], parameters["cost"]) == ("PBKDF2/SHA-256", 5000)
    assert 500 <= json.loads(base64.b64decode(good()))["solution"]["counter"] <= 1000


def test_no_two_challenges_are_the_same(clock: Clock):
    assert len({PROOFS.challenge(clock.now())["parameters"]["nonce"] for _ in range(20)}) == 20


def test_a_proof_is_good_for_twenty_minutes_of_the_clock_that_is_passed_in(clock: Clock):
    clock.pass_(minutes=19, seconds=59)
    assert PROOFS.read(good(), clock.now())
    clock.pass_(seconds=1)
    assert PROOFS.read(good(), clock.now()) is None


@pytest.mark.parametrize("years", [-30, 30])
def test_neither_the_machines_clock_nor_the_readers_is_asked(clock: Clock, years: int):
    moment = clock.now() + timedelta(days=365 * years)
    payload = solved(PROOFS.challenge(moment))
    assert PROOFS.read(payload, moment)
    assert "expiresAt" not in json.loads(base64.b64decode(payload))["challenge"]["parameters"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("challenge", "parameters", "data", "expires"), 4_000_000_000),
        (("challenge", "parameters", "data"), {}),
        (("challenge", "parameters", "data"), None),
        (("challenge", "parameters", "cost"), 1),
        (("challenge", "parameters", "keyPrefix"), "00"),
        (("challenge", "parameters", "keySignature"), None),
        (("challenge", "parameters", "nonce"), "00" * 16),
        (("challenge", "parameters", "expiresAt"), 4_000_000_000),
        (("challenge", "parameters", "expiresAt"), "never"),
        (("challenge", "parameters"), []),
        (("challenge", "parameters"), "text"),
        (("challenge", "signature"), ""),
        (("challenge", "signature"), None),
        (("challenge",), 7),
        (("solution", "derivedKey"), "00" * 32),
        (("solution", "derivedKey"), 7),
        (("solution",), None),
    ],
)
def test_an_altered_proof_proves_nothing(clock: Clock, path: tuple[str, ...], value: object):
    assert PROOFS.read(altered(good(), *path, value=value), clock.now()) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("solution", "counter"), 1),
        (("solution", "took"), 1),
        (("more",), "x"),
        (("challenge", "more"), "x"),
        (("challenge", "parameters", "more"), "x"),
        (("challenge", "parameters", "cost"), 5000.0),
    ],
)
def test_what_the_signature_leaves_out_does_not_make_another_proof(clock: Clock, path: tuple[str, ...], value: object):
    again = PROOFS.read(altered(good(), *path, value=value), clock.now())
    assert again == PROOFS.read(good(), clock.now())


def test_a_proof_in_other_letters_is_the_same_proof(database: Database, clock: Clock):
    derived = json.loads(base64.b64decode(good()))["solution"]["derivedKey"]
    assert derived != derived.upper()
    both = [PROOFS.read(payload, clock.now()) for payload in (good(), altered(good(), "solution", "derivedKey", value=derived.upper()))]
    with database.transaction() as session:
        assert [spend(session, proof, clock.now()) for proof in both if proof] == [True, False]


def test_a_proof_of_an_older_key_still_counts_and_a_strangers_does_not(clock: Clock):
    assert Proofs([OTHER_KEY, KEY]).read(good(), clock.now())
    assert Proofs([OTHER_KEY]).read(good(), clock.now()) is None
    assert PROOFS.read(solved(Proofs([OTHER_KEY, KEY]).challenge(clock.now())), clock.now()) is None


def test_a_challenge_of_a_version_that_said_its_end_otherwise_proves_nothing(clock: Clock):
    signature_secret, solution_secret = PROOFS._secrets[0]
    other = create_challenge("PBKDF2/SHA-256", 1, counter=3, hmac_secret=signature_secret, hmac_key_secret=solution_secret)
    assert PROOFS.read(solved(other.to_dict(), start=0), clock.now()) is None


def test_a_challenge_carries_no_key(clock: Clock):
    assert KEY not in json.dumps(PROOFS.challenge(clock.now()))


@pytest.mark.parametrize("payload", ["", " ", "null", "e30=", "W10=", "\x00", "\ud800", "é" * 100, "[" * 4000, "A" * 4000, "A" * 5_000_000])
def test_rubbish_proves_nothing(clock: Clock, payload: str):
    assert PROOFS.read(payload, clock.now()) is None


def test_a_nest_of_brackets_proves_nothing(clock: Clock):
    assert PROOFS.read(base64.b64encode(b"[" * 3000).decode(), clock.now()) is None


def test_nothing_longer_than_four_kilobytes_is_decoded(clock: Clock):
    spaced = base64.b64encode(base64.b64decode(good()) + b" " * 6000).decode()
    assert len(spaced) > LONGEST
    assert PROOFS.read(spaced, clock.now()) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.sampled_from(["expires", "__proto__"]), inner, max_size=3),
    max_leaves=8,
)
LIKE_A_PROOF = st.fixed_dictionaries(
    {
        "challenge": ANYTHING
        | st.fixed_dictionaries(
            {
                "parameters": ANYTHING
                | st.fixed_dictionaries(
                    {"algorithm": ANYTHING, "nonce": ANYTHING, "salt": ANYTHING, "cost": ANYTHING},
                    optional={"expiresAt": ANYTHING, "keySignature": ANYTHING, "data": ANYTHING, "keyLength": ANYTHING},
                )
            },
            optional={"signature": ANYTHING},
        ),
        "solution": ANYTHING | st.fixed_dictionaries({"counter": ANYTHING, "derivedKey": ANYTHING}),
    }
)


@given(st.text())
def test_no_text_makes_reading_fail(payload: str):
    assert PROOFS.read(payload, MONDAY_AFTERNOON) is None


@given(ANYTHING | LIKE_A_PROOF)
def test_no_json_makes_reading_fail(value: object):
    payload = base64.b64encode(json.dumps(value).encode()).decode()
    assert PROOFS.read(payload, MONDAY_AFTERNOON) is None


@given(st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_no_single_byte_can_be_changed_to_another_proof(place: int, byte: int):
    raw = bytearray(base64.b64decode(good()))
    raw[place % len(raw)] = byte
    proof = PROOFS.read(base64.b64encode(bytes(raw)).decode(), MONDAY_AFTERNOON)
    assert proof is None or proof == PROOFS.read(good(), MONDAY_AFTERNOON)


def test_a_proof_counts_once(database: Database, clock: Clock):
    proof = Solved("a" * 32, clock.now() + GOOD_FOR)
    with database.transaction() as session:
        assert spend(session, proof, clock.now())
    for _ in range(2):
        with database.transaction() as session:
            assert not spend(session, proof, clock.now())


def test_a_used_proof_leaves_the_transaction_whole(database: Database, clock: Clock):
    first, second = (Solved(letter * 32, clock.now() + GOOD_FOR) for letter in "ab")
    with database.transaction() as session:
        assert [spend(session, proof, clock.now()) for proof in (first, first, second)] == [True, False, True]
    with database.transaction() as session:
        assert not spend(session, second, clock.now())


def test_a_proof_of_a_submission_that_failed_is_not_used_up(database: Database, clock: Clock):
    proof = Solved("a" * 32, clock.now() + GOOD_FOR)
    with suppress(ZeroDivisionError), database.transaction() as session:
        assert spend(session, proof, clock.now())
        raise ZeroDivisionError
    with database.transaction() as session:
        assert spend(session, proof, clock.now())


def test_of_twenty_submissions_at_once_one_has_the_proof(database: Database, clock: Clock):
    proof = Solved("a" * 32, clock.now() + GOOD_FOR)
    line, results = threading.Barrier(20), []

    def submit() -> None:
        line.wait()
        with database.transaction() as session:
            results.append(spend(session, proof, clock.now()))

    threads = [threading.Thread(target=submit) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 19 + [True]


def test_spent_proofs_are_forgotten_when_they_have_expired_and_not_before(database: Database, clock: Clock):
    proof = Solved("a" * 32, clock.now() + GOOD_FOR)
    with database.transaction() as session:
        assert spend(session, proof, clock.now())
    clock.pass_(minutes=19)
    with database.transaction() as session:
        assert purge_spent(session, clock.now()) == 0
    clock.pass_(minutes=1)
    with database.transaction() as session:
        assert purge_spent(session, clock.now()) == 1
        # Even to a slower clock, it is no proof any more.
        assert not spend(session, proof, clock.now())
