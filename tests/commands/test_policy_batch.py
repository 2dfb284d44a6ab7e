"""`formapp policy due --batch`: one line in, one line out, in order, whatever stands in the line."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner, Result

from formapp.commands.policy import policy
from tests.conftest import POLICY, ROOT


def run(*arguments: str, lines: bytes) -> Result:
    return CliRunner().invoke(policy, ["--policy", str(POLICY), "due", "--batch", *arguments], input=lines)


def answers(*lines: bytes, explained: bool = False) -> list[dict[str, str]]:
    result = run(*(["--explain"] if explained else []), lines=b"\n".join(lines) + b"\n")
    assert result.exit_code == 0, result.output
    assert not result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def answer(line: bytes) -> dict[str, str]:
    (only,) = answers(line)
    return only


def test_a_batch_answers_each_line_in_order() -> None:
    assert answers(
        b'{"received": "2026-08-11T16:30+10:00", "type": "incident", "priority": "P3"}',
        b'{"received": "2026-08-11T16:30+10:00", "hours": 8}',
        b'{"received": "2026-08-11T16:30+10:00"}',
        b'{"received": "2026-08-11T06:30Z", "days": 0.5}\r',
        b'{"type": "General Enquiry", "received": "2026-08-10T20:30-04:00"}',
    ) == [
        {"due": "2026-08-13T16:30:00+10:00"},
        {"due": "2026-08-13T16:30:00+10:00"},
        {"error": 'give one of "type", "hours" and "days"'},
        {"due": "2026-08-13T12:30:00+10:00"},
        {"due": "2026-08-13T10:30:00+10:00"},
    ]


def test_a_batch_explains_when_asked() -> None:
    assert answers(b'{"received": "2026-08-11T16:30+10:00", "hours": 8}', explained=True) == [
        {
            "due": "2026-08-13T16:30:00+10:00",
            "working": "Tue 4:30-5:00 pm 0.5 h; Wed closed, Royal Queensland Show; Thu 9:00 am-4:30 pm 7.5 h = 8 h",
        }
    ]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"", "the line is empty"),
        (b"   ", "the line is empty"),
        (b"\xff\xfe{}", "the line is not UTF-8 text (byte 1)"),
        (b"{", "the line is not JSON: Expecting property name enclosed in double quotes at column 2"),
        (b'{"hours": 1} {}', "the line is not JSON: Extra data at column 14"),
        (b"[" * 60_000, "the line is not a request: it is nested too deeply"),
        (b'"' + b"x" * 70_000 + b'"', "the line is longer than 65,536 bytes: shorten it"),
        (b"null", "the line must be an object like"),
        (b"[]", "the line must be an object like"),
        (b"{}", 'give one of "type", "hours" and "days"'),
        (b'{"hours": 1}', '"received" must be a text like "2026-08-11T16:30+10:00"'),
        (b'{"received": 1786432200, "hours": 1}', '"received" must be a text'),
        (b'{"received": null, "hours": 1}', '"received" must be a text'),
        (b'{"received": "2026-08-11T16:30", "hours": 1}', "'2026-08-11T16:30' has no time zone: add one at the end"),
        (b'{"received": "\\ud800", "hours": 1}', "is not a date and time"),
        (b'{"received": "9999-12-31T23:59:59-14:00", "hours": 1}', "is outside the years 1801 to 2100"),
        (b'{"received": "2026-08-11T16:30Z", "hours": true}', '"hours" must be a number, for example 4 or 1.5'),
        (b'{"received": "2026-08-11T16:30Z", "hours": null}', '"hours" must be a number'),
        (b'{"received": "2026-08-11T16:30Z", "hours": "8"}', '"hours" must be a number'),
        (b'{"received": "2026-08-11T16:30Z", "days": [1]}', '"days" must be a number'),
        (b'{"received": "2026-08-11T16:30Z", "hours": NaN}', "NaN is no number"),
        (b'{"received": "2026-08-11T16:30Z", "hours": -Infinity}', "-Infinity is no number"),
        (b'{"received": "2026-08-11T16:30Z", "hours": -1}', "hours must not be negative"),
        (b'{"received": "2026-08-11T16:30Z", "hours": 1e400}', "hours must not be more than 10,000,000"),
        (b'{"received": "2026-08-11T16:30Z", "hours": 1e99999999999999999999}', "the line holds a number too large to be read"),
        (b'{"received": "2026-08-11T16:30Z", "hours": ' + b"9" * 5000 + b"}", "the line holds a number too large to be read"),
        (b'{"received": "2026-08-11T16:30Z", "days": 10000000}', "that span does not end by the end of 2100"),
        (b'{"received": "2026-08-11T16:30Z", "hours": 1, "type": "incident"}', 'give one of "type", "hours" and "days"'),
        (b'{"received": "2026-08-11T16:30Z", "hours": 1, "hours": 2}', "a key stands twice in the line"),
        (b'{"received": "2026-08-11T16:30Z", "hours": 1, "priority": "P1"}', '"priority" goes with "type" only'),
        (b'{"received": "2026-08-11T16:30Z", "hour": 1}', "'hour' is not a key of a request: use received, type, priority, hours, days"),
        (b'{"received": "2026-08-11T16:30Z", "type": 1}', '"type" must be a text'),
        (b'{"received": "2026-08-11T16:30Z", "type": "praise"}', "type 'praise' is not in the policy"),
        (b'{"received": "2026-08-11T16:30Z", "type": "incident", "priority": null}', '"priority" must be a text'),
        (b'{"received": "2026-08-11T16:30Z", "type": "incident", "priority": "P9"}', "priority 'P9' is not in the policy"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_answered_with_its_error_and_stops_nothing(line: bytes, error: str) -> None:
    wrong, right = answers(line, b'{"received": "2026-08-11T16:30+10:00", "hours": 8}')
    assert list(wrong) == ["error"]
    assert error in wrong["error"]
    assert len(wrong["error"]) < 300
    assert right == {"due": "2026-08-13T16:30:00+10:00"}


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_the_last_line_of_a_batch_needs_no_end(end: bytes) -> None:
    result = run(lines=b'\xef\xbb\xbf{"received": "2026-08-11T16:30+10:00", "hours": 8}' + end)
    assert result.stdout == '{"due": "2026-08-13T16:30:00+10:00"}\n'


def test_nothing_in_is_nothing_out() -> None:
    assert run(lines=b"").stdout == ""


def test_a_partner_can_ask_line_by_line() -> None:
    process = _batch_process()
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        for hours, due in ((1, "2026-08-13T09:30:00+10:00"), (8, "2026-08-13T16:30:00+10:00")):
            process.stdin.write(b'{"received": "2026-08-11T16:30+10:00", "hours": %d}\n' % hours)
            process.stdin.flush()
            # The answer comes although the input has not ended.
            assert json.loads(process.stdout.readline()) == {"due": due}
        process.stdin.close()
        assert process.wait(60) == 0


def test_a_partner_who_hangs_up_is_met_without_a_traceback() -> None:
    process = _batch_process(stderr=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    _, complaint = process.communicate(b'{"received": "2026-08-11T16:30+10:00", "hours": 8}\n' * 5000, timeout=60)
    assert b"Traceback" not in complaint


def _batch_process(**streams: Any) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "formapp.commands.main", "policy", "due", "--batch"]
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **streams)
