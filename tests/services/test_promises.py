"""Promises on a ticket: one for the oldest message that nobody has answered, kept by an answer of ours and by nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from formapp.models import Ticket
from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from formapp.services import customer_acts, promises, staff_acts, staff_checks, tickets
from formapp.services.promises import End
from tests.services.life import CUSTOMER, STAFF, SUSPECT, Life, text_of
from tests.services.lived_tickets import complained

INCIDENT = {"request_type": "incident", "priority": "P2"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def asked(life: Life, **changes: str) -> int:
    number = life.ticket(**changes)
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    return number


def write(life: Life, number: int) -> None:
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="And now?")


def test_the_first_promise_is_for_the_request_and_an_acknowledgement_does_not_keep_it(life: Life) -> None:
    number = life.ticket()
    life.days(3, passes=1)
    assert [mail.sent_at is None for mail in life.mails()] == [False] * len(life.mails())
    (promise,) = life.promises(number)
    assert (promise.is_first, promise.ended_at) == (True, None)
    assert (promise.asked_at, promise.due_at) == (life.moment("2026-11-23 14:28"), life.moment("2026-11-24 14:28"))
    assert (life.row(number).first_response_at, life.row(number).next_due_at) == (None, promise.due_at)


@pytest.mark.parametrize(
    ("priority", "target", "wrote", "due"),
    [
        ("P1", "2 business hours", "2026-11-25 16:30", "2026-11-26 10:30"),  # half an hour today, the rest tomorrow
        ("P2", "4 business hours", "2026-11-28 11:00", "2026-11-30 13:00"),  # on Saturday: counted from Monday's opening
        ("P4", "24 business hours", "2026-11-25 09:00", "2026-11-27 17:00"),  # three whole days
        ("P5", "1 business day", "2026-12-24 16:00", "2026-12-29 16:00"),  # none of its own; Christmas, a weekend and a holiday
    ],
)
def test_a_later_answer_is_due_by_the_same_target_as_the_first(life: Life, priority: str, target: str, wrote: str, due: str) -> None:
    number = asked(life, request_type="incident", priority=priority)
    life.goes_to(wrote)
    write(life, number)
    (promise,) = life.standing(number)
    assert (promise.is_first, promise.asked_at, promise.due_at) == (False, life.moment(wrote), life.moment(due))
    assert (promise.target, promise.basis) == (target, f"Incident, {priority}")
    assert (promise.request_type, promise.priority) == ("incident", priority)
    assert life.row(number).next_due_at == promise.due_at


def test_what_comes_after_counts_from_the_oldest_message_that_nobody_answered(life: Life) -> None:
    number = asked(life)
    life.goes_to("2026-11-25 10:00")
    write(life, number)
    life.clock.pass_(hours=3)
    write(life, number)
    life.do(customer_acts.heard, number, STAFF, text="They rang, too.", how="phone")
    (promise,) = life.standing(number)
    assert (promise.asked_at, promise.due_at) == (life.moment("2026-11-25 10:00"), life.moment("2026-11-26 10:00"))
    assert len(life.promises(number)) == 2


def test_before_the_first_response_more_words_give_no_more_time(life: Life) -> None:
    number = life.ticket()
    life.clock.pass_(hours=2)
    write(life, number)
    (promise,) = life.promises(number)
    assert (promise.is_first, promise.due_at) == (True, life.moment("2026-11-24 14:28"))


def test_seconds_are_not_counted_as_they_are_not_said(life: Life) -> None:
    number = asked(life)
    life.clock.pass_(hours=1, seconds=40)
    write(life, number)
    (promise,) = life.standing(number)
    assert promise.asked_at == life.moment("2026-11-23 15:28")


@pytest.mark.parametrize("waits", [True, False])
def test_an_answer_keeps_it_and_nothing_runs_until_the_customer_writes(life: Life, waits: bool) -> None:
    number = asked(life)
    write(life, number)
    life.clock.pass_(hours=1)
    life.do(staff_acts.reply, number, STAFF, text="Thank you.", waits=waits)
    assert [(promise.ended_as, promise.is_first) for promise in life.promises(number)] == [("answered", True), ("answered", False)]
    assert life.promises(number)[-1].ended_at == life.clock.now()
    assert life.row(number).next_due_at is None
    life.clock.pass_(days=1)
    assert life.standing(number) == []


def test_a_note_and_a_new_question_of_ours_owe_nothing(life: Life) -> None:
    number = asked(life)
    for text in ("Hello?", "Are you there?"):
        life.do(staff_acts.note, number, STAFF, text=text)
        life.do(staff_acts.reply, number, STAFF, text=text, waits=True)
    assert len(life.promises(number)) == 1


def test_a_resolution_is_an_answer(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.resolve, number, STAFF, reason="Answered")
    (promise,) = life.promises(number)
    assert (promise.ended_as, promise.ended_at) == (End.ANSWERED, life.row(number).first_response_at)


def test_junk_is_owed_nothing(life: Life) -> None:
    number = life.ticket(SUSPECT)
    life.do(staff_checks.junk, number, STAFF)
    assert [promise.ended_as for promise in life.promises(number)] == [End.WITHDRAWN]
    assert life.row(number).next_due_at is None


def test_re_opened_by_us_nobody_waits_for_an_answer_until_the_customer_writes(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.resolve, number, STAFF, reason="Answered")
    life.do(staff_acts.reopen, number, STAFF, text="We found more.")
    assert life.standing(number) == []
    life.clock.pass_(minutes=10)
    write(life, number)
    assert [promise.asked_at for promise in life.standing(number)] == [life.clock.now()]


def test_a_first_response_by_hand_keeps_it_once(life: Life) -> None:
    number = life.ticket()
    life.clock.pass_(hours=1)
    for _ in range(2):
        with life.runtime.database.transaction() as session:
            assert tickets.note_first_response(session, number, life.clock.now()) == life.moment("2026-11-23 15:28")
        life.clock.pass_(hours=1)
    assert [promise.ended_as for promise in life.promises(number)] == [End.ANSWERED]
    assert life.row(number).next_due_at is None
    assert life.happened(number).count("first response") == 1


def test_an_answer_by_hand_keeps_a_later_promise_too_and_the_first_response_stays_the_first(life: Life) -> None:
    number = asked(life)
    first = life.row(number).first_response_at
    life.clock.pass_(hours=1)
    write(life, number)
    life.clock.pass_(hours=1)
    with life.runtime.database.transaction() as session:
        assert tickets.note_first_response(session, number, life.clock.now()) == first
    assert [(one.ended_at == life.clock.now(), one.ended_as) for one in life.promises(number)][1:] == [(True, End.ANSWERED)]
    assert (life.row(number).next_due_at, life.standing(number)) == (None, [])


def test_re_opened_by_us_a_person_has_answered(life: Life) -> None:
    number = life.ticket()
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    assert life.row(number).first_response_at is None
    life.do(staff_acts.reopen, number, STAFF, text="We found more.")
    assert life.row(number).first_response_at == life.clock.now()
    write(life, number)
    assert [promise.is_first for promise in life.standing(number)] == [False]


def test_reclassified_the_new_promise_counts_from_the_same_message(life: Life) -> None:
    number = life.ticket()
    life.clock.pass_(minutes=20)
    life.do(staff_acts.reclassify, number, STAFF, **INCIDENT, because="Their business stands still.")
    old, new = life.promises(number)
    assert (old.ended_as, old.ended_at) == (End.REPLACED, life.clock.now())
    assert (new.asked_at, new.is_first, new.made_at) == (old.asked_at, True, life.clock.now())
    assert (new.due_at, new.basis) == (life.moment("2026-11-24 10:28"), "Incident, P2")
    assert life.row(number).next_due_at == new.due_at
    # The team is told anew of what is nearly due, by the new one.
    assert (new.warned_at, new.late_told_at) == (None, None)
    assert "Tue 24 Nov 2026, 10:28 am AEST" in text_of(life.letter("ticket-reclassified"))


def test_reclassified_later_it_counts_from_the_message_that_waits_and_not_from_the_request(life: Life) -> None:
    number = asked(life)
    life.goes_to("2026-11-26 10:00")
    write(life, number)
    life.clock.pass_(hours=1)
    life.do(staff_acts.reclassify, number, STAFF, **INCIDENT, because="Their business stands still.")
    (new,) = life.standing(number)
    assert (new.asked_at, new.due_at, new.is_first) == (life.moment("2026-11-26 10:00"), life.moment("2026-11-26 14:00"), False)


def test_where_nobody_waits_a_new_class_promises_nothing_until_the_customer_writes(life: Life) -> None:
    number = asked(life)
    life.do(staff_acts.reclassify, number, STAFF, **INCIDENT, because="Their business stands still.")
    assert (life.standing(number), life.row(number).next_due_at) == ([], None)
    assert "We aim to answer by" not in text_of(life.letter("ticket-reclassified"))
    life.goes_to("2026-11-24 10:00")
    write(life, number)
    assert [promise.due_at for promise in life.standing(number)] == [life.moment("2026-11-24 14:00")]


def test_a_policy_that_changes_moves_no_promise_that_was_given(life: Life, policy: Policy) -> None:
    number = life.ticket(**INCIDENT)
    due_at = life.row(number).next_due_at
    slower = tuple(one.model_copy(update={"target_hours": 40.0}) for one in policy.priorities)
    # And shut for the rest of the year.
    week = policy.hours.week.model_copy(update={"tuesday": ()})
    changed = policy.model_copy(update={"priorities": slower, "hours": policy.hours.model_copy(update={"week": week}), "version": "later"})
    life.runtime = replace(life.runtime, policy=changed, calendar=BusinessCalendar.of(changed))
    life.do(staff_acts.note, number, STAFF, text="Where are we?")
    write(life, number)
    life.work()
    (promise,) = life.promises(number)
    assert (promise.due_at, promise.target, promise.policy_version) == (due_at, "4 business hours", policy.version)
    assert life.row(number).next_due_at == due_at
    # What is given from now on goes by the new one.
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    write(life, number)
    (later,) = life.standing(number)
    assert (later.target, later.policy_version) == ("40 business hours", "later")


def test_a_type_that_the_policy_no_longer_has_is_answered_as_soon_as_another(life: Life, policy: Policy) -> None:
    """A customer's answer must never be refused because the policy has changed since the question."""
    gone, no_level = asked(life, request_type="feature-request"), asked(life, **INCIDENT)
    types = tuple(one for one in policy.request_types if one.key != "feature-request")
    levels = tuple(one for one in policy.priorities if one.level != "P2")
    life.runtime = replace(life.runtime, policy=policy.model_copy(update={"request_types": types, "priorities": levels}))
    for number in (gone, no_level):
        write(life, number)
        (promise,) = life.standing(number)
        assert (promise.target, promise.due_at) == ("1 business day", life.moment("2026-11-24 14:28"))


@pytest.mark.parametrize(
    ("priority", "warns"),
    [
        ("P1", "2026-11-23 15:58"),  # 90 of 120 minutes
        ("P3", "2026-11-24 12:28"),  # six of eight hours, overnight
        ("P4", "2026-11-25 16:28"),  # 18 of 24 hours, on the third day
    ],
)
def test_the_team_is_to_be_warned_when_three_quarters_of_the_business_time_are_over(life: Life, priority: str, warns: str) -> None:
    number = life.ticket(request_type="incident", priority=priority)
    assert [promise.warn_at for promise in life.promises(number)] == [life.moment(warns)]


def test_a_complaint_owes_its_confirmation_and_its_answer_until_it_is_resolved(life: Life, runtime: Runtime) -> None:
    number = complained(life)
    answer_by = life.clock.now() + timedelta(days=30)

    def owed() -> list[tuple[str, str]]:
        with runtime.database.transaction() as session:
            ticket = session.get_one(Ticket, number)
            return [(what, str(due)) for what, due in promises.what_we_owe(session, ticket)]

    first = str(life.moment("2026-11-24 14:28"))
    assert owed() == [("confirmation of the complaint", first), ("answer to the complaint", str(answer_by))]
    life.do(staff_acts.reply, number, STAFF, text="We look into it.", waits=True)
    # It waits, and owes its answer all the same.
    assert owed() == [("answer to the complaint", str(answer_by))]
    assert life.row(number).next_due_at == answer_by
    life.goes_to("2026-11-26 09:00")
    write(life, number)
    assert [what for what, _ in owed()] == ["answer", "answer to the complaint"]
    life.do(staff_acts.resolve, number, STAFF, reason="Answered", text="We are sorry.")
    assert (owed(), life.row(number).next_due_at) == ([], None)
    # The complaint has been answered: what comes after it is an answer like any other.
    write(life, number)
    assert [what for what, _ in owed()] == ["answer"]
    assert [(promise.basis, promise.target) for promise in life.standing(number)] == [("Complaint", "1 business day")]


def test_the_earliest_of_what_is_owed_is_what_the_queue_goes_by(life: Life) -> None:
    number = asked(life)
    life.goes_to("2026-11-24 10:00")
    write(life, number)
    life.goes_to("2026-11-24 12:00")
    life.escalate(number)
    assert life.row(number).next_due_at == life.moment("2026-11-25 10:00")
    life.do(staff_acts.reply, number, STAFF, text="Yes.", waits=False)
    assert life.row(number).next_due_at == life.moment("2026-11-25 12:00")
    life.do(staff_acts.answer_escalation, number, STAFF, text="You are right.")
    assert life.row(number).next_due_at is None


def test_the_answer_to_an_escalation_is_an_answer_to_the_customer(life: Life) -> None:
    number = life.ticket(**INCIDENT)
    life.goes_to("2026-11-24 12:00")
    life.escalate(number)
    life.do(staff_acts.answer_escalation, number, STAFF, text="You are right.")
    assert life.row(number).first_response_at == life.clock.now()
    assert life.standing(number) == []


def test_silence_resolves_no_complaint_that_waits_for_our_answer_but_closes_one_that_the_customer_calls_solved(life: Life) -> None:
    quiet, solved = (complained(life, description=f"Nobody has told me anything for three weeks now ({n}).") for n in "ab")
    life.do(staff_acts.reply, quiet, STAFF, text="What happened?", waits=True)
    life.do(customer_acts.customer_solved, solved, CUSTOMER)
    life.send_mail()
    life.days(20, passes=1)
    assert (life.status(quiet), life.status(solved)) == (Status.WAITING, Status.CLOSED)
    # It stays in the queue for as long as we owe the answer.
    assert life.row(quiet).next_due_at == life.moment("2026-12-23 14:28")
    life.do(staff_acts.resolve, quiet, STAFF, reason="Answered", text="We are sorry.")
    life.send_mail()
    life.days(9, passes=1)
    assert life.status(quiet) is Status.CLOSED
