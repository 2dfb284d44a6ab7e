"""SMTP servers in this process: one that takes mail as any server does, and one that says what the test tells it to."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.certificates import Certificate
from tests.programs import free_port

SILENCE = "silence"  # the server says nothing more, and keeps the connection open
HANG_UP = "hang up"
DRIP = "drip"  # a byte now and then, and never the end of the line


class Postbox:
    """Remembers what it took; `refuses` maps a recipient to the answer it gets."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.refuses: dict[str, str] = {}
        self.connections: set[Any] = set()

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        self.connections.add(session.peer)
        return "250 OK"


@contextmanager
def smtp_server(
    postbox: Postbox, *, shows: Certificate | None = None, tls_at_once: bool = False, password: str | None = None
) -> Iterator[int]:
    """Run a server at localhost and yield its port; it offers STARTTLS when it has a certificate to show."""
    context = None
    if shows:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(shows.certificate, shows.key)

    def check(server: Any, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password.decode() == password, handled=False)

    login: dict[str, Any] = {"authenticator": check, "auth_required": True} if password else {}
    tls: dict[str, Any] = {"ssl_context": context} if tls_at_once else {"tls_context": context}
    if tls_at_once or not context:
        login |= {"auth_require_tls": False} if password else {}
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port(), **tls, **login)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextmanager
def scripted_server(answers: Mapping[str, str | Callable[[], str]]) -> Iterator[tuple[int, list[str]]]:
    """Run a server that gives the answer of each verb: of BANNER, EHLO, MAIL, RCPT, DATA, DOT (the end of the mail), RSET, QUIT.

    An answer may be a function, which is called when the verb is heard.
    Yields its port and the list of verbs that clients have said, one for all connections.
    """
    heard: list[str] = []
    ended = threading.Event()
    usual = {"BANNER": "220 ready", "EHLO": "250 hello", "DATA": "354 go on", "QUIT": "221 bye"}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def serve() -> None:
            while not ended.is_set():
                connection, _ = listening.accept()
                with connection:
                    _talk(connection, usual | dict(answers), heard)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port, heard
        finally:
            ended.set()
            with socket.create_connection(("127.0.0.1", port)):
                pass
            thread.join()


def _talk(connection: socket.socket, answers: Mapping[str, str | Callable[[], str]], heard: list[str]) -> None:
    verb, words = "BANNER", connection.makefile("rb")
    try:
        while True:
            answer = answers.get(verb, "250 OK")
            if callable(answer):
                answer = answer()
            if answer == HANG_UP:
                return
            if answer == SILENCE:
                words.read()  # until the client gives up
                return
            while answer == DRIP:
                connection.sendall(b"2")
                time.sleep(0.05)
            connection.sendall(answer.encode() + b"\r\n")
            if verb == "QUIT":
                return
            mail_follows = verb == "DATA" and answer.startswith("354")
            verb = _mail_read(words) if mail_follows else _next_verb(words)
            if not verb:
                return
            heard.append(verb)
    except OSError:
        return
    finally:
        words.close()


def _next_verb(words: Any) -> str:
    said = re.match(rb"[A-Za-z]+", words.readline())
    return said[0].decode().upper() if said else ""


def _mail_read(words: Any) -> str:
    for line in words:
        if line == b".\r\n":
            return "DOT"
    return ""
