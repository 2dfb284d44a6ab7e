"""What is refused for good (E-15) is told by another way: to the team, on the ticket, in the queue and by the figures of health."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from formapp.mail import purposes
from formapp.mail.failures import PermanentFailure
from formapp.mail.letter import SealedLetter
from formapp.models import OutgoingMail, Ticket, TicketEvent
from formapp.rules.lifecycle import Mover, Status
from formapp.runtime import Runtime
from formapp.services import housekeeping, mail_queue, staff_acts, ticket_view
from formapp.services.ticket_life import STAFF_PAGE, Act
from formapp.services.ticket_view import TicketView
from formapp.services.undelivered import CALLED, tell_team
from tests.clock import Clock
from tests.commands.test_mail import formapp
from tests.faults.relays import a_round, stored
from tests.faults.test_intake import failing_at
from tests.mails import text_of
from tests.requests import URLS, answers, question
from tests.services.outgoing import Courier
from tests.services.votes import together
from tests.web.conftest import app, client, site_dir

__all__ = ["app", "client", "site_dir"]

CUSTOMER, TEAM = "zoe@example.net", "team@example.org"
# Where no row is changed by two at once, and none fails half-way.
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
REFUSAL = f"550 5.1.1 <{CUSTOMER}>: Recipient address rejected: undeliverable"


@pytest.fixture
def number(client: FlaskClient, runtime: Runtime) -> int:
    """A ticket whose two mails are in the outbox."""
    assert client.post("/contact/ticket/", data=question(email=CUSTOMER)).status_code == 303
    with runtime.database.reading() as session:
        return session.scalars(select(Ticket.number)).one()


def refuses(*addresses: str) -> Callable[[SealedLetter], str]:
    """Return a sender that is refused at those addresses for good."""

    def send(letter: SealedLetter) -> str:
        if letter.recipient in addresses:
            raise PermanentFailure(REFUSAL)
        return "250 OK"

    return send


def relay(runtime: Runtime, *refused: str) -> dict[str, str]:
    """Send what is due and return the outcome of each mail by its purpose."""
    outcomes = a_round(runtime.database, refuses(*refused), runtime.now)
    purpose = {mail.id: mail.purpose for mail in stored(runtime.database)}
    return {purpose[delivery.number]: delivery.outcome for delivery in outcomes}


def tell(runtime: Runtime) -> int:
    return tell_team(runtime.database, runtime.desk, runtime.now())


def told(runtime: Runtime) -> list[OutgoingMail]:
    """Return the mails by which the team was told, oldest first."""
    return [mail for mail in stored(runtime.database) if mail.purpose == purposes.TEAM_MAIL_FAILED]


def seen(runtime: Runtime, number: int, view: Callable[..., TicketView | None] = ticket_view.for_staff) -> TicketView:
    with runtime.database.reading() as session:
        found = view(session, number, runtime.desk, runtime.now())
    assert found is not None
    return found


@ON_ONE_DATABASE
def test_e15_the_team_is_told_once_of_a_customers_letter_that_was_refused_for_good(runtime: Runtime, number: int) -> None:
    assert sorted(relay(runtime, CUSTOMER).values()) == ["failed", "sent"]
    assert tell(runtime) == 1
    [letter] = told(runtime)
    assert (letter.recipient, letter.ticket_number) == (TEAM, number)
    text = text_of(letter.raw)
    for said in (f"BC-{number}", "the acknowledgement", "550 5.1.1", "undeliverable", "/staff-ticket/"):
        assert said in text
    assert tell(runtime) == 0
    assert relay(runtime, CUSTOMER) == {purposes.TEAM_MAIL_FAILED: "sent"}
    assert (tell(runtime), len(told(runtime))) == (0, 1)


@ON_ONE_DATABASE
def test_e15_the_ticket_shows_it_to_staff_and_to_the_customer(client: FlaskClient, runtime: Runtime, number: int) -> None:
    relay(runtime, CUSTOMER)
    tell(runtime)
    view = seen(runtime, number)
    [failed] = [entry.delivery for entry in view.entries if entry.delivery and entry.delivery.state == "failed"]
    assert (failed.to, failed.is_to_customer, failed.attempts) == (CUSTOMER, True, 1)
    assert failed.reply == "550 5.1.1 <address> Recipient address rejected: undeliverable"
    assert any(entry.says.startswith("Could not be delivered: the acknowledgement: 550 5.1.1") for entry in view.entries)
    page = client.get(f"/your-request/{runtime.links.ticket_url(number).rpartition('/')[2]}").text
    assert "Could not be delivered" in page


@ON_ONE_DATABASE
@pytest.mark.parametrize("purpose", sorted(CALLED))
def test_e15_every_letter_to_a_customer_has_its_word_when_it_is_refused(runtime: Runtime, number: int, purpose: str) -> None:
    with runtime.database.transaction() as session:
        session.execute(update(OutgoingMail).where(OutgoingMail.recipient == CUSTOMER).values(purpose=purpose))
    relay(runtime, CUSTOMER)
    assert tell(runtime) == 1
    assert CALLED[purpose] in " ".join(text_of(told(runtime)[0].raw).split())


def test_e15_no_letter_about_a_ticket_goes_to_a_customer_without_a_word_for_it() -> None:
    every = {value for name, value in vars(purposes).items() if name.isupper() and isinstance(value, str)}
    to_ourselves = {value for value in every if value.startswith(("team-", "staff-", "feedback-"))}
    assert every - to_ourselves == set(CALLED)


@ON_ONE_DATABASE
def test_e15_the_teams_own_mail_is_told_by_the_queue_and_the_figures_of_health_and_breeds_no_other(
    client: FlaskClient, runtime: Runtime, number: int
) -> None:
    assert sorted(relay(runtime, CUSTOMER, TEAM).values()) == ["failed", "failed"]
    assert tell(runtime) == 1
    assert relay(runtime, CUSTOMER, TEAM) == {purposes.TEAM_MAIL_FAILED: "failed"}
    assert tell(runtime) == 0
    assert client.get("/readyz").json == {"status": "degraded", "mails_waiting": 0, "mails_dead": 3}
    queue = formapp(runtime, "queue").output
    assert "3 not sent, 3 of them given up" in queue
    for purpose in (purposes.TEAM_NEW_TICKET, purposes.TEAM_MAIL_FAILED):
        assert f"failed  BC-{number}  {purpose}  to {TEAM}" in queue


@ON_ONE_DATABASE
def test_e15_a_letter_about_no_ticket_of_ours_is_told_by_the_queue_and_the_figures_of_health(client: FlaskClient, runtime: Runtime) -> None:
    assert client.post(URLS["escalation"], data=answers("escalation", ticket="BC-4711", email=CUSTOMER)).status_code == 303
    assert relay(runtime, CUSTOMER)[purposes.ESCALATION_RECEIVED] == "failed"
    # There is no ticket whose page could show it, nor whose history could have it.
    assert tell(runtime) == 0
    assert client.get("/readyz").json == {"status": "degraded", "mails_waiting": 0, "mails_dead": 1}
    assert f"failed  -  {purposes.ESCALATION_RECEIVED}  to {CUSTOMER}" in formapp(runtime, "queue").output


@ON_ONE_DATABASE
def test_e15_a_letter_that_fails_again_after_a_retry_is_told_again_and_one_that_left_is_not(runtime: Runtime, number: int) -> None:
    relay(runtime, CUSTOMER)
    assert tell(runtime) == 1
    for refused, again in (((CUSTOMER,), 1), ((), 0)):
        with runtime.database.transaction() as session:
            assert mail_queue.retry_dead(session, runtime.now()) == 1
        relay(runtime, *refused)
        assert tell(runtime) == again
    assert len(told(runtime)) == 2


def test_e15_two_workers_at_once_tell_the_team_once(runtime: Runtime, number: int) -> None:
    relay(runtime, CUSTOMER)
    done: list[int] = []
    together(*[lambda: done.append(tell(runtime))] * 4)
    assert sorted(done) == [0, 0, 0, 1]
    assert len(told(runtime)) == 1


def test_e15_a_word_that_could_not_be_kept_is_said_the_next_time(runtime: Runtime, number: int) -> None:
    relay(runtime, CUSTOMER)
    queues = ("before_cursor_execute", lambda statement: statement.startswith("INSERT INTO outgoing_mails"))
    with failing_at(runtime, *queues), pytest.raises(OperationalError):
        tell(runtime)
    with runtime.database.reading() as session:
        events = session.scalars(select(TicketEvent.event)).all()
    # No half of it: neither the mark, nor the line in the history, without the mail.
    assert (told(runtime), "mail could not be delivered" in events) == ([], False)
    assert (tell(runtime), len(told(runtime))) == (1, 1)


@pytest.fixture
def days(runtime: Runtime, clock: Clock) -> Callable[[int], None]:
    """Let days go by, with passes of the worker, and nothing of the customer's mail getting through."""

    def go_by(count: int) -> None:
        for _ in range(count * 4):
            clock.pass_(hours=6)
            housekeeping.tidy(runtime.database, runtime.desk, None, clock.now())
            relay(runtime, CUSTOMER)

    return go_by


@ON_ONE_DATABASE
def test_e15_a_question_that_never_reached_the_customer_is_not_taken_for_their_silence(
    runtime: Runtime, clock: Clock, number: int, days: Callable[[int], None]
) -> None:
    a_round(runtime.database, Courier(), clock.now)
    with runtime.database.transaction() as session:
        by = Act(Mover.STAFF, STAFF_PAGE, by=TEAM)
        staff_acts.reply(session, number, by, runtime.desk, clock.now(), text="Which browser is it?", waits=True)
    days(30)
    assert seen(runtime, number).status is Status.WAITING
    assert ["our answer" in text_of(mail.raw) for mail in told(runtime)] == [True]
