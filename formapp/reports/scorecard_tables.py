"""The scorecard for programs and spreadsheets: CSV and JSON. Times are in business hours, to the hundredth."""

import json
from collections.abc import Mapping
from datetime import date, timedelta

from formapp.reports.scorecard_values import Kept, Kind, Scorecard, Spans
from formapp.reports.tables import as_csv

_VERSION = 1
_HOUR = timedelta(hours=1)


def targets_csv(scorecard: Scorecard) -> str:
    """Return the promises as CSV: a row for each month, request type, priority level, and first or later answers, where there are some."""
    names = {(kind.request_type, kind.priority): kind.name for kind in scorecard.kinds}
    rows = (
        (
            _of_month(cell.month),
            cell.request_type,
            cell.priority,
            names[cell.request_type, cell.priority],
            "first" if cell.is_first else "later",
            cell.kept.met,
            cell.kept.missed,
        )
        for cell in scorecard.cells
    )
    return as_csv(("month", "request_type", "priority", "name", "answer", "met", "missed"), rows)


def times_csv(scorecard: Scorecard) -> str:
    """Return how long tickets took as CSV, a row for each request type and priority level."""
    heads = ("count", "median_hours", "ninetieth_hours")
    rows = (
        (kind.request_type, kind.priority, kind.name, *_of_spans(kind.response).values(), *_of_spans(kind.resolution).values())
        for kind in scorecard.kinds
    )
    columns = (*(f"response_{head}" for head in heads), *(f"resolution_{head}" for head in heads))
    return as_csv(("request_type", "priority", "name", *columns), rows)


def received_csv(scorecard: Scorecard) -> str:
    """Return how many tickets came in as CSV, a row for each month and request type with some."""
    names = dict(scorecard.types)
    rows = ((_of_month(one.month), one.request_type, names[one.request_type], one.count) for one in scorecard.received)
    return as_csv(("month", "request_type", "name", "count"), rows)


def scorecard_json(scorecard: Scorecard) -> str:
    """Return the scorecard as JSON; a later version adds keys and takes none away, or counts `version` up.

    `version`, `day` (on which it was made), `since`, `until` (both included); `first_responses` and `later_answers`: `met`, `missed`;
    `response` and `resolution`: `count`, `median_hours`, `ninetieth_hours` (null of none); `received`, `resolved`, `went_quiet`,
    `reopened`; `months`: of `month`, `first_responses`, `later_answers`, `received`; `kinds`: of `request_type`, `priority` (null where
    it has none), `name`, `first_responses`, `later_answers`, `response`, `resolution`; `targets`: of the columns of targets_csv;
    `received_by_type`: of those of received_csv, without the name.
    """
    said = {
        "version": _VERSION,
        "day": scorecard.day.isoformat(),
        "since": scorecard.since.isoformat(),
        "until": scorecard.until.isoformat(),
        **_answers(scorecard),
        "response": _of_spans(scorecard.response),
        "resolution": _of_spans(scorecard.resolution),
        "received": scorecard.came_in(),
        "resolved": scorecard.resolved,
        "went_quiet": scorecard.went_quiet,
        "reopened": scorecard.reopened,
        "months": [
            {"month": _of_month(month), **_answers(scorecard, month=month), "received": scorecard.came_in(month=month)}
            for month in scorecard.months
        ],
        "kinds": [
            {
                "request_type": kind.request_type,
                "priority": kind.priority,
                "name": kind.name,
                **_answers(scorecard, kind=kind),
                "response": _of_spans(kind.response),
                "resolution": _of_spans(kind.resolution),
            }
            for kind in scorecard.kinds
        ],
        "targets": [
            {
                "month": _of_month(cell.month),
                "request_type": cell.request_type,
                "priority": cell.priority,
                "answer": "first" if cell.is_first else "later",
                **_of_kept(cell.kept),
            }
            for cell in scorecard.cells
        ],
        "received_by_type": [
            {"month": _of_month(one.month), "request_type": one.request_type, "count": one.count} for one in scorecard.received
        ],
    }
    return json.dumps(said, ensure_ascii=False)


def hours_of(span: timedelta | None) -> float | None:
    """Return a span in hours, to the hundredth."""
    return None if span is None else round(span / _HOUR, 2)


def _answers(scorecard: Scorecard, *, month: date | None = None, kind: Kind | None = None) -> Mapping[str, Mapping[str, int]]:
    first, later = (scorecard.kept(is_first=is_first, month=month, kind=kind) for is_first in (True, False))
    return {"first_responses": _of_kept(first), "later_answers": _of_kept(later)}


def _of_kept(kept: Kept) -> Mapping[str, int]:
    return {"met": kept.met, "missed": kept.missed}


def _of_spans(spans: Spans) -> Mapping[str, float | None]:
    return {"count": spans.count, "median_hours": hours_of(spans.median), "ninetieth_hours": hours_of(spans.ninetieth)}


def _of_month(month: date) -> str:
    return f"{month:%Y-%m}"
