"""Whatever is done to the policy file, it is either obeyed as it stands or refused: nothing else."""

import copy
import random
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from formapp.errors import HelpCentreError
from formapp.policy.loader import PolicyError, load_policy, policy_of
from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.examples import check_examples
from tests.conftest import POLICY

FILE = Path("docs/policy.toml")
# Every kind of value that TOML has, with the odd ones of each.
VALUES: tuple[Any, ...] = (
    *(
        "",
        " ",
        "x",
        "P9",
        "09:00-17:00",
        "as-request-type",
        "\x00",
        "\u202e",
        "é" * 99,
        "{ticket_id}",
        "Europe/London",
        "../x",
        "NZ",
        "AKL",
    ),
    *(0, 1, -1, 3, 25, 10**400, 1 << 63, 0.0, -0.5, 1e-300, 1e300, 7.6, float("nan"), float("inf"), True, False),
    *(date(2026, 8, 12), date(1, 1, 1), date(9999, 12, 31), datetime(2026, 8, 12), datetime(9999, 12, 31, tzinfo=UTC), time(9)),  # noqa: DTZ001
    *([], {}, [[]], [{}], ["09:00-17:00"], ["00:00-24:00", "24:00-24:00"], {"date": date(2026, 8, 12), "name": "x"}, [1, "x", 2.5]),
)
PATCHES = (b"", b"\n", b'"', b"[", b"=", b"\x00", b"\xff", b"9" * 30)


def test_a_policy_with_a_value_changed_is_obeyed_or_refused() -> None:
    chance = random.Random(20261123)
    parsed = tomllib.loads(POLICY.read_text())
    outcomes = [_outcome(_mutated(parsed, chance)) for _ in range(1000)]
    assert outcomes.count("obeyed") > 50
    assert outcomes.count("refused") > 200


def test_a_policy_file_with_bytes_changed_is_obeyed_or_refused(tmp_path: Path) -> None:
    chance = random.Random(20261123)
    whole = POLICY.read_bytes()
    path = tmp_path / "policy.toml"
    refused = 0
    for _ in range(200):
        torn = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            begins = chance.randrange(len(torn))
            torn[begins : begins + chance.choice((0, 1, 1, 30))] = chance.choice(
                (b"", b"\n", b'"', b"[", b"=", b"\x00", b"\xff", b"9" * 30)
            )
        path.write_bytes(torn)
        message = _refusal(lambda: load_policy(path), PolicyError)
        if message is not None:
            refused += 1
            assert message.startswith(f"{path}: ")
    assert refused > 50


def _mutated(parsed: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    data = copy.deepcopy(parsed)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        table, key = chance.choice(list(_places(data)))
        match chance.choice(("replace", "replace", "replace", "delete", "repeat", "rename", "swap")):
            case "replace":
                table[key] = copy.deepcopy(chance.choice(VALUES))
            case "delete":
                del table[key]
            case "repeat" if isinstance(table, list):
                table.insert(key, copy.deepcopy(table[key]))
            case "rename" if isinstance(table, dict):
                table[f"{key}s"] = table.pop(key)
            case _:
                other, place = chance.choice(list(_places(data)))
                table[key] = copy.deepcopy(other[place])
    return data


def _places(value: Any) -> Any:
    """Yield every table and list with each of its keys."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(one, dict | list):
            yield from _places(one)


def _outcome(data: dict[str, Any]) -> str:
    message = _refusal(lambda: policy_of(data, FILE), PolicyError)
    if message is not None:
        assert all(line.startswith("docs/policy.toml: ") and len(line) < 600 for line in message.splitlines()), message
        return "refused"
    # What has been loaded must be computable, or say in one message why not.
    message = _refusal(lambda: _computed(policy_of(data, FILE)), HelpCentreError)
    assert message is None or len(message) < 2000
    return "obeyed"


def _computed(policy: Policy) -> None:
    check_examples(policy, BusinessCalendar.of(policy))


def _refusal(ask: Callable[[], object], refusing: type[HelpCentreError]) -> str | None:
    try:
        ask()
    except refusing as error:
        return str(error)
    return None
