"""An SMTP client that waits for a server, but never for ever."""

import re
import smtplib
import socket
import ssl
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

LINE_MAX = 8192
REPLY_LINES_MAX = 200


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Whom to send through. `security` is never weakened, whatever the server offers; `ca_file` stands in for the system's certificates."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait: for a connection, for each whole answer, for the one after the final dot, and for a mail in all."""

    connect: float = 10
    command: float = 60
    after_dot: float = 300
    whole: float = 600


class PatientSMTP(smtplib.SMTP):
    """smtplib's client, with limits on answers as a whole: its own start anew with every byte that arrives."""

    def __init__(self, patience: Patience, give_up_at: float) -> None:
        super().__init__(timeout=patience.connect, local_hostname=_own_name())
        self.wait = patience.command
        self.give_up_at = give_up_at
        self._patience = patience
        self._received = bytearray()
        self._tls_at_once: ssl.SSLContext | None = None

    def begin(self, server: SmtpServer, trusted: ssl.SSLContext) -> None:
        """Connect, secure the connection as the server's setting says, and log in."""
        self._host = server.host  # whose name the certificate must have
        self._tls_at_once = trusted if server.security == "tls" else None
        code, said = self.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        if server.security == "starttls":
            self.starttls(context=trusted)
        self.ehlo_or_helo_if_needed()
        if server.username and server.password:
            self._leave_one_way_in(server)
            self.login(server.username, server.password)

    def starttls(self, *arguments: Any, **named: Any) -> tuple[int, bytes]:
        """Secure the connection, and forget what came before: it may be an attacker's."""
        reply = super().starttls(*arguments, **named)
        self._received.clear()
        return reply

    def getreply(self) -> tuple[int, bytes]:
        """Return the code and words of one whole answer; raise SMTPServerDisconnected when there is none in time."""
        until = min(time.monotonic() + self.wait, self.give_up_at)
        said = []
        for _ in range(REPLY_LINES_MAX):
            line = self._line(until)
            said.append(line[4:].strip())
            if not line[:3].isdigit():
                break
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(said)
        self.close()
        raise smtplib.SMTPServerDisconnected("the server's answer is not SMTP")

    def finish(self, raw: bytes) -> tuple[int, bytes]:
        """Send a mail's bytes, dots doubled where a line begins with one, and return the answer to the final dot."""
        dotted = memoryview(re.sub(rb"(?m)^\.", b"..", raw) + (b"" if raw.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        assert self.sock is not None
        until = min(time.monotonic() + self._patience.after_dot, self.give_up_at)
        while dotted:
            self.sock.settimeout(_left(until))
            dotted = dotted[self.sock.send(dotted) :]
        self.wait = self._patience.after_dot
        try:
            return self.getreply()
        finally:
            self.wait = self._patience.command

    def _leave_one_way_in(self, server: SmtpServer) -> None:
        # smtplib would say a refused password again in every other way, and each refusal brings a lockout nearer.
        ways = ("CRAM-MD5", "PLAIN", "LOGIN") if server.security == "none" else ("PLAIN", "LOGIN", "CRAM-MD5")
        offered = self.esmtp_features.get("auth", "").split()
        if both := [way for way in ways if way in offered]:
            self.esmtp_features["auth"] = both[0]

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        plain.settimeout(self._patience.command)
        return self._tls_at_once.wrap_socket(plain, server_hostname=host) if self._tls_at_once else plain

    def _line(self, until: float) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            if self.sock is None or len(self._received) > LINE_MAX:
                self.close()
                raise smtplib.SMTPServerDisconnected("the server's answer is not SMTP")
            try:
                self.sock.settimeout(_left(until))
                more = self.sock.recv(LINE_MAX)
            except OSError as error:
                self.close()
                raise smtplib.SMTPServerDisconnected(why(error)) from None
            if not more:
                self.close()
                raise smtplib.SMTPServerDisconnected("the server closed the connection")
            self._received += more
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line


@cache
def _own_name() -> str:
    """Return what we call ourselves in EHLO; looked up once, for without a name server that takes seconds."""
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def why(error: Exception) -> str:
    """Return the reason of a broken conversation, in words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
