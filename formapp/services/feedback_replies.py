"""A reader who asked to hear when an article is better is told once, and forgotten."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, func, select, update
from sqlalchemy.orm import Session, selectinload

from formapp.address import domain_of, mailbox_of
from formapp.mail.feedback_letters import ChangedArticle, feedback_acted_on
from formapp.mail.purposes import ACKNOWLEDGEMENTS, FEEDBACK_ACTED_ON
from formapp.models import Article, Feedback, OutgoingMail
from formapp.rules.feedback import DONE
from formapp.rules.wording import say_hours
from formapp.services import outbox
from formapp.services.acknowledgements import FOR_FEEDBACK, AckCaps, reason_never_to_acknowledge, reason_not_to_acknowledge
from formapp.services.article_owners import Owners
from formapp.services.database import Database
from formapp.services.desk import Desk
from formapp.services.one_by_one import Outrun, one_by_one

# So long an address waits for its article to be changed; and so long the outbox keeps one that has been told, or given up.
KEPT_FOR = timedelta(days=365)
KEPT_IN_OUTBOX = timedelta(days=7)
# Readers are told some at a time: the caller has mail to send.
MOST_READERS = 100
_WAITS = Feedback.email.is_not(None)
_AS_IT_IS = {"synchronize_session": False}

_random = secrets.SystemRandom()


class _Waiting(NamedTuple):
    """Feedback whose reader asked to hear of a change."""

    number: int
    email: str
    is_proven: bool


def tell_readers(database: Database, desk: Desk, now: datetime) -> int:
    """Queue one letter to each reader for all the articles that were changed because of what they said; return how many.

    Whoever may not be written to just now is told later; who never may be, or has waited for KEPT_FOR, is forgotten. A transaction
    for each reader; one whose letter cannot be written holds up no other. Raises what the database raises: for one of them at the end.
    """
    _forget_what_is_old(database, now)
    with database.reading() as session:
        readers = _next(session, desk, now)
        if not readers:
            return 0
        owners = Owners.read(session, desk)
    return one_by_one(
        database, readers, lambda session, numbers: _tell(session, owners, numbers, desk, now), "a reader could not be told of a change"
    )


def _next(session: Session, desk: Desk, now: datetime) -> list[list[int]]:
    """Return whom to tell in this look, each by the numbers of their feedback: at most MOST_READERS, and nobody who must wait."""
    caps, sent = _caps(desk.caps), _sent_in_an_hour(session, now)
    due = _due(session)
    if len(due) > MOST_READERS:
        # In any order: whoever cannot be told is in nobody's way for ever.
        _random.shuffle(due)
    chosen: list[list[int]] = []
    for mailbox, some in due:
        if len(chosen) == MOST_READERS or sent.total() >= caps.in_all_per_hour:
            break
        # Without a look at each reader of a domain that has had its share.
        domain = domain_of(mailbox)
        if sent[domain] >= caps.per_domain_per_hour or _must_wait(session, some, desk, now):
            continue
        sent[domain] += 1
        chosen.append([one.number for one in some])
    return chosen


def _sent_in_an_hour(session: Session, now: datetime) -> Counter[str]:
    """Return how many letters the caps hold against each domain."""
    lately = and_(OutgoingMail.created_at > now - timedelta(hours=1), OutgoingMail.created_at <= now)
    sent = select(OutgoingMail.recipient_domain, func.count()).where(OutgoingMail.purpose.in_(ACKNOWLEDGEMENTS), lately)
    return Counter(dict(session.execute(sent.group_by(OutgoingMail.recipient_domain)).all()))


def _due(session: Session) -> list[tuple[str, list[_Waiting]]]:
    """Return the feedback that there is news of, by its readers' mailboxes, the longest done first."""
    asked = select(Feedback.number, Feedback.email, Feedback.is_proven).where(_WAITS, *_IS_CHANGED)
    mailboxes: defaultdict[str, list[_Waiting]] = defaultdict(list)
    for number, email, is_proven in session.execute(asked.order_by(Feedback.published_at, Feedback.number)):
        mailboxes[mailbox_of(email or "")].append(_Waiting(number, email or "", is_proven))
    return list(mailboxes.items())


# Where the page is gone there is nothing to show. What was set aside has been looked at by the editor who marked it as done.
_IS_CHANGED = (
    Feedback.state == DONE,
    Feedback.published_at.is_not(None),
    Feedback.article_id.in_(select(Article.id).where(Article.removed_at.is_(None))),
)


def _tell(session: Session, owners: Owners, numbers: Sequence[int], desk: Desk, now: datetime) -> bool:
    """Queue a reader's letter and forget their address; False where they may not be written to now, Outrun where another was faster."""
    wanted = select(Feedback).where(Feedback.number.in_(numbers), _WAITS, *_IS_CHANGED).order_by(Feedback.published_at, Feedback.number)
    found = session.scalars(wanted.options(selectinload(Feedback.reasons))).all()
    if not found:
        raise Outrun("another worker has told this reader")
    waiting = [_Waiting(one.number, one.email or "", one.is_proven) for one in found]
    address = waiting[0].email
    if reason_never_to_acknowledge(address, desk.own_addresses):
        _forget(session, Feedback.number.in_(numbers))
        return False
    if _must_wait(session, waiting, desk, now):
        return False
    letter = feedback_acted_on(_changed(found, owners, desk), customer=address, hours=say_hours(desk.policy), policy=desk.policy)
    if _forget(session, and_(Feedback.number.in_([one.number for one in found]), _WAITS, *_IS_CHANGED), told_at=now) != len(found):
        raise Outrun("another worker tells this reader, or something has changed")
    outbox.queue(session, letter, letterhead=desk.letterhead, now=now)
    return True


def _must_wait(session: Session, some: Sequence[_Waiting], desk: Desk, now: datetime) -> bool:
    """Whether a reader is written to later: not now, but not never."""
    address, own = some[0].email, desk.own_addresses
    if reason_never_to_acknowledge(address, own):
        return False
    is_proven = all(one.is_proven for one in some)
    caps = _caps(desk.caps)
    return bool(reason_not_to_acknowledge(session, address, FOR_FEEDBACK, is_proven=is_proven, own_addresses=own, caps=caps, now=now))


def _caps(caps: AckCaps) -> AckCaps:
    """Return the caps for these letters: one a day is enough for a reader, and half of the rest is left to those who wait for an answer."""
    return replace(
        caps, per_address_per_day=1, per_domain_per_hour=caps.per_domain_per_hour // 2, in_all_per_hour=caps.in_all_per_hour // 2
    )


def _changed(found: Sequence[Feedback], owners: Owners, desk: Desk) -> list[ChangedArticle]:
    """Return each article once: with the reasons in the policy's words, never in anybody's own, and with what the editors noted."""
    by_article: defaultdict[str, list[Feedback]] = defaultdict(list)
    for one in found:
        by_article[one.article_id].append(one)
    changed = []
    for article_id, some in by_article.items():
        given = {reason.reason for one in some for reason in one.reasons}
        reasons = tuple(item.text for item in desk.policy.feedback.reasons if item.key in given)
        notes = tuple(dict.fromkeys(one.note for one in some if one.note.strip()))
        changed.append(ChangedArticle(owners.named(article_id), reasons, notes))
    return changed


def _forget(session: Session, which: ColumnElement[bool], told_at: datetime | None = None) -> int:
    """Empty the address; return of how many it was."""
    values = {"email": None} | ({"told_at": told_at} if told_at else {})
    forgotten = session.execute(update(Feedback).where(which).values(values), execution_options=_AS_IT_IS)
    return cast(CursorResult[Any], forgotten).rowcount


def _forget_what_is_old(database: Database, now: datetime) -> None:
    too_long = and_(_WAITS, Feedback.given_at < now - KEPT_FOR)
    ended = func.coalesce(OutgoingMail.sent_at, OutgoingMail.failed_at)
    old_mail = and_(OutgoingMail.purpose == FEEDBACK_ACTED_ON, ended < now - KEPT_IN_OUTBOX)
    with database.reading() as session:
        any_waits = session.scalar(select(Feedback.number).where(too_long).limit(1))
        any_mail = session.scalar(select(OutgoingMail.id).where(old_mail).limit(1))
    if any_waits is None and any_mail is None:
        return
    with database.transaction() as session:
        _forget(session, too_long)
        session.execute(delete(OutgoingMail).where(old_mail), execution_options=_AS_IT_IS)
