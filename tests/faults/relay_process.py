"""A worker with a short lease, in a process of its own that a test kills: python -m tests.faults.relay_process URL PORT [MANNER]."""

import os
import signal
import sys
from datetime import timedelta

from formapp.mail.patient_smtp import SmtpServer
from formapp.mail.sender import SmtpSender
from formapp.runtime import utc_now
from formapp.services import outbox
from formapp.services.database import open_database
from formapp.services.outbox import deliver_one

LEASE = timedelta(seconds=1)
# It dies by itself as soon as the server has taken a mail, before that is marked.
DIES_BEFORE_THE_MARK = "dies-before-the-mark"


def relay(url: str, port: int) -> None:
    database, send = open_database(url), SmtpSender(SmtpServer("127.0.0.1", port, "none"), "bounces@billycart.com")
    while True:
        deliver_one(database, send, utc_now, lease=LEASE)


def die(*arguments: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    if DIES_BEFORE_THE_MARK in sys.argv:
        outbox._settle = die  # type: ignore[assignment]
    relay(sys.argv[1], int(sys.argv[2]))
