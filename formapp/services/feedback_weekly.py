"""Once a week, what needs an editor's eye: nothing is written where there is nothing to say."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, ColumnExpressionArgument, CursorResult, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError
from formapp.mail.feedback_letters import Fallen, MissedWords, NamedArticle, Unsettled, Week, feedback_weekly
from formapp.models import Chore, Feedback, FeedbackReason, MissedSearch, Vote
from formapp.reports.values import ENOUGH_DAYS, REVIEW_AFTER
from formapp.rules.feedback import ENOUGH_VOTES, NEW
from formapp.rules.wording import say_date
from formapp.services import outbox
from formapp.services.article_owners import Owners
from formapp.services.database import Database
from formapp.services.desk import Desk
from formapp.services.missed_searches import KEPT_FOR
from formapp.services.upsert import insert_into

CHORE = "weekly feedback"
AT = time(9)  # on Mondays, in the policy's zone
A_WEEK = timedelta(weeks=1)
# An article has fallen when its share of these weeks is so many points below that of the weeks before them.
OF_LATE, BEFORE = 4 * A_WEEK, 12 * A_WEEK
POINTS = 15
BROKEN_LINK = "broken-link"  # its key among the policy's reasons
MOST_SEARCHES = 20
_IS_OPEN = and_(Feedback.state == NEW, Feedback.set_aside_because.is_(None))

log = structlog.get_logger()


def send_weekly(database: Database, desk: Desk, now: datetime) -> int:
    """Queue the summary of the week that is over, once, from Monday at AT on; return to how many it goes.

    The first one comes after the first whole week. Raises what the database raises.
    """
    local = now.astimezone(desk.policy.hours.zone)
    monday = local.date() - timedelta(days=local.weekday())
    if local.weekday() == 0 and local.time() < AT:
        monday -= A_WEEK
    with database.reading() as session:
        if session.scalar(select(Chore.name).where(Chore.name == CHORE, ~_is_due(monday))):
            return 0
    with database.transaction() as session:
        return _send_to_all(session, desk, monday, now) if _claim(session, monday) else 0


def _is_due(monday: date) -> ColumnElement[bool]:
    # A day further ahead than we ever set one was written by a clock that has since been put back.
    return or_(Chore.done_for < monday, Chore.done_for > monday + A_WEEK)


def _claim(session: Session, monday: date) -> bool:
    """Take a week for this worker; False if another was faster, or before the first whole week is over."""
    first = insert_into(session, Chore).values(name=CHORE, done_for=monday + A_WEEK).on_conflict_do_nothing().returning(Chore.name)
    if session.scalar(first):
        return False
    taken = session.execute(update(Chore).where(Chore.name == CHORE, _is_due(monday)).values(done_for=monday))
    return cast(CursorResult[Any], taken).rowcount == 1


def _send_to_all(session: Session, desk: Desk, monday: date, now: datetime) -> int:
    owners = Owners.read(session, desk)
    sent = 0
    for recipient in sorted({owners.editors, *owners.addresses.values()}):
        week = _week(session, owners, recipient, desk, monday)
        if not week:
            continue
        try:
            report = desk.links.report_url(desk.today(now))
            letter = feedback_weekly(week, editor=recipient, report=report, review_after=REVIEW_AFTER, searches_of=KEPT_FOR)
            outbox.queue(session, letter, letterhead=desk.letterhead, now=now)
        except HelpCentreError as trouble:
            # One that cannot be written holds up no other. The kind only: its words may be a reader's.
            log.error("a weekly summary could not be written", error=type(trouble).__name__)
            continue
        sent += 1
    return sent


def _week(session: Session, owners: Owners, recipient: str, desk: Desk, monday: date) -> Week:
    """Gather what a recipient is told of the week before that Monday."""
    first, last = monday - A_WEEK, monday - timedelta(days=1)
    begins, ends = (datetime.combine(day, time(), desk.policy.hours.zone) for day in (first, monday))
    in_week = and_(Feedback.given_at >= begins, Feedback.given_at < ends)
    theirs = and_(_IS_OPEN, owners.are_of(recipient, Feedback.article_id))
    return Week(
        first=say_date(first, last),
        last=say_date(last, date.min),
        unsettled=_unsettled(session, owners, theirs, in_week),
        fallen=_fallen(session, owners, recipient, monday),
        broken=_broken(session, owners, and_(theirs, in_week)),
        overdue=_overdue(owners, recipient, monday),
        searches=_searches(session, first, monday) if recipient == owners.editors else (),
    )


def _unsettled(session: Session, owners: Owners, theirs: ColumnElement[bool], in_week: ColumnElement[bool]) -> tuple[Unsettled, ...]:
    new = func.count(case((in_week, 1)))
    counts = select(Feedback.article_id, new, func.count()).where(theirs, Feedback.comment != "").group_by(Feedback.article_id)
    rows = session.execute(counts.having(new > 0).order_by(new.desc(), Feedback.article_id))
    return tuple(Unsettled(owners.named(article_id), count, in_all) for article_id, count, in_all in rows)


def _fallen(session: Session, owners: Owners, recipient: str, monday: date) -> tuple[Fallen, ...]:
    late = Vote.day >= monday - OF_LATE
    counted = (Vote.set_aside_because.is_(None), Vote.day >= monday - OF_LATE - BEFORE, Vote.day < monday)
    columns = (Vote.article_id, _votes(late), _votes(late, Vote.helpful), _votes(~late), _votes(~late, Vote.helpful))
    asked = select(*columns).where(*counted, owners.are_of(recipient, Vote.article_id))
    found = []
    for article_id, votes, yes, votes_before, yes_before in session.execute(asked.group_by(Vote.article_id).order_by(Vote.article_id)):
        has_enough = min(votes, votes_before) >= ENOUGH_VOTES
        if has_enough and 100 * (yes_before * votes - yes * votes_before) >= POINTS * votes * votes_before:
            now, before = round(100 * yes / votes), round(100 * yes_before / votes_before)
            found.append(Fallen(owners.named(article_id), now, votes, before, votes_before))
    return tuple(sorted(found, key=lambda one: one.now - one.before))


def _votes(*which: ColumnExpressionArgument[bool]) -> ColumnElement[int]:
    return func.count(case((and_(*which), 1)))


def _broken(session: Session, owners: Owners, which: ColumnElement[bool]) -> tuple[tuple[NamedArticle, int], ...]:
    times = func.count()
    reported = select(Feedback.article_id, times).join(FeedbackReason, FeedbackReason.feedback_number == Feedback.number)
    reported = reported.where(which, FeedbackReason.reason == BROKEN_LINK).group_by(Feedback.article_id)
    rows = session.execute(reported.order_by(times.desc(), Feedback.article_id))
    return tuple((owners.named(article_id), number) for article_id, number in rows)


def _overdue(owners: Owners, recipient: str, monday: date) -> tuple[tuple[NamedArticle, str], ...]:
    """Return what is past its review, the longest first."""
    late = [
        (article.reviewed, article.id)
        for article in owners.articles.values()
        if article.removed_at is None and article.reviewed and article.reviewed + REVIEW_AFTER < monday
    ]
    theirs = [(reviewed, article_id) for reviewed, article_id in sorted(late) if owners.address_of(article_id) == recipient]
    return tuple((owners.named(article_id), say_date(reviewed, date.min)) for reviewed, article_id in theirs)


def _searches(session: Session, first: date, monday: date) -> tuple[MissedWords, ...]:
    """Return what was searched for in vain in the week, if in KEPT_FOR often enough to be no one person's, the most often first."""
    times, days, last = func.sum(MissedSearch.times), func.count(), func.max(MissedSearch.day)
    within = (MissedSearch.day >= monday - KEPT_FOR, MissedSearch.day < monday)
    asked = select(MissedSearch.words, times, days).where(*within).group_by(MissedSearch.words)
    often = asked.having(days >= ENOUGH_DAYS, last >= first).order_by(times.desc(), MissedSearch.words).limit(MOST_SEARCHES)
    return tuple(MissedWords(words, int(number), on) for words, number, on in session.execute(often))
