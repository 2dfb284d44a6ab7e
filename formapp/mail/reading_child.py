"""The process that reads mails for another: within bounds of time and memory, and with nothing at hand that a mail could be after."""

import json
import math
import resource
import sys
from typing import BinaryIO

from formapp.mail.incoming import understand
from formapp.mail.understood import Ours
from formapp.mail.understood_json import pack

# Bytes of real memory for the whole process, and what it ends with when they are not enough.
MEMORY = 200_000_000
OUT_OF_MEMORY = 3
# Seconds of the processor's time for one mail. Whoever started us looks more closely; this holds when nobody looks any more.
_MOST_SECONDS = 3
# Files that are open at once: the pipes, and a module that is loaded when it is first needed.
_MOST_FILES = 32
LENGTH = 8  # bytes in which a length is said


def main() -> None:
    """Read mails from standard input until it ends, and write what was understood to standard output."""
    said = json.loads(sys.stdin.buffer.readline())
    ours = Ours(tuple(said["addresses"]), said["authserv_id"])
    _bound()
    try:
        while (raw := _taken(sys.stdin.buffer)) is not None:
            _bound_time()
            packed, contents = pack(understand(raw, ours))
            del raw
            out = sys.stdout.buffer
            out.write(len(packed).to_bytes(LENGTH) + packed + sum(map(len, contents)).to_bytes(LENGTH))
            for content in contents:
                out.write(content)
            out.flush()
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)


def _bound() -> None:
    with open("/proc/self/statm", encoding="ascii") as file:
        mapped, resident = (int(pages) * resource.getpagesize() for pages in file.read().split()[:2])
    # Only addresses can be limited: those that are mapped and not in use do not count.
    addresses = mapped - resident + MEMORY
    for what, most in (
        (resource.RLIMIT_AS, addresses),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _MOST_FILES),
    ):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def _bound_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(used.ru_utime + used.ru_stime) + _MOST_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _taken(source: BinaryIO) -> bytes | None:
    length = source.read(LENGTH)
    if len(length) < LENGTH:
        return None
    return source.read(int.from_bytes(length))


if __name__ == "__main__":
    main()
