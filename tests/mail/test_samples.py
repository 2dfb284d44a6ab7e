"""Raw mails and what must be read of each: tests/samples/mail/README.md says how to add one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.proofs import SECRET

SAMPLES = ROOT / "tests" / "samples" / "mail"
MAILS = sorted(SAMPLES.glob("*.eml"))
COMPARED = (
    "kind",
    "subject",
    "from_address",
    "from_name",
    "message_id",
    "in_reply_to",
    "references",
    "reply",
    "text",
    "attachments",
    "ticket",
    "escalation",
    "trusted",
    "problems",
)
CONTAINED = ("reply_contains", "reply_lacks", "text_contains", "problems_contain")


@pytest.fixture(scope="module")
def read() -> dict[str, dict[str, Any]]:
    """What the command reads of all samples, by the name of the file."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FORMAPP_")}
    environ |= {"FORMAPP_SECRET_KEY": SECRET, "FORMAPP_AUTHSERV_ID": "mx.billycart.com", "FORMAPP_BOUNCE_EMAIL": "bounces@billycart.com"}
    environ["FORMAPP_POLICY_FILE"] = str(ROOT / "docs" / "policy.toml")
    command = [str(Path(sys.executable).parent / "formapp"), "mail", "read", "--json", *(mail.name for mail in MAILS)]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=SAMPLES, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(line["file"]).name: line for line in lines}


def test_each_sample_has_a_mail_and_what_must_be_read_of_it() -> None:
    mails, expected = {mail.stem for mail in MAILS}, {one.stem for one in SAMPLES.glob("*.json")}
    assert mails - expected == set(), "write a .json beside each of these mails"
    assert expected - mails == set(), "these .json have no mail: delete them, or add the .eml"
    assert len(mails) >= 60


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_a_sample_is_read_as_it_says(mail: Path, read: dict[str, dict[str, Any]]) -> None:
    expected = json.loads(mail.with_suffix(".json").read_text(encoding="utf-8"))
    assert set(expected) <= {*COMPARED, *CONTAINED}, "a field that is none"
    assert expected, "say what must be read"
    found = read[mail.name]
    assert {name: found[name] for name in COMPARED if name in expected} == {name: expected[name] for name in COMPARED if name in expected}
    assert [words for words in expected.get("reply_contains", []) if words not in found["reply"]] == []
    assert [words for words in expected.get("reply_lacks", []) if words in found["reply"]] == []
    assert [words for words in expected.get("text_contains", []) if words not in found["text"]] == []
    problems = "; ".join(found["problems"])
    assert [words for words in expected.get("problems_contain", []) if words not in problems] == []
