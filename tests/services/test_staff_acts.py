"""What staff do on a ticket: the row, the history, the promise, and what the customer reads."""

import pytest

from formapp.address import UnusableAddress
from formapp.mail import purposes
from formapp.policy.policy import UnknownChoice
from formapp.rules.lifecycle import MoveNotAllowed, Status
from formapp.services import staff_acts
from formapp.services.attachments import UnknownFile
from formapp.services.promises import End
from formapp.services.staff_acts import NothingToChange, UnknownReason
from formapp.services.ticket_life import CannotWrite
from tests.sample_files import SAMPLES
from tests.services.kept_files import staged
from tests.services.life import STAFF, SUSPECT, Life, text_of
from tests.services.lived_tickets import complained


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def resolve(life: Life, number: int, **words: str) -> None:
    life.do(staff_acts.resolve, number, STAFF, **({"reason": "Fixed"} | words))


@pytest.mark.parametrize(("waits", "status", "happened"), [(True, "waiting", "asked the customer"), (False, "open", "told the customer")])
def test_a_reply_keeps_the_promise_and_is_mailed(life: Life, waits: bool, status: str, happened: str) -> None:
    number = life.ticket()
    life.clock.pass_(minutes=40)
    life.do(staff_acts.reply, number, STAFF, text="Which browser is it?\n\nSam", waits=waits)
    row, (message,), event = life.row(number), life.messages(number), life.events(number)[-1]
    assert (row.status, row.first_response_at, row.next_due_at) == (status, life.clock.now(), None)
    (mail,) = life.mails(purposes.TICKET_ANSWERED)
    assert (message.kind, message.channel, message.author, message.mail_id) == ("reply", "staff page", "lee@example.org", mail.id)
    assert (event.event, event.old_status, event.new_status, event.message_id) == (happened, "open", status, message.id)
    (promise,) = life.promises(number)
    assert (promise.ended_at, promise.ended_as) == (life.clock.now(), End.ANSWERED)
    said = text_of(life.letter(purposes.TICKET_ANSWERED))
    assert "Which browser is it?" in said
    # Only while we wait does time do anything, and then the letter says what and when.
    assert (row.notice_id, row.window_days) == ((mail.id, 7) if waits else (None, None))
    assert ("Mon 30 Nov 2026, 3:08 pm AEST unless you write" in said) is waits


def test_the_first_response_stays_the_first(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="One.", waits=False)
    first = life.clock.now()
    life.clock.pass_(hours=1)
    life.do(staff_acts.reply, number, STAFF, text="Two.", waits=True)
    resolve(life, number)
    assert life.row(number).first_response_at == first


def test_an_update_while_waiting_makes_it_our_turn(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.do(staff_acts.reply, number, STAFF, text="We found it without.", waits=False)
    row = life.row(number)
    assert (row.status, row.notice_id, row.window_days, row.step_at) == ("open", None, None, None)


def test_another_question_has_a_window_of_its_own(life: Life) -> None:
    number = life.ticket()
    for text in ("Which browser?", "And which version?"):
        life.do(staff_acts.reply, number, STAFF, text=text, waits=True)
    _, second = life.mails(purposes.TICKET_ANSWERED)
    assert life.row(number).notice_id == second.id


@pytest.mark.parametrize("act", [staff_acts.reply, staff_acts.resolve, staff_acts.reclassify])
def test_what_is_finished_is_re_opened_first(life: Life, act: object) -> None:
    words = {
        staff_acts.reply: {"text": "One more thing.", "waits": True},
        staff_acts.resolve: {"reason": "Fixed"},
        staff_acts.reclassify: {"request_type": "incident", "priority": "P1", "because": "It is down."},
    }
    number = life.ticket()
    resolve(life, number)
    mails = len(life.mails())
    with pytest.raises(MoveNotAllowed):
        life.do(act, number, STAFF, **words[act])  # type: ignore[arg-type, index]
    assert len(life.mails()) == mails


def test_files_of_ours_travel_with_the_reply_and_are_offered_on_the_customers_page(life: Life) -> None:
    number = life.ticket()
    kept = staged(life.runtime.database, SAMPLES["pdf"], "how to.pdf", at=life.clock.now())
    life.do(staff_acts.reply, number, STAFF, text="See here.", waits=True, tokens=[kept.token])
    letter = life.letter(purposes.TICKET_ANSWERED)
    assert [part.get_filename() for part in letter.walk() if part.get_filename()] == ["how to.pdf"]
    assert f"{life.runtime.links.ticket_url(number)}/files/" in text_of(letter)
    with pytest.raises(UnknownFile):
        life.do(staff_acts.reply, number, STAFF, text="See here.", waits=True, tokens=["gone"])


def test_files_that_come_with_a_re_opening_reach_the_customer(life: Life) -> None:
    number = life.ticket()
    resolve(life, number)
    kept = staged(life.runtime.database, SAMPLES["pdf"], "what we saw.pdf", at=life.clock.now())
    life.do(staff_acts.reopen, number, STAFF, text="We see it too.", tokens=[kept.token])
    assert "what we saw.pdf" in text_of(life.letter(purposes.TICKET_REOPENED))


def test_a_note_is_only_for_us_and_answers_nothing(life: Life) -> None:
    number = life.ticket()
    mails, before = len(life.mails()), life.row(number)
    life.do(staff_acts.note, number, STAFF, text="The rent is late again.")
    row, (message,) = life.row(number), life.messages(number)
    assert (message.kind, message.author, message.mail_id) == ("note", "lee@example.org", None)
    assert (row.status, row.next_due_at, row.first_response_at) == ("open", before.next_due_at, None)
    assert (len(life.mails()), len(life.standing(number))) == (mails, 1)


def test_a_note_does_not_keep_time_from_its_work(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.send_mail()
    life.work()
    step_at = life.row(number).step_at
    life.do(staff_acts.note, number, STAFF, text="They are on holiday.")
    assert life.row(number).step_at == step_at is not None


def test_a_resolution_logs_its_reason_and_tells_of_the_underlying_problem(life: Life) -> None:
    number = life.ticket()
    life.clock.pass_(hours=1)
    resolve(life, number, text="Invoices print again.", underlying_problem="A font was missing.")
    row, event = life.row(number), life.events(number)[-1]
    assert (row.status, row.resolved_at) == ("resolved", life.clock.now())
    assert (row.resolution_reason, row.underlying_problem) == ("Fixed", "A font was missing.")
    assert (event.event, event.old_status, event.new_status) == ("resolved", "open", "resolved")
    # The history keeps what the ticket forgets when it is opened again.
    assert event.note == "Fixed. The underlying problem: A font was missing."
    (notice,) = life.mails(purposes.TICKET_RESOLVED)
    assert (row.notice_id, row.window_days, row.step_at) == (notice.id, 7, None)
    assert (row.first_response_at, life.standing(number)) == (life.clock.now(), [])
    said = text_of(life.letter(purposes.TICKET_RESOLVED))
    for words in ("Reason: Fixed", "Invoices print again.", "A font was missing.", "Mon 30 Nov 2026, 3:28 pm AEST unless you write"):
        assert words in said
    assert life.messages(number)[-1].mail_id == notice.id


def test_a_resolution_without_words_is_no_message(life: Life) -> None:
    number = life.ticket()
    resolve(life, number)
    row = life.row(number)
    assert (life.messages(number), row.underlying_problem, row.status) == ([], None, "resolved")


@pytest.mark.parametrize("reason", ["", "fixed", "No response from the customer", "Because"])
def test_a_reason_is_one_of_the_policys_that_staff_can_give(life: Life, reason: str) -> None:
    number = life.ticket()
    with pytest.raises(UnknownReason, match="Answered; Fixed; "):
        resolve(life, number, reason=reason)
    assert life.status(number) is Status.OPEN


def test_re_opening_tells_the_customer_why_and_promises_no_second_answer(life: Life) -> None:
    number = life.ticket()
    resolve(life, number, underlying_problem="A font was missing.")
    life.work()
    life.do(staff_acts.reopen, number, STAFF, text="Another customer has it again.")
    row, event = life.row(number), life.events(number)[-1]
    assert (row.status, row.resolved_at, row.resolution_reason, row.underlying_problem) == ("open", None, None, None)
    assert (row.notice_id, row.step_at, row.next_due_at) == (None, None, None)
    assert (event.event, event.old_status, event.new_status) == ("re-opened", "resolved", "open")
    (mail,) = life.mails(purposes.TICKET_REOPENED)
    assert life.messages(number)[-1].mail_id == mail.id
    said = text_of(life.letter(purposes.TICKET_REOPENED))
    assert "Another customer has it again." in said
    assert "We aim to answer by" not in said
    # Their silence means nothing now.
    life.days(30, passes=1)
    assert life.status(number) is Status.OPEN


def test_reclassified_the_customer_is_told_the_new_promise_and_why(life: Life) -> None:
    number = life.ticket()
    life.clock.pass_(minutes=30)
    life.do(staff_acts.reclassify, number, STAFF, request_type="incident", priority="P1", because="Nobody can send invoices.")
    row, event = life.row(number), life.events(number)[-1]
    assert (row.request_type, row.priority, row.status) == ("incident", "P1", "open")
    assert (event.event, event.note) == ("classified", "Incident, P1, before General Enquiry: Nobody can send invoices.")
    said = text_of(life.letter(purposes.TICKET_RECLASSIFIED))
    for words in ("Incident, P1", "Nobody can send invoices.", "Mon 23 Nov 2026, 4:28 pm AEST", "2 business hours"):
        assert words in said
    assert "it has passed already" not in said


def test_reclassified_too_late_the_letter_says_so(life: Life) -> None:
    number = life.ticket()
    life.goes_to("2026-11-24 10:00")
    life.do(staff_acts.reclassify, number, STAFF, request_type="incident", priority="P1", because="It is down.")
    assert "it has passed already" in text_of(life.letter(purposes.TICKET_RECLASSIFIED))
    assert life.row(number).next_due_at == life.moment("2026-11-23 16:28")


@pytest.mark.parametrize(
    ("request_type", "priority", "refusal"),
    [
        ("general-enquiry", None, NothingToChange),
        ("nonsense", None, UnknownChoice),
        ("incident", "P9", UnknownChoice),
        ("general-enquiry", "P1", UnknownChoice),
        ("complaint", None, UnknownChoice),
    ],
)
def test_there_is_nothing_to_change_or_no_such_choice(
    life: Life, request_type: str, priority: str | None, refusal: type[Exception]
) -> None:
    number = life.ticket()
    with pytest.raises(refusal):
        life.do(staff_acts.reclassify, number, STAFF, request_type=request_type, priority=priority, because="So.")
    assert life.row(number).revision == 0


def test_a_complaint_keeps_its_deadlines(life: Life) -> None:
    number = complained(life)
    with pytest.raises(NothingToChange, match="complaint"):
        life.do(staff_acts.reclassify, number, STAFF, request_type="incident", priority="P1", because="So.")


def test_of_a_ticket_that_looks_automatic_a_new_class_is_told_to_nobody(life: Life) -> None:
    number = life.ticket(SUSPECT)
    life.do(staff_acts.reclassify, number, STAFF, request_type="incident", priority="P1", because="It is down.")
    assert life.letters_to_customer() == []
    assert life.happened(number)[-2:] == ["classified", "letter withheld"]
    # Whoever is answered by a person gets the answer, and what follows from it.
    life.do(staff_acts.reply, number, STAFF, text="Are you real?", waits=True)
    life.send_mail()
    life.days(7, passes=1)
    assert life.letters_to_customer() == [purposes.TICKET_ANSWERED, purposes.WAITING_REMINDER, purposes.TICKET_RESOLVED]


@pytest.mark.parametrize("who", ["abuse", "root", "noreply"])
def test_what_a_person_wrote_goes_to_a_machines_address_too(life: Life, who: str) -> None:
    number = life.ticket(email=f"{who}@example.net")
    life.do(staff_acts.reclassify, number, STAFF, request_type="incident", priority="P1", because="It is down.")
    resolve(life, number, text="Done.")
    assert life.letters_to_customer() == [purposes.TICKET_RECLASSIFIED, purposes.TICKET_RESOLVED]
    # Two robots must not talk: what nobody wrote by hand stays here.
    life.send_mail()
    life.days(8, passes=1)
    assert life.status(number) is Status.CLOSED
    assert life.letters_to_customer() == [purposes.TICKET_RECLASSIFIED, purposes.TICKET_RESOLVED]


def test_a_resolution_is_mailed_though_the_ticket_looks_automatic(life: Life) -> None:
    number = life.ticket(SUSPECT)
    resolve(life, number, text="Done.")
    assert life.letters_to_customer() == [purposes.TICKET_RESOLVED]


@pytest.mark.parametrize(("has_left", "says"), [(True, "Mon 30 Nov 2026, 2:28 pm AEST"), (False, "7 days after our email")])
def test_reclassified_while_it_waits_the_letter_says_that_it_still_does_and_until_when(life: Life, has_left: bool, says: str) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    if has_left:
        life.send_mail()
        life.work()
    before = life.row(number)
    life.clock.pass_(hours=1)
    life.do(staff_acts.reclassify, number, STAFF, request_type="incident", priority="P1", because="It is down.")
    said = text_of(life.letter(purposes.TICKET_RECLASSIFIED))
    assert "We still wait for your answer" in said
    assert says in said
    assert "you do not need to do anything" not in said
    # Its window goes on as it was.
    after = life.row(number)
    assert (after.status, after.notice_id, after.step_at) == (before.status, before.notice_id, before.step_at)


@pytest.mark.parametrize("email", ["zoë@example.net", "not an address"])
def test_a_person_is_told_before_they_think_that_their_words_were_sent(life: Life, email: str) -> None:
    number = life.ticket(email=email)
    with pytest.raises(CannotWrite, match="Ring them"):
        life.do(staff_acts.reply, number, STAFF, text="Hello", waits=True)
    assert (life.row(number).revision, life.messages(number)) == (0, [])
    # They ring: what they said is a note, and the ticket is resolved without a letter, with its window from now on.
    life.do(staff_acts.note, number, STAFF, text="I rang them.")
    resolve(life, number, text="As I said.")
    row = life.row(number)
    assert (row.status, row.step_at) == ("resolved", life.moment("2026-11-30 14:28"))
    assert life.happened(number)[-1] == "letter withheld"
    with pytest.raises(CannotWrite):
        life.do(staff_acts.reopen, number, STAFF, text="Hello")
    life.days(8, passes=1)
    assert life.status(number) is Status.CLOSED
    assert life.letters_to_customer() == []
    assert UnusableAddress.__name__ not in str(life.events(number)[-1].note)
