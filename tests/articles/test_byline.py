from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from formapp.articles.byline import Byline, byline_of, say_in_full
from formapp.articles.history import Commit, History
from formapp.policy.policy import Policy

FILE = Path("page.md")
FIRST, LAST = datetime(2026, 1, 5, 1, 0, tzinfo=UTC), datetime(2026, 3, 9, 6, 30, tzinfo=UTC)
HISTORY = History(created=Commit("Ada", FIRST), modified=Commit("Grace", LAST))
WRITTEN = datetime(2026, 11, 23, 9, 15, tzinfo=timezone(timedelta(hours=10)))
COMPLETE = {
    "created_by": "Team",
    "created": WRITTEN.isoformat(),
    "modified_by": "Other team",
    "modified": WRITTEN.isoformat(),
}


def test_the_head_comes_first_and_git_is_not_asked() -> None:
    def not_asked(_file: Path) -> History:
        raise AssertionError("git was asked")

    assert byline_of(COMPLETE, FILE, not_asked) == Byline("Team", WRITTEN, "Other team", WRITTEN)


def test_git_fills_in_what_the_head_leaves_out() -> None:
    head = {"created_by": "Team", "modified": WRITTEN.isoformat()}

    assert byline_of(head, FILE, lambda _: HISTORY) == Byline("Team", FIRST, "Grace", WRITTEN)


def test_without_either_nothing_is_known() -> None:
    assert byline_of({}, FILE, lambda _: None) == Byline(None, None, None, None)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 22, 23, 15, tzinfo=UTC), "Monday 23 November 2026, 9:15 am AEST"),  # the day after, in Brisbane
        (datetime(2026, 1, 1, 2, 0, tzinfo=UTC), "Thursday 1 January 2026, 12:00 pm AEST"),  # noon, and no daylight saving
        (datetime(2026, 11, 22, 14, 5, tzinfo=UTC), "Monday 23 November 2026, 12:05 am AEST"),  # just after midnight
    ],
)
def test_moments_are_said_with_day_date_and_time_in_the_policy_zone(policy: Policy, moment: datetime, said: str) -> None:
    assert say_in_full(moment, policy.hours) == said
