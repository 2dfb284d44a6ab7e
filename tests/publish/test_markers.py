import os
from collections.abc import Callable
from pathlib import Path

import pytest
from mkdocs.exceptions import BuildError

from formapp.errors import HelpCentreError
from formapp.publish.published import PublishError
from tests.publish.conftest import Render

Change = Callable[[str, str], None]


def test_a_marker_alone_on_a_line_becomes_a_block(render: Render) -> None:
    html = render("Before.\n\n[[policy: priorities]]\n\nAfter.")

    assert html.index("Before.") < html.index("<table") < html.index("After.")
    assert "[[" not in html


def test_a_marker_needs_no_empty_lines_around_it(render: Render) -> None:
    html = render("Before.\n[[policy: report-items]]\nAfter.")

    assert "<p>Before.</p>" in html
    assert "<p>After.</p>" in html


def test_a_marker_in_a_sentence_becomes_a_fact(render: Render) -> None:
    html = render("You have **[[policy: resolution.closed_after_resolved_days]]** to answer.")

    assert html == "<p>You have <strong>7 days</strong> to answer.</p>"


def test_a_fact_changes_with_the_policy(render: Render, change: Change, policy_file: Path) -> None:
    sentence = "You have [[policy: resolution.closed_after_resolved_days]]."
    assert "7 days" in render(sentence)

    change("closed_after_resolved_days = 7", "closed_after_resolved_days = 1")
    # The file system may keep time too coarsely to see two writes apart.
    os.utime(policy_file, ns=(1, 1))

    assert render(sentence) == "<p>You have 1 day.</p>"


def test_a_fact_can_stand_alone_on_its_line(render: Render) -> None:
    assert render("[[policy: brand.name]]") == "<p>Billycart</p>"


def test_the_hours_are_a_table_on_a_line_and_words_in_a_sentence(render: Render) -> None:
    assert "<table" in render("[[policy: hours]]")
    assert render("We are open [[policy: hours]].") == "<p>We are open Monday to Friday, 9:00 am to 5:00 pm AEST.</p>"


def test_a_marker_inside_markdown_in_html_is_found(render: Render) -> None:
    html = render('<div class="hero" markdown>\n\n# Help with [[policy: brand.name]]\n\n[[policy: report-items]]\n\n</div>')

    assert "Help with Billycart" in html
    assert "<li>The browser you use</li>" in html


@pytest.mark.parametrize(
    "code",
    ["```\n[[policy: hours]]\n[[policy: nonsense]]\n```", "    [[policy: nonsense]]", "Write `[[policy: nonsense]]` for it."],
    ids=["fence", "indented", "backticks"],
)
def test_a_marker_shown_as_code_stays_code(render: Render, code: str) -> None:
    html = render(code)

    assert "[[policy: nonsense]]" in html
    assert "<table" not in html


def test_other_square_brackets_are_left_alone(render: Render) -> None:
    assert render("[[1]](https://example.org) and [[note]]").count("[[") == 1


@pytest.mark.parametrize(
    ("marker", "listed"),
    [
        ("[[policy: opening-hours]]", ["hours", "priorities", "resolution.closed_after_resolved_days"]),
        ("[[page: header]]", ["search", "swap"]),
        ("[[polcy: hours]]", ["policy", "form", "page"]),
        ("[[form: tickets]]", ["ticket"]),
    ],
)
def test_an_unknown_marker_stops_the_build_and_says_what_there_is(render: Render, marker: str, listed: list[str]) -> None:
    with pytest.raises(PublishError) as refused:
        render(f"Text.\n\n{marker}\n")

    assert marker in str(refused.value)
    assert all(name in str(refused.value) for name in listed)


@pytest.mark.parametrize("marker", ["[[policy: nonsense]]", "[[colour: red]]", "[[page: nonsense]]"])
def test_an_unknown_marker_in_a_sentence_stops_the_build(render: Render, marker: str) -> None:
    with pytest.raises(PublishError, match="does not exist"):
        render(f"We say {marker} here.")


@pytest.mark.parametrize("marker", ["[[policy: priorities]]", "[[form: ticket]]", "[[page: swap]]"])
def test_a_block_inside_a_sentence_is_refused(render: Render, marker: str) -> None:
    with pytest.raises(PublishError, match="alone on a line"):
        render(f"Here it is: {marker}")


def test_a_refusal_is_one_that_mkdocs_prints_without_a_traceback() -> None:
    assert issubclass(PublishError, BuildError)
    assert issubclass(PublishError, HelpCentreError)


def test_a_broken_policy_stops_the_build_with_its_key_and_the_mend(render: Render, change: Change) -> None:
    change('monday = ["09:00-17:00"]', 'monday = ["17:00-09:00"]')

    with pytest.raises(PublishError, match=r"hours\.week\.monday.*ends before it begins"):
        render("[[policy: hours]]")


def test_a_wrong_example_stops_the_build_even_on_a_page_without_examples(render: Render, change: Change) -> None:
    change("due = 2026-11-24T14:28:00+10:00", "due = 2026-11-24T14:29:00+10:00")

    with pytest.raises(PublishError, match=r"policy\.toml: examples\[1\]\.due: claims .*2:29 pm.*computes .*2:28 pm"):
        render("[[policy: brand.name]]")


def test_a_page_without_markers_needs_no_policy(render: Render, policy_file: Path) -> None:
    policy_file.unlink()

    assert render("Text.") == "<p>Text.</p>"
    with pytest.raises(PublishError, match="cannot be read"):
        render("[[policy: hours]]")


def test_what_the_policy_says_is_text_and_never_markup(render: Render, change: Change) -> None:
    change('name = "General Enquiry"', 'name = "<img src=x> & Co"')
    change('supported_by = "Paypa Plane"', 'supported_by = "<b>Paypa</b>"')

    assert "&lt;img src=x&gt; &amp; Co" in render("[[policy: request-types]]")
    assert "&lt;b&gt;Paypa&lt;/b&gt;" in render("By [[policy: brand.supported_by]].")


def test_a_form_stands_between_the_marks_that_the_backend_swaps(render: Render) -> None:
    html = render("# Ticket\n\nText.\n\n[[form: ticket]]\n\nMore.")
    before, between, after = html.replace("<!-- /helpcentre:swap -->", "<!-- helpcentre:swap -->").split("<!-- helpcentre:swap -->")

    assert "Text." in before
    assert between.count("<form") == between.count("</form>") == 1
    assert "More." in after


def test_the_swap_of_a_page_reaches_from_the_marker_to_its_end(render: Render) -> None:
    html = render("# Your request\n\n[[page: swap]]\n\nFirst.\n\n## Second\n\nLast.")

    assert html.index("</h1>") < html.index("<!-- helpcentre:swap -->") < html.index("First.")
    assert html.endswith("<p>Last.</p>\n<!-- /helpcentre:swap -->")
