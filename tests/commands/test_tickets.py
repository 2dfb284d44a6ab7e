"""`formapp tickets responded`."""

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from formapp.commands import tickets as command
from formapp.models import Ticket, TicketEvent
from formapp.runtime import Runtime
from tests.clock import Clock
from tests.services.test_ticket_letters import ORDINARY, submit


@pytest.fixture
def responded(runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    """Run the command on the test's own database and clock."""
    monkeypatch.setattr(command, "read_settings", lambda *, serving: runtime.settings)
    monkeypatch.setattr(command.Runtime, "start", lambda settings: runtime)

    def run(ticket: str) -> Result:
        return CliRunner().invoke(command.tickets, ["responded", ticket])

    return run


@pytest.mark.parametrize("written", ["BC-1001", "#1001", "bc 1001", "[BC-1001]"])
def test_a_first_response_is_recorded_once(runtime: Runtime, clock: Clock, responded, written: str) -> None:
    number, _ = submit(runtime, ORDINARY)
    assert number == 1001
    first = responded(written)
    assert (first.exit_code, first.output) == (0, "BC-1001: first response on Mon 23 Nov 2026, 2:28 pm AEST\n")
    moment = clock.now()
    clock.pass_(hours=3)
    assert responded(written).output == first.output
    with runtime.database.reading() as session:
        assert session.scalars(select(Ticket.first_response_at)).one() == moment
        events = [(event.event, event.actor, event.at) for event in session.scalars(select(TicketEvent).order_by(TicketEvent.id))]
    assert events[1:] == [("first response", "staff", moment)]


@pytest.mark.parametrize("written", ["BC-4711", "the last one", "", "0", "1" * 30])
def test_what_is_no_ticket_is_refused_with_what_to_write(responded, written: str) -> None:
    refused = responded(written)
    assert isinstance(refused.exception, command.NoSuchTicket)
    assert "like BC-1042" in str(refused.exception)
