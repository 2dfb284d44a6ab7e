"""What a chart of the scorecard shows, said in a sentence."""

from collections.abc import Iterable
from datetime import date, timedelta

from formapp.reports.findings import say_count, say_share
from formapp.reports.scorecard_values import Kept, Kind, Scorecard, Spans

_HOUR = timedelta(hours=1)
_TOO_FEW = ", which is too few to be sure"


def say_month(month: date) -> str:
    """Say a month: "Nov 2026"."""
    return f"{month:%b %Y}"


def say_business_time(span: timedelta | None) -> str:
    """Say roughly how long something took in business time: "12 min", "3.4 h", "38 h"; a dash for nothing."""
    if span is None:
        return "–"
    if span < _HOUR:
        return f"{-(-span // timedelta(minutes=1))} min"
    hours = span / _HOUR
    return f"{hours:,.0f} h" if hours >= 10 else f"{hours:.1f} h".replace(".0 ", " ")


def of_targets(scorecard: Scorecard, kinds: Iterable[Kind]) -> str:
    """Say how many first responses came in time, and of what the fewest did."""
    kept = scorecard.kept(is_first=True)
    if not kept.total:
        return "No first response was due in this time."
    said = f"{say_share(kept.share)} of {say_count(kept.total, 'first response')} came within their target"
    worst = min(kinds, key=lambda kind: scorecard.kept(is_first=True, kind=kind).share)
    its = scorecard.kept(is_first=True, kind=worst)
    if not its.missed or say_share(its.share) == say_share(kept.share):
        return f"{said}{_TOO_FEW if kept.are_few else ''}."
    few = _TOO_FEW if its.are_few else ""
    return f"{said}; the smallest share is of {worst.name}: {say_share(its.share)} of {its.total:,}{few}."


def of_months(scorecard: Scorecard) -> str:
    """Say how the last month with promises compares with the one before it."""
    voiced = [(month, kept) for month in scorecard.months if (kept := scorecard.kept(is_first=True, month=month)).total]
    if not voiced:
        return "No first response was due in this time."
    month, late = voiced[-1]
    said = f"Of what we received in {say_month(month)}, {say_share(late.share)} of {say_count(late.total, 'first response')} came in time"
    if len(voiced) == 1:
        return f"{said}."
    before, earlier = voiced[-2]
    if late.are_few or earlier.are_few:
        return f"{said}; there are too few to compare."
    return f"{said}, {_against(late, earlier)} {say_month(before)}."


def of_spans(spans: Spans, what: str) -> str:
    """Say how long most had to wait; `what` is "first response" or "resolution"."""
    if spans.median is None or spans.ninetieth is None:
        return f"There was no {what} in this time."
    if spans.count == 1:
        return f"The only {what} took {say_business_time(spans.median)} in business hours."
    half, most = say_business_time(spans.median), say_business_time(spans.ninetieth)
    return f"Half of {say_count(spans.count, what)} took {half} or less in business hours, and nine in ten {most} or less."


def of_received(scorecard: Scorecard) -> str:
    """Say how many tickets came in, and what most of them were."""
    total = scorecard.came_in()
    if not total:
        return "No ticket was received in this time."
    count, name = max((scorecard.came_in(request_type=key), name) for key, name in scorecard.types)
    return f"{say_count(total, 'ticket')} {'was' if total == 1 else 'were'} received; {name} is the commonest type, with {count:,}."


def _against(late: Kept, before: Kept) -> str:
    share = say_share(before.share)
    if share == say_share(late.share):
        return "as in"
    return f"{'up' if late.share > before.share else 'down'} from {share} in"
