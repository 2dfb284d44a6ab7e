"""`formapp tickets`: the queue, a ticket, links to them, and what staff record by hand."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from formapp.models import Promise, StaffAddress, Ticket, TicketEvent
from formapp.runtime import Runtime
from formapp.services import staff_links
from tests.clock import Clock
from tests.commands.conftest import Run
from tests.services.test_ticket_letters import ORDINARY, submit

NASTY = "Everything is \x1b[31mdown\x07"
NO_TICKETS = ("BC-4711", "the last one", "0", "1" * 30)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def four(runtime: Runtime, clock: Clock) -> None:
    """A late question of Friday, and two incidents and a question of Monday afternoon; BC-1001 to BC-1004."""
    clock.pass_(days=-3)
    submit(runtime, ORDINARY)
    clock.pass_(days=3)
    incident = replace(ORDINARY, request_type="incident", priority="P3", summary="Exports are slow", company="Acme")
    submit(runtime, incident)
    submit(runtime, replace(incident, priority="P1", summary=NASTY))
    submit(runtime, replace(ORDINARY, request_type="product-help", summary="How do I refund?"), suspect_because="a filled honeypot")
    clock.pass_(hours=1)


def ids_of(said: str) -> list[str]:
    return [one["id"] for one in json.loads(said)["tickets"]]


@pytest.mark.usefixtures("four")
def test_what_waits_for_us_is_listed_late_first(run: Run) -> None:
    listed = run("tickets", "list")
    assert (listed.exit_code, listed.output) == (
        0,
        "BC-1001  LATE Mon 23 Nov, 2:28 pm AEST  Open  General Enquiry        Payments fail\n"
        "    Jo Bloggs\n"
        "BC-1003  Mon 23 Nov, 4:28 pm AEST       Open  Incident, P1           Everything is [31mdown\n"
        "    Jo Bloggs, Acme\n"
        "BC-1002  Tue 24 Nov, 2:28 pm AEST       Open  Incident, P3           Exports are slow\n"
        "    Jo Bloggs, Acme\n"
        "BC-1004  Tue 24 Nov, 2:28 pm AEST       Open  Product Help / How To  How do I refund?\n"
        "    Jo Bloggs; to check: a filled honeypot\n"
        "4 tickets\n",
    )


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--type", "incident"), ["BC-1003", "BC-1002"]),
        (("--type", "Product Help / How To"), ["BC-1004"]),
        (("--type", "complaint"), []),
        (("--priority", "p1"), ["BC-1003"]),
        (("--search", "acme"), ["BC-1003", "BC-1002"]),
        (("--search", "BC-1002"), ["BC-1002"]),
        (("--state", "to-check"), ["BC-1004"]),
        (("--state", "waiting"), []),
        (("--state", "all"), ["BC-1004", "BC-1003", "BC-1002", "BC-1001"]),
        (("--limit", "1"), ["BC-1001"]),
    ],
)
def test_what_is_looked_for_is_found(run: Run, options: tuple[str, ...], found: list[str]) -> None:
    assert ids_of(run("tickets", "list", "--json", *options).output) == found


def test_more_than_a_page_is_listed_where_more_is_asked_for(run: Run, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("formapp.services.queue.PAGE", 2)
    for number in range(5):
        submit(runtime, replace(ORDINARY, summary=f"Number {number}"))
    assert ids_of(run("tickets", "list", "--json", "--limit", "4").output) == ["BC-1001", "BC-1002", "BC-1003", "BC-1004"]
    assert run("tickets", "list", "--limit", "3").output.endswith("\n5 tickets, 3 of them shown\n")


def test_nothing_is_listed_where_there_is_nothing(run: Run) -> None:
    assert run("tickets", "list").output == "0 tickets\n"
    assert json.loads(run("tickets", "list", "--json").output) == {"total": 0, "tickets": []}


@pytest.mark.parametrize(
    ("options", "mend"),
    [
        (("--type", "billing"), "use one of general-enquiry, product-help, feature-request, incident"),
        (("--priority", "P9"), "use one of P1, P2, P3, P4, P5"),
        (("--state", "lost"), "is not one of 'due', 'late',"),
        (("--limit", "0"), "1<=x<=10000"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(run: Run, options: tuple[str, ...], mend: str) -> None:
    refused = run("tickets", "list", *options)
    assert refused.exit_code != 0
    assert mend in refused.stderr
    assert "Traceback" not in refused.output


@pytest.mark.usefixtures("four")
def test_a_line_of_the_list_as_data_has_these_keys(run: Run) -> None:
    (row,) = json.loads(run("tickets", "list", "--json", "--search", "1001").output)["tickets"]
    assert row == {
        "id": "BC-1001", "status": "open", "summary": "Payments fail", "request_type": "General Enquiry", "priority": None,
        "due_at": "2026-11-23T04:28:00+00:00", "is_late": True, "received_at": "2026-11-20T04:28:00+00:00", "name": "Jo Bloggs",
        "company": "", "is_escalated": False, "suspect_because": None, "undelivered": 0,
    }  # fmt: skip


@pytest.mark.usefixtures("four")
def test_a_ticket_is_shown_with_what_we_owe_and_how_that_was_worked_out(run: Run) -> None:
    shown = run("tickets", "show", "1003")
    assert shown.exit_code == 0
    assert shown.output.startswith(
        "BC-1003  Everything is [31mdown\n"
        "Open; Incident, P1; received Mon 23 Nov 2026, 2:28 pm AEST\n"
        "\n"
        "What we owe\n"
        "  first response: due Mon 23 Nov 2026, 4:28 pm AEST\n"
        "    2 business hours (Incident, P1): Mon 2:28-4:28 pm 2 h = 2 h\n"
        "\n"
        "The request\n"
        "  Request type: Incident\n"
    )
    assert "  What happened:\n    Since this morning.\n" in shown.output
    assert "History\n  Mon 23 Nov 2026, 2:28 pm AEST  Received\n" in shown.output
    assert "Emailed the customer the acknowledgement (mail " in shown.output
    assert "\x1b" not in shown.output
    assert "LATE, was due Mon 23 Nov 2026, 2:28 pm AEST" in run("tickets", "show", "BC-1001").output
    assert "To check: a filled honeypot" in run("tickets", "show", "BC-1004").output


@pytest.mark.usefixtures("four")
def test_a_ticket_as_data_has_these_keys(run: Run) -> None:
    said = json.loads(run("tickets", "show", "BC-1003", "--json").output)
    assert list(said) == [
        "id", "status", "revision", "request_type", "priority", "resolution_reason", "underlying_problem", "suspect_because", "received_at",
        "first_response_at", "escalated_at", "resolved_at", "closed_at", "summary", "description", "area", "extent", "effect", "impact",
        "browser", "name", "email", "company", "owed", "next", "timeline",
    ]  # fmt: skip
    assert said["summary"] == NASTY
    assert said["owed"] == [
        {
            "what": "first response", "due_at": "2026-11-23T06:28:00+00:00", "is_late": False, "asked_at": "2026-11-23T04:28:00+00:00",
            "target": "2 business hours", "basis": "Incident, P1", "working": "Mon 2:28-4:28 pm 2 h = 2 h",
        }
    ]  # fmt: skip
    assert said["next"] is None
    assert list(said["timeline"][0]) == ["at", "kind", "says", "text", "by", "flag", "sender", "files", "mail"]
    assert list(said["timeline"][1]["mail"]) == ["number", "what", "to", "state", "reply", "next_try", "attempts"]


@pytest.mark.usefixtures("four")
def test_a_fresh_link_opens_the_queue_or_a_ticket_for_whom_it_is(run: Run, runtime: Runtime) -> None:
    queue, ticket = run("tickets", "link").output.strip(), run("tickets", "link", "BC-1002", "--for", "Kim@Example.org").output.strip()
    with runtime.database.reading() as session:
        opened = staff_links.open_queue(session, runtime.desk, queue.split("/")[-2], runtime.now())
        assert (opened.number, opened.address) == (None, runtime.desk.team_email)
        opened = staff_links.open_ticket(session, runtime.desk, ticket.split("/")[-2], runtime.now())
        assert (opened.number, opened.address) == (1002, "Kim@example.org")
    assert json.loads(run("tickets", "link", "--json").output) == {"url": queue, "for": "team@example.org", "opens_for_days": 30}


def test_a_link_for_what_is_no_address_is_refused_and_nothing_kept(run: Run, runtime: Runtime) -> None:
    refused = run("tickets", "link", "--for", "kim")
    assert (refused.exit_code, "like name@example.com" in refused.stderr) == (1, True)
    with runtime.database.reading() as session:
        assert session.scalars(select(StaffAddress)).all() == []


@pytest.mark.parametrize("command", ["show", "link", "responded"])
@pytest.mark.parametrize("written", NO_TICKETS)
def test_what_is_no_ticket_is_refused_with_what_to_write(run: Run, command: str, written: str) -> None:
    refused = run("tickets", command, written)
    assert refused.exit_code == 1
    assert "is not a ticket here" in refused.stderr
    assert "like BC-1042" in refused.stderr


@pytest.mark.parametrize("written", ["BC-1001", "#1001", "bc 1001", "[BC-1001]"])
def test_a_first_response_is_recorded_once_and_answers_what_was_owed(run: Run, runtime: Runtime, clock: Clock, written: str) -> None:
    submit(runtime, ORDINARY)
    first = run("tickets", "responded", written)
    assert (first.exit_code, first.output) == (0, "BC-1001: first response on Mon 23 Nov 2026, 2:28 pm AEST\n")
    moment = clock.now()
    clock.pass_(hours=3)
    assert run("tickets", "responded", written).output == first.output
    with runtime.database.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.first_response_at, ticket.next_due_at) == (moment, None)
        promise = session.scalars(select(Promise)).one()
        assert (promise.ended_at, promise.ended_as) == (moment, "answered")
        events = [(event.event, event.actor, event.at) for event in session.scalars(select(TicketEvent).order_by(TicketEvent.id))]
    assert events[1:] == [("first response", "staff", moment)]
