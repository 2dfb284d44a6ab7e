"""What a customer does on their page: the ticket is open again with a promise, or resolved, or closed, and the team knows."""

import pytest

from formapp.mail import purposes
from formapp.rules.lifecycle import MoveNotAllowed, Status
from formapp.services import customer_acts, staff_acts
from formapp.services.attachments import UnknownFile
from formapp.services.promises import End
from formapp.services.ticket_life import AlreadyDone
from tests.sample_files import SAMPLES
from tests.services.kept_files import staged
from tests.services.life import CUSTOMER, STAFF, Life, text_of


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def waiting(life: Life) -> int:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser is it?", waits=True)
    life.send_mail()
    life.work()
    return number


def resolved(life: Life) -> int:
    number = life.ticket()
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed", text="Done.", underlying_problem="A font was missing.")
    life.send_mail()
    life.work()
    return number


def closed(life: Life) -> int:
    number = resolved(life)
    life.goes_to("2026-12-01 09:00")
    life.work()
    assert life.status(number) is Status.CLOSED
    return number


def test_an_answer_makes_it_our_turn_and_what_time_would_do_is_forgotten(life: Life) -> None:
    number = waiting(life)
    assert life.row(number).step_at
    life.clock.pass_(days=1)
    before = len(life.letters_to_customer())
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="Firefox, since Monday.")
    row = life.row(number)
    assert row.status == "open"
    assert (row.notice_id, row.window_days, row.step_at, row.remind_at) == (None, None, None, None)
    message = life.messages(number)[-1]
    assert (message.at, message.kind, message.channel, message.text) == (life.clock.now(), "customer", "page", "Firefox, since Monday.")
    assert (message.author, message.mail_id) == (None, None)
    event = life.events(number)[-1]
    assert (event.event, event.old_status, event.new_status, event.message_id) == ("customer wrote", "waiting", "open", message.id)
    # They see it on their page: a letter about it would be one more.
    assert len(life.letters_to_customer()) == before
    life.days(30, passes=1)
    assert life.status(number) is Status.OPEN


def test_the_team_reads_what_the_customer_wrote_and_by_when_to_answer(life: Life) -> None:
    number = waiting(life)
    life.goes_to("2026-11-24 10:00")
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="Firefox, since Monday.")
    letter = life.letter(purposes.TEAM_CUSTOMER_WROTE)
    said = text_of(letter)
    assert letter["To"] == "team@example.org"
    assert said.startswith("The customer wrote: BC-1001")
    assert "Firefox, since Monday." in said
    assert "Wed 25 Nov 2026, 10:00 am AEST" in said
    assert "/staff-door/" in said
    assert life.runtime.links.ticket_url(number) not in said


@pytest.mark.parametrize(("begin", "was"), [(resolved, "resolved"), (closed, "closed")])
def test_what_was_finished_is_open_again_with_a_promise_and_a_letter_that_says_so(life: Life, begin: object, was: str) -> None:
    number = begin(life)  # type: ignore[operator]
    life.goes_to("2027-03-02 11:00")
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="It is back.")
    row = life.row(number)
    assert (row.status, row.resolved_at, row.closed_at) == ("open", None, None)
    # What the last resolution was stands in the history: this ticket is not resolved.
    assert (row.resolution_reason, row.underlying_problem) == (None, None)
    assert "Fixed. The underlying problem: A font was missing." in [event.note for event in life.events(number)]
    event = next(event for event in life.events(number) if event.event == "customer wrote")
    assert (event.old_status, event.new_status) == (was, "open")
    (promise,) = life.standing(number)
    assert (promise.is_first, promise.due_at) == (False, life.moment("2027-03-03 11:00"))
    assert row.next_due_at == promise.due_at
    said = text_of(life.letter(purposes.TICKET_REOPENED))
    assert "is open again" in said
    assert "Wed 3 Mar 2027, 11:00 am AEST" in said
    assert text_of(life.letter(purposes.TEAM_CUSTOMER_WROTE)).startswith("The customer re-opened the ticket: BC-1001")


@pytest.mark.parametrize("begin", [resolved, closed])
@pytest.mark.parametrize("text", ["", "The same error is back."])
def test_not_solved_opens_it_again_with_or_without_words(life: Life, begin: object, text: str) -> None:
    number = begin(life)  # type: ignore[operator]
    life.do(customer_acts.customer_not_solved, number, CUSTOMER, text=text)
    event = next(event for event in life.events(number) if event.event == "customer says it is not solved")
    assert (event.new_status, event.message_id is None) == ("open", text == "")
    assert len(life.standing(number)) == 1
    assert [message.text for message in life.messages(number) if message.kind == "customer"] == [text] * bool(text)
    said = text_of(life.letter(purposes.TEAM_CUSTOMER_WROTE))
    assert said.startswith("The customer says it is not solved: BC-1001")
    assert text in said
    assert life.letters_to_customer()[-1] == purposes.TICKET_REOPENED


def test_not_solved_is_for_what_we_called_solved(life: Life) -> None:
    for number in (life.ticket(), waiting(life)):
        with pytest.raises(MoveNotAllowed):
            life.do(customer_acts.customer_not_solved, number, CUSTOMER, text="It is not.")
        assert [message for message in life.messages(number) if message.kind == "customer"] == []


@pytest.mark.parametrize("begin", [Life.ticket, waiting])
def test_solved_resolves_it_with_a_letter_to_answer_and_a_window(life: Life, begin: object) -> None:
    number = begin(life)  # type: ignore[operator]
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    row = life.row(number)
    assert (row.status, row.resolution_reason, row.resolved_at) == ("resolved", "Solved, says the customer", life.clock.now())
    assert row.next_due_at is None
    assert life.standing(number) == []
    (notice,) = life.mails(purposes.TICKET_RESOLVED)
    assert (row.notice_id, row.window_days, row.step_at) == (notice.id, 7, None)
    said = text_of(life.letter(purposes.TICKET_RESOLVED))
    assert "You told us that your ticket BC-1001 is solved." in said
    assert "Mon 30 Nov 2026, 2:28 pm AEST unless you write" in said
    said = text_of(life.letter(purposes.TEAM_CUSTOMER_WROTE))
    assert said.startswith("The customer says it is solved: BC-1001")
    assert "Nothing needs to be answered now." in said


def test_solved_before_anybody_answered_withdraws_the_promise_and_is_no_first_response(life: Life) -> None:
    number = life.ticket()
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    (promise,) = life.promises(number)
    assert (promise.ended_at, promise.ended_as) == (life.clock.now(), End.WITHDRAWN)
    assert life.row(number).first_response_at is None
    # What they then write is still to be answered for the first time.
    life.do(customer_acts.customer_not_solved, number, CUSTOMER)
    assert [promise.is_first for promise in life.standing(number)] == [True]


def test_solved_again_closes_what_is_resolved_under_the_reason_that_was_logged(life: Life) -> None:
    number = resolved(life)
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    row = life.row(number)
    assert (row.status, row.closed_at, row.resolution_reason) == ("closed", life.clock.now(), "Fixed")
    assert (row.notice_id, row.step_at, row.next_due_at) == (None, None, None)
    # Whose problem it was stays with it.
    assert row.underlying_problem == "A font was missing."
    said = text_of(life.letter(purposes.TICKET_CLOSED))
    assert "You told us that your ticket BC-1001 is solved." in said
    assert "re-open the ticket at any time" in said
    with pytest.raises(MoveNotAllowed):
        life.do(customer_acts.customer_solved, number, CUSTOMER)


@pytest.mark.parametrize(("shown", "status"), [(Status.OPEN, "resolved"), (Status.RESOLVED, "closed"), (None, "closed")])
def test_who_says_it_of_an_open_ticket_that_staff_have_just_resolved_does_not_close_it(
    life: Life, shown: Status | None, status: str
) -> None:
    number = resolved(life)
    if shown is Status.OPEN:
        with pytest.raises(AlreadyDone):
            life.do(customer_acts.customer_solved, number, CUSTOMER, shown=shown)
    else:
        life.do(customer_acts.customer_solved, number, CUSTOMER, shown=shown)
    assert life.status(number) == status


def test_files_come_with_the_message_and_go_to_the_team(life: Life) -> None:
    number = waiting(life)
    kept = [staged(life.runtime.database, SAMPLES[kind], f"screen.{kind}", at=life.clock.now()) for kind in ("png", "log")]
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="Here.", tokens=[file.token for file in kept])
    letter = life.letter(purposes.TEAM_CUSTOMER_WROTE)
    assert "screen.png" in text_of(letter)
    assert "screen.log" in text_of(letter)
    # Files alone say something, too.
    again = staged(life.runtime.database, b"another\n", "more.log", at=life.clock.now())
    life.do(customer_acts.customer_writes, number, CUSTOMER, text="", tokens=[again.token])
    assert [message.text for message in life.messages(number)][1:] == ["Here.", ""]


def test_with_a_file_that_is_gone_nothing_is_sent(life: Life) -> None:
    number = resolved(life)
    mails = len(life.mails())
    with pytest.raises(UnknownFile):
        life.do(customer_acts.customer_writes, number, CUSTOMER, text="Here.", tokens=["gone"])
    assert (life.status(number), len(life.mails()), len(life.messages(number))) == (Status.RESOLVED, mails, 1)


def test_what_was_heard_elsewhere_counts_as_the_customers_and_the_team_is_not_written_to_about_itself(life: Life) -> None:
    number = waiting(life)
    mails = len(life.mails())
    life.do(customer_acts.heard, number, STAFF, text="They rang: it is Firefox.", how="phone")
    message, event = life.messages(number)[-1], life.events(number)[-1]
    assert (message.kind, message.channel) == ("customer", "phone")
    assert (event.event, event.actor, event.by, event.channel) == ("customer wrote", "staff", "lee@example.org", "staff page")
    assert life.status(number) is Status.OPEN
    assert len(life.standing(number)) == 1
    assert len(life.mails()) == mails


def test_a_reply_to_the_closure_notification_re_opens_it_once_staff_have_put_it_down(life: Life) -> None:
    number = closed(life)
    life.do(customer_acts.heard, number, STAFF, text="It is back.", how="email")
    assert life.status(number) is Status.OPEN
    assert life.letters_to_customer()[-1] == purposes.TICKET_REOPENED


@pytest.mark.parametrize(
    ("email", "because"),
    [
        ("team@example.org", "one of our own"),
        ("no-reply@example.net", "of a mail system or a list"),
        ("zoë@example.net", "cannot be written to"),
    ],
)
def test_where_nobody_may_be_written_to_the_click_counts_and_staff_see_why_there_was_no_letter(
    life: Life, email: str, because: str
) -> None:
    number = life.ticket(email=email)
    life.do(customer_acts.customer_solved, number, CUSTOMER)
    assert (life.status(number), life.letters_to_customer()) == (Status.RESOLVED, [])
    assert [because in str(event.note) for event in life.events(number) if event.event == "letter withheld"] == [True]
    # No letter is waited for, so the window begins now.
    assert life.row(number).step_at == life.moment("2026-11-30 14:28")
    life.do(customer_acts.customer_not_solved, number, CUSTOMER)
    assert life.letters_to_customer() == []
    # The team hears of it all the same.
    assert len(life.mails(purposes.TEAM_CUSTOMER_WROTE)) == 2
