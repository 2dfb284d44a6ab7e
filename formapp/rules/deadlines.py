"""Promises: until when we aim to answer, and how that is worked out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.spans import Amount, span_of_days, span_of_hours
from formapp.rules.wording import say_business_days, say_business_hours, say_target
from formapp.rules.working import WorkingLine, working_of, write_working


@dataclass(frozen=True, slots=True)
class Target:
    """How soon a request is answered, in open time, said as `text`; `basis` is what it goes by: "Incident, P1"."""

    span: timedelta
    text: str
    basis: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A deadline and its working; `received` is as it was given, the other moments are in the policy's zone, `span` is open time."""

    received: datetime
    counted_from: datetime
    due: datetime
    target: str
    basis: str
    span: timedelta
    working: tuple[WorkingLine, ...]
    policy_version: str


def target_of(policy: Policy, request_type: str, level: str | None = None) -> Target:
    """Return the target of a request type, or of its priority level where that has one of its own; raise UnknownChoice."""
    kind, priority = policy.choice(request_type, level)
    basis = kind.name if priority is None else f"{kind.name}, {priority.level}"
    if priority is not None and priority.target_hours is not None:
        span = span_of_hours(priority.target_hours)
    else:
        span = span_of_days(kind.target_business_days, policy)
    return Target(span, say_target(kind, priority), basis)


def target_of_hours(hours: Amount) -> Target:
    """Return a target of that many business hours; raise WrongSpan."""
    return Target(span_of_hours(hours), say_business_hours(hours), "business hours as given")


def target_of_days(days: Amount, policy: Policy) -> Target:
    """Return a target of that many business days; raise WrongSpan."""
    return Target(span_of_days(days, policy), say_business_days(days), "business days as given")


def promise_for(policy: Policy, calendar: BusinessCalendar, request_type: str, level: str | None, received: datetime) -> Promise:
    """Return the promise for a request received at an aware moment; raise UnknownChoice, NaiveMoment or BeyondCalendar."""
    return promise_of(policy, calendar, target_of(policy, request_type, level), received)


def complaint_promise(policy: Policy, calendar: BusinessCalendar, received: datetime) -> Promise:
    """Return by when a complaint received at an aware moment is acknowledged; raise NaiveMoment or BeyondCalendar."""
    days = policy.complaints.acknowledged_within_business_days
    return promise_of(policy, calendar, Target(span_of_days(days, policy), say_business_days(days), "Complaint"), received)


def complaint_answer_by(policy: Policy, received: datetime) -> datetime:
    """Return by when a complaint is answered, in UTC; the policy counts calendar days."""
    return received.astimezone(UTC) + timedelta(days=policy.complaints.answered_within_days)


def promise_of_hours(policy: Policy, calendar: BusinessCalendar, hours: Amount, received: datetime) -> Promise:
    """Return the promise of that many business hours; raise WrongSpan, NaiveMoment or BeyondCalendar."""
    return promise_of(policy, calendar, target_of_hours(hours), received)


def promise_of_days(policy: Policy, calendar: BusinessCalendar, days: Amount, received: datetime) -> Promise:
    """Return the promise of that many business days; raise WrongSpan, NaiveMoment or BeyondCalendar."""
    return promise_of(policy, calendar, target_of_days(days, policy), received)


def promise_of(policy: Policy, calendar: BusinessCalendar, target: Target, received: datetime) -> Promise:
    """Return the promise of a target for what was received at an aware moment; raise NaiveMoment or BeyondCalendar."""
    due = calendar.add(received, target.span)
    return Promise(
        received=received,
        counted_from=calendar.next_opening(received),
        due=due,
        target=target.text,
        basis=target.basis,
        span=target.span,
        working=working_of(calendar, received, due),
        policy_version=policy.version,
    )


def warning_at(calendar: BusinessCalendar, promise: Promise) -> datetime:
    """Return the moment at which three quarters of a promise's business time are over."""
    return calendar.add(promise.received, promise.span * 3 // 4)


def explain(promise: Promise) -> str:
    """Write a promise's working on one line: "Tue 4:30-5:00 pm 0.5 h; Wed closed, Royal Queensland Show; … = 8 h"."""
    return write_working(promise.working, promise.span)
