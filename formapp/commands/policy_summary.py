"""The whole policy, readable: as text for people, as data for programs."""

from datetime import date
from typing import Any

from formapp.policy.hours import WEEKDAYS, Period
from formapp.policy.policy import Policy
from formapp.policy.shape import Item
from formapp.rules.references import FIRST_TICKET, ticket_id
from formapp.rules.wording import say_business_days, say_date, say_hours, say_moment_in_full, say_target


def policy_as_data(policy: Policy) -> dict[str, Any]:
    """Return every value of the policy as JSON knows them; periods as "09:00-17:00", null where a level has no target of its own."""
    data = policy.model_dump(mode="json")
    week = zip(WEEKDAYS, policy.hours.week.days(), strict=True)
    data["hours"]["week"] = {day: [_period(period) for period in periods] for day, periods in week}
    return data


def policy_as_text(policy: Policy) -> str:
    """Return a page of plain text that says all that is promised."""
    sections = [
        _section(f"{policy.brand.name} support, given by {policy.brand.supported_by} (policy of {policy.version})", _basics(policy)),
        _section("Closed days", _closed_days(policy)),
        _section("Target response times", [(kind.name, say_target(kind)) for kind in policy.request_types]),
        _section("Priority levels", _priorities(policy)),
        _section("Resolution", _resolution(policy)),
        _section("Escalation", _escalation(policy)),
        _section("Complaints", _complaints(policy)),
        _section("Scorecard", _scorecard(policy)),
        _section("Asked for on the forms", _forms(policy)),
        _section("Worked examples", _examples(policy)),
    ]
    return "\n\n".join(sections)


def _section(title: str, rows: list[tuple[str, str]]) -> str:
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join([title, *(f"  {name:{width}}  {said}" for name, said in rows)])


def _basics(policy: Policy) -> list[tuple[str, str]]:
    return [
        ("Hours", say_hours(policy)),
        ("Time zone", policy.hours.timezone),
        ("Business day", f"{policy.hours.business_day_hours:g} hours of open time"),
        ("Email", policy.channels.email),
        ("Help centre", policy.channels.help_centre),
        ("Ticket IDs", f"{ticket_id(policy, FIRST_TICKET)} and up"),
    ]


def _closed_days(policy: Policy) -> list[tuple[str, str]]:
    calendar = policy.holidays
    return [
        ("Calendar", f"{calendar.country}, {calendar.subdivision}: {calendar.description}"),
        ("Confirmed up to", say_date(calendar.confirmed_until, date.min)),
        *((f"Extra {day.date}", day.name) for day in calendar.extra),
        *((f"Open {day.date}", day.reason) for day in calendar.cancelled),
    ]


def _priorities(policy: Policy) -> list[tuple[str, str]]:
    rows = []
    for priority in policy.priorities:
        own = "the request type's" if priority.target_hours is None else say_target(policy.request_types[0], priority)
        rows.append((priority.level, f"{own}: {priority.headline}"))
    return rows


def _resolution(policy: Policy) -> list[tuple[str, str]]:
    resolution = policy.resolution
    return [
        ("Resolved", f"when delivered, or after {_calendar_days(resolution.resolved_after_quiet_days)} without a response"),
        ("Reminded", f"once, after {_calendar_days(resolution.reminded_after_quiet_days)} without a response"),
        ("Closed", f"{_calendar_days(resolution.closed_after_resolved_days)} after it was resolved; a reply re-opens it"),
        ("Reasons", "; ".join(resolution.reasons)),
        ("By themselves", f"“{resolution.reason_when_solved}” and “{resolution.reason_when_quiet}”"),
    ]


def _escalation(policy: Policy) -> list[tuple[str, str]]:
    escalation = policy.escalation
    gate = " or ".join(gate.replace("-", " ") for gate in escalation.gate_any_of)
    return [("Subject", escalation.subject), ("Reviewed once", gate), ("Must carry", _items(escalation.required_items))]


def _complaints(policy: Policy) -> list[tuple[str, str]]:
    complaints = policy.complaints
    return [
        ("Acknowledged", f"within {say_business_days(complaints.acknowledged_within_business_days)}"),
        ("Answered", f"within {_calendar_days(complaints.answered_within_days)}"),
    ]


def _scorecard(policy: Policy) -> list[tuple[str, str]]:
    scorecard = policy.scorecard
    months = f"the last {scorecard.months} whole months" if scorecard.months > 1 else "the last whole month"
    return [("Published", f"{months}, from {scorecard.fewest} promises on" if scorecard.published else "no")]


def _forms(policy: Policy) -> list[tuple[str, str]]:
    return [
        ("A good report", _items(policy.troubleshooting.report_items)),
        ("Areas", "; ".join(policy.ticket_form.areas)),
        ("Article feedback", _items(policy.feedback.reasons)),
    ]


def _examples(policy: Policy) -> list[tuple[str, str]]:
    rows = []
    for example in policy.examples:
        kind, priority = policy.choice(example.type, example.priority)
        name = f"{kind.name}, {priority.level}" if priority else kind.name
        rows.append((name, f"{say_moment_in_full(example.received, policy)} to {say_moment_in_full(example.due, policy)}"))
    return rows


def _items(items: tuple[Item, ...]) -> str:
    return "; ".join(item.text for item in items)


def _calendar_days(days: int) -> str:
    return f"{days} calendar {'day' if days == 1 else 'days'}"


def _period(period: Period) -> str:
    return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (period.opens, period.closes))
