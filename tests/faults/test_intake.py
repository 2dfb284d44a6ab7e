"""The forms under faults E-1 to E-8, each with a file: what was confirmed is there whole, and the rest can be sent again."""

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from formapp.models import Attachment, Base, Complaint, Escalation, OutgoingMail, Promise, SpentChallenge, Ticket, TicketEvent
from formapp.runtime import Runtime
from formapp.services import database as database_service
from formapp.web import submissions
from tests.proofs import proof
from tests.requests import URLS, answers, with_files
from tests.sample_files import SAMPLES
from tests.web.conftest import app, client, site_dir
from tests.web.form_page import FormPage
from tests.web.stored import count

__all__ = ["app", "client", "site_dir"]

PNG = SAMPLES["png"]
ROWS = (Ticket, TicketEvent, Promise, Complaint, Escalation, OutgoingMail, SpentChallenge)


def staged(client: FlaskClient, slug: str) -> list[str]:
    """Have a file kept, and return the tokens that its form then carries."""
    return FormPage(client.post(URLS[slug], **with_files(answers(slug, email=""), {"a.png": PNG})).text).fields["kept_file"]


def send(client: FlaskClient, slug: str, kept: list[str]) -> TestResponse:
    return client.post(URLS[slug], **with_files(answers(slug, submission_key="k1", proof=proof()), kept=kept))


def assert_nothing_but_the_file(runtime: Runtime) -> None:
    assert [count(runtime, model) for model in ROWS] == [0] * len(ROWS)
    with runtime.database.reading() as session:
        (file,) = session.scalars(select(Attachment)).all()
        assert (file.ticket_number, file.escalation_id) == (None, None)
        assert hashlib.sha256(file.content).hexdigest() == file.digest


def assert_whole(runtime: Runtime, answer: TestResponse) -> None:
    """One submission with its file, both letters, and the proof used up."""
    assert answer.status_code == 303
    assert count(runtime, Ticket) + count(runtime, Escalation) == 1
    assert (count(runtime, OutgoingMail), count(runtime, SpentChallenge)) == (2, 1)
    with runtime.database.reading() as session:
        (file,) = session.scalars(select(Attachment)).all()
        assert file.ticket_number or file.escalation_id
        assert file.content == PNG
        stored = session.scalars(select(Escalation if file.escalation_id else Ticket)).one()
        assert stored.is_proven


@contextmanager
def failing_at(runtime: Runtime, moment: str, matches: Callable[[str], bool] = lambda statement: True) -> Iterator[None]:
    """Let the database fail once, at its commit or before a statement that matches."""
    done = False

    def fail(*arguments: object) -> None:
        nonlocal done
        if not done and (moment == "commit" or matches(str(arguments[2]))):
            done = True
            raise OperationalError(moment, {}, Exception("the server closed the connection"))

    event.listen(runtime.database.engine, moment, fail)
    try:
        yield
    finally:
        event.remove(runtime.database.engine, moment, fail)
    assert done


@pytest.mark.parametrize("slug", URLS)
def test_e1_what_fails_before_the_commit_leaves_the_file_alone_and_the_same_form_goes_afterwards(
    client: FlaskClient, runtime: Runtime, slug: str
):
    kept = staged(client, slug)
    with failing_at(runtime, "commit"):
        answer = send(client, slug, kept)
    assert answer.status_code == 503
    assert "Nothing has been sent" in answer.text
    assert_nothing_but_the_file(runtime)
    assert_whole(runtime, send(client, slug, kept))


EVERY_FORM = (Attachment, OutgoingMail, SpentChallenge)
WRITTEN = {
    "ticket": (*EVERY_FORM, Ticket, Promise, TicketEvent),
    "complaint": (*EVERY_FORM, Ticket, Promise, TicketEvent, Complaint),
    "escalation": (*EVERY_FORM, Escalation),
}


@pytest.mark.parametrize(("slug", "model"), [(slug, model) for slug, models in WRITTEN.items() for model in models])
def test_e1_whichever_row_fails_no_half_of_a_submission_stays(client: FlaskClient, runtime: Runtime, slug: str, model: type[Base]):
    kept = staged(client, slug)

    def writes(statement: str) -> bool:
        return statement.startswith((f"INSERT INTO {model.__tablename__} ", f"UPDATE {model.__tablename__} "))

    with failing_at(runtime, "before_cursor_execute", writes):
        answer = send(client, slug, kept)
    assert answer.status_code == 503
    assert_nothing_but_the_file(runtime)
    assert_whole(runtime, send(client, slug, kept))


@pytest.mark.parametrize("slug", URLS)
def test_e2_an_answer_that_never_arrives_is_given_again_to_the_same_form(
    app: Flask, runtime: Runtime, slug: str, monkeypatch: pytest.MonkeyPatch
):
    client = app.test_client()
    kept = staged(client, slug)

    def killed(*arguments: object) -> None:
        raise RuntimeError("killed between the commit and the answer")

    with monkeypatch.context() as patched:
        patched.setattr(submissions, "_received", killed)
        assert send(client, slug, kept).status_code == 500
    again, and_again = send(client, slug, kept), send(client, slug, kept)
    assert again.location == and_again.location
    assert_whole(runtime, again)
    # Without JavaScript there is no key, and the browser sends the file itself once more.
    unkeyed = client.post(URLS[slug], **with_files(answers(slug), {"a.png": PNG}))
    assert unkeyed.location == again.location


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize("moment", ["commit", "before_cursor_execute"])
def test_e4_a_file_that_could_not_be_kept_leaves_nothing_and_comes_with_the_next_try(
    client: FlaskClient, runtime: Runtime, slug: str, moment: str
):
    sent = with_files(answers(slug, submission_key="k1", proof=proof()), {"a.png": PNG})
    with failing_at(runtime, moment, lambda statement: statement.startswith("INSERT INTO attachments")):
        answer = client.post(URLS[slug], **sent)
    assert answer.status_code == 503
    assert [count(runtime, model) for model in (*ROWS, Attachment)] == [0] * (len(ROWS) + 1)
    assert_whole(runtime, client.post(URLS[slug], **sent))


def test_e4_a_file_sent_by_javascript_that_could_not_be_kept_says_so_as_json(client: FlaskClient, runtime: Runtime):
    sent = with_files({}, {"a.png": PNG})
    sent["data"] = sent["data"].replace(b'name="files"', b'name="file"')
    with failing_at(runtime, "commit"):
        answer = client.post("/api/attachments", **sent)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert answer.json["error"]
    assert client.post("/api/attachments", **sent).status_code == 201


@pytest.fixture
def small_disk(runtime: Runtime) -> Iterator[Callable[[int | None], None]]:
    """Set how many pages more a SQLite database may grow by; None for as many as it likes."""
    engine, room = runtime.database.engine, [0]

    def limit(connection: object, record: object, proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {room[0] or 1_000_000}")  # type: ignore[attr-defined]

    event.listen(engine, "checkout", limit)

    def set_room(pages: int | None) -> None:
        with engine.connect() as connection:
            used = connection.execute(text("PRAGMA page_count")).scalar_one()
        room[0] = used + pages if pages is not None else 0

    yield set_room
    event.remove(engine, "checkout", limit)


# PostgreSQL's own disk is not ours to fill.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize("room", [0, 1, 2, 3, 4, 5, 6, 8])
def test_e5_a_full_disk_gives_a_page_no_half_rows_and_works_again_when_there_is_room(
    client: FlaskClient, runtime: Runtime, small_disk: Callable[[int | None], None], slug: str, room: int
):
    sent = with_files(answers(slug, submission_key="k1", proof=proof()), {"a.log": b"x" * 6_000})
    small_disk(room)
    answer = client.post(URLS[slug], **sent)
    if answer.status_code != 303:
        assert answer.status_code == 503
        assert "Nothing has been sent" in answer.text
        assert [count(runtime, model) for model in ROWS] == [0] * len(ROWS)
    small_disk(None)
    assert client.post(URLS[slug], **sent).status_code == 303
    assert count(runtime, Ticket) + count(runtime, Escalation) == 1
    with runtime.database.reading() as session:
        whose = [file.ticket_number or file.escalation_id for file in session.scalars(select(Attachment))]
    assert len([owner for owner in whose if owner]) == 1


@pytest.mark.parametrize("slug", URLS)
def test_e6_a_database_that_only_reads_gives_a_page_and_works_again_afterwards(client: FlaskClient, runtime: Runtime, slug: str):
    kept = staged(client, slug)
    engine = runtime.database.engine
    statement = "PRAGMA query_only = {}" if engine.dialect.name == "sqlite" else "SET default_transaction_read_only = {}"

    def set_read_only(value: str) -> None:
        def on_checkout(connection: object, record: object, proxy: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            cursor.execute(statement.format(value))
            if engine.dialect.name != "sqlite":
                connection.commit()  # type: ignore[attr-defined]

        event.listen(engine, "checkout", on_checkout)
        listeners.append(on_checkout)

    listeners: list[Callable[..., None]] = []
    set_read_only("on")
    answer = send(client, slug, kept)
    assert answer.status_code == 503
    assert "Nothing has been sent" in answer.text
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    set_read_only("off")
    assert_whole(runtime, send(client, slug, kept))
    for listener in listeners:
        event.remove(engine, "checkout", listener)


@pytest.mark.parametrize("slug", URLS)
def test_e7_a_database_that_another_program_holds_gives_a_page_after_a_bounded_wait(
    client: FlaskClient, runtime: Runtime, database_url: str, slug: str, monkeypatch: pytest.MonkeyPatch
):
    kept = staged(client, slug)
    with ExitStack() as held:
        if database_url.startswith("sqlite"):
            monkeypatch.setattr(database_service, "BUSY_TIMEOUT", 0.2)
            file = held.enter_context(Path(f"{database_url.removeprefix('sqlite:///')}.lock").open("a"))
            fcntl.flock(file, fcntl.LOCK_EX)
        else:
            other = create_engine(database_url)
            held.callback(other.dispose)
            held.enter_context(other.begin()).exec_driver_sql("LOCK TABLE tickets, escalations, attachments")
        answer = send(client, slug, kept)
    assert answer.status_code == 503
    assert_nothing_but_the_file(runtime)
    assert_whole(runtime, send(client, slug, kept))


@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("slug", URLS)
def test_e8_connections_that_were_cut_are_replaced_before_the_form_is_taken(
    client: FlaskClient, runtime: Runtime, database_url: str, slug: str
):
    kept = staged(client, slug)
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    other = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with other.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        # They end when they next look, not at once.
        give_up_at = time.monotonic() + 10
        while connection.scalar(text(f"SELECT count(*) {others}")):
            assert time.monotonic() < give_up_at
            time.sleep(0.01)
    other.dispose()
    assert_whole(runtime, send(client, slug, kept))
