"""A reader who asked to hear when an article is better is told once, and forgotten."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, CursorResult, and_, delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, selectinload

from formapp.address import mailbox_of
from formapp.mail.feedback_letters import ChangedArticle, feedback_acted_on
from formapp.mail.purposes import FEEDBACK_ACTED_ON
from formapp.models import Article, Feedback, OutgoingMail
from formapp.rules.feedback import DONE
from formapp.rules.wording import say_hours
from formapp.services import outbox
from formapp.services.acknowledgements import FOR_FEEDBACK, AckCaps, reason_never_to_acknowledge, reason_not_to_acknowledge
from formapp.services.article_owners import Owners
from formapp.services.database import Database, DatabaseError
from formapp.services.feedback_digests import Outrun
from formapp.services.intake import Desk

# So long an address waits for its article to be changed; and so long the outbox keeps one that has been told, or given up.
KEPT_FOR = timedelta(days=365)
KEPT_IN_OUTBOX = timedelta(days=7)
# Readers are told some at a time: the caller has mail to send.
MOST_READERS = 100
_WAITS = Feedback.email.is_not(None)
_AS_IT_IS = {"synchronize_session": False}

log = structlog.get_logger()


def tell_readers(database: Database, desk: Desk, now: datetime) -> int:
    """Queue one letter to each reader for all the articles that were changed because of what they said; return how many.

    Whoever may not be written to just now is told later; who never may be, or has waited for KEPT_FOR, is forgotten. A transaction
    for each reader; one whose letter cannot be written holds up no other. Raises what the database raises.
    """
    _forget_what_is_old(database, now)
    with database.reading() as session:
        readers = _due(session)
        if not readers:
            return 0
        owners = Owners.read(session, desk)
    told = 0
    for numbers in readers:
        if told == MOST_READERS:
            break
        try:
            with database.transaction() as session:
                told += _tell(session, owners, numbers, desk, now)
        except Outrun:
            continue
        except (SQLAlchemyError, DatabaseError):
            raise
        except Exception as trouble:
            # The kind only: what an error says may hold an address.
            log.error("a reader could not be told of a change", error=type(trouble).__name__)
    return told


def _due(session: Session) -> list[list[int]]:
    """Return the numbers of the feedback that there is news of, those of one mailbox together, the longest done first."""
    changed = select(Feedback.number, Feedback.email).where(_WAITS, *_IS_CHANGED).order_by(Feedback.published_at, Feedback.number)
    mailboxes: defaultdict[str, list[int]] = defaultdict(list)
    for number, email in session.execute(changed):
        mailboxes[mailbox_of(email or "")].append(number)
    return list(mailboxes.values())


# Where the page is gone there is nothing to show, and what was set aside is mailed to nobody.
_IS_CHANGED = (
    Feedback.state == DONE,
    Feedback.published_at.is_not(None),
    Feedback.set_aside_because.is_(None),
    Feedback.article_id.in_(select(Article.id).where(Article.removed_at.is_(None))),
)


def _tell(session: Session, owners: Owners, numbers: Sequence[int], desk: Desk, now: datetime) -> bool:
    """Queue a reader's letter and forget their address; False where they may not be written to now, Outrun where another was faster."""
    wanted = select(Feedback).where(Feedback.number.in_(numbers), _WAITS, *_IS_CHANGED).order_by(Feedback.published_at, Feedback.number)
    found = session.scalars(wanted.options(selectinload(Feedback.reasons))).all()
    if not found:
        raise Outrun("another worker has told this reader")
    address = found[0].email or ""
    if reason_never_to_acknowledge(address, desk.own_addresses):
        _forget(session, Feedback.number.in_(numbers))
        return False
    withheld = reason_not_to_acknowledge(
        session,
        address,
        FOR_FEEDBACK,
        is_proven=all(one.is_proven for one in found),
        own_addresses=desk.own_addresses,
        caps=_caps(desk.caps),
        now=now,
    )
    if withheld:
        return False
    letter = feedback_acted_on(_changed(found, owners, desk), customer=address, hours=say_hours(desk.policy), policy=desk.policy)
    if _forget(session, and_(Feedback.number.in_([one.number for one in found]), _WAITS, *_IS_CHANGED), told_at=now) != len(found):
        raise Outrun("another worker tells this reader, or something has changed")
    outbox.queue(session, letter, letterhead=desk.letterhead, now=now)
    return True


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
