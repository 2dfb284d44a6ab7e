"""Mails understood per second, small and large, in the child process that bounds them. Run by `make bench`."""

import base64
import resource
import statistics
import time

from formapp.mail.read_in_child import ChildReader
from formapp.mail.understood import Ours

ROUNDS = 5
SMALL, LARGE = 400, 20  # mails a round
HEAD = b"From: Jane Doe <jane@example.com>\r\nTo: support@billycart.com\r\nSubject: Re: [BC-1042] We have written to you\r\n"
QUOTE = b"\r\nOn Tue, 24 Nov 2026 at 14:28, Billycart Support <support@billycart.com> wrote:\r\n\r\n"


def main() -> None:
    reader = ChildReader(Ours(("support@billycart.com",)))
    kilobyte = HEAD + b"\r\nIt still happens.\r\n" + QUOTE + b"> About your ticket BC-1042 we wrote this.\r\n" * 18
    text = HEAD + b"\r\nIt still happens.\r\n" + QUOTE + b"> About your ticket BC-1042 we wrote this.\r\n" * 23_000
    parts = b'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the file\r\n--b\r\nContent-Type: image/png; name="a.png"\r\n'
    file = HEAD + parts + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(bytes(740_000)) + b"\r\n--b--\r\n"
    try:
        reader(kilobyte)
        rates: dict[str, list[float]] = {"1 kB": [], "1 MB, a file": [], "1 MB, all text": []}
        for _ in range(ROUNDS):
            # In turn, so that a busy machine slows them all alike.
            rates["1 kB"].append(_rate(reader, kilobyte, SMALL))
            rates["1 MB, a file"].append(_rate(reader, file, LARGE))
            rates["1 MB, all text"].append(_rate(reader, text, LARGE))
    finally:
        reader.close()
    middle = {name: statistics.median(found) for name, found in rates.items()}
    for name, rate in middle.items():
        print(f"mails of {name} understood: {rate:,.0f} a second, {middle['1 kB'] / rate:.1f} times as long as 1 kB")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    print(f"the process that reads them takes {peak:,.0f} MB at most")


def _rate(reader: ChildReader, raw: bytes, count: int) -> float:
    begun = time.perf_counter()
    for _ in range(count):
        reader(raw)
    return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
