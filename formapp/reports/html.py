"""The report as HTML: for the service's pages, and for files that open from a disk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from formapp.html import render
from formapp.policy.policy import Policy
from formapp.reports import charts, findings
from formapp.reports.values import LEAST_UNHELPED, REVIEW_AFTER, WEEKS, ArticleVotes, Comment, Report, last_weeks
from formapp.rules.feedback import DONE, NEW, STATES, WONT_DO, feedback_id
from formapp.rules.wording import say_date, say_day, say_moment_in_full, to_the_minute

COMMENTS_A_PAGE = 50
TITLE = "Feedback report"
# What a folder must have for it to be taken for a report of ours, and overwritten.
GENERATOR = "formapp feedback report"


@dataclass(frozen=True)
class Places:
    """Addresses as the pages have them: of the report, of an article's page by the article's id, and of downloads, each after its name.

    `settle` is where feedback is settled by a form, None where no service is behind the pages.
    """

    report: str
    article: Callable[[str], str]
    downloads: tuple[tuple[str, str], ...]
    settle: str | None = None


@dataclass(frozen=True)
class Refused:
    """A note that cannot be kept, for which feedback, to be shown again, and why not; the words are the editor's."""

    number: int
    note: str
    why: str


@dataclass(frozen=True)
class Shown:
    """Which page of the comments is shown, and what has just become of one: `settled` is its number."""

    page: int = 1
    settled: int | None = None
    refused: Refused | None = None


def article_title(article: ArticleVotes) -> str:
    """Return the title of an article's page of the report."""
    return f"Feedback on “{article.title}”"


def report_content(report: Report, policy: Policy, places: Places, shown: Shown) -> str:
    """Return what stands on the report's first page below its heading."""
    every = (*report.comments, *report.set_aside_comments)
    return render(
        "report/report.html",
        mend_first=charts.mend_first(report),
        weeks=charts.weeks("weeks", findings.of_all_weeks(report.weeks), report.weeks, (), report.day),
        reasons=charts.reasons("reasons", report.reasons),
        searches=charts.searches(report.searches, report.day),
        review_days=REVIEW_AFTER.days,
        least=findings.say_share(LEAST_UNHELPED),
        **_about(report, policy, places),
        **_listed(every, places.report, places, shown),
    )


def article_content(
    report: Report, article: ArticleVotes, comments: Sequence[Comment], policy: Policy, places: Places, shown: Shown
) -> str:
    """Return what stands on an article's page below its heading; the comments are those on it, set-aside ones among them."""
    finding, weeks = findings.of_article(article, report.day), last_weeks(article.weeks, report.day)
    has_votes = any(week.votes.total for week in weeks)
    return render(
        "report/article.html",
        article=article,
        weeks=charts.weeks("weeks", finding, weeks, article.revisions, report.day) if has_votes else None,
        finding=finding,
        reasons=charts.reasons("reasons", article.reasons),
        **_about(report, policy, places),
        **_listed(comments, places.article(article.id), places, shown),
    )


def page_for_disk(title: str, content: str, stylesheet: str) -> str:
    """Return a whole page for a file; `stylesheet` is its path from there."""
    return render("report/on_disk.html", title=title, content=content, stylesheet=stylesheet, generator=GENERATOR)


def _about(report: Report, policy: Policy, places: Places) -> dict[str, object]:
    """What every template of the report may say."""
    return {
        "report": report,
        "places": places,
        "weeks_shown": WEEKS,
        "feedback_id": feedback_id,
        "states": STATES,
        "NEW": NEW,
        "DONE": DONE,
        "WONT_DO": WONT_DO,
        "say_share": findings.say_share,
        "say_count": findings.say_count,
        "say_date": lambda day: say_date(day, report.day),
        "say_day": lambda moment: say_day(moment, policy),
        "say_moment": lambda moment: say_moment_in_full(to_the_minute(moment), policy),
    }


def _listed(every: Sequence[Comment], here: str, places: Places, shown: Shown) -> dict[str, object]:
    """The comments of a page, those set aside, the addresses of the pages before and after it, and what became of one."""
    comments = [one for one in every if one.set_aside_because is None]
    # On a disk there are no more pages than one: what does not fit is in the tables.
    last = max(1, -(-len(comments) // COMMENTS_A_PAGE)) if places.settle else 1
    page = min(max(1, shown.page), last)
    return {
        "comments": comments[(page - 1) * COMMENTS_A_PAGE : page * COMMENTS_A_PAGE],
        "every_comment": len(comments),
        "comment_page": page,
        "newer": f"{here}?page={page - 1}#comments" if page > 1 else None,
        "older": f"{here}?page={page + 1}#comments" if page < last else None,
        "set_aside_comments": [one for one in every if one.set_aside_because is not None][:COMMENTS_A_PAGE],
        "settled": next((one for one in every if one.number == shown.settled), None),
        "refused": shown.refused,
    }
