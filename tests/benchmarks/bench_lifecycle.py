"""One pass of the worker with 100 tickets due, and the queue's page, at 100,000 tickets of mixed states against 1,000: SQLite, one run."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text

from formapp.app import create_app
from formapp.logs import configure_logs
from formapp.models import OutgoingMail, Promise, Ticket
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from formapp.services import housekeeping
from formapp.services.database import migrate
from formapp.services.staff_links import staff_links
from formapp.settings import read_settings
from formapp.site import CHECK_FRAME, ERROR_FRAME, REQUEST_FRAME
from tests.clock import Clock
from tests.conftest import ROOT
from tests.proofs import SECRET

FEW, MANY = 1_000, 100_000
DUE = 100
TIMES = 7
# A help desk that has run for a while: most is closed, a tenth each is open, waiting and resolved.
SHARES = {Status.OPEN: 10, Status.WAITING: 10, Status.RESOLVED: 10, Status.CLOSED: 70}
FRAME = "<title>A - B</title><h1>Frame</h1><!-- helpcentre:swap --><!-- /helpcentre:swap -->"
_AT_ONCE = 5_000
# Three mails of each ticket, as nobody deletes them; of three hundred one was given up, and the team told of it.
_MAILS = """
    INSERT INTO outgoing_mails (ticket_number, purpose, recipient, recipient_mailbox, recipient_domain, message_id, raw, created_at,
        trying_since, send_after, attempts, sent_at, failed_at, failure_told_at)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 3 * :count - 1)
    SELECT 1001 + i / 3, CASE i % 3 WHEN 0 THEN 'ticket-acknowledgement' WHEN 1 THEN 'team-new-ticket' ELSE 'ticket-answered' END,
        'zoe@example.net', 'zoe@example.net', 'example.net', '<' || i || '@billycart.com>', zeroblob(800), :then, :then, :then, 1,
        CASE WHEN i % 300 THEN :then END, CASE WHEN i % 300 THEN NULL ELSE :then END, CASE WHEN i % 300 THEN NULL ELSE :then END
    FROM n
"""


def main() -> None:
    configure_logs("CRITICAL")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for page in (ERROR_FRAME, REQUEST_FRAME, CHECK_FRAME):
            (folder / "site" / page).parent.mkdir(parents=True, exist_ok=True)
            (folder / "site" / page).write_text(FRAME, encoding="utf-8")
        few, many = (_Desk(folder / str(count), folder / "site", count) for count in (FEW, MANY))
        for what in ("the queue's page", "its counts", "its page of closed tickets", "a search through all", "a pass with nothing due"):
            _compare(what, few.seconds(what), many.seconds(what))
        _compare(f"a pass with {DUE} due", few.pass_with_due(), many.pass_with_due())


def _compare(what: str, few: float, many: float) -> None:
    print(f"{what}: {few * 1000:.1f} ms at {FEW:,} tickets, {many * 1000:.1f} ms at {MANY:,}; ratio {many / few:.2f}")


class _Desk:
    """A database with so many tickets, and the pages on it."""

    def __init__(self, folder: Path, site: Path, count: int) -> None:
        self.clock = Clock()
        settings = {
            "FORMAPP_INSTANCE_DIR": str(folder),
            "FORMAPP_SITE_DIR": str(site),
            "FORMAPP_POLICY_FILE": str(ROOT / "docs" / "policy.toml"),
        }
        settings |= {"FORMAPP_ENVIRONMENT": "development", "FORMAPP_SECRET_KEY": SECRET, "FORMAPP_TEAM_EMAIL": "team@example.org"}
        self.runtime = Runtime.start(read_settings(settings), self.clock.now)
        migrate(self.runtime.database)
        self._fill(count)
        self.client = create_app(self.runtime).test_client()
        with self.runtime.database.transaction() as session:
            url = staff_links(session, self.runtime.desk, self.clock.now()).queue_url()
        queue = url.removeprefix(self.runtime.settings.base_url)
        self._works: dict[str, Callable[[], Any]] = {
            "the queue's page": lambda: self._get(queue),
            "its counts": lambda: self._get(f"{queue}counts"),
            "its page of closed tickets": lambda: self._get(f"{queue}?state=closed"),
            "a search through all": lambda: self._get(f"{queue}?state=all&words=nothing+like+it"),
            "a pass with nothing due": self._pass,
        }

    def seconds(self, what: str) -> float:
        """Return the shortest time that something took of several."""
        return min(self._timed(self._works[what]) for _ in range(TIMES))

    def pass_with_due(self) -> float:
        """Return how long the worker takes when DUE tickets move one step, each in its transaction and with its letter."""
        now = self.clock.now()
        before = self._mails()
        with self.runtime.database.transaction() as session:
            quiet = session.query(Ticket).filter(Ticket.step_at.is_not(None)).limit(DUE)
            for ticket in quiet:
                ticket.step_at = now - timedelta(minutes=1)
        took = self._timed(self._pass)
        assert self._mails() == before + DUE
        return took

    def _mails(self) -> int:
        with self.runtime.database.reading() as session:
            return session.scalar(select(func.count()).where(OutgoingMail.ticket_number.is_not(None))) or 0

    def _get(self, path: str) -> None:
        assert self.client.get(path).status_code == 200

    def _pass(self) -> None:
        housekeeping.tidy(self.runtime.database, self.runtime.desk, None, self.clock.now())

    @staticmethod
    def _timed(work: Callable[[], Any]) -> float:
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun

    def _fill(self, count: int) -> None:
        rows = list(_tickets(count, self.clock.now()))
        with self.runtime.database.transaction() as session:
            for start in range(0, count, _AT_ONCE):
                some = rows[start : start + _AT_ONCE]
                session.execute(insert(Ticket), some)
                session.execute(insert(Promise), [_promise(row) for row in some])
            session.execute(text(_MAILS), {"count": count, "then": f"{self.clock.now() - timedelta(days=2):%Y-%m-%d %H:%M:%S.%f}"})


def _tickets(count: int, now: datetime) -> Iterator[dict[str, Any]]:
    chance = random.Random(5)
    texts = dict.fromkeys(("area", "extent", "effect", "impact", "browser", "company"), "")
    for number in range(1001, 1001 + count):
        status = chance.choices(list(SHARES), list(SHARES.values()))[0]
        step_at = now + timedelta(days=chance.uniform(0.1, 6.9)) if status in (Status.WAITING, Status.RESOLVED) else None
        yield texts | {
            "number": number,
            "received_at": now - timedelta(days=chance.uniform(1, 300)),
            "status": status,
            "revision": 1,
            "is_proven": True,
            "first_response_at": None if status is Status.OPEN else now,
            "next_due_at": now + timedelta(hours=chance.uniform(-5, 40)) if status is Status.OPEN else None,
            "step_at": step_at,
            "window_days": 7 if step_at else None,
            "request_type": "incident",
            "priority": chance.choice(["P2", "P3", "P4"]),
            "summary": f"Invoice PDF {number} is blank",
            "description": "Since this morning every invoice that I open is blank. " * 12,
            "name": "Zoë O’Brien",
            "email": f"zoe{number}@example.net",
            "content_digest": str(number),
        }


def _promise(ticket: dict[str, Any]) -> dict[str, Any]:
    stands = ticket["next_due_at"] is not None
    due = ticket["next_due_at"] or ticket["received_at"]
    moments = dict.fromkeys(("made_at", "asked_at", "counted_from"), ticket["received_at"])
    # The team has been told of what is late already: this measures time's own moves.
    told = dict.fromkeys(("warned_at", "late_told_at"), due) if stands else {"ended_at": due, "ended_as": "answered"}
    words = {"target": "4 business hours", "basis": "Incident, P2", "working": "", "policy_version": "1"}
    kind = {"request_type": "incident", "priority": ticket["priority"], "is_first": True}
    return {"ticket_number": ticket["number"], "due_at": due, "warn_at": due} | moments | told | words | kind


if __name__ == "__main__":
    main()
