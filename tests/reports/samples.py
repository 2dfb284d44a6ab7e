"""A small report, as a value: two articles, one of them mended, and a few words of their readers."""

from datetime import UTC, date, datetime

from formapp.reports.values import WEEKS, ArticleVotes, Comment, MissedSearch, Reason, Report, Revision, Votes, Week, mondays_until
from formapp.rules.feedback import NEW

TODAY = date(2026, 11, 23)
OLD, CURRENT = "0" * 12, "1" * 12
REASONS = (Reason("difficult", "It is difficult to understand", 6, 2), Reason("out-of-date", "It is out of date", 0, 4))


def weeks(*last: Votes) -> tuple[Week, ...]:
    """Return a year's weeks, of which only the last have votes."""
    votes = (*[Votes()] * (WEEKS - len(last)), *last)
    return tuple(Week(monday, some) for monday, some in zip(mondays_until(TODAY, WEEKS), votes, strict=True))


VOTED = weeks(Votes(20, 30), Votes(21, 29), Votes(40, 10), Votes(33, 17))[-4:]
MENDED = ArticleVotes(
    id="refunds",
    title="Refunds",
    url="https://support.example/articles/refunds/",
    source="docs/refunds.md",
    edit="https://git.example/edit/docs/refunds.md",
    owner="Paypa Plane Support",
    reviewed=date(2026, 11, 3),
    revision=CURRENT,
    now=Votes(yes=73, no=27),
    before=Votes(yes=41, no=59),
    set_aside=2,
    answered=5,
    weeks=VOTED,
    revisions=(Revision(OLD, date(2025, 6, 1), "First version"), Revision(CURRENT, date(2026, 11, 3), "Say how long it takes")),
    reasons=REASONS,
)
SELDOM = ArticleVotes(
    id="fees", title="Fees & <charges>", source="docs/fees.md", edit="docs/fees.md", reviewed=date(2026, 1, 1), now=Votes(no=1)
)
SEARCHES = (MissedSearch("payid", 12, 5, (0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 6)), MissedSearch("<xero>", 3, 3, (1, 1, 1, *[0] * 9)))


def comment(number: int = 12, **changes: object) -> Comment:
    values: dict[str, object] = {
        "article_id": "refunds",
        "article": "Refunds",
        "given_at": datetime(2026, 11, 22, 23, 5, tzinfo=UTC),
        "helpful": False,
        "still_helpful": False,
        "comment": "How long\ndoes it take?",
        "reasons": ("It is difficult to understand",),
        "where": "How long it takes",
        "edit": "https://git.example/edit/docs/refunds.md#L14",
        "search_words": "refund time",
        "revision": CURRENT,
        "is_current_text": True,
        "is_proven": True,
        "somebody_waits": False,
        "set_aside_because": None,
        "state": NEW,
        "settled_at": None,
        "note": "",
    }
    return Comment(number=number, **(values | changes))  # type: ignore[arg-type]


def report(*comments: Comment, articles: tuple[ArticleVotes, ...] = (SELDOM, MENDED)) -> Report:
    return Report(
        day=TODAY,
        articles=articles,
        counted=Votes(yes=114, no=87),
        set_aside=(("a burst of votes on one article", 2),),
        uncounted=1,
        weeks=weeks(Votes(20, 30), Votes(21, 29), Votes(40, 10), Votes(33, 18)),
        reasons=REASONS,
        comments=tuple(one for one in comments if one.set_aside_because is None),
        set_aside_comments=tuple(one for one in comments if one.set_aside_because is not None),
        searches=SEARCHES,
    )
