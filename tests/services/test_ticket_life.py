"""The life of a ticket as the policy tells it, letter by letter, and what all acts have in common."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from formapp.mail import purposes
from formapp.models import OutgoingMail, TicketEvent
from formapp.rules.lifecycle import Mover, Status
from formapp.services import customer_acts, staff_acts, staff_checks
from formapp.services.intake import Envelope
from formapp.services.ticket_life import TERMINAL, Act, AlreadyDone, NoSuchTicket, Stale
from tests.services.life import CUSTOMER, STAFF, SUSPECT, Life, text_of

QUESTION = {"text": "Which browser is it?", "waits": True}
ACTS: dict[str, tuple[Callable[..., Any], Act, dict[str, Any]]] = {
    "customer_writes": (customer_acts.customer_writes, CUSTOMER, {"text": "And now?"}),
    "customer_solved": (customer_acts.customer_solved, CUSTOMER, {}),
    "heard": (customer_acts.heard, STAFF, {"text": "It still happens.", "how": "phone"}),
    "reply": (staff_acts.reply, STAFF, QUESTION),
    "note": (staff_acts.note, STAFF, {"text": "They rang twice."}),
    "resolve": (staff_acts.resolve, STAFF, {"reason": "Fixed", "text": "Done."}),
    "reclassify": (staff_acts.reclassify, STAFF, {"request_type": "incident", "priority": "P1", "because": "It is down."}),
    "junk": (staff_checks.junk, STAFF, {}),
}
# What a member of staff may answer from their own mailbox.
ANSWERED_BY_MAIL = {purposes.TEAM_NEW_TICKET, purposes.TEAM_CUSTOMER_WROTE}
LATER = {
    "customer_not_solved": (customer_acts.customer_not_solved, CUSTOMER, {}),
    "reopen": (staff_acts.reopen, STAFF, {"text": "We see it too."}),
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def everything(life: Life, number: int) -> tuple[object, ...]:
    """Return what an act could have left behind."""
    row = life.row(number)
    columns = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return columns, life.happened(number), len(life.messages(number)), len(life.mails()), len(life.promises(number))


def test_a_question_is_answered_goes_quiet_is_resolved_and_closed(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, **QUESTION)
    life.send_mail()
    assert life.status(number) is Status.WAITING
    assert life.letters_to_customer() == [purposes.TICKET_ACKNOWLEDGEMENT, purposes.TICKET_ANSWERED]
    life.days(3)
    assert life.letters_to_customer()[2:] == []
    life.days(1.5)
    assert life.letters_to_customer()[2:] == [purposes.WAITING_REMINDER]
    life.days(2.25)
    assert life.status(number) is Status.WAITING
    life.days(0.25)
    assert life.letters_to_customer()[3:] == [purposes.TICKET_RESOLVED]
    assert life.status(number) is Status.RESOLVED
    life.days(7)
    assert life.status(number) is Status.CLOSED
    assert life.letters_to_customer()[4:] == [purposes.TICKET_CLOSED]
    life.clock.pass_(days=400)
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="It is back.")
    assert life.status(number) is Status.OPEN
    assert life.letters_to_customer()[5:] == [purposes.TICKET_REOPENED]


def test_all_letters_of_a_ticket_stand_in_one_thread_and_come_from_support(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, **QUESTION)
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="Firefox")
    life.do(staff_acts.reclassify, number, STAFF, request_type="incident", priority="P1", because="It is down.")
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed", text="Done.", underlying_problem="A font was missing.")
    life.do(customer_acts.customer_not_solved, number, CUSTOMER)
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed")
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    life.do(staff_acts.reopen, number, STAFF, text="We found the cause.")
    root = life.letter(purposes.TEAM_NEW_TICKET)["References"]
    by_person = {purposes.TICKET_ANSWERED, purposes.TICKET_RESOLVED, purposes.TICKET_REOPENED, purposes.TICKET_RECLASSIFIED}
    for mail in life.mails()[1:]:
        letter = life.letter(mail.purpose)
        assert (letter["In-Reply-To"], letter["References"]) == (root, root), mail.purpose
        assert "[BC-1001]" in letter["Subject"] or mail.purpose in (purposes.TEAM_CUSTOMER_WROTE,), mail.purpose
        assert letter["From"] == "Billycart Support <support@billycart.com>"
        if mail.recipient == "team@example.org":
            # Without a mailbox the team's answer goes to the customer, with no link in it that opens for them.
            assert letter["Reply-To"] == ("zoe@example.net" if mail.purpose in ANSWERED_BY_MAIL else None)
            assert "/staff-ticket/" not in text_of(letter) or letter["Reply-To"] is None
        else:
            assert (letter["To"], letter["Reply-To"]) == ("zoe@example.net", None)
            assert life.runtime.links.ticket_url(number) in text_of(letter)
        # The last of each purpose is looked at: robots must answer neither what time nor what a click causes.
        is_automatic = mail.purpose not in by_person
        assert (letter["Auto-Submitted"] == "auto-generated") is is_automatic, mail.purpose


@pytest.mark.parametrize("name", ACTS)
def test_the_same_form_sent_twice_acts_once(life: Life, name: str) -> None:
    number = life.ticket()
    act, by, words = ACTS[name]
    by = replace(by, once="the form's own key", seen=life.row(number).revision)
    life.do(act, number, by, **words)
    before = everything(life, number)
    # A double click comes with the revision that the first has passed, and is told that it is done all the same.
    with pytest.raises(AlreadyDone):
        life.do(act, number, by, **words)
    assert everything(life, number) == before


@pytest.mark.parametrize("name", ACTS)
def test_a_form_that_was_opened_before_somebody_elses_change_does_nothing(life: Life, name: str) -> None:
    number = life.ticket()
    seen = life.row(number).revision
    life.do(staff_acts.note, number, STAFF, text="I look at it.")
    before = everything(life, number)
    act, by, words = ACTS[name]
    with pytest.raises(Stale) as stale:
        life.do(act, number, replace(by, seen=seen, once="key"), **words)
    assert stale.value.revision == life.row(number).revision
    assert everything(life, number) == before
    # Looked at again, it is sent with the same key.
    life.do(act, number, replace(by, seen=stale.value.revision, once="key"), **words)
    assert life.row(number).revision > stale.value.revision


@pytest.mark.parametrize("name", [*ACTS, *LATER])
def test_every_act_counts_as_a_change_and_says_who_did_what_when_and_how(life: Life, name: str) -> None:
    number = life.ticket()
    if name in LATER:
        life.do(staff_acts.resolve, number, STAFF, reason="Fixed")
    before = life.row(number)
    life.clock.pass_(minutes=7)
    act, by, words = (ACTS | LATER)[name]
    life.do(act, number, replace(by, once=name), **words)
    after = life.row(number)
    (event,) = [event for event in life.events(number) if event.once_key]
    assert (event.at, event.actor, event.channel, event.by) == (life.clock.now(), by.mover, by.channel, by.by)
    assert name not in str(event.once_key)
    assert after.revision > before.revision
    if after.status != before.status:
        assert (event.old_status, event.new_status) == (before.status, after.status)
    # One event alone says where the ticket is now.
    assert [found.new_status for found in life.events(number) if found.new_status][-1] == after.status


@pytest.mark.parametrize("name", [*ACTS, *LATER])
def test_there_is_no_such_ticket(life: Life, name: str) -> None:
    act, by, words = (ACTS | LATER)[name]
    with pytest.raises(NoSuchTicket, match="look at the ID"):
        life.do(act, 4711, by, **words)


def test_a_key_is_used_up_for_its_ticket_and_an_empty_one_for_none(life: Life) -> None:
    first, second = life.ticket(), life.ticket()
    life.do(staff_acts.note, first, replace(STAFF, once="key"), text="a")
    # The form of one ticket says nothing of another's.
    life.do(staff_acts.note, second, replace(STAFF, once="key"), text="b")
    for _ in range(2):
        life.do(staff_acts.note, second, replace(STAFF, once=""), text="c")
    assert (len(life.messages(first)), len(life.messages(second))) == (1, 3)


def test_a_key_is_any_text_that_a_client_sends(life: Life) -> None:
    number = life.ticket()
    for once in ("\ud800", "k" * 100_000, "'; DROP TABLE tickets"):
        life.do(staff_acts.note, number, replace(STAFF, once=once), text="a")
    assert len(life.messages(number)) == 3


def test_what_fails_in_the_middle_leaves_nothing(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    number = life.ticket()
    before = everything(life, number)
    for module, act, by, words in (
        (staff_acts, *ACTS["reply"]),
        (staff_acts, *ACTS["resolve"]),
        (customer_acts, *ACTS["customer_solved"]),
        (customer_acts, *ACTS["customer_writes"]),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(module, "write", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                life.do(act, number, replace(by, once="key"), **words)
        assert everything(life, number) == before
    life.do(staff_acts.reply, number, replace(STAFF, once="key"), **QUESTION)


def test_from_a_terminal_there_is_no_address(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, Act(Mover.STAFF, TERMINAL), **QUESTION)
    event = life.events(number)[-1]
    assert (event.actor, event.channel, event.by) == ("staff", "terminal", None)
    assert life.messages(number)[-1].author is None


def test_clicks_fill_no_mailbox(life: Life) -> None:
    """Whoever has the ticket's link can say “solved” and “not solved” as often as they like."""
    number = life.ticket()
    for _ in range(9):
        life.do(customer_acts.customer_solved, number, CUSTOMER)
        life.do(customer_acts.customer_not_solved, number, CUSTOMER)
        life.clock.pass_(minutes=1)
    caused = [purposes.TICKET_RESOLVED, purposes.TICKET_REOPENED, purposes.TICKET_CLOSED]
    assert len(life.mails(*caused)) == 10
    withheld = [event for event in life.events(number) if event.event == "letter withheld"]
    assert len(withheld) == 8
    assert {event.note for event in withheld} == {"the address was sent 10 such letters within a day"}
    # The ticket is what the clicks made of it all the same, and time goes on without a letter.
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    assert life.status(number) is Status.RESOLVED
    assert life.row(number).step_at == life.clock.now() + timedelta(days=7)
    life.clock.pass_(days=1)
    life.do(customer_acts.customer_not_solved, number, CUSTOMER)
    assert len(life.mails(*caused)) == 11


def test_the_limit_is_the_mailboxes_whichever_way_it_is_written(life: Life) -> None:
    for index in range(6):
        number = life.ticket(email=f"Zoe+{index}@example.net")
        life.do(customer_acts.customer_solved, number, CUSTOMER)
        life.do(customer_acts.customer_not_solved, number, CUSTOMER)
    assert len(life.mails(purposes.TICKET_RESOLVED, purposes.TICKET_REOPENED)) == 10


def test_a_clock_that_was_ahead_silences_nobody(life: Life) -> None:
    number = life.ticket()
    life.clock.pass_(days=2)
    for _ in range(5):
        life.do(customer_acts.customer_solved, number, CUSTOMER)
        life.do(customer_acts.customer_not_solved, number, CUSTOMER)
    life.clock.pass_(days=-2)
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    assert len(life.mails(purposes.TICKET_RESOLVED, purposes.TICKET_REOPENED)) == 11


def test_what_staff_and_time_write_is_never_withheld_for_its_number(life: Life) -> None:
    """A company with one mailbox has twelve tickets resolved in a day, and is told of each: so says the policy."""
    numbers = [life.ticket() for _ in range(12)]
    for number in numbers:
        life.do(staff_acts.resolve, number, STAFF, reason="Fixed", text="Done.")
    assert len(life.mails(purposes.TICKET_RESOLVED)) == 12
    life.send_mail()
    life.goes_to("2026-12-01 09:00")
    life.work()
    assert {life.status(number) for number in numbers} == {Status.CLOSED}
    assert len(life.mails(purposes.TICKET_CLOSED)) == 12


@pytest.mark.parametrize("answered", [False, True])
def test_without_a_proof_of_work_clicks_write_to_nobody_until_a_person_has_answered(life: Life, answered: bool) -> None:
    """A page opens for whoever sent the form, with whatever address they put into it."""
    number = life.ticket(Envelope())
    if answered:
        life.do(staff_acts.reply, number, STAFF, **QUESTION)
    letters = len(life.letters_to_customer())
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    life.do(customer_acts.customer_not_solved, number, CUSTOMER)
    assert len(life.letters_to_customer()) == letters + (2 if answered else 0)
    withheld = [event.note for event in life.events(number) if event.event == "letter withheld"]
    assert withheld == ([] if answered else ["no proof of work came with the request, and nobody has answered it yet"] * 2)


@pytest.mark.parametrize(("cap", "within"), [("per_domain_per_hour", "its domain"), ("in_all_per_hour", "such letters were sent")])
def test_clicks_flood_no_company_and_nobody_at_all(life: Life, monkeypatch: pytest.MonkeyPatch, cap: str, within: str) -> None:
    desk = life.runtime.desk
    monkeypatch.setattr(type(life.runtime), "desk", replace(desk, caps=replace(desk.caps, **{cap: 3})))
    numbers = [life.ticket(email=f"jo{index}@example.net") for index in range(4)]
    for number in numbers:
        life.do(customer_acts.customer_solved, number, CUSTOMER)
    assert [mail.ticket_number for mail in life.mails(purposes.TICKET_RESOLVED)] == numbers[:3]
    assert within in str(life.events(numbers[3])[-1].note)
    life.clock.pass_(hours=1)
    life.do(customer_acts.customer_not_solved, numbers[3], CUSTOMER)
    assert life.letters_to_customer()[-1] == purposes.TICKET_REOPENED


def test_of_a_ticket_that_looks_automatic_no_click_writes_to_its_address(life: Life) -> None:
    """A robot put somebody's address into the form, and has the page that came after it."""
    number = life.ticket(SUSPECT)
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    life.do(customer_acts.customer_not_solved, number, CUSTOMER)
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="Buy pills")
    assert life.letters_to_customer() == []
    assert [event.note for event in life.events(number) if event.event == "letter withheld"] == [SUSPECT.suspect_because] * 2
    # Time, too, says nothing to somebody to whom nobody has written.
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    life.days(10, passes=1)
    assert life.status(number) is Status.CLOSED
    assert life.letters_to_customer() == []


def test_the_history_of_a_life_holds_no_link_and_no_key(life: Life) -> None:
    number = life.ticket()
    for act, by, words in ACTS.values():
        if act is not staff_checks.junk and life.status(number) in (Status.OPEN, Status.WAITING):
            life.do(act, number, replace(by, once=str(act)), **words)
    with life.runtime.database.reading() as session:
        keys = session.scalars(select(TicketEvent.once_key).where(TicketEvent.once_key.is_not(None))).all()
        notes = session.scalars(select(TicketEvent.note).where(TicketEvent.note.is_not(None))).all()
        mails = session.scalar(select(func.count()).select_from(OutgoingMail))
    assert {len(key or "") for key in keys} == {64}
    assert not [note for note in notes if "http" in note]
    assert mails
