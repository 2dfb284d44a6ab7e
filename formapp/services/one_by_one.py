"""Several works, each in a transaction of its own, so that one which fails holds up no other."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError
from formapp.services.database import Database, DatabaseError

Item = TypeVar("Item")

log = structlog.get_logger()


class Outrun(HelpCentreError):
    """Another worker has taken some of the same, or the reader has changed it meanwhile: nothing of this try stands."""


def one_by_one(database: Database, items: Iterable[Item], work: Callable[[Session, Item], int], failed: str) -> int:
    """Do the work for each item and return the sum of what it returns; whoever was outrun is left out.

    What fails is logged as `failed`. Raises DatabaseError at once, and the first error of the database once all have been tried.
    """
    done, first = 0, None
    for item in items:
        try:
            with database.transaction() as session:
                did = work(session, item)
            # Only now does it stand.
            done += did
        except Outrun:
            continue
        except DatabaseError:
            raise
        except Exception as trouble:
            # The kind only: what an error says may hold a reader's words, or an address.
            log.error(failed, error=type(trouble).__name__)
            if isinstance(trouble, SQLAlchemyError):
                first = first or trouble
    if first:
        raise first
    return done
