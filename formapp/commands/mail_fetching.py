"""Fetching the mail of an IMAP mailbox: each is stored before the server's copy is touched, and moved by what became of it."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from formapp.mail.mailbox import FetchedMail, Mailbox
from formapp.mail.mailbox_failures import MailboxRefusesUs, MailboxUnreachable, NotMoved
from formapp.mail.patient_imap import ImapServer
from formapp.models.incoming_mail import MailState
from formapp.runtime import Runtime
from formapp.services import inbox
from formapp.services.database import DatabaseError

# Mails that are stored, read and moved before the next are fetched.
BATCH = 50
# Seconds: between two looks at the mailbox, whether or not the server says that something has arrived; and after trouble.
LOOK_EVERY = 50.0
UNREACHABLE_PAUSE = 15.0
REFUSED_PAUSE = 120.0
DATABASE_PAUSE = 5.0
# What could not be moved is tried again so often.
MOVE_AGAIN_EVERY = 3600.0

log = structlog.get_logger("formapp.mail_in")


class Fetcher:
    """Reads one mailbox, again and again. Several may read the same one: what one has stored is no news to the other."""

    def __init__(self, runtime: Runtime, read_due: Callable[[], None], stopping: threading.Event) -> None:
        """`read_due` reads what is stored, until nothing is due."""
        self._runtime, self._read_due, self._stopping = runtime, read_due, stopping
        self._mailbox: Mailbox | None = None
        self._uid_validity = ""
        # What is stored and still in the folder, by its UID: the number of its row.
        self._stored: dict[int, int] = {}
        # UIDs that are not looked at again: they are moved, or could not be moved or stored and are left where they are.
        self._left: set[int] = set()
        self._moved_again_at = time.monotonic()
        self._warned: set[str] = set()
        self.read_at: datetime | None = None

    def keep_fetching(self) -> None:
        """Read the mailbox until told to stop; trouble is logged and waited out."""
        while not self._stopping.is_set():
            self._stopping.wait(self._converse())

    def fetch_once(self) -> None:
        """Read the mailbox once; raise MailboxUnreachable, MailboxRefusesUs, or what the database raises."""
        with self._opened() as mailbox:
            self.read(mailbox)

    def abandon(self) -> None:
        """Break off what is going on with the server; from another thread."""
        if (mailbox := self._mailbox) is not None:
            mailbox.abandon()

    def read(self, mailbox: Mailbox) -> None:
        """Store what waits, have it read and move it; `read_at` is then the moment at which nothing waited that is not read."""
        while not self._stopping.is_set():
            began = self._runtime.now()
            waiting = mailbox.waiting()
            self._forget_all_but(waiting)
            new = [uid for uid in waiting if uid not in self._stored and uid not in self._left]
            for batch in _some_at_a_time(new):
                self._take_in(mailbox, batch)
            if not new:
                self._read_due()
                self._put_away(mailbox)
            self.read_at = began
            if not new:
                return

    def _converse(self) -> float:
        """Talk with the server until the conversation breaks, and return how long to wait before the next (seconds)."""
        try:
            with self._opened() as mailbox:
                self._move_again(mailbox)
                while not self._stopping.is_set():
                    self.read(mailbox)
                    if time.monotonic() - self._moved_again_at > MOVE_AGAIN_EVERY:
                        self._move_again(mailbox)
                    mailbox.wait(LOOK_EVERY, self._stopping)
        except MailboxRefusesUs as refusal:
            return self._pause("the mailbox cannot be read", str(refusal), REFUSED_PAUSE)
        except MailboxUnreachable as trouble:
            return self._pause("the mailbox cannot be reached", str(trouble), UNREACHABLE_PAUSE)
        except (SQLAlchemyError, DatabaseError, OSError) as trouble:
            return self._pause("database trouble", type(trouble).__name__, DATABASE_PAUSE)
        except Exception as surprise:
            # Its kind only: what it says may hold what somebody wrote.
            return self._pause("fetching mail failed", type(surprise).__name__, UNREACHABLE_PAUSE)
        return 0

    def _pause(self, event: str, reason: str, seconds: float) -> float:
        if not self._stopping.is_set():
            log.error(event, reason=reason, pause_seconds=seconds)
        return seconds

    @contextmanager
    def _opened(self) -> Iterator[Mailbox]:
        settings = self._runtime.settings
        mailbox = Mailbox(server_of(self._runtime), settings.imap_folder)
        self._mailbox = mailbox
        try:
            if mailbox.uid_validity != self._uid_validity:
                # The numbers mean other mails now. What is stored is known again by its contents.
                self._uid_validity = mailbox.uid_validity
                self._stored.clear()
                self._left.clear()
            yield mailbox
        finally:
            self._mailbox = None
            mailbox.close()

    def _take_in(self, mailbox: Mailbox, batch: Sequence[int]) -> bool:
        """Store mails, have them read and move them; return whether what was to be moved was."""
        for mail in mailbox.mails(batch, largest=inbox.LARGEST_MAIL, head=inbox.HEAD_OF_LARGER):
            self._store(mail)
            if self._stopping.is_set():
                return False
        self._read_due()
        return self._put_away(mailbox)

    def _store(self, mail: FetchedMail) -> None:
        try:
            with self._runtime.database.transaction() as session:
                kept = inbox.store(session, mail.raw, self._runtime.now(), source="imap", is_cut=mail.is_cut)
        except (OperationalError, InterfaceError, DatabaseError, OSError):
            raise
        except Exception as surprise:
            # One mail that cannot even be stored must not keep all others out. It stays in the folder.
            self._left.add(mail.uid)
            log.error("a mail could not be stored and is left in the mailbox", uid=mail.uid, error=type(surprise).__name__)
            return
        self._stored[mail.uid] = kept.id
        if kept.is_new:
            log.info("mail stored", mail=kept.id, size=len(mail.raw), is_cut=mail.is_cut)

    def _put_away(self, mailbox: Mailbox) -> bool:
        """Move what has been dealt with to the folder that it belongs in; what is to be read again waits where it is."""
        by_folder: dict[str, list[int]] = defaultdict(list)
        for some in _some_at_a_time(list(self._stored)):
            with self._runtime.database.reading() as session:
                states = inbox.states_of(session, [self._stored[uid] for uid in some])
            for uid in some:
                state = states.get(self._stored[uid], MailState.DONE)
                if state != MailState.NEW:
                    by_folder[self._folder_of(state)].append(uid)
        moved = [self._move(mailbox, uids, folder) for folder, uids in by_folder.items()]
        return all(moved)

    def _move(self, mailbox: Mailbox, uids: Sequence[int], folder: str) -> bool:
        self._left.update(uids)
        for uid in uids:
            self._stored.pop(uid, None)
        try:
            mailbox.move(uids, folder)
        except NotMoved as refusal:
            mailbox.mark_taken(uids)
            # Once, until it works again.
            if folder not in self._warned:
                log.warning("mails cannot be moved and stay in the mailbox", folder=folder, reason=str(refusal))
            self._warned.add(folder)
            return False
        self._warned.discard(folder)
        return True

    def _move_again(self, mailbox: Mailbox) -> None:
        """Look again at what was left, and try to move what could not be moved, as long as that works."""
        self._moved_again_at = time.monotonic()
        self._left.clear()
        for batch in _some_at_a_time(mailbox.taken()):
            if not self._take_in(mailbox, batch):
                return

    def _forget_all_but(self, waiting: Sequence[int]) -> None:
        # Somebody else has moved the others.
        there = set(waiting)
        for uid in self._stored.keys() - there:
            del self._stored[uid]
        self._left &= there

    def _folder_of(self, state: MailState) -> str:
        settings = self._runtime.settings
        folders = {MailState.REVIEW: settings.imap_review_folder, MailState.UNREADABLE: settings.imap_unreadable_folder}
        return folders.get(state, settings.imap_done_folder)


def server_of(runtime: Runtime) -> ImapServer:
    """Return the mailbox's server as the settings have it."""
    settings = runtime.settings
    assert settings.imap_host
    assert settings.imap_username
    assert settings.imap_password
    return ImapServer(
        host=settings.imap_host,
        port=settings.imap_port,
        security=settings.imap_security,
        username=settings.imap_username,
        password=settings.imap_password.get_secret_value(),
        ca_file=settings.imap_ca_file,
    )


def _some_at_a_time(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), BATCH):
        yield uids[start : start + BATCH]
