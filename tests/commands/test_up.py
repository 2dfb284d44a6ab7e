"""`formapp up`, as somebody uses it who tries the help centre or edits a page."""

import signal
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.running import Running, running_here

pytestmark = pytest.mark.heavy


@pytest.fixture
def running(pages: Path) -> Iterator[Running]:
    with running_here(pages, "up", HELPCENTRE_EDITING="true", FORMAPP_EDITING="true") as started:
        yield started


def test_it_builds_serves_mails_rebuilds_and_ends_with_one_interrupt(running: Running):
    running.wait(lambda: "How can we help?" in running.page(), "the home page did not appear")
    assert f"The help centre is at {running.url}" in running.output()

    body = urllib.parse.urlencode(
        {
            "request_type": "general-enquiry",
            "summary": "A question",
            "description": "What do you charge for it, please?",
            "area": "Payments",
            "name": "Ann",
            "email": "ann@example.net",
        }
    ).encode()
    with urllib.request.urlopen(f"{running.url}/contact/ticket/", body) as answer:
        assert "BC-1001" in answer.read().decode()
    running.wait(lambda: "[BC-1001] We have your request" in running.page("/dev/mail/"), "the mail was not kept")

    home = running.folder / "docs" / "index.md"
    home.write_text(home.read_text(encoding="utf-8").replace("How can we help?", "What is it about?"), encoding="utf-8")
    running.wait(lambda: "What is it about?" in running.page(), "the changed page did not appear")

    policy = running.folder / "docs" / "policy.toml"
    right = policy.read_text(encoding="utf-8")
    policy.write_text(right.replace('monday = ["09:00-17:00"]', 'monday = ["17:00-09:00"]'), encoding="utf-8")
    running.wait(lambda: "hours.week.monday" in running.output(), "the wrong policy was not reported")
    assert "Traceback" not in running.output()
    assert "What is it about?" in running.page()  # what was right before is still shown

    policy.write_text(right.replace("target_hours = 2", "target_hours = 3"), encoding="utf-8")
    running.wait(lambda: "examples" in running.output(), "a worked example that no longer holds was not reported")
    policy.write_text(
        right.replace('version = "2026-11-23"', 'version = "later"').replace('name = "Billycart" ', 'name = "Soapbox" '), encoding="utf-8"
    )
    running.wait(lambda: "ask the people who support Soapbox" in running.page(), "the changed policy did not appear")

    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(40) == 0
    assert running.output().rstrip().endswith("Ended.")
    assert running.page() == ""


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_closed_terminal_ends_all_as_an_interrupt_does(running: Running, number: signal.Signals):
    running.wait(lambda: "How can we help?" in running.page(), "the home page did not appear")
    assert "/edit/" not in running.page("/articles/getting-help/what-happens-next/")  # whatever was set
    assert running.page("/edit/build") == ""
    running.process.send_signal(number)
    assert running.process.wait(40) == 0
    assert running.page() == ""
