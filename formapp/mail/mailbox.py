"""A mailbox on an IMAP server: what waits in its folder, mail by mail, and where each goes afterwards.

Nothing is marked by reading, and what the server says is bounded: it may be anybody's.
"""

import imaplib
import re
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from imap_tools import BaseMailBox, UnexpectedCommandStatusError
from imap_tools.utils import encode_folder

from formapp.mail.mailbox_failures import MailboxRefusesUs, MailboxUnreachable, NotMoved, code_in, code_of, in_words
from formapp.mail.patient_imap import ImapServer, Patience, PatientIMAP

# Mails are fetched in one command as long as they are so small together, and so few.
_TOGETHER = 2_000_000
_MOST_TOGETHER = 20
_MOST_MOVED = 100
# What a mail bears that was taken, but could not be moved.
TAKEN = "$FormappTaken"
_UID, _SIZE = re.compile(rb"\bUID (\d{1,10})\b"), re.compile(rb"\bRFC822\.SIZE (\d{1,19})\b")
# Answers to a login that are not about us (RFC 5530).
_PASSING = ("UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN")


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail as the server has it; `is_cut`: only its beginning, for it is larger than we take."""

    uid: int
    raw: bytes
    is_cut: bool


class Mailbox:
    """An open folder. Each method raises MailboxUnreachable when the conversation breaks; nothing but `close` is of use after that."""

    def __init__(self, server: ImapServer, folder: str, patience: Patience | None = None) -> None:
        """Connect, log in and open a folder; raise MailboxUnreachable or MailboxRefusesUs."""
        _check_name(folder)
        with in_words():
            self._box = _Box(server, patience or Patience())
        self._client = self._box.client
        try:
            with in_words():
                self._log_in(server)
                self._open(folder)
        except BaseException:
            self.close()
            raise

    def waiting(self) -> list[int]:
        """Return the UIDs of what waits in the folder, oldest first: all but what is deleted or was taken already."""
        return self._found(f"UNDELETED UNKEYWORD {TAKEN}")

    def taken(self) -> list[int]:
        """Return the UIDs of what was taken already, and lies there because it could not be moved."""
        return self._found(f"UNDELETED KEYWORD {TAKEN}")

    def mails(self, uids: Sequence[int], *, largest: int, head: int) -> Iterator[FetchedMail]:
        """Fetch mails, few of them at a time, without those that are gone; of one larger than `largest` only the first `head` bytes."""
        with in_words():
            sizes = self._sizes(uids) if uids else {}
        for group in _together(sizes, largest):
            most = head if sizes[group[0]] > largest else largest + 1
            with in_words():
                found = self._bodies(group, most)
            for uid, raw in found.items():
                is_cut = sizes[uid] > largest or len(raw) > largest
                yield FetchedMail(uid, raw[:head] if is_cut else raw, is_cut)

    def move(self, uids: Iterable[int], folder: str) -> None:
        """Move mails to a folder, which is made where it is missing; those that are gone do no harm. Raises NotMoved."""
        _check_name(folder)
        name = encode_folder(folder)
        for some in _some_at_a_time(uids, _MOST_MOVED):
            with in_words():
                code = self._move(_listed(some), name)
                if code not in ("", "OVERQUOTA"):
                    with _unless_refused():
                        self._box.folder.create(folder)
                        self._client.subscribe(name)  # type: ignore[arg-type]
                    code = self._move(_listed(some), name)
            if code:
                raise NotMoved(code)

    def mark_taken(self, uids: Iterable[int]) -> None:
        """Mark mails as taken, as far as the server lets us."""
        for some in _some_at_a_time(uids, _MOST_MOVED):
            with in_words(), _unless_refused():
                self._client.uid("STORE", _listed(some), "+FLAGS.SILENT", rf"(\Seen {TAKEN})")

    def wait(self, seconds: float, stopping: threading.Event) -> None:
        """Wait so long, or until something arrives where the server says so, or until we are to end."""
        if "IDLE" not in self._client.capabilities:
            stopping.wait(seconds)
            return
        with in_words():
            self._client.untagged_responses.clear()
            self._client.idle(seconds, stopping)

    def abandon(self) -> None:
        """Break the conversation off, from another thread: whoever waits for the server waits no more."""
        self._client.break_off()

    def close(self) -> None:
        """Say goodbye, and do not wait for an answer."""
        self._client.say_goodbye()

    def _log_in(self, server: ImapServer) -> None:
        if not f"{server.username}{server.password}".isprintable():
            raise MailboxRefusesUs("the IMAP user name or password has characters that cannot be sent: correct the settings")
        said = f"{server.username}{server.password}".isascii()
        log_in = self._box.login if said else self._box.login_utf8
        try:
            log_in(server.username, server.password, initial_folder=None)
        except imaplib.IMAP4.abort:
            raise
        except (UnexpectedCommandStatusError, imaplib.IMAP4.error) as refusal:
            code = code_of(refusal)
            if code in _PASSING:
                raise MailboxUnreachable(f"the server lets nobody in at present ({code})") from None
            raise MailboxRefusesUs(f"the IMAP server refuses our login{f' ({code})' if code else ''}: correct the IMAP settings") from None
        self._client.renew_capabilities()

    def _open(self, folder: str) -> None:
        self._client.untagged_responses.clear()
        try:
            self._box.folder.set(folder)
        except imaplib.IMAP4.readonly:
            raise MailboxRefusesUs("the folder that FORMAPP_IMAP_FOLDER names can only be read: let us move mails out of it") from None
        except UnexpectedCommandStatusError:
            raise MailboxRefusesUs("the server does not open the folder that FORMAPP_IMAP_FOLDER names: correct it") from None
        # UIDs mean the same mails as long as this is the same.
        self.uid_validity = str(self._client.untagged_responses.get("UIDVALIDITY"))

    def _found(self, criteria: str) -> list[int]:
        with in_words():
            self._client.untagged_responses.clear()
            # A server may look for new mail only when it is asked whether there is any.
            self._client.noop()
            return [int(uid) for uid in self._box.uids(criteria, charset=None)]

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        self._client.untagged_responses.clear()
        status, answer = self._client.uid("FETCH", _listed(uids), "(UID RFC822.SIZE)")
        if status != "OK":
            return {}
        asked, sizes = set(uids), {}
        for line in answer:
            uid, size = (pattern.search(line) if isinstance(line, bytes) else None for pattern in (_UID, _SIZE))
            if uid and size and int(uid[1]) in asked:
                sizes[int(uid[1])] = int(size[1])
        return sizes

    def _bodies(self, uids: Sequence[int], most: int) -> dict[int, bytes]:
        """Return what the server has of mails, each up to so many bytes; one that is gone is left out."""
        self._client.untagged_responses.clear()
        status, answer = self._client.uid("FETCH", _listed(uids), f"(UID BODY.PEEK[]<0.{most}>)")
        found: dict[int, bytes] = {}
        for place, part in enumerate(answer if status == "OK" else []):
            if isinstance(part, tuple):
                after = answer[place + 1] if place + 1 < len(answer) else b""
                uid = _UID.search(part[0]) or (_UID.search(after) if isinstance(after, bytes) else None)
                number = int(uid[1]) if uid else uids[0] if len(uids) == 1 else None
                if number is not None:
                    found.setdefault(number, part[1])
            elif isinstance(part, bytes) and re.search(rb'BODY\[\](<0>)? (""|NIL)', part) and (uid := _UID.search(part)):
                found.setdefault(int(uid[1]), b"")
        return {uid: raw for uid, raw in found.items() if uid in uids}

    def _move(self, listed: str, name: bytes) -> str:
        """Return the server's response code where it does not move mails; an empty text where it does."""
        self._client.untagged_responses.clear()
        try:
            if "MOVE" in self._client.capabilities:
                return _refusal(self._client.uid("MOVE", listed, name))  # type: ignore[arg-type]
            if code := _refusal(self._client.uid("COPY", listed, name)):  # type: ignore[arg-type]
                return code
            code = _refusal(self._client.uid("STORE", listed, "+FLAGS.SILENT", r"(\Deleted)"))
            # Without UIDPLUS they stay there, deleted: an EXPUNGE would take other people's along.
            if not code and "UIDPLUS" in self._client.capabilities:
                self._client.uid("EXPUNGE", listed)
            return code
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            return "BAD"


class _Box(BaseMailBox):
    """imap-tools' mailbox on our client."""

    client: PatientIMAP

    def __init__(self, server: ImapServer, patience: Patience) -> None:
        self._server, self._patience = server, patience
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        try:
            trusted = ssl.create_default_context(cafile=self._server.ca_file)
        except (OSError, ssl.SSLError):
            raise MailboxRefusesUs("FORMAPP_IMAP_CA_FILE cannot be read, or holds no certificates: correct it") from None
        return PatientIMAP(self._server, trusted, self._patience)


@contextmanager
def _unless_refused() -> Iterator[None]:
    try:
        yield
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnexpectedCommandStatusError):
        return


def _together(sizes: Mapping[int, int], largest: int) -> Iterator[list[int]]:
    """Yield UIDs in groups that are fetched in one command; a large mail is one by itself."""
    group: list[int] = []
    weight = 0
    for uid, size in sizes.items():
        if group and (weight + size > _TOGETHER or len(group) == _MOST_TOGETHER or size > largest):
            yield group
            group, weight = [], 0
        group.append(uid)
        weight += size
    if group:
        yield group


def _some_at_a_time(uids: Iterable[int], most: int) -> Iterator[list[int]]:
    whole = list(uids)
    for start in range(0, len(whole), most):
        yield whole[start : start + most]


def _listed(uids: Iterable[int]) -> str:
    return ",".join(map(str, uids))


def _refusal(answer: tuple[str, list[Any]]) -> str:
    status, said = answer
    return "" if status == "OK" else code_in(said) or status


def _check_name(folder: str) -> None:
    if not folder.isprintable() or not folder:
        raise MailboxRefusesUs("the name of an IMAP folder has characters that none may have: correct the settings")
