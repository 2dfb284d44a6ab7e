"""What staff do on a ticket from a terminal: the same as on its page, and written down as done there."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from formapp.mail import purposes
from formapp.models import Message, OutgoingMail, Promise, Ticket, TicketEvent
from formapp.runtime import Runtime
from tests.commands.conftest import Run
from tests.services.test_ticket_letters import ORDINARY, submit

BECAUSE = "Everybody is hit"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture(autouse=True)
def one(runtime: Runtime) -> None:
    submit(runtime, ORDINARY)


def ticket_of(runtime: Runtime) -> Ticket:
    with runtime.database.reading() as session:
        return session.scalars(select(Ticket)).one()


def last_message(runtime: Runtime) -> Message | None:
    with runtime.database.reading() as session:
        return session.scalars(select(Message).order_by(Message.id.desc())).first()


def last_event(runtime: Runtime) -> tuple[str, str, str, str | None]:
    with runtime.database.reading() as session:
        event = session.scalars(select(TicketEvent).order_by(TicketEvent.id.desc())).first()
        return event.event, event.actor, event.channel, event.by


def mailed(runtime: Runtime) -> list[str]:
    """The purposes of the mails after those of the submission."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(OutgoingMail.purpose).order_by(OutgoingMail.id)))[2:]


def test_a_reply_is_mailed_and_the_ticket_waits(run: Run, runtime: Runtime) -> None:
    done = run("tickets", "reply", "BC-1001", "--text", " Which browser?\r\nSend the version too. ")
    assert (done.exit_code, done.output) == (
        0,
        "BC-1001: Your reply is on its way to the customer. Waiting. Counts as resolved from 7 days after our email has been delivered, "
        "unless the customer writes.\n",
    )
    message = last_message(runtime)
    assert (message.kind, message.text, message.channel, message.author) == (
        "reply", "Which browser?\nSend the version too.", "terminal", None
    )  # fmt: skip
    assert last_event(runtime) == ("asked the customer", "staff", "terminal", None)
    assert (ticket_of(runtime).status, ticket_of(runtime).first_response_at) == ("waiting", runtime.now())
    assert mailed(runtime) == [purposes.TICKET_ANSWERED]


def test_an_update_leaves_it_open(run: Run, runtime: Runtime) -> None:
    done = run("tickets", "reply", "1001", "--update", "--text", "We have found it.")
    assert done.output == "BC-1001: Your reply is on its way to the customer. Open.\n"
    assert last_event(runtime)[0] == "told the customer"


def test_a_text_comes_from_a_file_or_from_standard_input(run: Run, runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text("\ufeffFrom a file – with a dash\n", encoding="utf-8")
    for arguments, given, kept in (
        (("--file", str(tmp_path / "answer.txt")), None, "From a file – with a dash"),
        (("--file", "-"), "By hand\n", "By hand"),
        ((), "Piped – in".encode(), "Piped – in"),
    ):
        assert run("tickets", "note", "1001", *arguments, input=given).exit_code == 0
        assert last_message(runtime).text == kept


@pytest.mark.parametrize(
    ("arguments", "given", "mend"),
    [
        (("--text", "a", "--file", "-"), "b", "keep one of them"),
        ((), "", "Enter your reply"),
        (("--text", " \x00\n "), None, "Enter your reply"),
        (("--text", "x" * 8001), None, "Your reply must be 8,000 characters or less"),
        ((), b"\xff\xfe", "save it as UTF-8"),
        (("--file", "nowhere.txt"), None, "does not exist"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_and_nothing_happens(
    run: Run, runtime: Runtime, arguments: tuple[str, ...], given: str | bytes | None, mend: str
) -> None:
    refused = run("tickets", "reply", "1001", *arguments, input=given)
    assert refused.exit_code != 0
    assert mend in refused.stderr
    assert "Traceback" not in refused.stderr
    assert (ticket_of(runtime).status, mailed(runtime)) == ("open", [])


def test_a_note_is_kept_for_staff_and_answers_nothing(run: Run, runtime: Runtime) -> None:
    assert run("tickets", "note", "1001", "--text", "Rings often").output == "BC-1001: Your note is kept. Open.\n"
    assert (last_message(runtime).kind, mailed(runtime), ticket_of(runtime).first_response_at) == ("note", [], None)


def test_a_resolution_has_a_reason_of_the_policy_and_may_have_words_and_a_cause(run: Run, runtime: Runtime) -> None:
    done = run("tickets", "resolve", "1001", "--reason", "fixed", "--text", "It works.", "--underlying-problem", "A full disk")
    assert done.exit_code == 0, done.stderr
    assert done.output.startswith("BC-1001: The ticket is resolved, and the customer is told. Resolved. Closes 7 days after")
    found = ticket_of(runtime)
    assert (found.status, found.resolution_reason, found.underlying_problem) == ("resolved", "Fixed", "A full disk")
    assert mailed(runtime) == [purposes.TICKET_RESOLVED]


def test_a_resolution_may_go_without_words(run: Run, runtime: Runtime) -> None:
    assert run("tickets", "resolve", "1001", "--reason", "Answered").exit_code == 0
    assert (ticket_of(runtime).status, last_message(runtime)) == ("resolved", None)


@pytest.mark.parametrize("reason", ["Because", "", "No response from the customer"])
def test_a_reason_that_is_none_is_refused_with_those_there_are(run: Run, runtime: Runtime, reason: str) -> None:
    refused = run("tickets", "resolve", "1001", "--reason", reason)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: --reason must be one of: Answered; Fixed; ")
    assert "No response from the customer" not in refused.stderr
    assert ticket_of(runtime).status == "open"


def test_a_resolved_ticket_is_taken_up_again_with_words_to_the_customer(run: Run, runtime: Runtime) -> None:
    run("tickets", "resolve", "1001", "--reason", "Answered")
    done = run("tickets", "reopen", "1001", "--text", "It was not that.")
    assert done.output == "BC-1001: The ticket is open again, and the customer is told. Open.\n"
    assert mailed(runtime)[-1] == purposes.TICKET_REOPENED
    refused = run("tickets", "reopen", "1001", "--text", "Again")
    assert (refused.exit_code, "the ticket is open: that has been done already" in refused.stderr) == (1, True)


@pytest.mark.parametrize(("options", "kind"), [((), "incident"), (("--type", "Incident"), "incident")])
def test_a_priority_is_assigned_with_a_reason_and_another_promise(run: Run, runtime: Runtime, options: tuple[str, ...], kind: str) -> None:
    done = run("tickets", "assign-priority", "1001", "p2", "--because", BECAUSE, *options)
    assert (done.exit_code, done.output) == (0, "BC-1001: The priority is changed, and the customer is told. Open.\n")
    found = ticket_of(runtime)
    assert (found.request_type, found.priority) == (kind, "P2")
    with runtime.database.reading() as session:
        ends = [(promise.ended_as, promise.priority) for promise in session.scalars(select(Promise).order_by(Promise.id))]
    assert ends == [("replaced", None), (None, "P2")]
    assert mailed(runtime) == [purposes.TICKET_RECLASSIFIED]
    refused = run("tickets", "assign-priority", "1001", "P2", "--because", BECAUSE)
    assert (refused.exit_code, "already" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        (("P9", "--because", BECAUSE), "use one of P1, P2, P3, P4, P5"),
        (("P1", "--because", BECAUSE, "--type", "billing"), "use one of general-enquiry"),
        (("P1", "--because", BECAUSE, "--type", "product-help"), "priority P1 does not go with type product-help"),
        (("P1", "--because", " "), "Enter why you change it"),
        (("P1",), "Missing option '--because'"),
    ],
)
def test_a_priority_that_cannot_be_assigned_is_refused_with_what_can(
    run: Run, runtime: Runtime, arguments: tuple[str, ...], mend: str
) -> None:
    refused = run("tickets", "assign-priority", "1001", *arguments)
    assert refused.exit_code != 0
    assert mend in refused.stderr
    assert ticket_of(runtime).priority is None


def test_what_the_customer_said_elsewhere_counts_as_their_message(run: Run, runtime: Runtime) -> None:
    run("tickets", "reply", "1001", "--text", "Which browser?")
    done = run("tickets", "heard", "1001", "--how", "phone", "--text", "Firefox")
    assert done.output == "BC-1001: It is put down as the customer’s message. Open.\n"
    message = last_message(runtime)
    assert (message.kind, message.channel, message.text) == ("customer", "phone", "Firefox")
    assert last_event(runtime) == ("customer wrote", "staff", "terminal", None)
    assert ticket_of(runtime).next_due_at is not None
    assert run("tickets", "heard", "1001", "--how", "fax", "--text", "x").exit_code == 2


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("reply", ("--text", "x")),
        ("note", ("--text", "x")),
        ("resolve", ("--reason", "Answered")),
        ("reopen", ("--text", "x")),
        ("assign-priority", ("P1", "--because", "x")),
        ("heard", ("--how", "email", "--text", "x")),
    ],
)
def test_every_act_names_a_ticket_that_there_is_and_can_print_it_as_data(
    run: Run, runtime: Runtime, command: str, options: tuple[str, ...]
) -> None:
    for written in ("BC-4711", "mine"):
        refused = run("tickets", command, written, *options)
        assert refused.exit_code == 1
        assert f"{written} is not a ticket here: write its ID as in the subject of its mails, like BC-1042" in refused.stderr
    if command == "reopen":
        run("tickets", "resolve", "1001", "--reason", "Answered")
    said = json.loads(run("tickets", command, "1001", *options, "--json").output)
    assert (said["id"], said["status"]) == ("BC-1001", ticket_of(runtime).status)
