"""Escalations in the life of a ticket: they open it, are owed their review, and are answered."""

import pytest

from formapp.mail import purposes
from formapp.rules.lifecycle import Status
from formapp.services import customer_acts, staff_acts
from formapp.services.staff_acts import NothingToAnswer
from tests.services.life import CUSTOMER, STAFF, Life, text_of


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_the_answer_to_an_escalation_is_mailed_and_nothing_is_owed_for_it_any_more(life: Life) -> None:
    number = life.ticket()
    with pytest.raises(NothingToAnswer):
        life.do(staff_acts.answer_escalation, number, STAFF, text="You are right.")
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.escalate(number)
    row = life.row(number)
    # They have written, if only in a form: nothing is resolved for their silence.
    assert (row.status, row.escalated_at, row.next_due_at) == ("open", life.clock.now(), life.moment("2026-11-24 14:28"))
    assert (row.notice_id, row.step_at) == (None, None)
    life.clock.pass_(hours=1)
    life.do(staff_acts.answer_escalation, number, STAFF, text="You are right.")
    row, event = life.row(number), life.events(number)[-1]
    # Beside the state, not instead of it.
    assert (row.status, row.next_due_at) == ("open", None)
    assert row.escalated_at
    assert (event.event, event.old_status, event.new_status) == ("escalation answered", None, None)
    (mail,) = life.mails(purposes.ESCALATION_ANSWERED)
    letter = life.letter(purposes.ESCALATION_ANSWERED)
    assert "You are right." in text_of(letter)
    assert letter["Auto-Submitted"] is None
    assert life.messages(number)[-1].mail_id == mail.id
    with pytest.raises(NothingToAnswer):
        life.do(staff_acts.answer_escalation, number, STAFF, text="Again.")


@pytest.mark.parametrize("finished", ["resolved", "closed"])
def test_an_escalation_opens_what_was_finished_and_promises_its_review_alone(life: Life, finished: str) -> None:
    number = life.ticket()
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed")
    if finished == "closed":
        life.do(customer_acts.customer_solved, number, CUSTOMER)
    life.escalate(number)
    row = life.row(number)
    assert (row.status, row.resolved_at, row.next_due_at) == ("open", None, life.moment("2026-11-24 14:28"))
    event = next(event for event in life.events(number) if event.event == "customer wrote")
    assert (event.old_status, event.new_status, event.channel) == (finished, "open", "form")
    assert life.standing(number) == []


def test_an_escalation_that_is_not_through_yet_of_what_was_finished_is_owed_a_first_response(life: Life) -> None:
    number = life.ticket()
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    life.goes_to("2026-11-25 10:00")
    life.escalate(number)
    row, (promise,) = life.row(number), life.standing(number)
    assert (row.status, row.escalated_at, promise.is_first) == ("open", None, True)
    assert row.next_due_at == promise.due_at == life.moment("2026-11-26 10:00")
    said = text_of(life.letter(purposes.ESCALATION_NOT_YET))
    assert "We aim to give your ticket its first response by Thu 26 Nov 2026, 10:00 am AEST." in said


def test_of_two_escalations_each_is_answered_the_older_first(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Wait, please.", waits=False)
    life.escalate(number)
    life.clock.pass_(hours=1)
    life.escalate(number, impact="It is worse now, all of us wait for it.")
    life.do(staff_acts.answer_escalation, number, STAFF, text="One.")
    assert life.row(number).next_due_at == life.moment("2026-11-24 15:28")
    life.do(staff_acts.answer_escalation, number, STAFF, text="Two.")
    assert life.row(number).next_due_at is None


def test_the_review_of_an_escalation_is_owed_whatever_becomes_of_the_ticket(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Wait, please.", waits=False)
    life.escalate(number)
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed")
    assert life.row(number).next_due_at == life.moment("2026-11-24 14:28")
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    assert (life.status(number), life.row(number).next_due_at) == (Status.CLOSED, life.moment("2026-11-24 14:28"))
