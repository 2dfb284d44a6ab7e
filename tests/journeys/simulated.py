"""The whole service on a clock that a test moves: the real pages, the worker's own passes, a real mail server."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import func, select

from formapp.app import create_app
from formapp.commands.worker import send_what_is_due, sender_of
from formapp.models import OutgoingMail
from formapp.runtime import Runtime
from formapp.services import housekeeping
from formapp.services.database import migrate
from formapp.settings import read_settings
from tests.app_server import listening
from tests.certificates import Authority
from tests.clock import Clock
from tests.mails import text_of
from tests.postfix_server import PostfixServer
from tests.programs import free_port
from tests.proofs import SECRET

HOURS_BETWEEN_PASSES = 3


class SimulatedService:
    """Pages at `base_url`, and a worker that works when the test says so."""

    def __init__(self, runtime: Runtime, clock: Clock, postfix: PostfixServer, base_url: str) -> None:
        self.runtime, self.clock, self.base_url = runtime, clock, base_url
        self._postfix = postfix
        self._before = len(postfix.mails())
        self._given: dict[str, int] = {}

    def work(self) -> None:
        """One pass of the worker, and every mail that is due."""
        housekeeping.tidy(self.runtime.database, self.runtime.desk, None, self.clock.now())
        send = sender_of(self.runtime)
        send_what_is_due(self.runtime, send, threading.Event())
        send.close()

    def let_pass(self, days: float) -> None:
        """Let days go by, with a pass of the worker every few hours."""
        for _ in range(round(days * 24 / HOURS_BETWEEN_PASSES)):
            self.clock.pass_(hours=HOURS_BETWEEN_PASSES)
            self.work()

    def new_mails(self, to: str) -> list[EmailMessage]:
        """Let what is due leave, and return the mails to an address that nobody has been given yet, as they arrived."""
        self.work()
        with self.runtime.database.reading() as session:
            sent = session.scalar(select(func.count()).select_from(OutgoingMail).where(OutgoingMail.sent_at.is_not(None))) or 0
        self._postfix.wait_for(self._before + sent)
        arrived = [message_from_bytes(raw, policy=policy.default) for raw in self._postfix.mails()[self._before :]]
        theirs = [mail for mail in arrived if mail["To"] == to]
        given, self._given[to] = self._given.get(to, 0), len(theirs)
        return theirs[given:]


def link_in(mail: EmailMessage, kind: str) -> str:
    """Return the one link to a page of that kind that stands in a mail: your-request, staff-ticket, staff-queue, staff-door."""
    (link,) = set(re.findall(rf"https?://\S+/{kind}/[^\s/]+/?", text_of(mail)))
    return link


@contextmanager
def simulated(folder: Path, site: Path, postfix: PostfixServer, authority: Authority, clock: Clock) -> Iterator[SimulatedService]:
    """Run the service on SQLite in a folder, on a port of its own."""
    port = free_port()
    settings = read_settings(
        {
            "FORMAPP_ENVIRONMENT": "development",
            "FORMAPP_SECRET_KEY": SECRET,
            "FORMAPP_BASE_URL": f"http://localhost:{port}",
            "FORMAPP_INSTANCE_DIR": str(folder),
            "FORMAPP_SITE_DIR": str(site),
            "FORMAPP_TEAM_EMAIL": "team@example.org",
            "FORMAPP_SMTP_HOST": "localhost",
            "FORMAPP_SMTP_PORT": str(postfix.port),
            "FORMAPP_SMTP_CA_FILE": str(authority.file),
        }
    )
    runtime = Runtime.start(settings, clock.now)
    migrate(runtime.database)
    try:
        with listening(create_app(runtime), port):
            yield SimulatedService(runtime, clock, postfix, settings.base_url)
    finally:
        runtime.database.engine.dispose()
