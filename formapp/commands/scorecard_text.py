"""The scorecard, readable on a terminal."""

from collections.abc import Sequence

from formapp.reports.findings import say_share
from formapp.reports.scorecard_findings import of_received, of_spans, say_business_time, say_month
from formapp.reports.scorecard_values import Kept, Scorecard


def scorecard_as_text(scorecard: Scorecard) -> str:
    """Return a page of plain text."""
    kinds = [
        (kind.name, _share(scorecard.kept(is_first=True, kind=kind)), _share(scorecard.kept(is_first=False, kind=kind)),
         say_business_time(kind.response.median), say_business_time(kind.resolution.median))
        for kind in scorecard.kinds
    ]  # fmt: skip
    months = [
        (say_month(month), _share(scorecard.kept(is_first=True, month=month)), _share(scorecard.kept(is_first=False, month=month)),
         f"{scorecard.came_in(month=month):,}")
        for month in scorecard.months
    ]  # fmt: skip
    sections = (
        f"From {scorecard.since} to {scorecard.until}",
        _table(("Request", "First responses in time", "Later answers in time", "Median response", "Median resolution"), kinds),
        _table(("Received in", "First responses in time", "Later answers in time", "Tickets"), months),
        "\n".join((of_spans(scorecard.response, "first response"), of_spans(scorecard.resolution, "resolution"))),
        "\n".join((of_received(scorecard), _resolved(scorecard))),
    )
    return "\n\n".join(sections)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return "\n".join("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in (heads, *rows))


def _share(kept: Kept) -> str:
    return f"{say_share(kept.share)} of {kept.total:,}" if kept.total else "–"


def _resolved(scorecard: Scorecard) -> str:
    if not scorecard.resolved:
        return "No ticket was resolved in this time."
    quiet = f", {scorecard.went_quiet:,} of them without a response" if scorecard.went_quiet else ""
    share = say_share(scorecard.reopened / scorecard.resolved)
    return f"{scorecard.resolved:,} resolved{quiet}; {scorecard.reopened:,} re-opened ({share})."
