"""The letters about feedback on articles: to those who keep the articles, and to readers who asked to hear of a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from formapp.mail.letter import Letter
from formapp.mail.letter_template import fill_in_letter
from formapp.mail.purposes import FEEDBACK_ACTED_ON, FEEDBACK_DIGEST, FEEDBACK_WEEKLY
from formapp.policy.policy import Policy


@dataclass(frozen=True, slots=True)
class NamedArticle:
    """An article as letters name it: its title, and its page's address where it has one."""

    title: str
    link: str | None


@dataclass(frozen=True, slots=True)
class ReadersComment:
    """A comment as editors read it; `heading` is where the reader was, with its address, and `edit` where to change the text there."""

    id: str
    given: str
    helpful: bool
    reasons: tuple[str, ...]
    text: str
    heading: str | None
    heading_link: str | None
    edit: str | None
    search_words: str
    is_proven: bool
    wants_to_hear: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """What one email tells the owner of articles.

    `later` comments wait for the next one. `reasons_only` readers wrote no comment, and `reasons` says how often each reason was
    selected among theirs. `since` is the day from which `uncounted` votes were not counted.
    """

    commented: Sequence[tuple[NamedArticle, Sequence[ReadersComment]]]
    report: str
    later: int = 0
    reasons_only: int = 0
    reasons: Sequence[tuple[str, int]] = ()
    set_aside: int = 0
    uncounted: int = 0
    since: str = ""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """How many comments on an article came in a week and are not settled, and how many are not settled in all."""

    article: NamedArticle
    new: int
    in_all: int


@dataclass(frozen=True, slots=True)
class Fallen:
    """An article that helps less than it did: in whole per cent of how many votes, now and before."""

    article: NamedArticle
    now: int
    votes: int
    before: int
    votes_before: int


@dataclass(frozen=True, slots=True)
class MissedWords:
    """Words that were searched for in vain in a week: how many times, and on how many days, in the weeks that are kept."""

    words: str
    times: int
    days: int


@dataclass(frozen=True, slots=True)
class Week:
    """What there is to say of a week, from its first day to its last, as said to people."""

    first: str
    last: str
    unsettled: Sequence[Unsettled] = ()
    fallen: Sequence[Fallen] = ()
    broken: Sequence[tuple[NamedArticle, int]] = ()
    overdue: Sequence[tuple[NamedArticle, str]] = ()
    searches: Sequence[MissedWords] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.unsettled or self.fallen or self.broken or self.overdue or self.searches)


@dataclass(frozen=True, slots=True)
class ChangedArticle:
    """An article that was changed: the policy's words for the reasons that the reader selected, and the editors' notes."""

    article: NamedArticle
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


def feedback_digest(digest: Digest, *, editor: str) -> Letter:
    """Pass on what readers wrote. Raises UnusableAddress for the editor's address."""
    comments = sum(len(some) for _, some in digest.commented)
    return fill_in_letter(FEEDBACK_DIGEST, to=editor, digest=digest, comments=comments)


def feedback_weekly(week: Week, *, editor: str, report: str, review_after: timedelta, searches_of: timedelta) -> Letter:
    """Tell what needs an editor's eye; `searches_of` is how far back the searches are counted, in whole weeks.

    Raises UnusableAddress for the editor's address.
    """
    weeks = searches_of // timedelta(weeks=1)
    return fill_in_letter(
        FEEDBACK_WEEKLY, to=editor, week=week, report=report, review_after_days=review_after.days, searches_of_weeks=weeks
    )


def feedback_acted_on(changed: Sequence[ChangedArticle], *, customer: str, hours: str, policy: Policy) -> Letter:
    """Tell a reader that articles were changed. Nothing that anybody but us wrote stands in it.

    Raises UnusableAddress for the reader's address.
    """
    return fill_in_letter(FEEDBACK_ACTED_ON, to=customer, changed=changed, hours=hours, policy=policy)
