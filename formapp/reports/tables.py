"""The report for programs and spreadsheets: CSV and JSON."""

import io
import json
from collections.abc import Iterable, Mapping
from datetime import tzinfo

from defusedcsv import csv

from formapp.reports.values import ArticleVotes, Comment, Reason, Report, Votes, Week
from formapp.rules.feedback import feedback_id

# The library neutralises what begins a formula in ASCII; these it does not know: they are the same to a spreadsheet
# that is set to Japanese, or that leaves out the white space before them.
_ALSO_BEGINS_FORMULA = ("\uff1d", "\uff0b", "\uff0d", "\uff20", "=", "+", "-", "@")
_VERSION = 1


def feedback_csv(report: Report, zone: tzinfo) -> str:
    """Return every piece of feedback as CSV (RFC 4180), set-aside ones last; moments are of that zone.

    No cell is a formula: one that begins like one has an apostrophe before it. It begins with U+FEFF, by which a spreadsheet
    knows that it is UTF-8.
    """
    rows = (_of_comment(one, zone) for one in (*report.comments, *report.set_aside_comments))
    return as_csv(_HEADS, ([_cell(value) for value in row.values()] for row in rows))


def votes_csv(report: Report) -> str:
    """Return all counted votes as CSV, a row for each article and week (named by its Monday) that has some; as feedback_csv does."""
    rows = (
        [article.id, article.title, week.monday.isoformat(), week.votes.yes, week.votes.no]
        for article in report.articles
        for week in article.weeks
    )
    return as_csv(("article_id", "article", "week", "yes", "no"), rows)


def feedback_json(report: Report, zone: tzinfo) -> str:
    """Return the report as JSON; a later version adds keys and takes none away, or counts `version` up.

    `version`, `day`; `votes`: `yes`, `no`, `set_aside` (why → how many), `not_kept`; `weeks`: a list of `week` (its Monday),
    `yes`, `no`, of the last 52; `reasons`: of `key`, `text`, `now` (on texts as they are now), `before`; `articles`: of `id`, `title`,
    `url`, `source`, `owner`, `reviewed`, `is_removed`, `revision`, `now` and `before` (each `yes`, `no`), `set_aside` (those not kept
    too), `answered`, `weeks` (every one with votes), `revisions` (`revision`, `published_on`, `summary`), `reasons`; `mend_first` and
    `past_review`: the ids of articles; `searches`: of `words`, `times`, `days`, `weeks`; `feedback`: of the columns of feedback_csv,
    with `reasons` as a list.
    """
    said = {
        "version": _VERSION,
        "day": report.day.isoformat(),
        "votes": {**_of_votes(report.counted), "set_aside": dict(report.set_aside), "not_kept": report.uncounted},
        "weeks": _of_weeks(report.weeks),
        "reasons": _of_reasons(report.reasons),
        "articles": [_of_article(one) for one in report.articles],
        "mend_first": [one.id for one in report.mend_first],
        "past_review": [one.id for one in report.past_review],
        "searches": [{"words": one.words, "times": one.times, "days": one.days, "weeks": one.weeks} for one in report.searches],
        "feedback": [_of_comment(one, zone) for one in (*report.comments, *report.set_aside_comments)],
    }
    return json.dumps(said, ensure_ascii=False)


def as_csv(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Write rows as CSV (RFC 4180); no cell is a formula, and it begins with U+FEFF, by which a spreadsheet knows that it is UTF-8."""
    written = io.StringIO(newline="")
    table = csv.writer(written)
    table.writerow(heads)
    for row in rows:
        table.writerow([_plain(cell) for cell in row])
    return "\ufeff" + written.getvalue()


_HEADS = (
    "id",
    "state",
    "given_at",
    "article_id",
    "article",
    "helpful",
    "reasons",
    "comment",
    "where",
    "search_words",
    "revision",
    "is_current_text",
    "is_proven",
    "somebody_waits",
    "set_aside_because",
    "settled_at",
    "note",
)


def _of_comment(one: Comment, zone: tzinfo) -> dict[str, object]:
    cells = (
        feedback_id(one.number),
        one.state,
        one.given_at.astimezone(zone).isoformat(timespec="seconds"),
        one.article_id,
        one.article,
        one.helpful,
        one.reasons,
        one.comment,
        one.where,
        one.search_words,
        one.revision,
        one.is_current_text,
        one.is_proven,
        one.somebody_waits,
        one.set_aside_because,
        one.settled_at and one.settled_at.astimezone(zone).isoformat(timespec="seconds"),
        one.note,
    )
    return dict(zip(_HEADS, cells, strict=True))


def _of_article(article: ArticleVotes) -> dict[str, object]:
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "owner": article.owner,
        "reviewed": article.reviewed and article.reviewed.isoformat(),
        "is_removed": article.is_removed,
        "revision": article.revision,
        "now": _of_votes(article.now),
        "before": _of_votes(article.before),
        "set_aside": article.set_aside,
        "answered": article.answered,
        "weeks": _of_weeks(article.weeks),
        "revisions": [
            {"revision": one.revision, "published_on": one.published_on.isoformat(), "summary": one.summary} for one in article.revisions
        ],
        "reasons": _of_reasons(article.reasons),
    }


def _of_votes(votes: Votes) -> Mapping[str, int]:
    return {"yes": votes.yes, "no": votes.no}


def _of_weeks(weeks: Iterable[Week]) -> list[dict[str, object]]:
    return [{"week": week.monday.isoformat(), **_of_votes(week.votes)} for week in weeks]


def _of_reasons(reasons: Iterable[Reason]) -> list[dict[str, object]]:
    return [{"key": one.key, "text": one.text, "now": one.now, "before": one.before} for one in reasons]


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(value) if isinstance(value, tuple) else value


def _plain(cell: object) -> object:
    if isinstance(cell, str) and (cell[:1] in ("\t", "\r", "\n") or cell.lstrip().startswith(_ALSO_BEGINS_FORMULA)):
        return f"'{cell}"
    return cell
