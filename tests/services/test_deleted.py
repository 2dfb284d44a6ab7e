"""What was deleted stands in no file of the database any more; of SQLite alone, for PostgreSQL keeps its files to itself."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from formapp.mail.purposes import FEEDBACK_ACTED_ON
from formapp.models import OutgoingMail
from formapp.rules.feedback import DONE, WONT_DO
from formapp.runtime import Runtime
from formapp.services import feedback, housekeeping
from formapp.services.feedback_replies import KEPT_IN_OUTBOX
from tests.clock import Clock
from tests.services import given_feedback as given
from tests.services.test_voters import keys
from tests.services.votes import vote_from

CANARY = "canary.reader@example.net"


@pytest.fixture
def database_url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file that is opened by a SQLite which leaves what was deleted where it was unless it is told; Debian's does not."""
    connect: Callable[..., sqlite3.Connection] = sqlite3.dbapi2.connect

    def careless(*args: object, **options: object) -> sqlite3.Connection:
        connection = connect(*args, **options)
        connection.execute("PRAGMA secure_delete=OFF")
        return connection

    monkeypatch.setattr(sqlite3.dbapi2, "connect", careless)
    return sqlite_url


def holds(runtime: Runtime, secret: bytes) -> list[str]:
    """Return the files of the database, its log of changes among them, that a secret stands in."""
    path = Path(str(runtime.database.engine.url.database))
    files = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    assert path in files
    return [file.name for file in files if secret in file.read_bytes()]


def tidied(runtime: Runtime) -> None:
    housekeeping.tidy(runtime.database, runtime.desk, None, runtime.now())


def test_secure_delete_takes_out_the_address_of_a_reader_whose_feedback_is_not_to_be_acted_on(runtime: Runtime) -> None:
    given.article(runtime)
    # Another row, and no digest: else rows that are written anew would happen to cover what the first one was before.
    number, _ = (given.feedback(runtime, email=email, mailed_at=runtime.now()) for email in (CANARY, None))
    assert holds(runtime, CANARY.encode())
    with runtime.database.transaction() as session:
        feedback.settle(session, number, WONT_DO, "It is right as it is.", runtime.now())
    tidied(runtime)
    assert holds(runtime, CANARY.encode()) == []


def test_secure_delete_takes_out_the_address_of_a_reader_who_was_told_with_the_letter(runtime: Runtime, clock: Clock) -> None:
    given.article(runtime)
    number = given.feedback(runtime, email=CANARY, state=DONE, published_at=clock.now())
    tidied(runtime)
    (letter,) = given.mails(runtime, FEEDBACK_ACTED_ON)
    assert letter["To"] == CANARY
    assert given.stored(runtime, number).email is None
    with runtime.database.transaction() as session:
        session.execute(update(OutgoingMail).values(sent_at=clock.now()))
    clock.moment += KEPT_IN_OUTBOX
    clock.pass_(seconds=1)
    tidied(runtime)
    assert holds(runtime, CANARY.encode()) == []


def test_secure_delete_takes_out_the_key_of_a_day_that_is_over(runtime: Runtime, clock: Clock) -> None:
    vote_from(runtime, "203.0.113.9")
    ((_, key),) = keys(runtime)
    assert holds(runtime, key)
    clock.pass_(days=1)
    tidied(runtime)
    assert holds(runtime, key) == []
