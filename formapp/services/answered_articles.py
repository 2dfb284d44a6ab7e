"""How often an article answered a question while somebody was writing it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formapp.models import AnsweredArticle
from formapp.services.upsert import insert_into


def count(session: Session, article_id: str, day: date) -> None:
    """Count one more for an article on a day (UTC)."""
    once = insert_into(session, AnsweredArticle).values(article_id=article_id, day=day, times=1)
    session.execute(once.on_conflict_do_update(index_elements=["article_id", "day"], set_={"times": AnsweredArticle.times + 1}))


def totals(session: Session) -> Sequence[tuple[str, int]]:
    """Return each article's id and how often it answered, the most often first."""
    times = func.sum(AnsweredArticle.times)
    rows = session.execute(select(AnsweredArticle.article_id, times).group_by(AnsweredArticle.article_id).order_by(times.desc()))
    return [(row[0], int(row[1])) for row in rows]
