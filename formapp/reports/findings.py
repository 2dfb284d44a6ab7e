"""What a chart shows, said in a sentence."""

from collections.abc import Sequence
from datetime import date

from formapp.reports.values import LEAST_UNHELPED, ArticleVotes, MissedSearch, Reason, Votes, Week
from formapp.rules.wording import say_date

# Weeks that are compared with as many before them.
_OF_LATE = 12


def say_share(share: float) -> str:
    """Say a share of one: "62%"; "0%" only of none, and "100%" only of all."""
    percent = round(100 * share)
    if percent == 0 and share > 0:
        return "under 1%"
    return "over 99%" if percent == 100 and share < 1 else f"{percent}%"


def say_at_least(votes: Votes) -> str:
    """Say which share of votes is No at least, and how sure that is."""
    return f"at least {say_share(votes.no_at_least)} (95% sure)"


def say_count(number: int, one: str, many: str = "") -> str:
    """Say how many there are: "1 vote", "2,310 votes"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def of_mend_first(worst: Sequence[ArticleVotes]) -> str:
    """Say which article to mend first, and how bad it is."""
    if not worst:
        share = say_share(LEAST_UNHELPED)
        return f"No article stands out: none is sure to fail {share} of its readers or more."
    first = worst[0]
    unsure = ", which is too few to be sure" if first.now.are_few else ""
    share = say_share(first.now.no / first.now.total)
    return f"“{first.title}” is the one to mend first: {share} of its {say_count(first.now.total, 'vote')} say No{unsure}."


def of_all_weeks(weeks: Sequence[Week]) -> str:
    """Say how helpful the articles are lately, and whether that is more than before."""
    late, before = _together(weeks[-_OF_LATE:]), _together(weeks[-2 * _OF_LATE : -_OF_LATE])
    if not late.total:
        return f"There are no votes of the last {_OF_LATE} weeks."
    said = f"In the last {_OF_LATE} weeks {say_share(late.helpful)} of {say_count(late.total, 'vote')} found their article helpful"
    if late.are_few or before.are_few:
        return f"{said}; there are too few to compare."
    return f"{said}, {_against(late, before)} the {_OF_LATE} weeks before."


def of_article(article: ArticleVotes, today: date) -> str:
    """Say whether the last change of an article helped."""
    now, before, title = article.now, article.before, f"“{article.title}”"
    if not now.total:
        earlier = f" On earlier texts {say_share(before.helpful)} of {say_count(before.total, 'vote')} did." if before.total else ""
        return f"Nobody has said yet whether {title} helps as it is now.{earlier}"
    if not before.total or article.changed_on is None:
        few = ", which is too few to be sure" if now.are_few else ""
        return f"{say_share(now.helpful)} of {say_count(now.total, 'vote')} found {title} helpful{few}."
    change = f"after the change of {say_date(article.changed_on, today)}"
    was, became = say_share(before.helpful), say_share(now.helpful)
    moved = f"stayed at {became}" if was == became else f"{'rose' if now.helpful > before.helpful else 'fell'} from {was} to {became}"
    said = f"Helpfulness of {title} {moved} {change}."
    if now.are_few or before.are_few:
        return f"{said} With {say_count(now.total, 'vote')} since it and {before.total:,} before, that says little."
    return said


def of_reasons(reasons: Sequence[Reason]) -> str:
    """Say which reason readers give most."""
    given = sum(one.now for one in reasons)
    if not given:
        return "Nobody has given a reason on a text as it is now."
    most = max(reasons, key=lambda one: one.now)
    return f"“{most.text}” is what readers say most: {most.now:,} of the {say_count(given, 'reason')} given on a text as it is now."


def of_searches(searches: Sequence[MissedSearch], weeks: int) -> str:
    """Say what was searched for in vain most."""
    if not searches:
        return f"No words were searched for in vain on three days of the last {weeks} weeks."
    most = searches[0]
    often = f"{say_count(most.times, 'time')} on {most.days} days"
    return f"“{most.words}” was searched for in vain most often: {often} of the last {weeks} weeks."


def _together(weeks: Sequence[Week]) -> Votes:
    return sum((week.votes for week in weeks), Votes())


def _against(late: Votes, before: Votes) -> str:
    share = say_share(before.helpful)
    if share == say_share(late.helpful):
        return "as in"
    return f"{'up' if late.helpful > before.helpful else 'down'} from {share} in"
