"""What readers write reaches whoever keeps the article: at once, and what follows within an hour together."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import ColumnElement, CursorResult, and_, func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from formapp.address import mailbox_of
from formapp.mail.feedback_letters import Digest, NamedArticle, ReadersComment, feedback_digest
from formapp.mail.purposes import FEEDBACK_DIGEST
from formapp.models import Feedback, FeedbackReason, OutgoingMail, UncountedVotes, Vote
from formapp.rules.feedback import feedback_id
from formapp.rules.wording import say_day, say_moment_in_full, to_the_minute
from formapp.services import outbox
from formapp.services.article_owners import Owners
from formapp.services.database import Database
from formapp.services.desk import Desk
from formapp.services.feedback import ANSWERED_AGAIN
from formapp.services.one_by_one import Outrun, one_by_one

PAUSE = timedelta(hours=1)
MOST_COMMENTS = 100
# How far back a first digest looks for votes that were not counted.
FIRST_LOOK_BACK = timedelta(days=7)
_WAITS = Feedback.mailed_at.is_(None)
_IS_COMMENT = and_(Feedback.set_aside_because.is_(None), Feedback.comment != "")
_AS_IT_IS = {"synchronize_session": False}


def send_digests(database: Database, desk: Desk, now: datetime) -> int:
    """Queue a digest for everybody about whose articles there are new comments, but no two within PAUSE; return how many.

    A transaction for each; one that cannot be written holds up no other. Raises what the database raises: for one of them at the end.
    """
    with database.reading() as session:
        commented = session.scalars(select(Feedback.article_id).where(_WAITS, _IS_COMMENT).distinct()).all()
        if not commented:
            return 0
        owners = Owners.read(session, desk)
        recipients = sorted({owners.address_of(article_id) for article_id in commented})
        due = [recipient for recipient in recipients if not _was_written_to(session, recipient, now)]

    def send(session: Session, recipient: str) -> int:
        _send_digest(session, owners, recipient, desk, now)
        return 1

    return one_by_one(database, due, send, "a digest of feedback could not be written")


def _send_digest(session: Session, owners: Owners, recipient: str, desk: Desk, now: datetime) -> None:
    """Take what waits for a recipient and queue it; Outrun where another worker was faster."""
    theirs = owners.are_of(recipient, Feedback.article_id)
    since = _last_written_to(session, recipient) or now - FIRST_LOOK_BACK
    waiting = session.scalars(select(Feedback.number).where(theirs, _WAITS, _IS_COMMENT).order_by(Feedback.number)).all()
    numbers = waiting[:MOST_COMMENTS]
    # Taken before they are read: what a reader changes after this is mailed anew. And looked again whether another worker's
    # digest has gone out: it would have had some of the same, so this one waited for it.
    if not numbers or _mark(session, now, Feedback.number.in_(numbers), _IS_COMMENT) != len(numbers):
        raise Outrun("another worker sends this digest")
    if _was_written_to(session, recipient, now):
        raise Outrun("another worker has sent a digest")
    aside, plain = and_(theirs, Feedback.set_aside_because.is_not(None)), and_(theirs, Feedback.comment == "")
    set_aside = _mark(session, now, aside)
    _mark(session, now, plain)
    just_counted = and_(plain, Feedback.set_aside_because.is_(None), Feedback.mailed_at == now)
    digest = Digest(
        commented=tuple(_commented(session, owners, numbers, desk)),
        report=desk.links.report_url(desk.today(now)),
        later=len(waiting) - len(numbers),
        reasons_only=_readers_with_reasons(session, just_counted),
        reasons=_reasons(session, just_counted, desk),
        set_aside=set_aside,
        uncounted=_uncounted(session, owners, recipient, desk, since),
        since=say_day(since, desk.policy),
    )
    outbox.queue(session, feedback_digest(digest, editor=recipient), letterhead=desk.letterhead, now=now)


def _mark(session: Session, now: datetime, *which: ColumnElement[bool]) -> int:
    """Mark what still waits as mailed, and return how many that were."""
    marked = session.execute(update(Feedback).where(_WAITS, *which).values(mailed_at=now), execution_options=_AS_IT_IS)
    return cast(CursorResult[Any], marked).rowcount


def _digests_to(recipient: str) -> ColumnElement[bool]:
    return and_(OutgoingMail.recipient_mailbox == mailbox_of(recipient), OutgoingMail.purpose == FEEDBACK_DIGEST)


def _last_written_to(session: Session, recipient: str) -> datetime | None:
    return session.scalar(select(func.max(OutgoingMail.created_at)).where(_digests_to(recipient)))


def _was_written_to(session: Session, recipient: str, now: datetime) -> bool:
    # What lies ahead was queued by a clock that has since been put back; it must not silence us until then.
    lately = and_(OutgoingMail.created_at > now - PAUSE, OutgoingMail.created_at <= now)
    return session.scalar(select(OutgoingMail.id).where(_digests_to(recipient), lately).limit(1)) is not None


def _commented(
    session: Session, owners: Owners, numbers: Sequence[int], desk: Desk
) -> Iterator[tuple[NamedArticle, Sequence[ReadersComment]]]:
    """Yield the articles by their titles, each with its comments, the oldest first."""
    wanted = select(Feedback).where(Feedback.number.in_(numbers)).order_by(Feedback.number)
    found = session.scalars(wanted.options(joinedload(Feedback.vote), selectinload(Feedback.reasons))).all()
    articles = {one.article_id: owners.named(one.article_id) for one in found}
    for article_id, article in sorted(articles.items(), key=lambda item: (item[1].title.casefold(), item[0])):
        yield article, [_as_read(one, owners, article, desk) for one in found if one.article_id == article_id]


def _as_read(one: Feedback, owners: Owners, named: NamedArticle, desk: Desk) -> ReadersComment:
    article = owners.articles.get(one.article_id) if named.link else None
    # An id that the article has: any other may be an older text's, or anything that somebody sent.
    at = next(((words, line) for key, words, line in article.headings if key == one.vote.heading), None) if article else None
    return ReadersComment(
        id=feedback_id(one.number),
        given=say_moment_in_full(to_the_minute(one.given_at), desk.policy),
        helpful=one.helpful,
        reasons=tuple(text for key, text in _said_by_policy(desk) if key in {given.reason for given in one.reasons}),
        text=one.comment,
        heading=at[0] if at else None,
        heading_link=f"{named.link}#{quote(one.vote.heading)}" if at else None,
        edit=desk.where_to_edit(article.source, at[1] if at else None) if article else None,
        search_words=one.vote.search_words,
        is_proven=one.is_proven,
        wants_to_hear=one.email is not None,
    )


def _said_by_policy(desk: Desk) -> list[tuple[str, str]]:
    return [(item.key, item.text) for item in desk.policy.feedback.reasons]


def _readers_with_reasons(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Feedback).where(which, Feedback.reasons.any())) or 0


def _reasons(session: Session, which: ColumnElement[bool], desk: Desk) -> tuple[tuple[str, int], ...]:
    """Return how often each reason was given, the most often first, in the policy's words where it still has them."""
    times = func.count()
    counts = select(FeedbackReason.reason, times).join(Feedback, Feedback.number == FeedbackReason.feedback_number)
    rows = session.execute(counts.where(which).group_by(FeedbackReason.reason).order_by(times.desc(), FeedbackReason.reason))
    texts = dict(_said_by_policy(desk))
    return tuple((texts.get(key, key), number) for key, number in rows)


def _uncounted(session: Session, owners: Owners, recipient: str, desk: Desk, since: datetime) -> int:
    """Return how many votes on a recipient's articles were not counted since that day."""
    day = desk.today(since)
    # A reader who answered again is no reason to be alarmed; and a reason that is not there is never "another".
    alarming = Vote.set_aside_because != ANSWERED_AGAIN
    aside = select(func.count()).where(Vote.day >= day, alarming, owners.are_of(recipient, Vote.article_id))
    too_many = select(func.sum(UncountedVotes.times)).where(UncountedVotes.day >= day, owners.are_of(recipient, UncountedVotes.article_id))
    return (session.scalar(aside) or 0) + (session.scalar(too_many) or 0)
