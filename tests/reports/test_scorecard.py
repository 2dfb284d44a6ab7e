"""The scorecard as a page, as tables, and what of it everybody may see."""

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from formapp.policy.policy import Policy
from formapp.reports import scorecard_charts as charts
from formapp.reports import scorecard_findings as findings
from formapp.reports import scorecard_folder
from formapp.reports.scorecard_html import Places, scorecard_content
from formapp.reports.scorecard_public import (
    Figure,
    UnusableFigures,
    as_text,
    public_period,
    public_scorecard,
    read_figures,
)
from formapp.reports.scorecard_tables import received_csv, scorecard_json, targets_csv, times_csv
from formapp.reports.scorecard_values import Cell, Kept, Kind, Received, Scorecard, Spans, first_of_month, months_between
from formapp.reports.whole_folder import UnusableFolder
from tests.pages import Page
from tests.reports.test_folder import STYLESHEETS
from tests.reports.test_tables import FORMULAS

GOLDEN = Path(__file__).parent / "golden" / "scorecard.html"
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def hours(*numbers: float) -> Spans:
    return Spans.of(timedelta(hours=number) for number in numbers)


GENERAL = Kind("general-enquiry", None, "General Enquiry", hours(0.5, 1, 3), hours(9))
P1 = Kind("incident", "P1", "Incident, P1", hours(2.5))
P2 = Kind("incident", "P2", "Incident, P2")
CARD = Scorecard(
    since=OCTOBER,
    until=date(2026, 11, 23),
    day=date(2026, 11, 23),
    kinds=(GENERAL, P1, P2),
    types=(("general-enquiry", "General Enquiry"), ("incident", "Incident")),
    cells=(
        Cell(OCTOBER, "general-enquiry", None, True, Kept(18, 2)),
        Cell(OCTOBER, "incident", "P1", True, Kept(3, 1)),
        Cell(NOVEMBER, "general-enquiry", None, True, Kept(14, 1)),
        Cell(NOVEMBER, "general-enquiry", None, False, Kept(6, 2)),
        Cell(NOVEMBER, "incident", "P1", True, Kept(1, 0)),
    ),
    received=(Received(OCTOBER, "general-enquiry", 20), Received(OCTOBER, "incident", 4), Received(NOVEMBER, "general-enquiry", 16)),
    response=hours(0.5, 1, 2.5, 3),
    resolution=hours(9),
    resolved=3,
    went_quiet=2,
    reopened=1,
)
NOTHING = replace(
    CARD, cells=(), received=(), kinds=(P2,), response=Spans(), resolution=Spans(), resolved=0, went_quiet=0, reopened=0
)  # fmt: skip
HERE = Places((("targets.csv", "targets.csv"), ("scorecard.json", "scorecard.json")), "/staff-queue/x/")


def rows_of(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def test_the_page_is_as_it_was_agreed() -> None:
    assert scorecard_content(CARD, HERE) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("card", [CARD, NOTHING], ids=["some", "nothing"])
def test_every_chart_says_what_it_shows_and_has_its_numbers(card: Scorecard) -> None:
    page = Page(scorecard_content(card, HERE))
    assert page.ids_are_unique()
    assert len(page.texts["figcaption"]) == 5
    assert all(caption.endswith(".") for caption in page.texts["figcaption"])
    pictures = [one for one in page.elements["svg"] if one.get("role") == "img"]
    assert all(set(one["aria-labelledby"].split()) <= set(page.ids) for one in pictures)
    assert all(one["aria-hidden"] == "true" for one in page.elements["svg"] if one.get("role") != "img")
    assert [one["aria-label"] for one in page.elements["div"] if one.get("tabindex") == "0"] == page.texts["caption"]
    assert not [one for some in page.elements.values() for one in some if "style" in one]
    # Of nothing there are still the months and the types, with noughts.
    assert len(page.elements["table"]) == (5 if card is CARD else 2)


def test_charts_hold_the_figures() -> None:
    bars = charts.targets(CARD).rows
    assert [(bar.label, bar.value, bar.is_faded) for bar in bars] == [
        ("General Enquiry", "91% of 35", False),
        ("Incident, P1", "80% of 5", True),
    ]
    assert charts.targets(CARD).table.rows[0] == ("General Enquiry", "32", "3", "91%", "6", "2", "75%")
    assert charts.months(CARD).table.rows == (
        ("Oct 2026", "21", "3", "88%", "0", "0", "–"),
        ("Nov 2026", "15", "1", "94%", "6", "2", "75%"),
    )
    assert charts.responses(CARD).table.rows == (("General Enquiry", "3", "1 h", "3 h"), ("Incident, P1", "1", "2.5 h", "2.5 h"))
    assert charts.received(CARD).table.rows == (("General Enquiry", "36", "20", "16"), ("Incident", "4", "4", "0"))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (CARD.cells, "90% of 40 first responses came within their target; the smallest share is of Incident, P1: 80% of 5"
                     ", which is too few to be sure."),
        (CARD.cells[:1], "90% of 20 first responses came within their target."),
        ((Cell(OCTOBER, "incident", "P1", True, Kept(3)),),
         "100% of 3 first responses came within their target, which is too few to be sure."),
        (CARD.cells[3:4], "No first response was due in this time."),
    ],
)  # fmt: skip
def test_it_is_said_how_many_came_in_time_and_of_what_the_fewest(cells: tuple[Cell, ...], said: str) -> None:
    assert charts.targets(replace(CARD, cells=cells)).finding == said


def test_the_last_month_is_compared_with_the_one_before_where_there_are_enough() -> None:
    assert findings.of_months(CARD) == "Of what we received in Nov 2026, 94% of 16 first responses came in time, up from 88% in Oct 2026."
    assert (
        findings.of_months(replace(CARD, cells=CARD.cells[:1]))
        == "Of what we received in Oct 2026, 90% of 20 first responses came in time."
    )
    few = replace(CARD, cells=(CARD.cells[0], CARD.cells[4]))
    assert (
        findings.of_months(few) == "Of what we received in Nov 2026, 100% of 1 first response came in time; there are too few to compare."
    )


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(None, "–"), (0, "0 min"), (0.1, "1 min"), (59, "59 min"), (60, "1 h"), (200, "3.3 h"), (599, "10 h"), (60_000, "1,000 h")],
)
def test_times_are_said_roughly(minutes: float | None, said: str) -> None:
    assert findings.say_business_time(None if minutes is None else timedelta(minutes=minutes)) == said


def test_the_tables_have_every_figure() -> None:
    assert rows_of(targets_csv(CARD)) == [
        ["month", "request_type", "priority", "name", "answer", "met", "missed"],
        ["2026-10", "general-enquiry", "", "General Enquiry", "first", "18", "2"],
        ["2026-10", "incident", "P1", "Incident, P1", "first", "3", "1"],
        ["2026-11", "general-enquiry", "", "General Enquiry", "first", "14", "1"],
        ["2026-11", "general-enquiry", "", "General Enquiry", "later", "6", "2"],
        ["2026-11", "incident", "P1", "Incident, P1", "first", "1", "0"],
    ]
    assert rows_of(times_csv(CARD))[1:] == [
        ["general-enquiry", "", "General Enquiry", "3", "1.0", "3.0", "1", "9.0", "9.0"],
        ["incident", "P1", "Incident, P1", "1", "2.5", "2.5", "0", "", ""],
        ["incident", "P2", "Incident, P2", "0", "", "", "0", "", ""],
    ]
    assert rows_of(received_csv(CARD))[1:] == [
        ["2026-10", "general-enquiry", "General Enquiry", "20"],
        ["2026-10", "incident", "Incident", "4"],
        ["2026-11", "general-enquiry", "General Enquiry", "16"],
    ]


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_d52_no_cell_is_a_formula(text: str) -> None:
    odd = Kind(text, "P1", text)
    card = replace(
        CARD, kinds=(odd,), types=((text, text),), cells=(Cell(OCTOBER, text, "P1", True, Kept(1)),), received=(Received(OCTOBER, text, 1),)
    )
    for table in (targets_csv, times_csv, received_csv):
        assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠|%")) for row in rows_of(table(card)) for cell in row)
    assert "<script" not in scorecard_content(replace(card, kinds=(replace(odd, name="<script>"),)), HERE)


def test_the_json_has_the_shape_that_is_documented() -> None:
    said = json.loads(scorecard_json(CARD))
    assert list(said) == [
        "version", "day", "since", "until", "first_responses", "later_answers", "response", "resolution", "received", "resolved",
        "went_quiet", "reopened", "months", "kinds", "targets", "received_by_type",
    ]  # fmt: skip
    assert (said["version"], said["since"], said["until"]) == (1, "2026-10-01", "2026-11-23")
    assert said["first_responses"] == {"met": 36, "missed": 4}
    assert said["response"] == {"count": 4, "median_hours": 1.0, "ninetieth_hours": 3.0}
    assert said["months"][1] == {
        "month": "2026-11", "first_responses": {"met": 15, "missed": 1}, "later_answers": {"met": 6, "missed": 2}, "received": 16,
    }  # fmt: skip
    assert said["kinds"][2]["resolution"] == {"count": 0, "median_hours": None, "ninetieth_hours": None}
    assert said["targets"][1] == {
        "month": "2026-10",
        "request_type": "incident",
        "priority": "P1",
        "answer": "first",
        "met": 3,
        "missed": 1,
    }


def test_the_folder_is_whole_and_only_an_earlier_one_is_written_over(tmp_path: Path) -> None:
    for _ in range(2):
        scorecard_folder.write(tmp_path / "card", CARD, STYLESHEETS)
    assert sorted(file.name for file in (tmp_path / "card").iterdir()) == [
        "index.html", "received.csv", "report.css", "scorecard.json", "targets.csv", "times.csv"
    ]  # fmt: skip
    page = Page((tmp_path / "card" / "index.html").read_text(encoding="utf-8"))
    links = [one["href"] for one in page.elements["a"]]
    assert links == ["targets.csv", "times.csv", "received.csv", "scorecard.json"]
    (tmp_path / "card" / "mine.txt").touch()
    with pytest.raises(UnusableFolder, match="as mine.txt"):
        scorecard_folder.write(tmp_path / "card", CARD, STYLESHEETS)


def test_months_are_counted_over_the_turn_of_a_year() -> None:
    assert first_of_month(date(2026, 1, 31), earlier=1) == date(2025, 12, 1)
    assert first_of_month(date(2025, 12, 31), earlier=-1) == date(2026, 1, 1)
    assert months_between(date(2025, 11, 30), date(2026, 1, 1)) == (date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1))


# ------------------------------------------------------------------------------------------------------ what is published


def published(policy: Policy, *totals: int, by: str = "kind") -> list[int | None]:
    """Return what is published of promises of so many kinds, or months, all of them kept."""
    kinds = tuple(Kind(f"kind-{index}", None, "") for index in range(len(totals) if by == "kind" else 1))
    months = [first_of_month(NOVEMBER, earlier=back) for back in reversed(range(len(totals) if by == "month" else 1))]
    cells = tuple(
        Cell(month, kind.request_type, None, True, Kept(total)) for (month, kind), total in zip(product(months, kinds), totals, strict=True)
    )
    card = replace(CARD, since=months[0], until=date(2026, 11, 30), kinds=kinds, cells=cells)
    figures = public_scorecard(card, policy)
    return [one.promises for one in (figures.kinds if by == "kind" else figures.months)]


@pytest.mark.parametrize("by", ["kind", "month"])
@pytest.mark.parametrize(
    ("totals", "shown"),
    [
        ((40, 30, 20), (40, 30, 20)),  # nothing is small
        ((40, 30, 10), (40, 30, 10)),  # ten is enough
        ((40, 30, 9), (40, None, None)),  # 79 in all less 40 and 30 would be the 9
        ((40, 30, 9, 1), (40, 30, None, None)),  # that 10 remain says nothing of the 9
        ((40, 30, 8, 1), (40, None, None, None)),  # 9 that remain would be too few
        ((40, 30, 0), (40, 30, None)),  # that there was none is about nobody
        ((40, 30, 1, 0), (40, None, None, None)),
        ((9, 9, 9), (None, None, None)),
        ((40, 9), (None, None)),
        ((3, 3), (None, None)),
    ],
)
def test_what_is_small_and_what_would_reveal_it_is_not_published(
    policy: Policy, totals: tuple[int, ...], shown: tuple[int | None, ...], by: str
) -> None:
    assert policy.scorecard.fewest == 10
    assert published(policy, *totals, by=by) == list(shown)


def test_the_sums_are_published_where_they_are_large_enough(policy: Policy) -> None:
    figures = public_scorecard(CARD, policy)
    assert figures.first_responses == Figure(promises=40, kept=36)
    assert figures.later_answers == Figure()
    assert figures.waited is None
    assert public_scorecard(replace(CARD, response=hours(*range(1, 11))), policy).waited.median_hours == 5
    nothing = public_scorecard(NOTHING, policy)
    assert {one.promises for one in (nothing.first_responses, nothing.later_answers, *nothing.kinds, *nothing.months)} == {None}


def test_whole_months_that_are_over_are_published(policy: Policy) -> None:
    assert policy.scorecard.months == 3
    assert public_period(policy, date(2026, 11, 23)) == (date(2026, 8, 1), date(2026, 10, 31))
    assert public_period(policy, date(2026, 2, 1)) == (date(2025, 11, 1), date(2026, 1, 31))


def test_what_is_published_has_no_free_text_and_is_read_again(policy: Policy) -> None:
    figures = public_scorecard(replace(CARD, kinds=(replace(GENERAL, name="<script>"), P1, P2)), policy)
    text = as_text(figures)
    assert "<script>" not in text
    assert read_figures(text, 10) == figures


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"version": 2}, "version"),
        ({"note": "Ann was late"}, "note"),
        ({"fewest": 9}, "its figures may rest on 9 promises, and the policy asks for 10"),
        ({"fewest": 50}, "a figure rests on fewer than 50 promises"),
        ({"first_responses": {"promises": 40, "kept": 41}}, "no more kept than promised"),
        ({"first_responses": {"promises": 40, "kept": None}}, "both or neither"),
        ({"first_responses": {"promises": -1, "kept": -1}}, "first_responses.promises"),
        ({"months": []}, "must be those from since to until"),
        ({"kinds": [{"request_type": "<b>", "priority": None}]}, "kinds.0.request_type"),
    ],
)
def test_figures_that_are_none_are_refused(policy: Policy, change: dict[str, object], why: str) -> None:
    text = json.dumps(json.loads(as_text(public_scorecard(CARD, policy))) | change)
    with pytest.raises(UnusableFigures, match=why):
        read_figures(text, policy.scorecard.fewest)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "\x00"])
def test_a_text_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UnusableFigures):
        read_figures(text, 10)
