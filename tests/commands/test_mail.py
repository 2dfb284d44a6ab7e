import json

import pytest
from click.testing import CliRunner, Result

from formapp.commands.main import main
from formapp.mail.failures import PermanentFailure, TemporaryFailure
from formapp.runtime import Runtime
from formapp.services.outbox import deliver_one
from tests.commands.test_worker import environment_of
from tests.services.outgoing import Courier, a_ticket, mail, queued


def formapp(runtime: Runtime, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["mail", *arguments], env=environment_of(runtime.settings))


@pytest.fixture
def dead(runtime: Runtime) -> int:
    ticket = a_ticket(runtime.database, runtime.now())
    number = queued(runtime.database, runtime.now(), ticket_number=ticket)
    deliver_one(runtime.database, Courier(PermanentFailure("550 5.1.1 no such user")), runtime.now)
    return number


def test_an_empty_outbox_says_so(runtime: Runtime) -> None:
    assert formapp(runtime, "queue").output == "0 not sent, 0 of them given up\n"


def test_the_queue_shows_dead_letters_with_the_reason_and_the_way_out(runtime: Runtime, dead: int) -> None:
    output = formapp(runtime, "queue").output
    assert f"{dead}  failed  BC-" in output
    assert "tried 1 time\n    550 5.1.1 no such user\n" in output
    assert "1 not sent, 1 of them given up (`formapp mail retry` tries again)" in output


def test_the_queue_shows_when_a_slow_mail_is_tried_next(runtime: Runtime) -> None:
    queued(runtime.database, runtime.now())
    deliver_one(runtime.database, Courier(TemporaryFailure("451 try later")), runtime.now, lambda: 0.0)
    assert "next try Mon 23 Nov, 2:29 pm AEST\n    451 try later" in formapp(runtime, "queue").output


def test_the_queue_as_json_is_one_object_a_line_and_has_sent_mails_on_request(runtime: Runtime, dead: int) -> None:
    queued(runtime.database, runtime.now())
    deliver_one(runtime.database, Courier(), runtime.now)
    assert [json.loads(line)["state"] for line in formapp(runtime, "queue", "--json").output.splitlines()] == ["failed"]
    listed = [json.loads(line) for line in formapp(runtime, "queue", "--all", "--json").output.splitlines()]
    assert [one["state"] for one in listed] == ["failed", "sent"]
    assert listed[0]["reason"] == "550 5.1.1 no such user"
    assert listed[0]["created_at"] == "2026-11-23T04:28:00+00:00"


def test_a_dead_letter_is_retried_by_its_number_or_with_all_others(runtime: Runtime, dead: int) -> None:
    assert "1 mail is due now" in formapp(runtime, "retry", str(dead)).output
    assert mail(runtime.database, dead).failed_at is None
    assert "0 mails are due now" in formapp(runtime, "retry", "--dead").output


@pytest.mark.parametrize("arguments", [("retry",), ("retry", "1", "--dead"), ("retry", "4711")])
def test_a_retry_of_nothing_is_refused_with_what_to_do(runtime: Runtime, arguments: tuple[str, ...]) -> None:
    result = formapp(runtime, *arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "mail" in result.output
