"""An IMAP client that waits for a server, but never for ever, and takes no more from it than it was asked for."""

import imaplib
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

# Bytes: of a line (the numbers of a million mails are on one), of a mail, and of all that the server says between two commands.
LINE_MAX = 8_000_000
LITERAL_MAX = 32_000_000
ANSWER_MAX = 40_000_000
_PIECE = 1 << 16
# Seconds between two looks at whether we are to end.
_LOOK = 1.0

# What is wrong with a conversation.
NOT_SECURED = "the server does not secure the connection"
TOO_MUCH = "the server announces more than was asked for"
NOT_IMAP = "the server's answer is not what IMAP says"
DOES_NOT_END = "the server's answer does not end"
WAS_CLOSED = "the server closed the connection"
SAID_GOODBYE = "the server has said goodbye"

imaplib.Commands.setdefault("IDLE", ("AUTH", "SELECTED"))


@dataclass(frozen=True, slots=True)
class ImapServer:
    """Whose mailbox to read. `security` is never weakened, whatever is offered; `ca_file` stands in for the system's certificates."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    username: str
    password: str = field(repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait: for a connection, for more of an answer, and for all that answers a command."""

    connect: float = 10
    more: float = 60
    whole: float = 600


class PatientIMAP(imaplib.IMAP4):
    """imaplib's client with limits on what it reads and how long it waits: its own believes any length that a server announces."""

    def __init__(self, server: ImapServer, trusted: ssl.SSLContext, patience: Patience) -> None:
        self._server, self._trusted, self._patience = server, trusted, patience
        self._received = bytearray()
        self._may_say = ANSWER_MAX
        self._give_up_at = time.monotonic() + patience.whole
        self.sock: socket.socket | ssl.SSLSocket
        super().__init__(server.host, server.port)
        try:
            if server.security == "starttls":
                self.starttls(trusted)
        except BaseException:
            self.shutdown()
            raise

    def open(self, host: str = "", port: int = 993, timeout: float | None = None) -> None:
        """Connect; with security "tls" nothing is said before the certificate is found good."""
        self.host, self.port = host, port
        plain = socket.create_connection((host, port), self._patience.connect)
        try:
            self.sock = self._trusted.wrap_socket(plain, server_hostname=host) if self._server.security == "tls" else plain
        except BaseException:
            plain.close()
            raise

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """Secure the connection; raise abort where the server does not, or has said more before: it may be an attacker's."""
        status, data = self._simple_command("STARTTLS") if "STARTTLS" in self.capabilities else ("NO", [])
        if status != "OK" or self._received or self.state != "NONAUTH":
            raise self.abort(NOT_SECURED)
        self.sock = (ssl_context or self._trusted).wrap_socket(self.sock, server_hostname=self.host)
        self.untagged_responses.clear()
        self.renew_capabilities()
        return status, data

    def renew_capabilities(self) -> None:
        """Ask again what the server can do: that is more for somebody who has logged in."""
        self._get_capabilities()

    def send(self, data: bytes) -> None:  # type: ignore[override]
        """Say something, and let the server say as much in return as it may."""
        self._may_say = ANSWER_MAX
        self._give_up_at = time.monotonic() + self._patience.whole
        self.sock.settimeout(self._patience.more)
        self.sock.sendall(data)

    def read(self, size: int) -> bytes:
        """Return a literal; raise abort for one that is longer than any that was asked for."""
        if size > LITERAL_MAX:
            raise self.abort(TOO_MUCH)
        while len(self._received) < size:
            self._more()
        return self._taken(size)

    def readline(self) -> bytes:
        """Return a line; raise abort for one that does not end."""
        looked_at = 0
        while (end := self._received.find(b"\n", looked_at)) < 0:
            looked_at = len(self._received)
            if looked_at > LINE_MAX:
                raise self.abort(NOT_IMAP)
            self._more()
        return self._taken(end + 1)

    def shutdown(self) -> None:
        """Close the connection."""
        self.break_off()
        self.sock.close()

    def break_off(self) -> None:
        """End the conversation, also from another thread, whose waiting then ends."""
        with suppress(OSError):
            # Not the secured socket's own, which forgets at once that it was secured.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def say_goodbye(self) -> None:
        """Say so, and close the connection without waiting for an answer."""
        with suppress(OSError):
            self.sock.settimeout(1)
            self.sock.sendall(b"Z LOGOUT\r\n")
        self.shutdown()

    def idle(self, seconds: float, stopping: threading.Event) -> bool:
        """Wait so long for news of the selected folder, or until we are to end; return whether there were any."""
        tag = self._command("IDLE")
        while self._get_response() is not None:
            if self.tagged_commands[tag] is not None:
                raise self.abort(NOT_IMAP)
        until = time.monotonic() + seconds
        is_news = False
        while not is_news and time.monotonic() < until and not stopping.is_set():
            if b"\n" in self._received or self._arrives(_LOOK):
                line = self._taken(self._received.find(b"\n") + 1)
                is_news = b" EXISTS" in line or b" RECENT" in line
                if line.startswith(b"* BYE"):
                    raise self.abort(SAID_GOODBYE)
        self.send(b"DONE\r\n")
        self._command_complete("IDLE", tag)
        return is_news or "EXISTS" in self.untagged_responses

    def _arrives(self, seconds: float) -> bool:
        self.sock.settimeout(seconds)
        try:
            self._more()
        except TimeoutError:
            return False
        finally:
            self.sock.settimeout(self._patience.more)
        return True

    def _more(self) -> None:
        if self._may_say <= 0 or time.monotonic() > self._give_up_at:
            raise self.abort(DOES_NOT_END)
        piece = self.sock.recv(_PIECE)
        if not piece:
            raise self.abort(WAS_CLOSED)
        self._may_say -= len(piece)
        self._received += piece

    def _taken(self, size: int) -> bytes:
        taken = bytes(memoryview(self._received)[:size])
        del self._received[:size]
        return taken
