"""Once a week, what needs an editor's eye, and only where there is something to say."""

from datetime import date, timedelta

import pytest

from formapp.mail.purposes import FEEDBACK_WEEKLY
from formapp.models import Chore, MissedSearch
from formapp.runtime import Runtime
from formapp.services.feedback_weekly import CHORE, send_weekly
from tests.clock import Clock
from tests.mails import text_of
from tests.services.given_feedback import article, at_nine, feedback, mails, vote, weeks
from tests.services.test_attachments_at_once import together

# The clock begins on this day, in the afternoon.
MONDAY = date(2026, 11, 23)


def look(runtime: Runtime) -> int:
    return send_weekly(runtime.database, runtime.desk, runtime.now())


def set_to(clock: Clock, runtime: Runtime, day: date, **past_nine: float) -> None:
    clock.moment = at_nine(day, runtime) + timedelta(**past_nine)


@pytest.fixture
def monday(runtime: Runtime, clock: Clock) -> date:
    """A Monday, ten minutes past nine, on which a summary is due; the week before it is over."""
    look(runtime)
    day = MONDAY + weeks(2)
    set_to(clock, runtime, day, minutes=10)
    return day


def said(runtime: Runtime) -> dict[str, str]:
    """Return the summaries by whom they went to, on one line each: it does not matter where a line was broken."""
    return {mail["To"]: " ".join(text_of(mail).split()) for mail in mails(runtime, FEEDBACK_WEEKLY)}


def in_week(monday: date, runtime: Runtime) -> object:
    return at_nine(monday - timedelta(days=3), runtime)


def test_it_comes_on_mondays_at_nine_once_and_first_after_the_first_whole_week(runtime: Runtime, clock: Clock) -> None:
    article(runtime, reviewed=date(2026, 1, 1))
    set_to(clock, runtime, date(2026, 11, 25))  # the service begins on a Wednesday
    sent_on = []
    for _ in range(24 * 21):
        clock.pass_(hours=1)
        local = clock.now().astimezone(runtime.policy.hours.zone)
        sent_on += [f"{local:%a %d %b %H:%M}"] * look(runtime)
    assert sent_on == ["Mon 07 Dec 09:00", "Mon 14 Dec 09:00"]
    subjects = [mail["Subject"] for mail in mails(runtime, FEEDBACK_WEEKLY)]
    assert subjects[0] == "Articles to look at, Mon 30 Nov to Sun 6 Dec 2026"


def test_a_service_that_begins_before_nine_on_a_monday_has_a_whole_week_of_it(runtime: Runtime, clock: Clock) -> None:
    article(runtime, reviewed=date(2026, 1, 1))
    set_to(clock, runtime, MONDAY, hours=-1)
    assert look(runtime) == 0
    set_to(clock, runtime, MONDAY)
    assert look(runtime) == 0
    set_to(clock, runtime, MONDAY + weeks(1))
    assert look(runtime) == 1


def test_a_worker_that_was_down_on_monday_sends_on_tuesday(
    runtime: Runtime, clock: Clock, monday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    article(runtime, reviewed=date(2026, 1, 1))
    clock.pass_(days=1)
    assert [look(runtime), look(runtime)] == [1, 0]
    with monkeypatch.context() as patched:
        # And until it is due again no transaction is begun.
        patched.setattr(runtime.database, "transaction", None)
        assert look(runtime) == 0
    set_to(clock, runtime, monday + weeks(1))
    assert look(runtime) == 1


def test_where_there_is_nothing_to_say_nothing_is_sent(runtime: Runtime, monday: date) -> None:
    article(runtime)
    when = in_week(monday, runtime)
    feedback(runtime, "settled", state="done", given_at=when, reasons=("broken-link",))
    feedback(runtime, "set aside", set_aside_because="a burst", given_at=when, reasons=("broken-link",))
    feedback(runtime, "old", given_at=at_nine(monday - timedelta(days=8), runtime), reasons=("broken-link",))
    feedback(runtime, "", given_at=when, reasons=("difficult",))
    assert look(runtime) == 0
    assert said(runtime) == {}


def test_everybody_hears_of_their_own_articles(runtime: Runtime, monday: date) -> None:
    article(runtime, "mine", title="Mine", owner="kim@docs.example.org")
    article(runtime, "nobodys", title="Nobody’s")
    when = in_week(monday, runtime)
    for _ in range(2):
        feedback(runtime, "new", "mine", given_at=when, reasons=("broken-link",))
    feedback(runtime, "old", "mine", given_at=at_nine(monday - timedelta(days=20), runtime))
    feedback(runtime, "new", "nobodys", given_at=when)
    feedback(runtime, "", "never-synced", given_at=when, reasons=("broken-link",))
    assert look(runtime) == 2
    letters = said(runtime)
    assert "Mine http://localhost:8000/articles/mine/ 2 new, 3 in all" in letters["kim@docs.example.org"]
    assert "reported by 2 readers in that week" in letters["kim@docs.example.org"]
    assert "Nobody’s http://localhost:8000/articles/nobodys/ 1 new The report" not in letters["kim@docs.example.org"]
    assert "Nobody’s http://localhost:8000/articles/nobodys/ 1 new" in letters["team@example.org"]
    assert "never-synced reported by 1 reader in that week" in letters["team@example.org"]
    assert "Mine" not in letters["team@example.org"]


@pytest.mark.parametrize(
    ("late", "before", "falls"),
    [
        ((6, 10), (75, 100), True),  # fifteen points
        ((61, 100), (75, 100), False),  # fourteen
        ((5, 9), (75, 100), False),  # too few votes to know
        ((1, 10), (8, 9), False),  # too few before
        ((9, 10), (10, 100), False),  # it has risen
    ],
)
def test_an_article_has_fallen_at_fifteen_points_of_enough_votes(
    runtime: Runtime, monday: date, late: tuple[int, int], before: tuple[int, int], falls: bool
) -> None:
    article(runtime)
    for (yes, votes), days in ((late, 28), (before, 29)):
        at = at_nine(monday - timedelta(days=days), runtime)
        vote(runtime, times=yes, helpful=True, at=at)
        vote(runtime, times=votes - yes, at=at)
    # What is not counted, too old, or of the week that has begun makes no difference.
    vote(runtime, times=200, set_aside_because="a burst", at=at_nine(monday - timedelta(days=2), runtime))
    vote(runtime, times=200, at=at_nine(monday - timedelta(days=113), runtime))
    vote(runtime, times=200)
    assert look(runtime) == falls
    if falls:
        assert (
            "60% of 10 votes in the last 4 weeks said that it helped, 75% of 100 in the 12 weeks before"
            in said(runtime)["team@example.org"]
        )


def test_an_article_is_past_its_review_after_180_days(runtime: Runtime, monday: date) -> None:
    article(runtime, "late", title="Late", reviewed=monday - timedelta(days=181))
    article(runtime, "in-time", title="In time", reviewed=monday - timedelta(days=180))
    article(runtime, "gone", title="Gone", reviewed=monday - timedelta(days=500), removed_at=runtime.now())
    article(runtime, "silent", title="Silent", reviewed=None)
    assert look(runtime) == 1
    letter = said(runtime)["team@example.org"]
    assert "Late http://localhost:8000/articles/late/ last reviewed on Tue 9 Jun 2026" in letter
    assert not any(title in letter for title in ("In time", "Gone", "Silent"))


def test_searches_that_were_seen_on_three_days_are_told_to_the_editors_alone(runtime: Runtime, monday: date) -> None:
    article(runtime, owner="kim@docs.example.org", reviewed=date(2026, 1, 1))
    # Not those that were searched for in other weeks only; and not with what is older than the figures are said to be.
    days = {"often": (1, 2, 84, 85), "twice": (1, 2, 85), "long ago": (8, 9, 10), "just begun": (0, -1, -2)}
    with runtime.database.transaction() as session:
        for words, ago in days.items():
            session.add_all(MissedSearch(words=words, day=monday - timedelta(days=day), times=4) for day in ago)
    assert look(runtime) == 2
    letters = said(runtime)
    assert "often 12 times on 3 days in the last 12 weeks" in letters["team@example.org"]
    assert not any(words in letters["team@example.org"] for words in ("twice", "long ago", "just begun"))
    assert "Searches" not in letters["kim@docs.example.org"]


def test_several_workers_send_it_once(runtime: Runtime, monday: date) -> None:
    article(runtime, reviewed=date(2026, 1, 1))
    assert sorted(map(str, together(*[lambda: look(runtime)] * 4))) == ["0", "0", "0", "1"]
    assert len(mails(runtime, FEEDBACK_WEEKLY)) == 1


def test_the_first_look_of_several_workers_is_the_first_of_all(runtime: Runtime) -> None:
    article(runtime, reviewed=date(2026, 1, 1))
    assert together(*[lambda: look(runtime)] * 4) == [0] * 4


@pytest.mark.parametrize(("days_ahead", "sent"), [(7, [0, 0]), (8, [1, 0]), (3650, [1, 0])])
def test_a_day_that_a_wrong_clock_wrote_silences_nobody(runtime: Runtime, monday: date, days_ahead: int, sent: list[int]) -> None:
    article(runtime, reviewed=date(2026, 1, 1))
    with runtime.database.transaction() as session:
        session.get_one(Chore, CHORE).done_for = monday + timedelta(days=days_ahead)
    assert [look(runtime), look(runtime)] == sent
