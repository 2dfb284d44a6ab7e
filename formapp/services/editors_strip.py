"""What an editor sees beside an article in the preview: how it is voted on, and what readers said under which heading."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from formapp.models import Feedback, UncountedVotes, Vote
from formapp.reports.values import Votes
from formapp.rules.feedback import NEW

# Of those that are set aside, as many again.
MOST_REMARKS = 200
MOST_SEARCHES = 10


@dataclass(frozen=True)
class Remark:
    """What one reader said; who they are is not told, only whether they wait to hear."""

    number: int
    given_at: datetime
    helpful: bool
    reasons: tuple[str, ...]
    comment: str
    search_words: str
    is_on_this_text: bool
    somebody_waits: bool
    state: str
    note: str
    set_aside_because: str | None


@dataclass(frozen=True)
class Place:
    """What readers said under a heading, named by its id; it is empty for what belongs to none."""

    heading: str
    new: tuple[Remark, ...]
    settled: tuple[Remark, ...]


@dataclass(frozen=True)
class Strip:
    """All of it, for an article whose text is `revision` now."""

    this_text: Votes
    before: Votes
    # Votes that do not count, and those that came too fast to be kept.
    set_aside_votes: int
    uncounted: int
    searches: Sequence[tuple[str, int]]
    places: tuple[Place, ...]
    # Kept apart, as what a program seems to have written.
    set_aside: tuple[Remark, ...]
    is_cut: bool


def strip_of(session: Session, article_id: str, revision: str) -> Strip:
    """Return what is known of an article; the new remarks, the newest first, before those that are settled."""
    remarks = _remarks(session, article_id, Feedback.set_aside_because.is_(None))
    set_aside = _remarks(session, article_id, Feedback.set_aside_because.is_not(None))
    by_heading = sorted(remarks[:MOST_REMARKS], key=lambda one: one.vote.heading)
    this_text, before, set_aside_votes = _votes(session, article_id, revision)
    return Strip(
        this_text=this_text,
        before=before,
        set_aside_votes=set_aside_votes,
        uncounted=session.scalar(select(func.sum(UncountedVotes.times)).where(UncountedVotes.article_id == article_id)) or 0,
        searches=_searches(session, article_id),
        places=tuple(_place(heading, list(said), revision) for heading, said in groupby(by_heading, key=lambda one: one.vote.heading)),
        set_aside=tuple(_remark(one, revision) for one in set_aside[:MOST_REMARKS]),
        is_cut=max(len(remarks), len(set_aside)) > MOST_REMARKS,
    )


def _votes(session: Session, article_id: str, revision: str) -> tuple[Votes, Votes, int]:
    """The counted votes on this text and on those before it, and how many are set aside."""
    counts, is_this = Vote.set_aside_because.is_(None), Vote.revision == revision
    yes, no, yes_before, no_before, aside = session.execute(
        select(
            func.count().filter(counts, is_this, Vote.helpful),
            func.count().filter(counts, is_this, ~Vote.helpful),
            func.count().filter(counts, ~is_this, Vote.helpful),
            func.count().filter(counts, ~is_this, ~Vote.helpful),
            func.count().filter(~counts),
        ).where(Vote.article_id == article_id)
    ).one()
    return Votes(yes, no), Votes(yes_before, no_before), aside


def _searches(session: Session, article_id: str) -> Sequence[tuple[str, int]]:
    times = func.count()
    rows = session.execute(
        select(Vote.search_words, times)
        .where(Vote.article_id == article_id, Vote.search_words != "", Vote.set_aside_because.is_(None))
        .group_by(Vote.search_words)
        .order_by(times.desc(), Vote.search_words)
        .limit(MOST_SEARCHES)
    )
    return [(row[0], row[1]) for row in rows]


def _remarks(session: Session, article_id: str, which: ColumnElement[bool]) -> Sequence[Feedback]:
    """One more than are shown, if there are so many."""
    return session.scalars(
        select(Feedback)
        .join(Feedback.vote)
        .where(Feedback.article_id == article_id, which)
        .order_by((Feedback.state == NEW).desc(), Feedback.given_at.desc(), Feedback.number.desc())
        .limit(MOST_REMARKS + 1)
        .options(contains_eager(Feedback.vote), selectinload(Feedback.reasons))
    ).all()


def _place(heading: str, said: list[Feedback], revision: str) -> Place:
    return Place(
        heading,
        new=tuple(_remark(one, revision) for one in said if one.state == NEW),
        settled=tuple(_remark(one, revision) for one in said if one.state != NEW),
    )


def _remark(one: Feedback, revision: str) -> Remark:
    return Remark(
        number=one.number,
        given_at=one.given_at,
        helpful=one.helpful,
        reasons=tuple(reason.reason for reason in one.reasons),
        comment=one.comment,
        search_words=one.vote.search_words,
        is_on_this_text=one.vote.revision == revision,
        somebody_waits=one.email is not None and one.told_at is None,
        state=one.state,
        note=one.note,
        set_aside_because=one.set_aside_because,
    )
