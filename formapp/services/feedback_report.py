"""Gather the report on feedback: added up by the database, which hands over sums and no votes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, case, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from formapp.models import Article, ArticleRevision, Feedback, FeedbackReason, MissedSearch, UncountedVotes, Vote
from formapp.reports import values
from formapp.reports.values import ArticleVotes, Comment, Reason, Report, Revision, Votes, Week
from formapp.rules.feedback import NEW
from formapp.services import answered_articles
from formapp.services.desk import Desk

MOST_SEARCHES = 50
_YES = func.sum(case((Vote.helpful, 1), else_=0))
_COUNTS = Vote.set_aside_because.is_(None)


@dataclass(frozen=True)
class _Known:
    """The articles of the table by their ids, and of every article that anything is known of, the revision that stands."""

    articles: Mapping[str, Article]
    current: Mapping[str, str]

    def title(self, article_id: str) -> str:
        return self.articles[article_id].title if article_id in self.articles else article_id


@dataclass(frozen=True)
class _Tally:
    """The votes on a revision: those that count, how many are set aside, whether it was ever the published one, the last one's number."""

    article_id: str
    revision: str
    votes: Votes
    set_aside: int
    was_published: bool
    last: int


def votes_in(session: Session) -> int:
    """Return how many votes a database holds."""
    return session.scalar(select(func.count()).select_from(Vote)) or 0


def gather(session: Session, desk: Desk, now: datetime) -> Report:
    """Return the whole report as it is at that moment (aware)."""
    day = desk.today(now)
    tallies, uncounted = list(_tallies(session)), _uncounted(session)
    articles = {article.id: article for article in session.scalars(select(Article))}
    # Of an article that was never synced, the text with the most votes stands for its current one: a revision that is sent with a vote
    # may be made up, but one with a commit was the published one.
    assumed = {one.article_id: one.revision for one in sorted(tallies, key=lambda one: (one.was_published, one.votes.total, one.last))}
    current = dict.fromkeys(uncounted, "") | assumed | {article.id: article.revision for article in articles.values()}
    known = _Known(articles, current)
    reasons = _reasons(session, known, desk)
    weeks, overall = _weeks(session, day)
    comments = list(_comments(session, known, desk))
    return Report(
        day=day,
        articles=_articles(session, known, desk, tallies, uncounted, weeks, reasons),
        counted=sum((one.votes for one in tallies), Votes()),
        set_aside=_set_aside(session),
        uncounted=sum(uncounted.values()),
        weeks=overall,
        reasons=_added_up(reasons.values()),
        comments=tuple(one for one in comments if one.set_aside_because is None),
        set_aside_comments=tuple(one for one in comments if one.set_aside_because is not None),
        searches=_searches(session, day),
    )


def _tallies(session: Session) -> Iterator[_Tally]:
    counted_yes = func.sum(case((_COUNTS & Vote.helpful, 1), else_=0))
    counted_no = func.sum(case((_COUNTS & ~Vote.helpful, 1), else_=0))
    columns = (Vote.article_id, Vote.revision, counted_yes, counted_no, func.count(), func.count(Vote.commit_hash), func.max(Vote.id))
    for article_id, revision, yes, no, every, with_commit, last in session.execute(select(*columns).group_by(*columns[:2])):
        yield _Tally(article_id, revision, Votes(yes, no), every - yes - no, with_commit > 0, last)


def _uncounted(session: Session) -> dict[str, int]:
    """How many votes on each article are not even kept."""
    times = select(UncountedVotes.article_id, func.sum(UncountedVotes.times)).group_by(UncountedVotes.article_id)
    return {article_id: int(number) for article_id, number in session.execute(times)}


def _weeks(session: Session, day: date) -> tuple[dict[str, list[Week]], tuple[Week, ...]]:
    """The counted votes by week: of each article every week with votes, and of all articles the last ones."""
    monday = _monday_of_vote(session)
    columns = (Vote.article_id, monday, _YES, func.count())
    found: defaultdict[str, list[Week]] = defaultdict(list)
    together: defaultdict[date, Votes] = defaultdict(Votes)
    for article_id, week, yes, every in session.execute(select(*columns).where(_COUNTS).group_by(*columns[:2]).order_by(monday)):
        votes = Votes(yes, every - yes)
        found[article_id].append(Week(week, votes))
        together[week] += votes
    return found, values.last_weeks((Week(week, votes) for week, votes in together.items()), day)


def _monday_of_vote(session: Session) -> Any:
    """The Monday of a vote's week, in the words of the session's database."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.date_trunc("week", Vote.day), Date)
    return type_coerce(func.date(Vote.day, "-6 days", "weekday 1"), Date)


def _set_aside(session: Session) -> tuple[tuple[str, int], ...]:
    times = func.count()
    rows = session.execute(select(Vote.set_aside_because, times).where(~_COUNTS).group_by(Vote.set_aside_because))
    return tuple(sorted(((str(because), number) for because, number in rows), key=lambda row: (-row[1], row[0])))


def _reasons(session: Session, known: _Known, desk: Desk) -> dict[str, tuple[Reason, ...]]:
    """Each article's reasons, in the policy's order and words, and those that it no longer has after them under their keys."""
    columns = (Feedback.article_id, FeedbackReason.reason, Vote.revision, func.count())
    asked = select(*columns).join(Feedback, Feedback.number == FeedbackReason.feedback_number).join(Vote, Vote.id == Feedback.vote_id)
    rows = session.execute(asked.where(Feedback.set_aside_because.is_(None)).group_by(*columns[:3]))
    counts: defaultdict[str, dict[str, list[int]]] = defaultdict(lambda: {item.key: [0, 0] for item in desk.policy.feedback.reasons})
    for article_id, key, revision, times in rows:
        counts[article_id].setdefault(key, [0, 0])[known.current.get(article_id) != revision] += times
    texts = {item.key: item.text for item in desk.policy.feedback.reasons}
    return {
        article_id: tuple(Reason(key, texts.get(key, key), now, before) for key, (now, before) in of_article.items())
        for article_id, of_article in counts.items()
    }


def _added_up(reasons: Iterable[tuple[Reason, ...]]) -> tuple[Reason, ...]:
    total: dict[str, Reason] = {}
    for one in (one for some in reasons for one in some):
        so_far = total.get(one.key, Reason(one.key, one.text, 0, 0))
        total[one.key] = Reason(one.key, one.text, so_far.now + one.now, so_far.before + one.before)
    return tuple(total.values())


def _articles(
    session: Session,
    known: _Known,
    desk: Desk,
    tallies: Iterable[_Tally],
    uncounted: Mapping[str, int],
    weeks: Mapping[str, Sequence[Week]],
    reasons: Mapping[str, tuple[Reason, ...]],
) -> tuple[ArticleVotes, ...]:
    now: dict[str, Votes] = {}
    before: defaultdict[str, Votes] = defaultdict(Votes)
    set_aside = defaultdict(int, uncounted)
    for one in tallies:
        if known.current[one.article_id] == one.revision:
            now[one.article_id] = one.votes
        else:
            before[one.article_id] += one.votes
        set_aside[one.article_id] += one.set_aside
    answered, revisions = dict(answered_articles.totals(session)), _revisions(session, desk)
    found = [
        ArticleVotes(
            id=article_id,
            revision=known.current.get(article_id, ""),
            now=now.get(article_id, Votes()),
            before=before[article_id],
            set_aside=set_aside[article_id],
            answered=answered.get(article_id, 0),
            weeks=tuple(weeks.get(article_id, ())),
            revisions=revisions.get(article_id, ()),
            reasons=reasons.get(article_id, ()),
            **_as_synced(known.articles.get(article_id), article_id, desk),
        )
        for article_id in known.current
    ]
    return tuple(sorted(found, key=lambda one: (one.title.casefold(), one.id)))


def _as_synced(article: Article | None, article_id: str, desk: Desk) -> dict[str, Any]:
    if article is None:
        return {"title": article_id}
    return {
        "title": article.title,
        "url": f"{desk.links.base_url}/{article.path}",
        "source": article.source,
        "edit": desk.where_to_edit(article.source, None),
        "owner": article.owner,
        "reviewed": article.reviewed,
        "is_removed": article.removed_at is not None,
    }


def _revisions(session: Session, desk: Desk) -> dict[str, tuple[Revision, ...]]:
    columns = (ArticleRevision.article_id, ArticleRevision.revision, ArticleRevision.published_at, ArticleRevision.summary)
    found: defaultdict[str, list[Revision]] = defaultdict(list)
    for article_id, revision, published_at, summary in session.execute(select(*columns).order_by(ArticleRevision.published_at)):
        found[article_id].append(Revision(revision, desk.today(published_at), summary))
    return {article_id: tuple(some) for article_id, some in found.items()}


def _comments(session: Session, known: _Known, desk: Desk) -> Iterator[Comment]:
    """Everything that readers added to their votes: what is New first, and in that the newest."""
    texts = {item.key: item.text for item in desk.policy.feedback.reasons}
    reasons: defaultdict[int, list[str]] = defaultdict(list)
    given = select(FeedbackReason.feedback_number, FeedbackReason.reason).order_by(FeedbackReason.reason)
    for number, key in session.execute(given):
        reasons[number].append(texts.get(key, key))
    headings = {article.id: {heading: (words, line) for heading, words, line in article.headings} for article in known.articles.values()}
    columns = (
        # Whether there is an address is all that leaves the database of it.
        Feedback.number, Feedback.article_id, Feedback.given_at, Feedback.helpful, Feedback.comment, Feedback.is_proven,
        Feedback.email.is_not(None).label("somebody_waits"), Feedback.set_aside_because, Feedback.state, Feedback.settled_at,
        Feedback.note, Vote.helpful.label("still_helpful"), Vote.heading, Vote.search_words, Vote.revision,
    )  # fmt: skip
    newest_first = (case((Feedback.state == NEW, 0), else_=1), Feedback.given_at.desc(), Feedback.number.desc())
    for row in session.execute(select(*columns).join(Vote, Vote.id == Feedback.vote_id).order_by(*newest_first)):
        article = known.articles.get(row.article_id)
        is_current = known.current.get(row.article_id) == row.revision
        words, line = headings.get(row.article_id, {}).get(row.heading, (row.heading, None))
        yield Comment(
            number=row.number,
            article_id=row.article_id,
            article=known.title(row.article_id),
            given_at=row.given_at,
            helpful=row.helpful,
            still_helpful=row.still_helpful,
            comment=row.comment,
            reasons=tuple(reasons.get(row.number, ())),
            where=words,
            # The lines are those of the text as it is now, and a heading of an earlier one is most often still there.
            edit=desk.where_to_edit(article.source, line) if article else "",
            search_words=row.search_words,
            revision=row.revision,
            is_current_text=is_current,
            is_proven=row.is_proven,
            somebody_waits=row.somebody_waits,
            set_aside_because=row.set_aside_because,
            state=row.state,
            settled_at=row.settled_at,
            note=row.note,
        )


def _searches(session: Session, day: date) -> tuple[values.MissedSearch, ...]:
    """The words that are searched for in vain on several days, the most often first; what fewer people may have typed stays unsaid."""
    mondays = values.mondays_until(day, values.SEARCH_WEEKS)
    times, days = func.sum(MissedSearch.times), func.count()
    of_late = MissedSearch.day >= mondays[0]
    often = select(MissedSearch.words).where(of_late).group_by(MissedSearch.words).having(days >= values.ENOUGH_DAYS)
    first = session.scalars(often.order_by(times.desc(), MissedSearch.words).limit(MOST_SEARCHES)).all()
    weeks: dict[str, list[int]] = {words: [0] * len(mondays) for words in first}
    on_days: defaultdict[str, int] = defaultdict(int)
    columns = (MissedSearch.words, MissedSearch.day, MissedSearch.times)
    for words, on, count in session.execute(select(*columns).where(of_late, MissedSearch.words.in_(first))):
        weeks[words][min((on - mondays[0]) // timedelta(weeks=1), len(mondays) - 1)] += count
        on_days[words] += 1
    return tuple(values.MissedSearch(words, sum(some), on_days[words], tuple(some)) for words, some in weeks.items())
