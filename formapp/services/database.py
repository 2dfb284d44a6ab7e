"""Open the database, embedded SQLite or PostgreSQL, and keep its schema."""

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError

MIGRATIONS = Path(__file__).parent.parent / "migrations"
# Seconds: a writer waits so long for our other writers, and then so long for programs that know nothing of our lock.
BUSY_TIMEOUT = 5
OUTSIDERS_TIMEOUT = 3
TURN = 0.002
BUSY = "the database is busy: try again in a moment"


class DatabaseError(HelpCentreError):
    """The database cannot be used as it is; the message says what to do."""


class Database:
    """An engine and its two ways in: a transaction that writes, and a session that only reads."""

    def __init__(self, engine: Engine, one_writer: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self.engine = engine
        self._one_writer = one_writer

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: committed at the end, rolled back by any error."""
        with self._one_writer(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, so it never waits for a writer."""
        with Session(self.engine.execution_options(reads_only=True)) as session:
            yield session

    def forget_deleted(self) -> None:
        """Take what was deleted out of the files too, as far as a database can: SQLite's log of changes, PostgreSQL's dead keys.

        Waits for nobody: a reader puts it off until the next time.
        """
        if self.engine.dialect.name == "postgresql":
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM (SKIP_LOCKED) voter_keys")
            return
        with self._one_writer(), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout=0")
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                # The connection goes back to the others' pool.
                cursor.execute(f"PRAGMA busy_timeout={OUTSIDERS_TIMEOUT * 1000}")


def open_database(url: str) -> Database:
    """Return the database of a SQLAlchemy URL: sqlite or postgresql+psycopg.

    Raises DatabaseError for another kind, or for a URL that is none.
    """
    try:
        parsed = make_url(url)
        # Parameters are hidden: an error that reaches a log must not carry what a customer wrote.
        if parsed.drivername == "sqlite" and parsed.database and parsed.database != ":memory:":
            return _open_sqlite(parsed)
        if parsed.drivername == "postgresql+psycopg":
            limits = f"-c lock_timeout={BUSY_TIMEOUT}s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
            connect = {"connect_timeout": BUSY_TIMEOUT, "options": limits}
            return Database(create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=connect))
    except (ArgumentError, ValueError, TypeError):
        raise DatabaseError("FORMAPP_DATABASE_URL is not a database URL: use sqlite:///FILE or postgresql+psycopg://…") from None
    raise DatabaseError(f"FORMAPP_DATABASE_URL names {parsed.drivername!r}: use sqlite:///FILE or postgresql+psycopg://…")


def _open_sqlite(url: URL) -> Database:
    assert url.database is not None
    folder = Path(url.database).parent
    try:
        # For nobody else: the database holds what customers wrote.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"{folder} cannot be made: {error.strerror}: correct FORMAPP_DATABASE_URL or FORMAPP_INSTANCE_DIR") from None
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": OUTSIDERS_TIMEOUT, "check_same_thread": False})
    _prepare_sqlite(engine)
    return Database(engine, _OneWriter(Path(f"{url.database}.lock")))


def migrate(database: Database) -> None:
    """Bring the schema to this version's; DatabaseError if the database belongs to a newer one or cannot be reached."""
    _in_plain_words(lambda: command.upgrade(_alembic(database.engine), "head"))


def check_schema(database: Database) -> None:
    """Raise DatabaseError unless the schema is exactly this version's."""
    expected = ScriptDirectory.from_config(_alembic(database.engine)).get_current_head()
    found: list[str | None] = []

    def look() -> None:
        with database.engine.execution_options(reads_only=True).connect() as connection:
            found.append(MigrationContext.configure(connection).get_current_revision())

    _in_plain_words(look)
    if found != [expected]:
        raise DatabaseError(f"the database's schema is {found[0] or 'empty'}, this version's is {expected}: run `formapp db upgrade`")


def _in_plain_words(work: Callable[[], None]) -> None:
    try:
        work()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error.__class__.__name__).splitlines()[0]
        raise DatabaseError(f"the database cannot be used: {reason}: correct FORMAPP_DATABASE_URL or start the server") from None
    except Exception as error:
        if error.__class__.__module__.startswith("alembic"):
            raise DatabaseError(f"the schema cannot be brought up to date: {error}: run the version of formapp that made it") from None
        raise


def _alembic(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


class _OneWriter:
    """One writer at a time, across threads and processes, in turns that are shorter than those of SQLite's own waiting."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        give_up_at = time.monotonic() + BUSY_TIMEOUT
        if not self._threads.acquire(timeout=BUSY_TIMEOUT):
            raise DatabaseError(BUSY)
        try:
            # Opened anew each time: a descriptor shared over a fork would share the lock as well.
            with self._open() as file:
                while not _locked(file):
                    if time.monotonic() > give_up_at:
                        raise DatabaseError(BUSY)
                    time.sleep(TURN)
                yield
        finally:
            self._threads.release()

    def _open(self) -> IO[str]:
        try:
            return self._path.open("a")
        except OSError as error:
            raise DatabaseError(f"{self._path} cannot be opened: {error.strerror}: correct the permissions of its folder") from None


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _(dbapi: Any, record: Any) -> None:
        dbapi.isolation_level = None  # BEGIN is ours, below
        # FULL, because an acknowledged ticket must outlive a power cut.
        # And what is deleted is overwritten, above all a day's key of voters.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        # IMMEDIATE: a transaction that reads first and writes later is refused at once by SQLite, busy timeout or not.
        reads_only = connection.get_execution_options().get("reads_only")
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
