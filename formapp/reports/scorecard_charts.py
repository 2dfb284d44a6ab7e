"""The scorecard's charts before they are drawn, for templates/charts.svg; as those of the report on feedback."""

from collections.abc import Callable, Sequence

from formapp.reports import scorecard_findings as findings
from formapp.reports.charts import Bar, Bars, Key, Table, Weeks, column_of, parts_of, percent, spark_of
from formapp.reports.findings import say_count, say_share
from formapp.reports.scorecard_findings import say_business_time, say_month
from formapp.reports.scorecard_values import FEW, Kept, Kind, Scorecard, Spans

MET_AND_MISSED = (Key("yes", "Within the target"), Key("no", "Late"))
# As many labels as a telephone has room for.
_LABELS = 3


def targets(scorecard: Scorecard) -> Bars:
    """Draw how many first responses came in time, by type and priority: a bar's length is how many there were."""
    kinds = [kind for kind in scorecard.kinds if _ever_promised(scorecard, kind)]
    drawn = [kind for kind in kinds if scorecard.kept(is_first=True, kind=kind).total]
    most = max((scorecard.kept(is_first=True, kind=kind).total for kind in drawn), default=1)
    heads = ("Request", *_HEADS)
    cells = tuple(
        (kind.name, *_cells(scorecard, lambda is_first, kind=kind: scorecard.kept(is_first=is_first, kind=kind))) for kind in kinds
    )
    rows = tuple(_kept_bar(kind.name, scorecard.kept(is_first=True, kind=kind), most) for kind in drawn)
    return Bars("targets", findings.of_targets(scorecard, drawn), MET_AND_MISSED, rows, Table("Targets by request", heads, cells))


def months(scorecard: Scorecard) -> Weeks:
    """Draw first responses within their target and late ones by the month in which the request came in."""
    some = scorecard.months
    kept = [scorecard.kept(is_first=True, month=month) for month in some]
    peak = max(1, *(one.total for one in kept))
    step = -(-len(some) // _LABELS)
    rows = tuple(
        (say_month(month), *_cells(scorecard, lambda is_first, month=month: scorecard.kept(is_first=is_first, month=month)))
        for month in some
    )
    return Weeks(
        id="months",
        finding=findings.of_months(scorecard),
        title=f"First responses by month, from {say_month(some[0])} to {say_month(some[-1])}",
        description=f"{sum(one.total for one in kept):,} in all, at most {peak:,} in one month. The data table has each month.",
        peak=f"Most in a month: {say_count(peak, 'first response')}",
        column_width=percent(0.8 / len(some)),
        columns=tuple(column_of(at, len(some), peak, yes=one.met, no=one.missed) for at, one in enumerate(kept)),
        marks=(),
        labels=tuple((percent(at / len(some)), say_month(some[at])) for at in range(0, len(some), step)),
        table=Table("Targets by month", ("Received in", *_HEADS), rows),
        legend=MET_AND_MISSED,
    )


def responses(scorecard: Scorecard) -> Bars:
    """Draw how long first responses took."""
    return _times(
        "responses", "Time to first response", "first response", scorecard.response, [(one, one.response) for one in scorecard.kinds]
    )


def resolutions(scorecard: Scorecard) -> Bars:
    """Draw how long resolutions took."""
    return _times(
        "resolutions", "Time to resolution", "resolution", scorecard.resolution, [(one, one.resolution) for one in scorecard.kinds]
    )


def received(scorecard: Scorecard) -> Bars:
    """Draw how many tickets of each type came in, and how that went by month."""
    by_type = [(name, [scorecard.came_in(month=month, request_type=key) for month in scorecard.months]) for key, name in scorecard.types]
    most = max((sum(counts) for _, counts in by_type), default=0) or 1
    rows = tuple(
        Bar(
            label=name,
            parts=parts_of((("now", sum(counts)),), most),
            value=f"{sum(counts):,}",
            title=say_count(sum(counts), "ticket"),
            spark=spark_of(counts[-12:], "By month"),
        )
        for name, counts in by_type
    )
    cells = tuple((name, f"{sum(counts):,}", *(f"{count:,}" for count in counts)) for name, counts in by_type)
    table = Table("Tickets received by month", ("Type", "In all", *map(say_month, scorecard.months)), cells)
    return Bars("received", findings.of_received(scorecard), (), rows, table)


_HEADS = ("First responses in time", "Late", "In time, share", "Later answers in time", "Late", "In time, share")


def _cells(scorecard: Scorecard, kept: Callable[..., Kept]) -> tuple[str, ...]:
    first, later = kept(True), kept(False)
    return tuple(cell for one in (first, later) for cell in (f"{one.met:,}", f"{one.missed:,}", say_share(one.share) if one.total else "–"))


def _ever_promised(scorecard: Scorecard, kind: Kind) -> bool:
    return any(scorecard.kept(is_first=is_first, kind=kind).total for is_first in (True, False))


def _kept_bar(name: str, kept: Kept, most: int) -> Bar:
    share = say_share(kept.share)
    return Bar(
        label=name,
        parts=parts_of((("yes", kept.met), ("no", kept.missed)), most),
        value=f"{share} of {kept.total:,}",
        title=f"{share} of {kept.total:,} came in time" + (", too few to be sure" if kept.are_few else ""),
        is_faded=kept.are_few,
    )


def _times(chart_id: str, caption: str, what: str, overall: Spans, by_kind: Sequence[tuple[Kind, Spans]]) -> Bars:
    """Draw a bar up to the median, and on to the time in which nine of ten were there."""
    known = [
        (kind, spans, spans.median, spans.ninetieth) for kind, spans in by_kind if spans.median is not None and spans.ninetieth is not None
    ]
    most = max((ninetieth.total_seconds() for *_, ninetieth in known), default=0.0) or 1.0
    rows = tuple(
        Bar(
            label=kind.name,
            parts=parts_of((("now", median.total_seconds()), ("before", (ninetieth - median).total_seconds())), most),
            value=f"{say_business_time(median)}, {say_business_time(ninetieth)}",
            title=f"The only one took {say_business_time(median)}"
            if spans.count == 1
            else f"Half took {say_business_time(median)} or less, nine in ten {say_business_time(ninetieth)} or less, of {spans.count:,}",
            is_faded=spans.count < FEW,
        )
        for kind, spans, median, ninetieth in known
    )
    cells = tuple(
        (kind.name, f"{spans.count:,}", say_business_time(spans.median), say_business_time(spans.ninetieth)) for kind, spans, *_ in known
    )
    legend = (Key("now", "Half took as long or less"), Key("before", "Nine in ten did"))
    heads = ("Request", f"{what.capitalize()}s", "Median, business hours", "90th percentile, business hours")
    return Bars(chart_id, findings.of_spans(overall, what), legend, rows, Table(caption, heads, cells))
