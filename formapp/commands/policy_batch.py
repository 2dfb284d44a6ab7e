"""Deadlines for JSON Lines: one line in, one line out, in order, whatever stands in the line."""

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from io import BufferedIOBase
from typing import Any, BinaryIO, NoReturn

from formapp.errors import HelpCentreError
from formapp.policy.policy import Policy
from formapp.policy.shape import quoted
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.deadlines import Target, target_of, target_of_days, target_of_hours
from formapp.rules.instants import read_moment
from formapp.rules.working import working_of, write_working

KEYS = ("received", "type", "priority", "hours", "days")
LONGEST_LINE = 64 * 1024
CHUNK = 64 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class WrongLine(HelpCentreError):
    """A line that asks for no deadline that could be computed; the message says why."""


class DeadlineBatch:
    """Answers lines of JSON with lines of JSON."""

    def __init__(self, policy: Policy, calendar: BusinessCalendar, *, explained: bool) -> None:
        self._policy = policy
        self._calendar = calendar
        self._explained = explained
        self._decode = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_without_repeats).decode
        # The same few questions come again and again; spellings of them are without end, so few are kept.
        self._target_of = lru_cache(maxsize=256)(self._find_target)

    def run(self, requests: BinaryIO, answers: BinaryIO) -> None:
        """Answer every line; what has arrived is answered before waiting for more, so that a partner can ask line by line."""
        for lines in arriving_lines(requests):
            answers.write(b"".join(self.answer(line) for line in lines))
            answers.flush()

    def answer(self, line: bytes | None) -> bytes:
        """Return the answer to one line, None standing for a line too long to be read: {"due": …} or {"error": …}."""
        try:
            return self._due(self._request(line))
        except HelpCentreError as refusal:
            return json.dumps({"error": str(refusal)}).encode() + b"\n"

    def _due(self, request: dict[str, Any]) -> bytes:
        target = self._target(request)
        received = request.get("received")
        if not isinstance(received, str):
            raise WrongLine('"received" must be a text like "2026-08-11T16:30+10:00"')
        moment = read_moment(received)
        due = self._calendar.add(moment, target.span)
        if not self._explained:
            return b'{"due": "%s"}\n' % due.isoformat().encode()
        working = write_working(working_of(self._calendar, moment, due), target.span)
        return json.dumps({"due": due.isoformat(), "working": working}).encode() + b"\n"

    def _request(self, line: bytes | None) -> dict[str, Any]:
        if line is None:
            raise WrongLine(f"the line is longer than {LONGEST_LINE:,} bytes: shorten it")
        try:
            request = self._decode(line.decode())
        except UnicodeDecodeError as error:
            raise WrongLine(f"the line is not UTF-8 text (byte {error.start + 1})") from None
        except json.JSONDecodeError as error:
            problem = f"the line is not JSON: {error.msg} at column {error.colno}" if line.strip() else "the line is empty"
            raise WrongLine(problem) from None
        except RecursionError:
            raise WrongLine("the line is not a request: it is nested too deeply") from None
        except (ValueError, ArithmeticError):
            raise WrongLine("the line holds a number too large to be read") from None
        if not isinstance(request, dict):
            raise WrongLine('the line must be an object like {"received": "2026-08-11T16:30+10:00", "type": "incident"}')
        for key in request:
            if key not in KEYS:
                raise WrongLine(f"{quoted(key)} is not a key of a request: use {', '.join(KEYS)}")
        return request

    def _target(self, request: dict[str, Any]) -> Target:
        asked = [key for key in ("type", "hours", "days") if key in request]
        if len(asked) != 1:
            raise WrongLine('give one of "type", "hours" and "days"')
        (key,) = asked
        value = request[key]
        if key == "type":
            return self._target_of(key, _text(request, "type"), _text(request, "priority") if "priority" in request else None)
        if "priority" in request:
            raise WrongLine('"priority" goes with "type" only')
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise WrongLine(f'"{key}" must be a number, for example 4 or 1.5')
        return self._target_of(key, value, None)

    def _find_target(self, key: str, value: Any, level: str | None) -> Target:
        if key == "hours":
            return target_of_hours(value)
        if key == "days":
            return target_of_days(value, self._policy)
        return target_of(self._policy, value, level)


def arriving_lines(stream: BinaryIO) -> Iterator[list[bytes | None]]:
    """Yield the lines that have arrived, without waiting for more than one; None stands for a line longer than LONGEST_LINE."""
    assert isinstance(stream, BufferedIOBase)
    pending, overlong = b"", False
    first = True
    while chunk := stream.read1(CHUNK):
        *complete, pending = (pending + chunk).split(b"\n")
        if first and complete:
            complete[0], first = complete[0].removeprefix(BYTE_ORDER_MARK), False
        lines: list[bytes | None] = [line if len(line) <= LONGEST_LINE else None for line in complete]
        if lines and overlong:
            lines[0], overlong = None, False
        if len(pending) > LONGEST_LINE:
            pending, overlong = b"", True
        if lines:
            yield lines
    if pending or overlong:
        pending = pending.removeprefix(BYTE_ORDER_MARK) if first else pending
        yield [None if overlong else pending]


def _text(request: dict[str, Any], key: str) -> str:
    value = request[key]
    if not isinstance(value, str):
        raise WrongLine(f'"{key}" must be a text')
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two values for one key a parser would quietly keep the last, and answer another question than was asked.
    request = dict(pairs)
    if len(request) < len(pairs):
        raise WrongLine("a key stands twice in the line: keep one of them")
    return request


def _no_number(name: str) -> NoReturn:
    raise WrongLine(f"{name} is no number: give hours or days as a number")
