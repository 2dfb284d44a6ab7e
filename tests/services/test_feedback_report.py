"""The report's numbers, added up by hand, and what it does not say of anybody."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from formapp.models import AnsweredArticle, Article, ArticleRevision, Feedback, FeedbackReason, MissedSearch, UncountedVotes, Vote
from formapp.reports.values import ArticleVotes, Report, Revision, Votes, Week
from formapp.rules.feedback import DONE, NEW
from formapp.runtime import Runtime
from formapp.services import feedback
from formapp.services.feedback import Ballot
from formapp.services.feedback_report import gather
from formapp.services.voters import Voter
from tests.feedback_samples import write_year

OLD, CURRENT = "0" * 12, "1" * 12
TODAY = date(2026, 11, 23)
THIS_WEEK = TODAY  # it is a Monday


def article(article_id: str = "refunds", **changes: object) -> Article:
    values: dict[str, object] = {
        "title": article_id.capitalize(),
        "path": f"articles/{article_id}/",
        "source": f"docs/articles/{article_id}.md",
        "owner": "Paypa Plane Support",
        "reviewed": TODAY,
        "revision": CURRENT,
        "headings": [["how-long", "How long it takes", 14]],
    }
    return Article(id=article_id, **(values | changes))


def vote(helpful: bool, article_id: str = "refunds", *, day: date = TODAY, **changes: object) -> Vote:
    values: dict[str, object] = {"revision": CURRENT, "heading": "", "search_words": ""}
    return Vote(
        article_id=article_id, helpful=helpful, day=day, at=datetime(day.year, day.month, day.day, tzinfo=UTC), **(values | changes)
    )


def said(on: Vote, *reasons: str, **changes: object) -> Feedback:
    values: dict[str, object] = {"given_at": on.at, "comment": "", "is_proven": True, "state": NEW, "note": ""}
    given = Feedback(vote=on, article_id=on.article_id, helpful=on.helpful, **(values | changes))
    given.reasons = [FeedbackReason(reason=reason) for reason in reasons]
    return given


def report_of(runtime: Runtime, *rows: object) -> Report:
    with runtime.database.transaction() as session:
        session.add_all(rows)
    with runtime.database.reading() as session:
        return gather(session, runtime.desk, runtime.now())


def the_article(report: Report) -> ArticleVotes:
    (found,) = report.articles
    return found


def test_an_empty_database_makes_an_empty_report(runtime: Runtime):
    report = report_of(runtime)
    assert (report.counted, report.set_aside_votes, report.articles, report.comments, report.searches) == (Votes(), 0, (), (), ())
    assert [len(report.weeks), report.weeks[-1].monday] == [52, THIS_WEEK]


def test_a_mended_article_starts_afresh(runtime: Runtime):
    before = [vote(False, revision=OLD) for _ in range(9)] + [vote(True, revision=OLD)]
    since = [vote(True) for _ in range(3)]
    others = [vote(helpful, "fees", revision=OLD) for helpful in (True, False, False)]
    report = report_of(runtime, article(), *before, *since, article("fees", revision=OLD), *others)
    fees, refunds = report.articles
    assert (refunds.now, refunds.before) == (Votes(yes=3), Votes(yes=1, no=9))
    assert (fees.now, fees.before) == (Votes(yes=1, no=2), Votes())
    assert report.mend_first == (fees,)
    assert report.counted == Votes(yes=5, no=11)


def test_one_no_of_one_vote_is_not_mended_first(runtime: Runtime):
    many = [vote(number < 12, "fees") for number in range(30)]
    report = report_of(runtime, article("fees"), article("refunds"), vote(False), *many)
    assert [one.id for one in report.mend_first] == ["fees", "refunds"]
    assert [one.now.are_few for one in report.mend_first] == [False, True]
    # 18 of 30 are 42.3% at least (Wilson, 95%), and one of one 20.7%.
    assert [round(one.now.no_at_least, 3) for one in report.mend_first] == [0.423, 0.207]


def test_an_article_without_a_no_or_taken_out_is_not_to_be_mended(runtime: Runtime):
    gone = article("gone", removed_at=runtime.now())
    report = report_of(runtime, article(), vote(True), gone, vote(False, "gone"))
    assert report.mend_first == ()
    assert [one.is_removed for one in report.articles] == [True, False]


def test_an_article_that_leaves_hardly_anybody_without_help_is_not_to_be_mended_first(runtime: Runtime):
    # 10 No of 100 are 5.5% at least (Wilson, 95%), 9 are 4.8%.
    votes = [vote(number >= least, name) for name, least in (("fees", 10), ("refunds", 9)) for number in range(100)]
    report = report_of(runtime, article("fees"), article("refunds"), *votes)
    assert [one.id for one in report.mend_first] == ["fees"]


def test_what_is_set_aside_is_told_and_not_counted(runtime: Runtime):
    aside = [
        vote(False, set_aside_because="a burst"),
        vote(True, set_aside_because="a burst"),
        vote(False, set_aside_because="one network"),
    ]
    comment = said(aside[0], "difficult", comment="Spam", set_aside_because="a field that people do not see was filled in")
    uncounted = [UncountedVotes(article_id="refunds", day=TODAY - timedelta(days=back), times=5) for back in range(2)]
    report = report_of(runtime, article(), vote(True), *aside, comment, *uncounted)
    assert report.counted == the_article(report).now == Votes(yes=1)
    assert report.set_aside == (("a burst", 2), ("one network", 1))
    assert (report.uncounted, report.set_aside_votes, the_article(report).set_aside) == (10, 13, 13)
    assert report.weeks[-1].votes == Votes(yes=1)
    assert (report.comments, report.reasons) == ((), ())
    assert [one.comment for one in report.set_aside_comments] == ["Spam"]


def test_a_changed_vote_counts_as_its_last_answer(runtime: Runtime):
    no = Ballot("refunds", CURRENT, None, is_current=True, helpful=False)
    with runtime.database.transaction() as session:
        session.add(article())
        first = feedback.cast(session, no, Voter("a" * 32, "b" * 32), runtime.now(), TODAY)
        session.add(said(first, "difficult"))
        yes = Ballot("refunds", CURRENT, None, is_current=True, helpful=True, earlier=first.id)
        feedback.cast(session, yes, Voter("a" * 32, "b" * 32), runtime.now(), TODAY)
    report = report_of(runtime)
    assert the_article(report).now == Votes(yes=1)
    assert [(one.helpful, one.still_helpful) for one in report.comments] == [(False, True)]


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        (date(2026, 11, 23), date(2026, 11, 23)),  # a Monday
        (date(2026, 11, 22), date(2026, 11, 16)),  # a Sunday
        (date(2026, 11, 17), date(2026, 11, 16)),
        (date(2026, 1, 1), date(2025, 12, 29)),  # week 1 of 2026 begins in 2025
    ],
)
def test_votes_are_added_up_by_iso_weeks(runtime: Runtime, day: date, monday: date):
    report = report_of(runtime, article(), vote(True, day=day), vote(False, day=day))
    assert [week for week in report.weeks if week.votes.total] == [Week(monday, Votes(1, 1))]
    assert the_article(report).weeks == (Week(monday, Votes(1, 1)),)


def test_votes_of_more_than_a_year_ago_count_and_are_in_no_chart(runtime: Runtime):
    report = report_of(runtime, article(), vote(True, day=date(2025, 11, 30)), vote(True, day=date(2025, 12, 1)))
    assert report.counted == Votes(2)
    assert (report.weeks[0], sum(week.votes.total for week in report.weeks)) == (Week(date(2025, 12, 1), Votes(1)), 1)
    assert the_article(report).weeks == (Week(date(2025, 11, 24), Votes(1)), Week(date(2025, 12, 1), Votes(1)))


def test_revisions_are_marked_on_the_day_that_it_was_here(runtime: Runtime):
    evening = datetime(2026, 11, 2, 15, tzinfo=UTC)  # already the 3rd in Brisbane
    rows = [
        ArticleRevision(article_id="refunds", revision=CURRENT, commit_hash="c" * 40, summary="Mend the table", published_at=evening),
        ArticleRevision(article_id="refunds", revision=OLD, commit_hash=None, summary="", published_at=datetime(2026, 1, 1, tzinfo=UTC)),
    ]
    found = the_article(report_of(runtime, article(), *rows))
    assert found.revisions == (Revision(OLD, date(2026, 1, 1), ""), Revision(CURRENT, date(2026, 11, 3), "Mend the table"))
    assert found.changed_on == date(2026, 11, 3)


def test_a_text_that_came_back_was_not_changed_on_its_first_day(runtime: Runtime):
    days = [datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)]
    rows = [
        ArticleRevision(article_id="refunds", revision=revision, commit_hash=None, summary="", published_at=day)
        for revision, day in zip((CURRENT, OLD), days, strict=True)
    ]
    assert the_article(report_of(runtime, article(), *rows)).changed_on is None


def test_an_article_that_was_never_synced_is_shown_under_its_id(runtime: Runtime):
    report = report_of(runtime, vote(False, "new-one", revision=OLD), vote(True, "new-one"))
    found = the_article(report)
    assert (found.id, found.title, found.url, found.edit, found.changed_on) == ("new-one", "new-one", "", "", None)
    # Of two texts with as many votes, the one that was voted on last stands for its current one.
    assert (found.revision, found.now, found.before) == (CURRENT, Votes(yes=1), Votes(no=1))


def test_a_made_up_revision_does_not_become_the_text_of_an_article_that_was_never_synced(runtime: Runtime):
    votes = [vote(False, "new-one"), vote(False, "new-one"), vote(True, "new-one", revision="f" * 12)]
    spam = [vote(True, "new-one", revision="e" * 12, set_aside_because="a burst") for _ in range(5)]
    found = the_article(report_of(runtime, *votes, *spam))
    assert (found.revision, found.now, found.before) == (CURRENT, Votes(no=2), Votes(yes=1))


def test_a_revision_with_a_commit_was_published_whatever_others_are_sent(runtime: Runtime):
    made_up = [vote(True, "new-one", revision="f" * 12) for _ in range(3)]
    found = the_article(report_of(runtime, vote(False, "new-one", commit_hash="c" * 40), *made_up))
    assert (found.revision, found.now) == (CURRENT, Votes(no=1))


def test_an_article_of_which_no_vote_was_kept_is_shown_too(runtime: Runtime):
    report = report_of(runtime, UncountedVotes(article_id="new-one", day=TODAY, times=4))
    assert (the_article(report).set_aside, report.set_aside_votes) == (4, 4)


def test_reasons_are_said_in_the_policys_words_for_the_text_as_it_is_and_for_earlier_ones(runtime: Runtime):
    now, before = vote(False), vote(False, revision=OLD)
    report = report_of(runtime, article(), said(now, "out-of-date", "of-an-old-policy"), said(before, "out-of-date"))
    given = [(one.text, one.now, one.before) for one in report.reasons if one.now or one.before]
    assert given == [("It is out of date", 1, 1), ("of-an-old-policy", 1, 0)]
    assert [one.key for one in report.reasons][:7] == [item.key for item in runtime.policy.feedback.reasons]
    assert the_article(report).reasons == report.reasons


def test_a_comment_tells_all_that_helps_to_act_on_it_and_no_address(runtime: Runtime):
    on = vote(False, heading="how-long", search_words="refund time")
    report = report_of(runtime, article(), said(on, "difficult", comment="How long?", email="zoe@example.net", is_proven=False))
    (one,) = report.comments
    assert (one.article, one.comment, one.reasons) == ("Refunds", "How long?", ("It is difficult to understand",))
    assert (one.where, one.edit, one.search_words) == ("How long it takes", "docs/articles/refunds.md, line 14", "refund time")
    assert (one.revision, one.is_current_text, one.is_proven, one.somebody_waits) == (CURRENT, True, False, True)
    assert "zoe" not in repr(report)


def test_a_heading_that_is_gone_is_named_by_its_id(runtime: Runtime):
    report = report_of(runtime, article(), said(vote(False, heading="gone", revision=OLD), "difficult"))
    (one,) = report.comments
    assert (one.where, one.edit, one.is_current_text) == ("gone", "docs/articles/refunds.md", False)


def test_what_is_new_stands_first_and_in_that_the_newest(runtime: Runtime):
    days = [TODAY - timedelta(days=back) for back in range(4)]
    given = [said(vote(False, day=day), comment=f"{day.day}", state=state) for day, state in zip(days, (DONE, NEW, DONE, NEW), strict=True)]
    report = report_of(runtime, article(), *given)
    assert [one.comment for one in report.comments] == ["22", "20", "23", "21"]
    assert report.new_feedback == 2


def test_words_searched_for_in_vain_are_shown_once_seen_on_three_days_of_twelve_weeks(runtime: Runtime):
    first_day = date(2026, 9, 7)  # the Monday twelve weeks back, this one counted
    rows = [
        *(MissedSearch(words="payid", day=TODAY - timedelta(days=back), times=2) for back in (0, 1, 8)),
        *(MissedSearch(words="xero", day=first_day + timedelta(days=ahead), times=9) for ahead in (0, 1, 2)),
        *(MissedSearch(words="only one person", day=TODAY - timedelta(days=back), times=50) for back in (0, 1)),
        *(MissedSearch(words="long ago", day=first_day - timedelta(days=back), times=50) for back in range(-1, 5)),
    ]
    searches = report_of(runtime, *rows).searches
    assert [(one.words, one.times, one.days) for one in searches] == [("xero", 27, 3), ("payid", 6, 3)]
    assert [one.weeks for one in searches] == [(27, *[0] * 11), (*[0] * 9, 2, 2, 2)]


def test_articles_are_past_their_review_after_180_days(runtime: Runtime):
    days = {"fresh": 180, "old": 181, "older": 400, "gone": 500}
    rows = [article(name, reviewed=TODAY - timedelta(days=age)) for name, age in days.items()]
    rows[-1].removed_at = runtime.now()
    assert [one.id for one in report_of(runtime, *rows, article("never", reviewed=None)).past_review] == ["older", "old"]


def test_it_says_how_often_an_article_answered_a_question_that_was_being_written(runtime: Runtime):
    counts = [AnsweredArticle(article_id="refunds", day=TODAY - timedelta(days=back), times=2) for back in range(3)]
    assert the_article(report_of(runtime, article(), *counts)).answered == 6


def test_no_vote_becomes_an_object_and_the_sums_are_those_of_every_vote(runtime: Runtime):
    with runtime.database.transaction() as session:
        write_year(session, articles=12, votes=2_000)
    made: list[object] = []
    with runtime.database.reading() as session:
        event.listen(session, "loaded_as_persistent", lambda _, row: made.append(row))
        report = gather(session, runtime.desk, runtime.now())
        assert {type(row) for row in made} == {Article}
        assert (report.counted.total, report.set_aside_votes) == _counts(session)
    assert sum((one.now + one.before for one in report.articles), Votes()) == report.counted
    by_article = [week for one in report.articles for week in one.weeks]
    assert sum((week.votes for week in by_article), Votes()) == report.counted
    of_a_year = (week.votes for week in by_article if week.monday >= report.weeks[0].monday)
    assert sum(of_a_year, Votes()) == sum((week.votes for week in report.weeks), Votes()) != Votes()
    assert sum(one.set_aside for one in report.articles) == report.set_aside_votes


def _counts(session: Session) -> tuple[int, int]:
    counted = session.query(Vote).filter(Vote.set_aside_because.is_(None)).count()
    return counted, session.query(Vote).count() - counted + session.query(UncountedVotes).one().times
