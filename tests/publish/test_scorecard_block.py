"""`[[policy: scorecard]]`: nothing at all, or the figures that were written for everybody."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from markdown import Markdown

from formapp.policy.policy import Policy
from formapp.publish.published import PublishError
from formapp.reports.scorecard_public import as_text, public_scorecard
from formapp.reports.scorecard_values import Cell, Kept
from tests.conftest import ROOT
from tests.pages import Page
from tests.publish.conftest import Render
from tests.reports.test_scorecard import CARD, hours

Change = Callable[[str, str], None]
PAGE = "# Support Services\n\n## Before\n\nText.\n\n[[policy: scorecard]]\n\n## After\n"


@pytest.fixture
def switched_on(change: Change) -> None:
    change("published = false", "published = true")


@pytest.fixture
def written(policy_file: Path, policy: Policy) -> Path:
    """The figures of a scorecard, beside the policy file."""
    november = date(2026, 11, 1)
    more = (*CARD.cells, Cell(november, "incident", "P2", True, Kept(5, 5)), Cell(november, "incident", "P2", False, Kept(12, 0)))
    card = replace(CARD, until=date(2026, 11, 30), cells=more, response=hours(*range(1, 21)))
    file = policy_file.with_name("scorecard.json")
    file.write_text(as_text(public_scorecard(card, policy)), encoding="utf-8")
    return file


def test_switched_off_it_is_nothing_not_even_a_heading(render: Render) -> None:
    assert render(PAGE) == render(PAGE.replace("[[policy: scorecard]]\n\n", ""))
    assert "How we do" not in render(PAGE)


def test_it_is_off_by_default_and_its_marker_is_on_the_page(policy: Policy) -> None:
    assert policy.scorecard.published is False
    assert "\n[[policy: scorecard]]\n" in (ROOT / "docs" / "support-services.md").read_text(encoding="utf-8")
    assert "How we do" not in (ROOT / "docs" / "support-services.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("switched_on", "written")
def test_switched_on_it_has_its_heading_which_the_contents_name(render: Render) -> None:
    html = render(PAGE)
    assert html.index("Before</h2>") < html.index('<h2 id="how-we-do">How we do</h2>') < html.index("<table") < html.index("After</h2>")
    markdown = render.__self__
    assert isinstance(markdown, Markdown)
    assert [one["name"] for one in markdown.toc_tokens[0]["children"]] == ["Before", "How we do", "After"]


@pytest.mark.usefixtures("switched_on", "written")
def test_figures_are_shown_and_those_that_are_small_are_not(render: Render) -> None:
    page = Page(render(PAGE))
    assert page.texts["li"] == [
        "First responses within their target: 82% of 50.",
        "Answers to later messages within their target: 90% of 20.",
        "Half of the first responses took 10 business hours or less, and nine in ten 18 business hours or less.",
    ]
    shown = dict(zip(page.texts["th"], ["", "", *page.texts["td"][:3], "", "", *page.texts["td"][3:]], strict=True))
    # Of P1 there were 5, and what is left of 50 without the 35 and the 10 would be these.
    assert (shown["General Enquiry"], shown["Incident, P1"], shown["Incident, P2"]) == ("91% of 35", "Not published", "Not published")
    assert (shown["October 2026"], shown["November 2026"]) == ("88% of 24", "77% of 26")
    assert "From 1 October 2026 to 30 November 2026:" in page.texts["p"]
    assert any("fewer than 10 requests" in said for said in page.texts["p"])


@pytest.mark.usefixtures("switched_on")
def test_a_file_that_is_missing_stops_the_build_and_the_command_is_named(render: Render, policy_file: Path) -> None:
    with pytest.raises(PublishError) as stopped:
        render(PAGE)
    file = policy_file.with_name("scorecard.json")
    assert f"{file} is missing" in str(stopped.value)
    assert f"`formapp tickets report --public {file}`" in str(stopped.value)
    assert "scorecard.published = false" in str(stopped.value)


@pytest.mark.usefixtures("switched_on")
@pytest.mark.parametrize("spoil", ["nothing", "small", "text", "folder", "bytes"])
def test_a_file_that_cannot_be_shown_stops_the_build(render: Render, written: Path, spoil: str) -> None:
    good = json.loads(written.read_text(encoding="utf-8"))
    spoilt = {
        "nothing": b"",
        "small": json.dumps(good | {"first_responses": {"promises": 3, "kept": 3}}).encode(),
        "text": json.dumps(good | {"note": "Ann was late"}).encode(),
        "bytes": b"\xff\xfe",
        "folder": None,
    }[spoil]
    written.unlink()
    written.mkdir() if spoilt is None else written.write_bytes(spoilt)
    with pytest.raises(PublishError, match="write it with `formapp tickets report --public "):
        render(PAGE)


@pytest.mark.usefixtures("switched_on", "written")
def test_figures_that_rest_on_fewer_than_the_policy_asks_for_stop_the_build(render: Render, change: Change) -> None:
    change("fewest = 10", "fewest = 20")
    with pytest.raises(PublishError, match="may rest on 10 promises, and the policy asks for 20"):
        render(PAGE)


def test_inside_a_sentence_it_is_refused(render: Render) -> None:
    with pytest.raises(PublishError, match="put it alone on a line"):
        render("See [[policy: scorecard]] here.")
