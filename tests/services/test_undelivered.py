"""A mail to a customer that was given up is told to the team once, and stands in the ticket's history."""

import pytest

from formapp.mail import purposes
from formapp.rules.lifecycle import Status
from formapp.services import customer_acts, mail_queue, staff_acts, staff_checks, undelivered
from tests.services.life import CUSTOMER, STAFF, UNKNOWN_USER, Life, text_of


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def tell(life: Life) -> int:
    return undelivered.tell_team(life.runtime.database, life.runtime.desk, life.clock.now())


def asked_in_vain(life: Life) -> int:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.refuse_mail(to="zoe@")
    return number


def test_the_team_is_told_what_did_not_arrive_and_what_the_server_said(life: Life) -> None:
    number = asked_in_vain(life)
    revision = life.row(number).revision
    assert (tell(life), tell(life)) == (1, 0)
    event = life.events(number)[-1]
    assert (event.event, event.actor, event.note) == ("mail could not be delivered", "system", f"our answer: {UNKNOWN_USER}")
    said = text_of(life.letter(purposes.TEAM_MAIL_FAILED))
    for words in ("The customer has not got our answer about BC-1001", UNKNOWN_USER, "/staff-ticket/"):
        assert words in said
    assert "zoe@example.net" not in said
    # The ticket still waits, though nobody knows for what: time leaves it alone.
    row = life.row(number)
    assert (row.status, row.step_at, row.revision) == ("waiting", None, revision)


def test_what_still_waits_is_no_news(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.hold_mail()
    assert tell(life) == 0
    life.clock.pass_(days=5)
    life.hold_mail()
    assert tell(life) == 1
    assert "given up after 5 days: 451 4.7.1 greylisted" in str(life.events(number)[-1].note)


def test_retried_and_given_up_again_it_is_told_again(life: Life) -> None:
    number = asked_in_vain(life)
    assert tell(life) == 1
    (mail,) = life.mails(purposes.TICKET_ANSWERED)
    life.do(staff_checks.retry_mail, number, STAFF, mail_id=mail.id)
    assert tell(life) == 0
    life.refuse_mail(to="zoe@")
    assert (tell(life), tell(life)) == (1, 0)


def test_retried_and_delivered_there_is_nothing_to_tell(life: Life) -> None:
    asked_in_vain(life)
    with life.runtime.database.transaction() as session:
        mail_queue.retry_dead(session, life.clock.now())
    life.send_mail()
    assert tell(life) == 0


def test_of_each_letter_the_team_reads_its_name(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed")
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    life.do(staff_acts.reopen, number, STAFF, text="We found more.")
    life.refuse_mail(to="zoe@")
    assert tell(life) == 3
    notes = [event.note for event in life.events(number) if event.event == "mail could not be delivered"]
    assert [str(note).partition(":")[0] for note in notes] == [
        "the resolution",
        "the closure notification",
        "the news that the ticket is open again",
    ]


def test_every_letter_to_a_customer_has_a_name_and_none_to_the_team_is_told_to_the_team() -> None:
    ours = {value for name, value in vars(purposes).items() if name.isupper() and isinstance(value, str)}
    to_others = {value for value in ours if value.startswith(("team-", "staff-", "feedback-"))}
    assert set(undelivered.CALLED) == ours - to_others


def test_a_mail_to_the_team_that_fails_is_not_told_to_the_team_by_mail(life: Life) -> None:
    life.ticket()
    asked_in_vain(life)
    life.refuse_mail()
    for _ in range(3):
        tell(life)
        life.refuse_mail()
    # The one about our answer, and none about that one.
    assert len(life.mails(purposes.TEAM_MAIL_FAILED)) == 1


def test_the_resolution_of_a_quiet_ticket_that_never_arrived_does_not_close_it(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.send_mail()
    life.let_time_work()
    life.goes_to("2026-11-30 14:28")
    life.let_time_work()
    life.refuse_mail(to="zoe@")
    life.days(10, passes=1)
    assert life.status(number) is Status.RESOLVED
    assert life.happened(number).count("mail could not be delivered") == 1


def test_of_many_the_oldest_are_told_first_in_portions(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undelivered, "MOST_AT_ONCE", 2)
    numbers = [asked_in_vain(life) for _ in range(3)]
    assert [tell(life) for _ in range(3)] == [2, 1, 0]
    assert [mail.ticket_number for mail in life.mails(purposes.TEAM_MAIL_FAILED)] == numbers
