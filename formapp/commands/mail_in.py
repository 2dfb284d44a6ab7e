"""Mail in, beside the worker's sending: one thread fetches what waits in the mailbox, another reads what is stored."""

import threading
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from formapp.commands.mail_fetching import DATABASE_PAUSE, LOOK_EVERY, Fetcher
from formapp.mail.mailbox_failures import MailboxRefusesUs, MailboxUnreachable
from formapp.mail.read_in_child import ChildReader
from formapp.models.incoming_mail import MailState
from formapp.rules.references import ticket_id
from formapp.runtime import Runtime
from formapp.services import inbox
from formapp.services.database import DatabaseError

POLL = 1.0
# What is known of the mailbox is of now as long as it is no older than this: two looks, and the time that they take.
CURRENT = timedelta(seconds=3 * LOOK_EVERY)
# Seconds that a thread has to end by itself, and then once more when its work is broken off.
_TO_END = 2.5

log = structlog.get_logger("formapp.mail_in")


class MailIn:
    """Reads the mail that comes in, by whatever way, until `stopping`."""

    def __init__(self, runtime: Runtime, stopping: threading.Event) -> None:
        self._runtime, self._stopping = runtime, stopping
        self._read = ChildReader(runtime.desk.ours)
        self._one_at_a_time = threading.Lock()
        self._fetcher = Fetcher(runtime, self.read_due, stopping) if runtime.settings.imap_host else None
        self._threads: list[threading.Thread] = []
        self._read_at: datetime | None = None

    def start(self) -> None:
        """Begin to fetch and to read."""
        works = [self._keep_reading, *([self._fetcher.keep_fetching] if self._fetcher else [])]
        self._threads = [threading.Thread(target=work, name=work.__name__, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Have everything ended soon; `stopping` is set already."""
        self._wait_for_threads()
        if self._fetcher:
            self._fetcher.abandon()
        self._wait_for_threads()
        self._read.close()
        self._wait_for_threads()

    def once(self) -> MailboxUnreachable | MailboxRefusesUs | None:
        """Fetch what waits and read what is stored, and return what kept us from the mailbox; raises what the database raises."""
        trouble: MailboxUnreachable | MailboxRefusesUs | None = None
        try:
            if self._fetcher:
                self._fetcher.fetch_once()
        except (MailboxUnreachable, MailboxRefusesUs) as error:
            log.error("the mailbox cannot be read", reason=str(error))
            trouble = error
        self.read_due()
        return trouble

    def is_current(self, now: datetime) -> bool:
        """Whether all mail that has come in is read; until then time must decide nothing against a customer who may have answered."""
        if not self._runtime.settings.reads_mail:
            return True
        read_at = self._fetcher.read_at if self._fetcher else self._read_at
        # Either way: a clock may be put back.
        return read_at is not None and abs(now - read_at) <= CURRENT

    def read_due(self) -> None:
        """Read what is stored until nothing is due, or until we are to end; raises what the database raises."""
        with self._one_at_a_time:
            while not self._stopping.is_set():
                runtime, began = self._runtime, self._runtime.now()
                processed = inbox.process_next(runtime.database, runtime.desk, self._read, runtime.scanner, runtime.now)
                if processed is None:
                    self._read_at = began
                    return
                self._tell(processed)

    def _keep_reading(self) -> None:
        while not self._stopping.is_set():
            pause = POLL
            try:
                self.read_due()
            except (SQLAlchemyError, DatabaseError, OSError) as trouble:
                pause = DATABASE_PAUSE
                log.error("database trouble", error=type(trouble).__name__, pause_seconds=pause)
            except Exception as surprise:
                # Its kind only: what it says may hold what somebody wrote.
                pause = DATABASE_PAUSE
                log.error("reading mail failed", error=type(surprise).__name__, pause_seconds=pause)
            self._stopping.wait(pause)

    def _wait_for_threads(self) -> None:
        for thread in self._threads:
            thread.join(_TO_END)

    def _tell(self, processed: inbox.Processed) -> None:
        number = processed.ticket_number
        about = {
            "mail": processed.id,
            "kind": processed.kind,
            "ticket": None if number is None else ticket_id(self._runtime.policy, number),
        }
        say = log.info if processed.state in (MailState.DONE, MailState.JUNK) else log.warning
        say("mail read", **about, state=str(processed.state))
