"""The reader's process with an understanding that a mail can lead astray: what bounds the real one must hold it as well."""

import ctypes
import os
import time
from collections.abc import Callable

from formapp.mail import reading_child
from formapp.mail.understood import Ours, Understood

understand = reading_child.understand


def works_for_ever() -> None:
    while True:
        pass


def wants_memory() -> None:
    hoard = [bytes(1_000_000) for _ in range(400)]
    raise AssertionError(len(hoard))


def is_surprised() -> None:
    raise RuntimeError("of a kind that nobody thought of")


def announces_too_much() -> None:
    os.write(1, (1 << 62).to_bytes(reading_child.LENGTH))


def answers_nonsense() -> None:
    os.write(1, (4).to_bytes(reading_child.LENGTH) + b"null" + bytes(reading_child.LENGTH))


def stops_in_mid_answer() -> None:
    os.write(1, (1000).to_bytes(reading_child.LENGTH) + b"{")
    os._exit(0)


def writes_a_file() -> None:
    with open("never-written", "w") as file:
        file.write("x")


ASTRAY: dict[bytes, Callable[[], object]] = {
    b"works for ever": works_for_ever,
    b"sleeps": lambda: time.sleep(600),
    b"wants memory": wants_memory,
    b"crashes": lambda: ctypes.string_at(0),
    b"ends": lambda: os._exit(0),
    b"is surprised": is_surprised,
    b"announces too much": announces_too_much,
    b"answers nonsense": answers_nonsense,
    b"stops in mid-answer": stops_in_mid_answer,
    b"writes a file": writes_a_file,
}


def led_astray(raw: bytes, ours: Ours) -> Understood:
    """Do what the last line of a mail says, and then understand it."""
    order = raw.rpartition(b"\n")[2]
    ASTRAY.get(order, lambda: None)()
    if order == b"says its environment":
        raw = b"Subject: " + ",".join(sorted(os.environ)).encode() + b"\n\n"
    return understand(raw, ours)


if __name__ == "__main__":
    reading_child.understand = led_astray
    reading_child.main()
