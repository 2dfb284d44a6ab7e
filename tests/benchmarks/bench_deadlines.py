"""Deadlines per second, and whether a far one costs more than a near one. Run by `make bench`."""

import io
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from formapp.commands.policy_batch import DeadlineBatch
from formapp.policy.loader import load_policy
from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.deadlines import promise_for

POLICY = Path(__file__).parents[2] / "docs" / "policy.toml"
HOURS = (1, 10, 100, 1_000, 10_000)
ROUNDS = 7
DEADLINES = 20_000
PROMISES = 1_000
LINES = 20_000


def main() -> None:
    policy = load_policy(POLICY)
    began = time.perf_counter()
    calendar = BusinessCalendar.of(policy)
    moments = _moments(DEADLINES)
    calendar.add(moments[0], timedelta(hours=1))
    print(f"the first deadline, with its two years of the calendar: {(time.perf_counter() - began) * 1000:.1f} ms")
    # The years of the farthest deadline are there before anything is measured.
    calendar.add(max(moments), timedelta(hours=max(HOURS)))

    rates = _rates(calendar, moments)
    for hours, rate in rates.items():
        print(f"deadlines {hours:>6,} business hours away: {rate:>9,.0f} a second")
    print(f"flatness, slowest to fastest of these: {min(rates.values()) / max(rates.values()):.2f}")
    print(f"flatness, 10,000 business hours to 1: {rates[10_000] / rates[1]:.2f}")
    promises = _rate(lambda moment: promise_for(policy, calendar, "incident", "P4", moment), moments[:PROMISES])
    print(f"promises with their working: {promises:,.0f} a second")
    print(f"lines of a batch: {_batch_rate(policy, calendar, moments[:LINES]):,.0f} a second")


def _moments(count: int) -> list[datetime]:
    chance = random.Random(2)
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    return [begins + timedelta(microseconds=chance.randrange(365 * 86_400 * 1_000_000)) for _ in range(count)]


def _rates(calendar: BusinessCalendar, moments: Sequence[datetime]) -> dict[int, float]:
    """Measure each distance in turn, round after round, so that a busy machine slows them all alike."""
    measured: dict[int, list[float]] = {hours: [] for hours in HOURS}
    for _ in range(ROUNDS):
        for hours in HOURS:
            span = timedelta(hours=hours)
            measured[hours].append(_rate(lambda moment, span=span: calendar.add(moment, span), moments))
    return {hours: statistics.median(rates) for hours, rates in measured.items()}


def _rate(compute: Callable[[datetime], object], moments: Sequence[datetime]) -> float:
    began = time.perf_counter()
    for moment in moments:
        compute(moment)
    return len(moments) / (time.perf_counter() - began)


def _batch_rate(policy: Policy, calendar: BusinessCalendar, moments: Sequence[datetime]) -> float:
    asked = ({"type": "incident", "priority": "P3"}, {"hours": 2.5}, {"days": 1})
    lines = "".join(
        json.dumps({"received": moment.isoformat(), **asked[number % len(asked)]}) + "\n" for number, moment in enumerate(moments)
    )
    requests, answers = io.BytesIO(lines.encode()), io.BytesIO()
    began = time.perf_counter()
    DeadlineBatch(policy, calendar, explained=False).run(requests, answers)
    return len(moments) / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
