"""Tickets a second through the whole service, against the bare commits a second of the same SQLite on the same disk."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from tests.conftest import ROOT
from tests.requests import question
from tests.service import Service

SECONDS = 5.0
CLIENTS = 8


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commits = _bare_commits(folder)
        tickets, slowest = _tickets(folder)
    print(f"bare SQLite commits (WAL, synchronous=FULL, 4 rows each): {commits:,.0f} a second")
    print(f"tickets through gunicorn on SQLite, {CLIENTS} clients: {tickets:,.0f} a second, p99 {slowest * 1000:.0f} ms")
    print(f"ratio: {tickets / commits:.3f}")


def _bare_commits(folder: Path) -> float:
    """Commits of as many rows as a ticket writes, by the sqlite3 module alone."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)")
    started, commits = time.monotonic(), 0
    while time.monotonic() - started < SECONDS:
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO bare (text) VALUES (?)", [("x" * 1000,)] * 4)
        database.execute("COMMIT")
        commits += 1
    database.close()
    return commits / SECONDS


def _tickets(folder: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder / "site")]
    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"})
    limits = {f"FORMAPP_ACKNOWLEDGEMENTS_PER_{what}HOUR": "1000000" for what in ("DOMAIN_PER_", "")}
    service = Service(folder, {"FORMAPP_SITE_DIR": str(folder / "site"), "FORMAPP_LOG_LEVEL": "WARNING", **limits})
    service.run("db", "upgrade")
    try:
        service.start_web()
        service.wait_until_up()
        took: list[float] = []
        clients = [threading.Thread(target=_send, args=(service.port, number, took)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
    finally:
        service.stop()
    took.sort()
    return len(took) / SECONDS, took[int(len(took) * 0.99)]


def _send(port: int, client: int, took: list[float]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    give_up_at, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < give_up_at:
        number += 1
        body = urlencode(
            question(summary=f"Question {client}.{number}", email=f"c{client}.{number}@example.net", submission_key=f"{client}.{number}")
        )
        started = time.monotonic()
        connection.request("POST", "/contact/ticket/", body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 201, answer.status
        took.append(time.monotonic() - started)


if __name__ == "__main__":
    main()
