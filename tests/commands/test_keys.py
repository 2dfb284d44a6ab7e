"""`formapp keys rotate`: after a link has got into wrong hands."""

import pytest

from formapp.runtime import Runtime
from formapp.services.links import TICKET_PAGE, BadLink
from formapp.services.staff_links import open_queue, open_ticket
from tests.commands.conftest import Run
from tests.services.test_ticket_letters import ORDINARY, submit


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


def test_links_for_staff_open_nothing_afterwards_and_customers_links_do(run: Run, runtime: Runtime) -> None:
    submit(runtime, ORDINARY)
    customers = runtime.links.ticket_path(1001).split("/")[-1]
    queue, ticket = (run("tickets", "link", *named).output.strip().split("/")[-2] for named in ((), ("1001",)))
    rotated = run("keys", "rotate")
    assert rotated.exit_code == 0
    first, second, mailed, third, url = rotated.output.splitlines()
    assert first == "Every link for staff that was made so far opens nothing now: to the queue, to tickets and to their files."
    assert second == "Links in customers’ mails and to the report on feedback still open."
    assert mailed == "The team is mailed a fresh link to the queue."
    assert third == "The same link, for team@example.org and 30 days (`formapp tickets link` prints another):"
    with runtime.database.reading() as session:
        for opened, token in ((open_queue, queue), (open_ticket, ticket)):
            with pytest.raises(BadLink):
                opened(session, runtime.desk, token, runtime.now())
        assert open_queue(session, runtime.desk, url.split("/")[-2], runtime.now()).address == "team@example.org"
    assert runtime.links.read(TICKET_PAGE, customers) == 1001
    assert run("keys", "rotate").output.splitlines()[-1] != url
