"""The parts of the policy that stand on a page of their own right: tables, lists, worked examples."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from formapp.html import render
from formapp.policy.hours import WEEKDAYS, Period
from formapp.publish.lifecycle import lifecycle
from formapp.publish.opening import opening_facts
from formapp.publish.published import Published
from formapp.publish.scorecard import scorecard
from formapp.rules.deadlines import explain, promise_for
from formapp.rules.escalation import conditions
from formapp.rules.wording import say_business_days, say_business_hours, say_hours, say_minutes, say_moment_in_full, say_target


@dataclass(frozen=True)
class _ClosedDay:
    day: date
    said: str
    name: str


def _hours(published: Published) -> str:
    rows = []
    for periods, days in groupby(enumerate(published.policy.hours.week.days()), key=lambda day: day[1]):
        rows.append((_say_days([number for number, _ in days]), _say_periods(periods)))
    return render(
        "site/hours.html", rows=rows, label=published.policy.hours.timezone_label, closed_on=published.policy.holidays.description
    )


def _say_days(numbers: list[int]) -> str:
    first, last = WEEKDAYS[numbers[0]].capitalize(), WEEKDAYS[numbers[-1]].capitalize()
    return first if len(numbers) == 1 else f"{first} {'and' if len(numbers) == 2 else 'to'} {last}"


def _say_periods(periods: tuple[Period, ...]) -> str:
    return " and ".join(f"{say_minutes(period.opens)} to {say_minutes(period.closes)}" for period in periods)


def _closed_days(published: Published) -> str:
    today, holidays = published.today, published.policy.holidays
    years = [(year, [one for one in _days_of(published, year) if one.day >= today]) for year in (today.year, today.year + 1)]
    listed = [day for _year, days in years for day in days]
    return render(
        "site/closed_days.html",
        years=[(year, days) for year, days in years if days],
        confirmed_until=_say_day(holidays.confirmed_until),
        all_confirmed=all(one.day <= holidays.confirmed_until for one in listed),
        description=holidays.description,
    )


def _days_of(published: Published, year: int) -> list[_ClosedDay]:
    return [_ClosedDay(day, f"{day:%A} {day.day} {day:%B}", name) for day, name in published.policy.holidays.closed_days(year).items()]


def _say_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _channels(published: Published) -> str:
    return render("site/channels.html", channels=published.policy.channels)


def _request_types(published: Published) -> str:
    kinds = [(kind, say_business_days(kind.target_business_days)) for kind in published.policy.request_types]
    return render("site/request_types.html", kinds=kinds)


def _priorities(published: Published) -> str:
    levels = [
        (priority, None if priority.target_hours is None else say_business_hours(priority.target_hours))
        for priority in published.policy.priorities
    ]
    return render("site/priorities.html", levels=levels, stands=_request_type_targets(published))


def _targets(published: Published) -> str:
    policy = published.policy
    plain = [(kind.name, say_target(kind)) for kind in policy.request_types if not kind.has_priority]
    ranked = [
        (f"{kind.name}, {priority.level}", say_target(kind, priority))
        for kind in policy.request_types
        if kind.has_priority
        for priority in policy.priorities
    ]
    return render("site/targets.html", targets=plain + ranked)


def _request_type_targets(published: Published) -> str:
    return " or ".join(
        sorted({say_business_days(kind.target_business_days) for kind in published.policy.request_types if kind.has_priority})
    )


def _examples(published: Published) -> str:
    return render("site/examples.html", examples=list(_worked(published)), version=published.policy.version)


def _worked(published: Published) -> Iterator[Mapping[str, Any]]:
    policy = published.policy
    for example in policy.examples:
        promise = promise_for(policy, published.calendar, example.type, example.priority, example.received)
        kind, priority = policy.choice(example.type, example.priority)
        yield {
            "what": f"{kind.name}, {priority.level}" if priority else kind.name,
            "target": promise.target,
            "received": say_moment_in_full(promise.received, policy),
            "due": say_moment_in_full(promise.due, policy),
            "received_iso": promise.received.isoformat(),
            "due_iso": promise.due.isoformat(),
            "working": explain(promise),
            "note": example.note,
        }


def _open_now(published: Published) -> str:
    facts = json.dumps(opening_facts(published), ensure_ascii=False, separators=(",", ":"))
    return render("site/open_now.html", facts=facts, hours=say_hours(published.policy))


def _most_urgent(published: Published) -> str:
    return render("site/items.html", texts=published.policy.priorities[0].situations)


def _report_items(published: Published) -> str:
    return render("site/items.html", texts=[item.text for item in published.policy.troubleshooting.report_items])


def _resolution_reasons(published: Published) -> str:
    return render("site/items.html", texts=published.policy.resolution.reasons)


def _escalation_items(published: Published) -> str:
    return render("site/items.html", texts=[item.text for item in published.policy.escalation.required_items])


def _escalation_gate(published: Published) -> str:
    return render("site/items.html", texts=conditions(published.policy))


BLOCKS: Mapping[str, Callable[[Published], str]] = {
    "channels": _channels,
    "closed-days": _closed_days,
    "escalation-gate": _escalation_gate,
    "escalation-items": _escalation_items,
    "examples": _examples,
    "hours": _hours,
    "lifecycle": lifecycle,
    "most-urgent-situations": _most_urgent,
    "open-now": _open_now,
    "priorities": _priorities,
    "report-items": _report_items,
    "request-types": _request_types,
    "resolution-reasons": _resolution_reasons,
    "scorecard": scorecard,
    "targets": _targets,
}
# What may be nothing at all stands under a heading of its own, which is there when it is.
HEADINGS: Mapping[str, str] = {"scorecard": "How we do"}
