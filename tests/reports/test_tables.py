"""The report for spreadsheets and programs (D-51, D-52)."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from formapp.reports.tables import feedback_csv, feedback_json, votes_csv
from formapp.reports.values import Votes, Week
from tests.abuse.test_nasty_texts import NASTY
from tests.reports.samples import MENDED, SELDOM, comment, report

BRISBANE = ZoneInfo("Australia/Brisbane")
FORMULAS = (
    "=HYPERLINK(\"http://evil.example\")", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "%0A=1", "|calc",
)  # fmt: skip


def rows_of(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def test_a_row_of_the_csv_has_everything_but_an_address():
    heads, row = rows_of(feedback_csv(report(comment(somebody_waits=True, reasons=("A", "B"))), BRISBANE))
    assert dict(zip(heads, row, strict=True)) == {
        "id": "F-12",
        "state": "new",
        "given_at": "2026-11-23T09:05:00+10:00",
        "article_id": "refunds",
        "article": "Refunds",
        "helpful": "no",
        "reasons": "A; B",
        "comment": "How long\ndoes it take?",
        "where": "How long it takes",
        "search_words": "refund time",
        "revision": "111111111111",
        "is_current_text": "yes",
        "is_proven": "yes",
        "somebody_waits": "yes",
        "set_aside_because": "",
        "settled_at": "",
        "note": "",
    }


def test_lines_end_and_quotes_double_as_rfc_4180_has_it():
    text = feedback_csv(report(comment(comment='Say "no", then')), BRISBANE)
    assert text.count("\r\n") == 2
    assert '"Say ""no"", then"' in text


def test_without_feedback_there_are_the_heads():
    assert len(rows_of(feedback_csv(report(), BRISBANE))) == 1


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_d52_no_cell_is_a_formula(text: str):
    one = comment(comment=text, search_words=text, where=text, note=text, article=text, reasons=(text,), set_aside_because=text)
    _, row = rows_of(feedback_csv(report(one), BRISBANE))
    assert sum(cell.startswith("'") for cell in row) == 7
    assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠|%")) for cell in row)
    # What was written is still there, whole.
    assert row[7].removeprefix("'").replace("\\|", "|") == text


@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text[:24]))
def test_d51_every_text_comes_back_from_both_tables_as_it_was_written(text: str):
    given = report(comment(comment=text, note=text))
    _, row = rows_of(feedback_csv(given, BRISBANE))
    assert row[7].removeprefix("'").replace("\\|", "|") == text.removeprefix("'")
    assert json.loads(feedback_json(given, BRISBANE))["feedback"][0]["comment"] == text


def test_votes_are_a_row_for_each_article_and_week():
    rows = rows_of(votes_csv(report()))
    assert rows[0] == ["article_id", "article", "week", "yes", "no"]
    assert rows[1] == ["refunds", "Refunds", "2026-11-02", "20", "30"]
    assert len(rows) == 5


def test_votes_of_more_than_a_year_ago_are_in_the_table_too():
    long_ago = replace(MENDED, weeks=(Week(date(2024, 1, 1), Votes(7, 2)), *MENDED.weeks))
    assert rows_of(votes_csv(report(articles=(long_ago,))))[1] == ["refunds", "Refunds", "2024-01-01", "7", "2"]


def test_the_json_has_the_shape_that_is_documented():
    aside = comment(13, set_aside_because="a burst of comments")
    said = json.loads(feedback_json(report(comment(), aside), BRISBANE))
    assert list(said) == ["version", "day", "votes", "weeks", "reasons", "articles", "mend_first", "past_review", "searches", "feedback"]
    assert (said["version"], said["day"]) == (1, "2026-11-23")
    assert said["votes"] == {"yes": 114, "no": 87, "set_aside": {"a burst of votes on one article": 2}, "not_kept": 1}
    assert said["weeks"][-1] == {"week": "2026-11-23", "yes": 33, "no": 18}
    assert said["reasons"][0] == {"key": "difficult", "text": "It is difficult to understand", "now": 6, "before": 2}
    assert (said["mend_first"], said["past_review"]) == (["fees", "refunds"], ["fees"])
    assert [one["id"] for one in said["feedback"]] == ["F-12", "F-13"]
    assert said["feedback"][0]["reasons"] == ["It is difficult to understand"]
    refunds = said["articles"][1]
    assert (refunds["now"], refunds["before"], refunds["reviewed"]) == ({"yes": 73, "no": 27}, {"yes": 41, "no": 59}, "2026-11-03")
    assert len(refunds["weeks"]) == 4
    assert refunds["revisions"][1] == {"revision": MENDED.revision, "published_on": "2026-11-03", "summary": "Say how long it takes"}
    assert said["articles"][0]["title"] == SELDOM.title
