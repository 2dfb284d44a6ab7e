"""Searches that found nothing: their words, scrubbed, and never whose they were."""

from datetime import date, timedelta

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.orm import Session

from formapp.models import MissedSearch
from formapp.rules.feedback import scrubbed
from formapp.services.upsert import insert_into

KEPT_FOR = timedelta(weeks=12)
# Different words that are taken up in a day: more than readers ask, and few enough that a flood does no harm.
MOST_A_DAY = 200


def count(session: Session, words: str, day: date) -> bool:
    """Count a search once more on a day; False when nothing of its words may be kept, or the day has had too many different ones."""
    kept = scrubbed(words)
    if not kept:
        return False
    known = session.get(MissedSearch, (kept, day))
    today = select(func.count()).select_from(MissedSearch).where(MissedSearch.day == day)
    if known is None and (session.scalar(today) or 0) >= MOST_A_DAY:
        return False
    once = insert_into(session, MissedSearch).values(words=kept, day=day, times=1)
    session.execute(once.on_conflict_do_update(index_elements=["words", "day"], set_={"times": MissedSearch.times + 1}))
    return True


def purge(session: Session, today: date) -> int:
    """Delete what is older than the report shows; return how many days of words that were."""
    gone = session.execute(delete(MissedSearch).where(MissedSearch.day < today - KEPT_FOR))
    assert isinstance(gone, CursorResult)
    return gone.rowcount
