"""Articles, votes and feedback as they are stored."""

import itertools
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formapp.mail.letter import Letter
from formapp.models import Article, Feedback, FeedbackReason, OutgoingMail, Vote
from formapp.runtime import Runtime
from formapp.services import outbox

_voters = itertools.count()


def article(runtime: Runtime, name: str = "describe-a-problem", **changes: Any) -> str:
    """Store an article and return its id."""
    values: dict[str, Any] = {
        "title": "How to describe a problem",
        "path": f"articles/{name}/",
        "source": f"docs/articles/{name}.md",
        "owner": "Paypa Plane Support",
        "reviewed": date(2026, 11, 23),
        "revision": "0" * 12,
        "headings": [("show-it", "Show it", 39)],
        "removed_at": None,
    }
    with runtime.database.transaction() as session:
        session.add(Article(id=name, **(values | changes)))
    return name


def vote(runtime: Runtime, article_id: str = "describe-a-problem", times: int = 1, **changes: Any) -> int:
    """Store equal votes of as many readers and return the number of the last."""
    at = changes.get("at", runtime.now())
    values: dict[str, Any] = {"revision": "0" * 12, "commit_hash": None, "helpful": False, "at": at, "day": runtime.desk.today(at)}
    values |= {"heading": "", "search_words": "", "network": None, "set_aside_because": None}
    with runtime.database.transaction() as session:
        votes = [Vote(article_id=article_id, voter=str(next(_voters)), **(values | changes)) for _ in range(times)]
        session.add_all(votes)
        session.flush()
        return votes[-1].id


def feedback(
    runtime: Runtime,
    comment: str = "Where is it?",
    article_id: str = "describe-a-problem",
    *,
    reasons: tuple[str, ...] = (),
    heading: str = "",
    search_words: str = "",
    **changes: Any,
) -> int:
    """Store feedback with its vote and return its number."""
    values: dict[str, Any] = {"given_at": runtime.now(), "helpful": False, "email": None, "is_proven": True}
    values |= {"set_aside_because": None, "state": "new", "note": ""}
    voted = vote(runtime, article_id, heading=heading, search_words=search_words)
    with runtime.database.transaction() as session:
        one = Feedback(vote_id=voted, article_id=article_id, comment=comment, **(values | changes))
        one.reasons = [FeedbackReason(reason=reason) for reason in reasons]
        session.add(one)
        session.flush()
        return one.number


def stored(runtime: Runtime, number: int) -> Feedback:
    with runtime.database.reading() as session:
        found = session.get_one(Feedback, number)
        session.expunge(found)
        return found


def mails(runtime: Runtime, purpose: str) -> list[EmailMessage]:
    """Return the mails of a purpose from the outbox, oldest first, as whoever gets them reads them."""
    with runtime.database.reading() as session:
        raws = session.scalars(select(OutgoingMail.raw).where(OutgoingMail.purpose == purpose).order_by(OutgoingMail.id)).all()
    return [cast(EmailMessage, message_from_bytes(raw, policy=policy.default)) for raw in raws]


def fail_for(patched: pytest.MonkeyPatch, recipient: str, trouble: Exception) -> None:
    """Let whatever is queued for a recipient fail."""
    queue = outbox.queue

    def fails(session: Session, letter: Letter, **about: Any) -> OutgoingMail:
        if letter.recipient == recipient:
            raise trouble
        return queue(session, letter, **about)

    patched.setattr(outbox, "queue", fails)


def weeks(number: float) -> timedelta:
    return timedelta(weeks=number)


def at_nine(day: date, runtime: Runtime) -> datetime:
    """Return nine o'clock of a day in the policy's zone."""
    return datetime(day.year, day.month, day.day, 9, tzinfo=runtime.policy.hours.zone)
