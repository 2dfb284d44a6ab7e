"""An IMAP server that says exactly what a test has it say, however wrong."""

import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from formapp.mail.patient_imap import ImapServer

USUAL = {
    "": b"* OK ready\r\n",
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 MOVE IDLE UIDPLUS\r\n{tag} OK\r\n",
    "LOGIN": b"{tag} OK\r\n",
    "SELECT": b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n{tag} OK [READ-WRITE]\r\n",
    "NOOP": b"{tag} OK\r\n",
    "UID SEARCH": b"* SEARCH 1 2 3\r\n{tag} OK\r\n",
    "IDLE": b"+ waiting\r\n",
    "DONE": b"{idle} OK\r\n",
    "LOGOUT": b"* BYE\r\n{tag} OK\r\n",
}


@contextmanager
def scripted_imap(answers: Mapping[str, bytes], said: list[bytes] | None = None) -> Iterator[ImapServer]:
    """Answer each command by what stands at its name ("UID FETCH"), the greeting at "", and else as usual; `said` gets what was said."""
    script = USUAL | dict(answers)
    heard = said if said is not None else []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, suppress(OSError):
                        _converse(connection, script, heard)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield ImapServer("127.0.0.1", listening.getsockname()[1], "none", "jo@example.com", "a secret")
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def _converse(connection: socket.socket, script: Mapping[str, bytes], heard: list[bytes]) -> None:
    connection.sendall(script[""])
    idle = b""
    with connection.makefile("rb") as lines:
        for line in lines:
            heard.append(line)
            tag, _, rest = line.strip().partition(b" ")
            name = "DONE" if tag == b"DONE" else re.match(r"(UID )?\w*", rest.decode(errors="replace").upper())[0]  # type: ignore[index]
            idle = tag if name == "IDLE" else idle
            answer = script.get(name, b"{tag} OK\r\n").replace(b"{tag}", tag).replace(b"{idle}", idle)
            connection.sendall(re.sub(rb" (OK|NO|BAD)\r\n", rb" \1 is the answer\r\n", answer))
            if name == "LOGOUT" or b"* BYE" in answer:
                return
