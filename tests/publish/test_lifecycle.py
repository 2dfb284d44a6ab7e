"""The picture of a ticket's life: drawn from the table of moves, whole, and the same in the table beside it."""

import html as html_text
import re
from itertools import pairwise, product

import pytest

from formapp.policy.policy import Policy
from formapp.publish import lifecycle
from formapp.publish.lifecycle import BADGE, BOX_HEIGHT, BOX_WIDTH, LEFT_OUT, WHO, draw, lifecycle_of
from formapp.rules.lifecycle import MADE_BY, NEXT, SAID_STATUS, WHOSE_TURN, Move, Status, say_move
from tests.pages import Page
from tests.publish.conftest import Render

_CELL = r"<td[^>]*>(.*?)</td>"
_FIRST = r'<tr role="row"[^>]*><th[^>]*><span>(.*?)</span></th><td[^>]*><span class="hc-life__at">(\d+)</span> (.*?)</td>'
ROW = re.compile(f"{_FIRST}{_CELL}{_CELL}</tr>")
ARROW = re.compile(r'<g data-from="(\w+)" data-to="(\w+)">.*?>(\d+)</text>')


def arrows_of(html: str) -> dict[tuple[str, str], str]:
    return {(before, becomes): number for before, becomes, number in ARROW.findall(html)}


def test_every_move_but_what_is_left_out_is_an_arrow_and_a_row_of_the_same_number(policy: Policy) -> None:
    html = lifecycle_of(policy, NEXT)
    arrows, rows = arrows_of(html), [tuple(map(html_text.unescape, row)) for row in ROW.findall(html)]
    shown = {pair: becomes for pair, becomes in NEXT.items() if pair[1] not in LEFT_OUT}
    assert {(before, becomes) for (before, _), becomes in shown.items()} == arrows.keys()
    expected = set()
    for (before, move), becomes in shown.items():
        said = f"Stays {SAID_STATUS[becomes]}" if becomes is before else SAID_STATUS[becomes]
        expected.add((SAID_STATUS[before], arrows[before, becomes], say_move(policy, move), WHO[MADE_BY[move]], said))
    assert set(rows) == expected
    assert len(rows) == len(shown) == len(NEXT) - 2
    assert [int(number) for _, number, *_ in rows] == sorted(int(number) for _, number, *_ in rows)


def test_junk_is_nobodys_business_but_ours(policy: Policy) -> None:
    assert frozenset({Move.SET_ASIDE}) == LEFT_OUT
    assert "junk" not in lifecycle_of(policy, NEXT)


def test_a_changed_table_changes_the_picture(policy: Policy) -> None:
    without = {pair: becomes for pair, becomes in NEXT.items() if pair[0] is not Status.CLOSED}
    changed = lifecycle_of(policy, without)
    assert arrows_of(lifecycle_of(policy, NEXT)).keys() - arrows_of(changed).keys() == {("closed", "open")}
    elsewhere = NEXT | {(Status.CLOSED, Move.WROTE): Status.WAITING}
    assert ("closed", "waiting") in arrows_of(lifecycle_of(policy, elsewhere))
    assert lifecycle_of(policy, elsewhere) != lifecycle_of(policy, NEXT)


def test_the_days_are_the_policys(policy: Policy) -> None:
    resolution = policy.resolution.model_copy(update={"resolved_after_quiet_days": 9, "closed_after_resolved_days": 12})
    html = lifecycle_of(policy.model_copy(update={"resolution": resolution}), NEXT)
    assert "9 days pass without a response from you" in html
    assert "12 days pass without an answer from you" in html


def test_it_is_said_to_those_who_do_not_see_it(policy: Policy) -> None:
    html = lifecycle_of(policy, NEXT)
    page = Page(html)
    (picture,) = page.elements["svg"]
    assert (picture["role"], picture["aria-labelledby"], picture["aria-describedby"]) == ("img", "hc-life-title", "hc-life-about")
    assert page.texts["title"] == ["The life of a ticket"]
    assert page.texts["desc"][0].startswith("Numbered arrows between 4 states: 1, from Open to Waiting; 2, from Open to itself; ")
    assert page.ids_are_unique()
    assert page.texts["dt"] == list(SAID_STATUS.values())
    assert page.texts["dd"] == [f"{said}." for said in WHOSE_TURN.values()]
    assert page.texts["caption"] == ["What moves a ticket; the numbers are those of the arrows"]
    # Neither styles nor colours of its own: both schemes, and a strict policy.
    assert not re.search(r'\sstyle=|\sfill="|\sstroke="|<style|<script', html)


def test_the_page_has_it(render: Render, policy: Policy) -> None:
    assert '<svg class="hc-life__picture"' in render("[[policy: lifecycle]]")
    days = policy.resolution.reminded_after_quiet_days
    assert f"After {days} days we remind you." in render("After [[policy: resolution.reminded_after_quiet_days]] we remind you.")


EVERY_CHANGE = list(product(Status, Status))


@pytest.mark.parametrize("changes", [EVERY_CHANGE, EVERY_CHANGE[::-1], [], [(Status.OPEN, Status.CLOSED)], [(Status.CLOSED, Status.OPEN)]])
def test_whatever_moves_there_are_they_fit_into_the_picture_and_no_numbers_cover_each_other(changes: list[tuple[Status, Status]]) -> None:
    picture = draw(changes)
    assert [(one.before, one.becomes) for one in picture.arrows] == changes
    assert [one.number for one in picture.arrows] == list(range(1, len(changes) + 1))
    for box in picture.boxes:
        assert 0 <= box.x <= picture.width - BOX_WIDTH
        assert 0 <= box.y <= picture.height - BOX_HEIGHT
    for one in picture.arrows:
        assert BADGE <= one.x <= picture.width - BADGE
        assert BADGE <= one.y <= picture.height - BADGE
    for one in picture.arrows:
        for other in picture.arrows[one.number :]:
            assert (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= (2 * BADGE) ** 2, (one, other)


def test_it_fits_a_window_of_320(policy: Policy) -> None:
    shown = dict.fromkeys((before, becomes) for (before, move), becomes in NEXT.items() if move not in LEFT_OUT)
    picture = draw(shown)
    # What is left of 320 pixels between the margins of the page.
    assert picture.width <= 288
    assert all(below.y - above.y > BOX_HEIGHT + 2 * BADGE for above, below in pairwise(picture.boxes))
    assert lifecycle.lifecycle_of(policy, NEXT).count("hc-life__line") == len(shown)
