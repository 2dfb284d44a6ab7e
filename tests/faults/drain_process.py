"""A worker that sends all there is to nobody, and says what it needed: python -m tests.faults.drain_process URL."""

import json
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from formapp.mail.letter import SealedLetter
from formapp.runtime import utc_now
from formapp.services.database import open_database
from formapp.services.outbox import deliver_one

# By then all code has run and every pool is filled.
SETTLED = 200


def memory(figure: str) -> int:
    """Return how much memory this process has at present (VmRSS) or has had at most (VmHWM), in kB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{figure}:")[2].split()[0])


def drain(url: str) -> dict[str, object]:
    """Return how many mails were sent, whether in the order of their numbers, and the memory in kB: early, at the end, and at most."""
    database = open_database(url)

    @event.listens_for(database.engine, "connect")
    def _(connection: Any, record: Any) -> None:
        # How long a disk takes changes nothing in what a worker keeps.
        connection.execute("PRAGMA synchronous=OFF")

    last, count, in_order, early = 0, 0, True, 0

    def send(letter: SealedLetter) -> str:
        nonlocal last, count, in_order, early
        in_order &= letter.number > last
        last, count = letter.number, count + 1
        if count == SETTLED:
            early = memory("VmRSS")
        return "250 OK"

    while deliver_one(database, send, utc_now):
        pass
    return {"sent": count, "in_order": in_order, "early": early, "end": memory("VmRSS"), "most": memory("VmHWM")}


if __name__ == "__main__":
    print(json.dumps(drain(sys.argv[1])))
