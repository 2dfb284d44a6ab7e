"""Charts before they are drawn: what goes where, in hundredths of the width and pixels of the height, for templates/charts.svg."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from formapp.reports import findings
from formapp.reports.findings import say_at_least, say_count, say_share
from formapp.reports.values import SEARCH_WEEKS, ArticleVotes, MissedSearch, Reason, Report, Revision, Week, mondays_until
from formapp.rules.wording import say_date

# Of the weeks' chart, in pixels: the plot, and above it the marks' numbers.
PLOT = 140
ABOVE = 44
SPARK = 18
# As many labels as a telephone has room for.
_LABELS = 3


@dataclass(frozen=True)
class Table:
    """A chart's numbers: a row's first cell is its head."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Part:
    """A stretch of a bar; `kind` is its class: yes, no, now or before."""

    kind: str
    start: str
    width: str


@dataclass(frozen=True)
class Bar:
    """A row: `title` says to those who do not see it what the bar and its value say to those who do."""

    label: str
    parts: tuple[Part, ...]
    value: str
    title: str
    is_faded: bool = False
    spark: "Spark | None" = None
    about: ArticleVotes | None = None


@dataclass(frozen=True)
class Key:
    """An entry of a legend."""

    kind: str
    text: str


YES_AND_NO = (Key("yes", "It helped"), Key("no", "It did not help"))


@dataclass(frozen=True)
class Bars:
    """Horizontal bars under each other."""

    id: str
    finding: str
    legend: tuple[Key, ...]
    rows: tuple[Bar, ...]
    table: Table


@dataclass(frozen=True)
class Column:
    """A week: Yes stands on the ground and No on it; heights and tops in pixels."""

    left: str
    yes_top: str
    yes_height: str
    no_top: str
    no_height: str


@dataclass(frozen=True)
class Mark:
    """A line at a change, and what it was."""

    number: int
    left: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Weeks:
    """Stacked columns, one a week, with marks at changes; `height` and `floor` in pixels."""

    id: str
    finding: str
    title: str
    description: str
    peak: str
    column_width: str
    columns: tuple[Column, ...]
    marks: tuple[Mark, ...]
    labels: tuple[tuple[str, str], ...]
    table: Table
    legend: tuple[Key, ...] = YES_AND_NO
    top: int = ABOVE
    floor: int = ABOVE + PLOT


@dataclass(frozen=True)
class Spark:
    """A small row of columns: the tops and heights in pixels of SPARK."""

    title: str
    columns: tuple[tuple[str, str], ...]


def mend_first(report: Report) -> Bars:
    """Draw the articles to mend first: a bar's length is how many voted on the text as it is now."""
    most = max((one.now.total for one in report.mend_first), default=1)
    rows = tuple(_article_bar(one, most) for one in report.mend_first)
    heads = ("Article", "Helped", "Did not help", "Did not help, share", "At least (95% sure)", "Helped before its last change")
    cells = tuple(
        (
            one.title,
            f"{one.now.yes:,}",
            f"{one.now.no:,}",
            say_share(one.now.no / one.now.total),
            say_share(one.now.no_at_least),
            _share_of(one),
        )
        for one in report.mend_first
    )
    return Bars("mend-first", findings.of_mend_first(report.mend_first), YES_AND_NO, rows, Table("Articles to mend first", heads, cells))


def weeks(chart_id: str, finding: str, some: Sequence[Week], revisions: Iterable[Revision], today: date) -> Weeks:
    """Draw votes by week, with a mark at each of the revisions that lie within these weeks; there must be one week."""
    peak = max(1, *(week.votes.total for week in some))
    begins, ends = some[0].monday, some[-1].monday + timedelta(weeks=1)
    marks = _marks([one for one in revisions if begins <= one.published_on < ends], begins, ends, today)
    step = max(1, len(some) // _LABELS)
    labels = tuple(
        (percent(at / len(some)), _label(some[at].monday, some[at - step].monday if at else None)) for at in range(0, len(some), step)
    )
    voted = sum(week.votes.total for week in some)
    rows = tuple(_week_row(week, today) for week in some if week.votes.total)
    return Weeks(
        id=chart_id,
        finding=finding,
        title=f"Votes by week, from {say_date(begins, today)} to {say_date(today)}",
        description=f"{say_count(voted, 'vote')} in {len(some)} weeks, at most {peak:,} in one. The data table has each week.",
        peak=f"Most in a week: {say_count(peak, 'vote')}",
        column_width=percent(0.8 / len(some)),
        columns=tuple(column_of(at, len(some), peak, yes=week.votes.yes, no=week.votes.no) for at, week in enumerate(some)),
        marks=marks,
        labels=labels[:_LABELS],
        table=Table("Votes by week", ("Week from", "Helped", "Did not help", "Helped, share"), rows),
    )


def reasons(chart_id: str, some: Sequence[Reason]) -> Bars:
    """Draw how often each reason was given, for texts as they are now and for earlier ones."""
    most = max((one.now + one.before for one in some), default=0) or 1
    rows = tuple(
        Bar(
            label=one.text,
            parts=parts_of((("now", one.now), ("before", one.before)), most),
            value=f"{one.now:,}" + (f" + {one.before:,}" if one.before else ""),
            title=f"{say_count(one.now, 'time')} on a text as it is now, {one.before:,} on earlier ones",
            is_faded=not one.now,
        )
        for one in some
    )
    legend = (Key("now", "On the text as it is now"), Key("before", "On earlier texts"))
    cells = tuple((one.text, f"{one.now:,}", f"{one.before:,}") for one in some)
    table = Table("Reasons", ("Reason", "On the text as it is now", "On earlier texts"), cells)
    return Bars(chart_id, findings.of_reasons(some), legend, rows, table)


def searches(some: Sequence[MissedSearch], today: date) -> Bars:
    """Draw what was searched for in vain, the most often first, and how that went by week."""
    most = max((one.times for one in some), default=1)
    rows = tuple(
        Bar(
            label=one.words,
            parts=parts_of((("now", one.times),), most),
            value=f"{one.times:,}",
            title=f"{say_count(one.times, 'time')} on {one.days} days",
            spark=spark_of(one.weeks, "By week"),
        )
        for one in some
    )
    mondays = tuple(say_date(one, today) for one in mondays_until(today, SEARCH_WEEKS))
    cells = tuple((one.words, f"{one.times:,}", str(one.days), *map(str, one.weeks)) for one in some)
    table = Table("Searches in vain, by the week’s first day", ("Words", "Times", "Days", *mondays), cells)
    return Bars("searches", findings.of_searches(some, SEARCH_WEEKS), (), rows, table)


def parts_of(amounts: Iterable[tuple[str, float]], most: float) -> tuple[Part, ...]:
    """Return the stretches of a bar, each with its kind and amount, where the longest bar of the chart is `most`."""
    parts, start = [], 0.0
    for kind, amount in amounts:
        if amount:
            parts.append(Part(kind, percent(start / most), percent(amount / most)))
        start += amount
    return tuple(parts)


def column_of(at: int, of: int, peak: int, *, yes: int, no: int) -> Column:
    """Return one of so many columns, the highest of which stands for `peak`."""
    up, down, floor = yes * PLOT / peak, no * PLOT / peak, ABOVE + PLOT
    return Column(percent((at + 0.1) / of), pixels(floor - up), pixels(up), pixels(floor - up - down), pixels(down))


def spark_of(counts: Sequence[int], title: str) -> Spark:
    """Return a small row of columns."""
    most = max(1, *counts)
    columns = [(pixels(SPARK - height), pixels(height)) for height in (max(1, count * SPARK / most) for count in counts)]
    return Spark(f"{title}: {', '.join(map(str, counts))}", tuple(columns))


def percent(share: float) -> str:
    """Write a share of the width."""
    return f"{100 * share:.2f}%"


def pixels(height: float) -> str:
    """Write a height."""
    return f"{height:.1f}"


def _article_bar(article: ArticleVotes, most: int) -> Bar:
    votes = article.now
    share = say_share(votes.no / votes.total)
    return Bar(
        label=article.title,
        parts=parts_of((("no", votes.no), ("yes", votes.yes)), most),
        value=f"{share} No, of {votes.total:,}",
        title=f"{share} of {votes.total:,} say No" + (", too few to be sure" if votes.are_few else f", {say_at_least(votes)}"),
        is_faded=votes.are_few,
        about=article,
    )


def _share_of(article: ArticleVotes) -> str:
    before = article.before
    return f"{say_share(before.helpful)} of {before.total:,}" if before.total else "–"


def _marks(revisions: Sequence[Revision], begins: date, ends: date, today: date) -> tuple[Mark, ...]:
    marks = []
    by_day = groupby(revisions, key=lambda one: one.published_on)
    for number, (day, changes) in enumerate(by_day, 1):
        says = tuple(f"{say_date(day, today)}: {change.summary}" if change.summary else say_date(day, today) for change in changes)
        marks.append(Mark(number, percent((day - begins) / (ends - begins)), says))
    return tuple(marks)


def _week_row(week: Week, today: date) -> tuple[str, ...]:
    votes = week.votes
    return say_date(week.monday, today), f"{votes.yes:,}", f"{votes.no:,}", say_share(votes.helpful)


def _label(monday: date, before: date | None) -> str:
    return say_date(monday, before or date.min).partition(" ")[2]
