"""What readers said of the articles, added up: the whole report as one value."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from formapp.rules.feedback import ENOUGH_VOTES, NEW, at_least

# An article that nobody has looked through for so long is past its review; this is the one place that says so.
REVIEW_AFTER = timedelta(days=180)
# How far back the charts of weeks go, and those of searches; both include the week that it is.
WEEKS = 52
SEARCH_WEEKS = 12
# Words searched for in vain are shown once they were seen on so many days: until then they could be one person's.
ENOUGH_DAYS = 3
MEND_FIRST = 15
# An article that leaves a smaller share of its readers without help, as far as the votes show, is not to be mended first.
LEAST_UNHELPED = 0.05


@dataclass(frozen=True)
class Votes:
    """Counted votes: how many found an article helpful, and how many did not."""

    yes: int = 0
    no: int = 0

    @property
    def total(self) -> int:
        """How many there are."""
        return self.yes + self.no

    @property
    def are_few(self) -> bool:
        """Whether a share of them says little."""
        return self.total < ENOUGH_VOTES

    @property
    def helpful(self) -> float:
        """The share that found it helpful, 0 of none."""
        return self.yes / self.total if self.total else 0.0

    @property
    def no_at_least(self) -> float:
        """The share that did not, at least (95 % sure), however few were asked: the lower bound of its Wilson interval."""
        return at_least(self.no, self.total)

    def __add__(self, other: "Votes") -> "Votes":
        """Return both together."""
        return Votes(self.yes + other.yes, self.no + other.no)


@dataclass(frozen=True)
class Week:
    """The votes of an ISO week, named by its Monday."""

    monday: date
    votes: Votes


@dataclass(frozen=True)
class Revision:
    """A text that an article has had: since which day in the policy's zone, and the first line of its commit, empty without git."""

    revision: str
    published_on: date
    summary: str


@dataclass(frozen=True)
class Reason:
    """How often a reason was given: for the articles' texts as they are now, and for earlier ones."""

    key: str
    text: str
    now: int
    before: int


@dataclass(frozen=True)
class ArticleVotes:
    """What is known of an article: where it is and where it is changed, and what readers said of its text and of earlier ones.

    Of an article that the database does not know, the title is its id, and what is not known is empty.
    """

    id: str
    title: str
    url: str = ""
    source: str = ""
    edit: str = ""
    owner: str = ""
    reviewed: date | None = None
    is_removed: bool = False
    revision: str = ""
    now: Votes = Votes()
    before: Votes = Votes()
    # How many votes do not count: they are kept apart, or not even kept.
    set_aside: int = 0
    # How often it answered a question while somebody was writing that.
    answered: int = 0
    # Those with votes, from the first on.
    weeks: tuple[Week, ...] = ()
    revisions: tuple[Revision, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def changed_on(self) -> date | None:
        """Since when it has had its text, where that took another's place; None for one that came back, as its votes are of both times."""
        is_a_change = len(self.revisions) > 1 and self.revisions[-1].revision == self.revision
        return self.revisions[-1].published_on if is_a_change else None


@dataclass(frozen=True)
class Comment:
    """A piece of feedback; `where` is the heading at which its reader was, and `edit` the place in the file."""

    number: int
    article_id: str
    article: str
    given_at: datetime
    helpful: bool
    # What the reader answers now, who may have changed their mind since.
    still_helpful: bool
    comment: str
    reasons: tuple[str, ...]
    where: str
    edit: str
    search_words: str
    revision: str
    is_current_text: bool
    is_proven: bool
    somebody_waits: bool
    set_aside_because: str | None
    state: str
    settled_at: datetime | None
    note: str


@dataclass(frozen=True)
class MissedSearch:
    """Words that were searched for in vain: how often, on how many days, and how often in each of the last SEARCH_WEEKS weeks."""

    words: str
    times: int
    days: int
    weeks: tuple[int, ...]


@dataclass(frozen=True)
class Report:
    """The report as it was on a day: articles by their titles, weeks from the oldest, and the newest comments first, New ones above."""

    day: date
    articles: tuple[ArticleVotes, ...]
    counted: Votes
    # Why votes were kept and not counted, and how often; and how many were not even kept. Together those of all articles.
    set_aside: tuple[tuple[str, int], ...]
    uncounted: int
    weeks: tuple[Week, ...]
    reasons: tuple[Reason, ...]
    comments: tuple[Comment, ...]
    set_aside_comments: tuple[Comment, ...]
    searches: tuple[MissedSearch, ...]

    @property
    def set_aside_votes(self) -> int:
        """How many votes do not count."""
        return sum(times for _, times in self.set_aside) + self.uncounted

    @cached_property
    def mend_first(self) -> tuple[ArticleVotes, ...]:
        """The articles whose text, as it is now, leaves the largest share without help, at least; votes on an earlier one do not count."""
        bad = [one for one in self.articles if one.now.no_at_least >= LEAST_UNHELPED and not one.is_removed]
        return tuple(sorted(bad, key=lambda one: (-one.now.no_at_least, one.id))[:MEND_FIRST])

    @cached_property
    def past_review(self) -> tuple[ArticleVotes, ...]:
        """The articles that nobody has reviewed for longer than REVIEW_AFTER, the longest first."""
        past = [one for one in self.articles if one.reviewed and self.day - one.reviewed > REVIEW_AFTER and not one.is_removed]
        return tuple(sorted(past, key=lambda one: (one.reviewed or date.min, one.id)))

    @property
    def new_feedback(self) -> int:
        """How many pieces of feedback nobody has settled yet."""
        return sum(one.state == NEW for one in self.comments)


def monday_of(day: date) -> date:
    """Return the Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def mondays_until(day: date, weeks: int) -> tuple[date, ...]:
    """Return the Mondays of so many weeks, of which that day's is the last."""
    last = monday_of(day)
    return tuple(last - timedelta(weeks=back) for back in reversed(range(weeks)))


def last_weeks(some: Iterable[Week], day: date) -> tuple[Week, ...]:
    """Return the last WEEKS weeks until that day's, those without votes too."""
    known = {week.monday: week.votes for week in some}
    return tuple(Week(monday, known.get(monday, Votes())) for monday in mondays_until(day, WEEKS))
