"""A ticket as the customer and as staff see it: nothing of ours on the one, everything on the other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from formapp.mail.failures import PermanentFailure
from formapp.policy.policy import Policy
from formapp.rules.lifecycle import Move, Status
from formapp.services import customer_acts, outbox, staff_acts, staff_checks, ticket_view
from formapp.services.intake import Envelope
from formapp.services.ticket_view import Entry, TicketView
from tests.sample_files import SAMPLES
from tests.services.kept_files import staged
from tests.services.life import CUSTOMER, STAFF, SUSPECT, Life
from tests.services.lived_tickets import complained

SECRET = "They pay late."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def theirs(life: Life, number: int) -> TicketView:
    with life.runtime.database.reading() as session:
        view = ticket_view.for_customer(session, number, life.runtime.desk, life.clock.now())
    assert view
    return view


def ours(life: Life, number: int) -> TicketView:
    with life.runtime.database.reading() as session:
        view = ticket_view.for_staff(session, number, life.runtime.desk, life.clock.now())
    assert view
    return view


def told(view: TicketView) -> list[tuple[str, str]]:
    """Return the entries but the mails, each with its text."""
    return [(entry.says, entry.text) for entry in view.entries if entry.kind != "mail"]


def mails(view: TicketView) -> list[Entry]:
    return [entry for entry in view.entries if entry.kind == "mail"]


def lived(life: Life) -> int:
    """Return a ticket to which everything has happened."""
    number = life.ticket()
    life.clock.pass_(minutes=10)
    life.do(staff_acts.note, number, STAFF, text=SECRET)
    life.clock.pass_(minutes=10)
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.send_mail()
    life.clock.pass_(minutes=10)
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="Firefox.")
    life.do(customer_acts.heard, number, STAFF, text="And Chrome.", how="phone")
    life.do(staff_acts.reclassify, number, STAFF, request_type="incident", priority="P2", because="It is down.")
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed", text="Done.", underlying_problem="A font was missing.")
    life.do(customer_acts.customer_not_solved, number, CUSTOMER, text="It is not.")
    life.do(staff_acts.resolve, number, STAFF, reason="Workaround given")
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    life.do(staff_acts.reopen, number, STAFF, text="We found more.")
    life.send_mail()
    return number


def test_the_customer_reads_their_own_story(life: Life) -> None:
    assert told(theirs(life, lived(life))) == [
        ("You sent this", ""),
        ("We answered", "Which browser?"),
        ("You wrote", "Firefox."),
        ("You told us by phone", "And Chrome."),
        ("We changed its type or priority: Incident, P2, before General Enquiry: It is down.", ""),
        ("We resolved it: Fixed. The underlying problem: A font was missing.", "Done."),
        ("You told us that it is not solved", "It is not."),
        ("We resolved it: Workaround given", ""),
        ("You told us that it is solved", ""),
        ("We re-opened it", "We found more."),
    ]


def test_staff_read_the_same_with_what_was_said_between_ourselves(life: Life) -> None:
    assert told(ours(life, lived(life))) == [
        ("Received", ""),
        ("Note", SECRET),
        ("Answered, and waiting for the customer", "Which browser?"),
        ("The customer wrote", "Firefox."),
        ("The customer rang", "And Chrome."),
        ("Classified as Incident, P2, before General Enquiry: It is down.", ""),
        ("Resolved: Fixed. The underlying problem: A font was missing.", "Done."),
        ("The customer says it is not solved", "It is not."),
        ("Resolved: Workaround given", ""),
        ("The customer says it is solved", ""),
        ("Re-opened", "We found more."),
    ]


def test_nothing_of_ours_is_on_the_customers_page(life: Life) -> None:
    view = theirs(life, lived(life))
    shown = repr([replace(entry, delivery=None) for entry in view.entries])
    assert SECRET not in shown
    assert {entry.by for entry in view.entries} == {None}
    assert {entry.delivery.to for entry in mails(view) if entry.delivery} == {"zoe@example.net"}
    assert "example.org" not in repr(view.entries)


def test_staff_see_who_did_it(life: Life) -> None:
    by = {entry.says: entry.by for entry in ours(life, lived(life)).entries}
    assert (by["Answered, and waiting for the customer"], by["Note"], by["The customer wrote"]) == (
        "lee@example.org",
        "lee@example.org",
        None,
    )


def test_every_mail_is_listed_with_what_became_of_it(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    (waiting,) = [entry for entry in mails(theirs(life, number)) if entry.delivery and entry.delivery.state != "sent"]
    assert waiting.delivery
    assert (waiting.says, waiting.delivery.state, waiting.delivery.next_try) == ("We emailed you our answer", "waiting", life.clock.now())
    life.hold_mail()
    life.clock.pass_(minutes=1)
    seen: list[str] = []

    def slow(letter: object) -> str:
        seen.extend(entry.delivery.state for entry in mails(ours(life, number)) if entry.delivery and "our answer" in entry.says)
        raise PermanentFailure("550 no such user")

    life.clock.pass_(hours=1)
    assert outbox.deliver_one(life.runtime.database, slow, life.clock.now)
    (failed,) = [entry.delivery for entry in mails(ours(life, number)) if entry.delivery and entry.delivery.what == "our answer"]
    assert (seen, failed.state, failed.reply, failed.attempts) == (["sending"], "failed", "550 no such user", 2)
    assert (failed.at, failed.next_try, failed.is_to_customer) == (life.clock.now(), None, True)
    to_team = [entry.delivery.what for entry in mails(ours(life, number)) if entry.delivery and not entry.delivery.is_to_customer]
    assert to_team == ["new ticket"]


def test_what_did_not_arrive_stands_in_the_story_for_staff_and_as_failed_for_the_customer(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.refuse_mail(to="zoe@")
    life.work()
    assert told(ours(life, number))[-1][0].startswith("Could not be delivered: our answer: 550")
    assert "deliver" not in repr(told(theirs(life, number)))
    # The customer reads on the page what no mail has brought.
    assert ("We answered", "Which browser?") in told(theirs(life, number))


def test_what_is_owed_is_said_with_its_working(life: Life) -> None:
    number = life.ticket(request_type="incident", priority="P3")
    (owed,) = ours(life, number).owed
    assert (owed.what, owed.due_at, owed.is_late) == ("first response", life.moment("2026-11-24 14:28"), False)
    assert (owed.asked_at, owed.target, owed.basis) == (life.clock.now(), "8 business hours", "Incident, P3")
    assert owed.working == "Mon 2:28-5:00 pm 2 h 32 min; Tue 9:00 am-2:28 pm 5 h 28 min = 8 h"
    life.goes_to("2026-11-24 14:29")
    assert ours(life, number).owed[0].is_late
    assert theirs(life, number).owed == ours(life, number).owed
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    assert ours(life, number).owed == ()


def test_a_complaint_and_an_escalation_are_owed_beside_it_the_earliest_first(life: Life) -> None:
    number = complained(life)
    assert [owed.what for owed in theirs(life, number).owed] == ["confirmation of the complaint", "answer to the complaint"]
    life.goes_to("2026-11-25 10:00")
    life.escalate(number)
    view = ours(life, number)
    assert [owed.what for owed in view.owed] == ["confirmation of the complaint", "review of the escalation", "answer to the complaint"]
    assert [owed.working != "" for owed in view.owed] == [True, False, False]
    assert view.escalation
    assert "payroll" in view.escalation.impact
    life.do(staff_acts.answer_escalation, number, STAFF, text="You are right.")
    view = ours(life, number)
    assert (view.escalation, told(view)[-1]) == (None, ("Answered the escalation", "You are right."))
    assert ("We answered your escalation", "You are right.") in told(theirs(life, number))


@pytest.mark.parametrize("status", [Status.WAITING, Status.RESOLVED])
def test_what_time_does_next_is_said_once_its_letter_has_left(life: Life, status: Status) -> None:
    number = life.ticket()
    if status is Status.WAITING:
        life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    else:
        life.do(staff_acts.resolve, number, STAFF, reason="Fixed")
    does, move = ("Counts as resolved from", Move.WENT_QUIET) if status is Status.WAITING else ("Closes", Move.WINDOW_ENDED)
    coming = theirs(life, number).coming
    assert coming
    assert (coming.move, coming.at) == (move, None)
    assert coming.says == f"{does} 7 days after our email has been delivered, unless you write"
    life.clock.pass_(hours=20)
    life.send_mail()
    # At once, and the same when the worker has been there.
    for _ in range(2):
        coming = theirs(life, number).coming
        assert coming
        assert (coming.at, coming.says) == (life.moment("2026-12-01 10:28"), f"{does} Tue 1 Dec 2026, 10:28 am AEST unless you write")
        life.let_time_work()
    assert "unless the customer writes" in (ours(life, number).coming or coming).says
    life.goes_to("2026-12-01 10:28")
    life.let_time_work()
    assert life.status(number) is not status


def test_the_moment_is_one_at_which_support_is_open(life: Life) -> None:
    life.goes_to("2026-11-28 10:00")
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.send_mail()
    coming = theirs(life, number).coming
    assert coming
    assert coming.at == life.moment("2026-12-07 09:00")


@pytest.mark.parametrize("has_left", [False, True])
def test_a_policy_that_changes_moves_nothing_that_was_said(life: Life, policy: Policy, has_left: bool) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    if has_left:
        life.send_mail()
    days = {"resolved_after_quiet_days": 2, "reminded_after_quiet_days": 1}
    before = theirs(life, number).coming
    life.runtime = replace(life.runtime, policy=policy.model_copy(update={"resolution": policy.resolution.model_copy(update=days)}))
    assert theirs(life, number).coming == before


def test_nothing_comes_where_it_is_our_turn_or_over(life: Life) -> None:
    number = life.ticket()
    assert theirs(life, number).coming is None
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed")
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    assert (theirs(life, number).status, theirs(life, number).coming) == (Status.CLOSED, None)


def test_files_stand_with_what_they_came_with_and_a_notes_are_ours(life: Life) -> None:
    database, now = life.runtime.database, life.clock.now()
    number = life.ticket(Envelope(files=(staged(database, SAMPLES["png"], "first.png", at=now),)))
    answer, reply = (staged(database, SAMPLES["log"], name, at=now) for name in ("theirs.log", "ours.log"))
    life.do(staff_acts.reply, number, STAFF, text="See here.", waits=True, tokens=[reply.token])
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="And here.", tokens=[answer.token])
    for view in (theirs(life, number), ours(life, number)):
        by_entry = {entry.text: [file.name for file in entry.files] for entry in view.entries if entry.kind != "mail"}
        assert by_entry == {"": ["first.png"], "See here.": ["ours.log"], "And here.": ["theirs.log"]}
        assert [file.name for file in view.files] == ["first.png", "theirs.log", "ours.log"]


def test_what_looks_automatic_says_so_to_staff_alone(life: Life) -> None:
    number = life.ticket(SUSPECT)
    assert told(theirs(life, number)) == [("You sent this", "")]
    assert "No acknowledgement was sent: a field that people do not see" in told(ours(life, number))[1][0]
    life.do(staff_checks.believe, number, STAFF)
    assert told(ours(life, number))[-1][0] == "Taken for a real request (was marked: a field that people do not see was filled in)"
    junk = life.ticket(SUSPECT)
    life.do(staff_checks.junk, junk, STAFF)
    assert told(ours(life, junk))[-1][0] == "Closed as junk"
    assert "junk" not in repr(theirs(life, junk).entries)


def test_time_says_what_it_did(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.send_mail()
    life.days(16, passes=1)
    assert [says for says, _ in told(theirs(life, number))][2:] == [
        "We reminded you that we wait for your answer",
        "Resolved: No response from the customer",
        "Closed",
    ]
    assert [says for says, _ in told(ours(life, number))][2:] == [
        "Reminded the customer",
        "Resolved: No response from the customer",
        "Closed, as the time to answer was over",
    ]


def test_what_was_written_stands_before_the_mail_that_carried_it(life: Life) -> None:
    number = life.ticket()
    life.clock.pass_(minutes=1)
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.send_mail()
    assert [entry.says for entry in theirs(life, number).entries][-2:] == ["We answered", "We emailed you our answer"]
    moments = [entry.at for entry in ours(life, lived(life)).entries]
    assert moments == sorted(moments)
    assert moments[-1] - moments[0] == timedelta(minutes=30)


def test_there_is_no_such_ticket(life: Life) -> None:
    with life.runtime.database.reading() as session:
        assert ticket_view.for_customer(session, 4711, life.runtime.desk, life.clock.now()) is None
        assert ticket_view.for_staff(session, 4711, life.runtime.desk, life.clock.now()) is None


def test_everything_that_is_written_into_the_history_has_words_for_staff(life: Life) -> None:
    number = lived(life)
    life.do(staff_checks.junk, number, STAFF)
    known = set(ticket_view._FOR_STAFF) | {str(Move.WROTE)}
    assert set(life.happened(number)) <= known
    assert set(Move) <= known
