"""The sentences that say what a chart shows."""

from dataclasses import replace
from datetime import date

import pytest

from formapp.reports import findings
from formapp.reports.values import Votes
from tests.reports.samples import MENDED, REASONS, SEARCHES, SELDOM, TODAY, weeks


def plainly(said: str) -> str:
    return said.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (Votes(73, 27), Votes(41, 59), "Helpfulness of “Refunds” rose from 41% to 73% after the change of Tue 3 Nov."),
        (Votes(41, 59), Votes(73, 27), "Helpfulness of “Refunds” fell from 73% to 41% after the change of Tue 3 Nov."),
        (Votes(41, 59), Votes(82, 118), "Helpfulness of “Refunds” stayed at 41% after the change of Tue 3 Nov."),
        (
            Votes(3, 1),
            Votes(41, 59),
            "Helpfulness of “Refunds” rose from 41% to 75% after the change of Tue 3 Nov. With 4 votes since it and 100 before, "
            "that says little.",
        ),
        (Votes(73, 27), Votes(), "73% of 100 votes found “Refunds” helpful."),
        (Votes(1, 0), Votes(), "100% of 1 vote found “Refunds” helpful, which is too few to be sure."),
        (Votes(), Votes(1, 1), "Nobody has said yet whether “Refunds” helps as it is now. On earlier texts 50% of 2 votes did."),
        (Votes(), Votes(), "Nobody has said yet whether “Refunds” helps as it is now."),
    ],
)
def test_it_is_said_whether_the_last_change_of_an_article_helped(now: Votes, before: Votes, said: str):
    assert plainly(findings.of_article(replace(MENDED, now=now, before=before), TODAY)) == said


def test_a_text_that_came_back_is_no_change_as_its_votes_are_of_both_times():
    again = replace(MENDED, revision=MENDED.revisions[0].revision, now=Votes(yes=20), before=Votes(2, 18))
    assert again.changed_on is None
    assert plainly(findings.of_article(again, TODAY)) == "100% of 20 votes found “Refunds” helpful."


@pytest.mark.parametrize(
    ("votes", "said"),
    [(Votes(0, 300), "0%"), (Votes(1, 299), "under 1%"), (Votes(2, 298), "1%"), (Votes(298, 2), "99%"), (Votes(299, 1), "over 99%"),
     (Votes(300, 0), "100%"), (Votes(1, 199), "under 1%")],
)  # fmt: skip
def test_none_and_all_are_said_of_none_and_of_all_only(votes: Votes, said: str):
    assert findings.say_share(votes.helpful) == said


def test_a_change_of_another_year_is_said_with_its_year():
    assert "Tue 3 Nov 2026" in findings.of_article(MENDED, date(2027, 1, 4))


@pytest.mark.parametrize(
    ("late", "before", "said"),
    [
        (Votes(71, 29), Votes(66, 34), "71% of 100 votes found their article helpful, up from 66% in the 12 weeks before."),
        (Votes(66, 34), Votes(71, 29), "66% of 100 votes found their article helpful, down from 71% in the 12 weeks before."),
        (Votes(66, 34), Votes(33, 17), "66% of 100 votes found their article helpful, as in the 12 weeks before."),
        (Votes(66, 34), Votes(1, 1), "66% of 100 votes found their article helpful; there are too few to compare."),
    ],
)
def test_it_is_said_whether_the_articles_help_more_than_before(late: Votes, before: Votes, said: str):
    found = findings.of_all_weeks(weeks(before, *[Votes()] * 11, late))
    assert plainly(found).removeprefix("In the last 12 weeks ") == said


def test_it_is_said_that_there_are_no_votes_of_late():
    assert findings.of_all_weeks(weeks(Votes(71, 29), *[Votes()] * 12)) == "There are no votes of the last 12 weeks."


def test_what_to_mend_first_is_said_and_how_sure_that_is():
    assert plainly(findings.of_mend_first([MENDED])) == "“Refunds” is the one to mend first: 27% of its 100 votes say No."
    few = "“Fees & <charges>” is the one to mend first: 100% of its 1 vote say No, which is too few to be sure."
    assert plainly(findings.of_mend_first([SELDOM])) == few
    nothing = "No article stands out: none is sure to fail 5% of its readers or more."
    assert findings.of_mend_first([]) == nothing


def test_the_commonest_reason_and_the_commonest_search_are_said():
    assert findings.of_reasons(REASONS) == (
        "“It is difficult to understand” is what readers say most: 6 of the 6 reasons given on a text as it is now."
    )
    assert findings.of_reasons(REASONS[1:]) == findings.of_reasons([]) == "Nobody has given a reason on a text as it is now."
    assert findings.of_searches(SEARCHES, 12) == "“payid” was searched for in vain most often: 12 times on 5 days of the last 12 weeks."
    assert findings.of_searches([], 12) == "No words were searched for in vain on three days of the last 12 weeks."
