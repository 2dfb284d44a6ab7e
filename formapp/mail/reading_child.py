"""The process that reads mails for another: within bounds of time and memory, and with nothing at hand that a mail could be after."""

import json
import resource
import sys
from typing import BinaryIO

from formapp.mail.incoming import understand
from formapp.mail.understood import Ours
from formapp.mail.understood_json import pack

# Bytes for the mail's work, beyond what the process has when it begins.
MEMORY = 200_000_000
LENGTH = 8  # bytes in which a length is said


def main() -> None:
    """Read mails from standard input until it ends, and write what was understood to standard output."""
    first = sys.stdin.buffer.readline()
    said = json.loads(first)
    ours = Ours(tuple(said["addresses"]), said["authserv_id"])
    _bound()
    while (raw := _taken(sys.stdin.buffer)) is not None:
        packed, contents = pack(understand(raw, ours))
        del raw
        out = sys.stdout.buffer
        out.write(len(packed).to_bytes(LENGTH) + packed + sum(map(len, contents)).to_bytes(LENGTH))
        for content in contents:
            out.write(content)
        out.flush()


def _bound() -> None:
    with open("/proc/self/statm", encoding="ascii") as file:
        here = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (here + MEMORY, here + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _taken(source: BinaryIO) -> bytes | None:
    length = source.read(LENGTH)
    if len(length) < LENGTH:
        return None
    return source.read(int.from_bytes(length))


if __name__ == "__main__":
    main()
