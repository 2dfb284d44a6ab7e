"""Insert a row, or do something else when it is there already: in one statement, on either database."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_into(session: Session, model: type) -> Any:
    """Return an INSERT that knows `on_conflict_do_update` and `on_conflict_do_nothing`, in the words of the session's database."""
    made = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return made(model)
