"""Every chart as a whole, against its file in golden/, and the colours in which they are drawn."""

import re
from datetime import date
from pathlib import Path

import pytest

from formapp import html
from formapp.reports import charts
from formapp.reports.values import Revision, Votes, last_weeks
from tests.conftest import ROOT
from tests.pages import Page
from tests.reports.samples import MENDED, REASONS, SEARCHES, TODAY, report, weeks

GOLDEN = Path(__file__).parent / "golden"
STYLE = (ROOT / "theme" / "assets" / "report.css").read_text(encoding="utf-8")
FRAME = (ROOT / "theme" / "assets" / "frame.css").read_text(encoding="utf-8")
YEAR = last_weeks(MENDED.weeks, TODAY)
CHANGES = (*MENDED.revisions, Revision("2" * 12, date(2026, 11, 18), ""))
CHARTS = {
    "mend-first": ("bars", charts.mend_first(report())),
    "reasons": ("bars", charts.reasons("reasons", REASONS)),
    "searches": ("bars", charts.searches(SEARCHES, TODAY)),
    "weeks": ("weeks", charts.weeks("weeks", "It helped.", YEAR[-6:], CHANGES, TODAY)),
    "nothing": ("bars", charts.reasons("nothing", ())),
}


def drawn(name: str) -> str:
    macro, chart = CHARTS[name]
    template = html._TEMPLATES.from_string(f"{{% import 'charts.svg' as charts %}}{{{{ charts.{macro}(chart) }}}}")
    return template.render(chart=chart)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_as_it_was_agreed(name: str):
    assert drawn(name) == (GOLDEN / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(CHARTS.keys() - {"nothing"}))
def test_a_chart_says_what_it_shows_to_those_who_do_not_see_it(name: str):
    page = Page(drawn(name))
    assert page.ids_are_unique()
    assert page.texts["figcaption"] == [" ".join(CHARTS[name][1].finding.split())]
    pictures = [one for one in page.elements["svg"] if one.get("role") == "img"]
    assert pictures
    assert all(set(one["aria-labelledby"].split()) <= set(page.ids) for one in pictures)
    assert all(one["aria-hidden"] == "true" for one in page.elements["svg"] if one.get("role") != "img")
    assert len(page.elements["details"]) == len(page.elements["table"]) == 1
    assert [one["aria-label"] for one in page.elements["div"] if one.get("tabindex") == "0"] == page.texts["caption"]
    assert CHARTS[name][1].table.rows[0][0] in page.texts["th"]


def test_a_chart_has_neither_styles_nor_scripts_of_its_own():
    together = "".join(drawn(name) for name in CHARTS)
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", together)
    assert "<xero>" not in together
    assert "&lt;xero&gt;" in together


def test_a_week_without_votes_and_a_year_without_any_are_drawn():
    chart = charts.weeks("weeks", "Nothing.", weeks(), (), TODAY)
    assert {column.yes_height for column in chart.columns} == {"0.0"}
    assert chart.table.rows == ()
    assert charts.weeks("weeks", "One.", weeks(Votes(1)), (), TODAY).columns[-1].yes_height == f"{charts.PLOT}.0"


def test_a_revision_of_before_these_weeks_has_no_mark_and_two_of_one_day_share_one():
    marks = charts.weeks("weeks", "", YEAR, (*CHANGES, CHANGES[-1]), TODAY).marks
    assert [(mark.number, mark.says) for mark in marks] == [(1, ("Tue 3 Nov: Say how long it takes",)), (2, ("Wed 18 Nov",) * 2)]
    # The 3rd of November is 337 days after the 1st of December, of 364.
    assert marks[0].left == f"{100 * 337 / 364:.2f}%"


@pytest.mark.parametrize("scheme", ["default", "slate"])
def test_yes_no_and_the_ground_are_told_apart_in_both_schemes(scheme: str):
    yes, no = (_colour(STYLE, scheme, name) for name in ("yes", "no"))
    grounds = [_colour(FRAME, scheme, name) for name in ("surface", "ground")]
    assert _contrast(yes, no) >= 3
    for ground in grounds:
        assert min(_contrast(yes, ground), _contrast(no, ground), _contrast(_colour(FRAME, scheme, "brand"), ground)) >= 3


def _colour(style: str, scheme: str, name: str) -> str:
    block = re.search(rf'\[data-md-color-scheme="{scheme}"\] \{{([^}}]*)\}}', style)
    assert block
    found = re.search(rf"--hc-{name}: #([0-9a-f]{{3,6}});", block[1])
    assert found
    return "".join(2 * digit for digit in found[1]) if len(found[1]) == 3 else found[1]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
