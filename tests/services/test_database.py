import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import StatementError

from formapp.models import Base, Ticket
from formapp.services.database import Database, DatabaseError, check_schema, migrate, open_database
from tests import rows


def test_the_migrations_make_exactly_the_schema_of_the_models(database: Database):
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_twice_changes_nothing(database: Database):
    migrate(database)
    check_schema(database)


def test_an_empty_database_is_refused_until_it_is_upgraded(tmp_path: Path):
    database = open_database(f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(DatabaseError, match="formapp db upgrade"):
        check_schema(database)
    migrate(database)
    check_schema(database)
    database.engine.dispose()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database: Database):
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="9999"):
        check_schema(database)
    with pytest.raises(DatabaseError, match="9999"):
        migrate(database)
    assert "tickets" in inspect(database.engine).get_table_names()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://x/y",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////tmp/x.db?timeout=abc",
        "nonsense",
        "",
        "postgresql://x/y",
        "postgresql+psycopg://h:abc/db",
        "sqlite+aiosqlite:///x",
    ],
)
def test_another_kind_of_database_is_refused_by_name(url: str):
    with pytest.raises(DatabaseError, match="FORMAPP_DATABASE_URL"):
        open_database(url)


@pytest.mark.parametrize("url", ["postgresql+psycopg://nobody@127.0.0.1:1/x", "sqlite:////proc/nowhere/x.db"])
def test_a_database_that_cannot_be_reached_is_an_error_with_a_mend(url: str):
    with pytest.raises(DatabaseError, match="FORMAPP_DATABASE_URL"):
        migrate(open_database(url))


def test_an_error_rolls_the_whole_unit_of_work_back(database: Database):
    def fail() -> None:
        with database.transaction() as session:
            session.add(rows.ticket())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_many_writers_that_read_first_all_get_their_turn(database: Database):
    def write() -> None:
        for _ in range(10):
            with database.transaction() as session:
                session.scalar(select(func.count()).select_from(Ticket))
                session.add(rows.ticket())

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 80


def test_a_reader_does_not_wait_for_a_writer(database: Database):
    with database.transaction() as writing:
        writing.add(rows.ticket())
        writing.flush()
        with database.reading() as reading:
            assert reading.scalar(select(func.count()).select_from(Ticket)) == 0


def test_moments_come_back_as_utc_and_naive_ones_are_refused(database: Database):
    moment = datetime.fromisoformat("2026-11-23T14:28:00+10:00")
    with database.transaction() as session:
        session.add(rows.ticket(received_at=moment))
    with database.reading() as session:
        stored = session.scalars(select(Ticket)).one().received_at
    assert stored == moment
    assert stored.tzinfo is UTC
    with pytest.raises(StatementError, match="time zone"), database.transaction() as session:
        session.add(rows.ticket(received_at=datetime(2026, 11, 23)))  # noqa: DTZ001


def test_sqlite_keeps_what_was_acknowledged_through_a_power_cut(tmp_path: Path):
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.engine.connect() as connection:
        settings = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    database.engine.dispose()
