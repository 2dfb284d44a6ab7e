"""What costs the sender next to nothing must cost us little too: threads, disk, the worker's time."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from formapp.models import Attachment, FileContent, Ticket
from formapp.runtime import Runtime
from formapp.services import virus_scan
from formapp.services.virus_scan import ImpatientClamd
from formapp.web import uploads
from formapp.web.context import KEY
from tests.requests import URLS, answers, with_files
from tests.web.form_page import FormPage
from tests.web.stored import count

THREADS = 40


def upload(app: Flask) -> TestResponse:
    sent = with_files({}, {"a.txt": b"x"})
    sent["data"] = sent["data"].replace(b'name="files"', b'name="file"', 1)
    return app.test_client().post("/api/attachments", **sent)


@pytest.fixture
def hanging_clamd() -> Iterator[socket.socket]:
    """Somebody who lets everybody connect, and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        listener.setblocking(False)
        yield listener


def connections(listener: socket.socket) -> int:
    taken = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return taken
        taken += 1


def test_d41_a_scanner_that_hangs_is_asked_twice_and_then_left_alone_and_every_file_is_held(
    app: Flask, runtime: Runtime, hanging_clamd: socket.socket
):
    clamd = ImpatientClamd(f"127.0.0.1:{hanging_clamd.getsockname()[1]}", answer_within=0.5)
    app.extensions[KEY] = replace(app.extensions[KEY], scanner=clamd)
    begun = time.monotonic()
    with ThreadPoolExecutor(THREADS) as customers:
        answered = list(customers.map(lambda _: upload(app).status_code, range(THREADS)))
    # One after the other they would have waited for ten seconds.
    assert time.monotonic() - begun < 5
    assert answered == [201] * THREADS
    assert connections(hanging_clamd) <= 2
    with runtime.database.reading() as session:
        assert session.scalars(select(Attachment.held_because)).all() == [uploads.NOT_SCANNED] * THREADS


def test_d41_nobody_who_sends_a_file_waits_long_for_the_scanner(app_with: Callable[..., Flask]):
    scanner = app_with(clamd="127.0.0.1:3310").extensions[KEY].scanner
    assert isinstance(scanner, ImpatientClamd)
    assert virus_scan.SOON <= 5 < uploads.PATIENCE < 20 <= virus_scan.ANSWER_WITHIN


def bytes_written(runtime: Runtime, work: Callable[[], object]) -> int:
    """Return how much the database's log grows by."""
    engine = runtime.database.engine
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
            where, before = f"{engine.url.database}-wal", 0
        else:
            before = connection.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")).scalar_one()
    work()
    if engine.dialect.name == "sqlite":
        with open(where, "rb") as log:
            return log.seek(0, 2)
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")).scalar_one() - before)


def test_d42_a_small_form_that_names_large_files_again_writes_little(app: Flask, runtime: Runtime):
    client = app.test_client()
    files = {f"{number}.log": b"%d" % number * 5_000_000 for number in range(3)}
    tokens = FormPage(client.post(URLS["ticket"], **with_files(answers("ticket", email=""), files)).text).fields["kept_file"]

    def send(name: str) -> None:
        assert client.post(URLS["ticket"], **with_files(answers("ticket", name=name), kept=tokens)).status_code == 303

    assert bytes_written(runtime, lambda: send("One")) < 500_000
    assert bytes_written(runtime, lambda: send("Two")) < 500_000
    assert (count(runtime, Ticket), count(runtime, Attachment), count(runtime, FileContent)) == (2, 6, 3)
