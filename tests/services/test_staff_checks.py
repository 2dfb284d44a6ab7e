"""What staff decide about what was held back: believed, set aside, let through, sent again."""

from dataclasses import replace

import pytest

from formapp.mail import purposes
from formapp.models import Ticket
from formapp.rules.lifecycle import MoveNotAllowed, Status
from formapp.services import attachments, customer_acts, staff_acts, staff_checks
from formapp.services.intake import Envelope
from formapp.services.mail_queue import NothingToRetry
from formapp.services.staff_checks import NOT_SCANNED, NothingHeld
from tests.services.kept_files import HELD, row, staged
from tests.services.life import CUSTOMER, STAFF, SUSPECT, Life, text_of
from tests.services.lived_tickets import complained


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def with_file(life: Life, held: str | None) -> tuple[int, int]:
    """Take in a ticket with a file; return the numbers of both."""
    file = staged(life.runtime.database, held=held, at=life.clock.now())
    number = life.ticket(Envelope(files=(file,)))
    with life.runtime.database.reading() as session:
        (found,) = attachments.of_ticket(session, number)
    return number, found.id


def test_believed_it_loses_its_mark_and_the_customer_has_the_acknowledgement(life: Life) -> None:
    number = life.ticket(SUSPECT)
    assert life.letters_to_customer() == []
    life.clock.pass_(minutes=30)
    life.do(staff_checks.believe, number, STAFF)
    row, event = life.row(number), life.events(number)[-1]
    assert (row.suspect_because, row.status) == (None, "open")
    assert (event.event, event.by, event.note) == ("believed", "lee@example.org", SUSPECT.suspect_because)
    (mail,) = life.mails(purposes.TICKET_ACKNOWLEDGEMENT)
    assert mail.recipient == "zoe@example.net"
    said = text_of(life.letter(purposes.TICKET_ACKNOWLEDGEMENT))
    # The promise was made when it came: nobody loses time to our doubts.
    assert "Tue 24 Nov 2026, 2:28 pm AEST" in said
    assert life.runtime.links.ticket_url(number) in said
    assert life.row(number).first_response_at is None


def test_what_is_believed_already_is_not_acknowledged_twice(life: Life) -> None:
    number = life.ticket()
    with pytest.raises(NothingHeld):
        life.do(staff_checks.believe, number, STAFF)
    marked = life.ticket(SUSPECT)
    life.do(staff_checks.believe, marked, STAFF)
    with pytest.raises(NothingHeld):
        life.do(staff_checks.believe, marked, STAFF)
    assert len(life.mails(purposes.TICKET_ACKNOWLEDGEMENT)) == 2


def test_a_believed_complaint_is_confirmed_as_a_complaint(life: Life) -> None:
    number = complained(life)
    with life.runtime.database.transaction() as session:
        session.get_one(Ticket, number).suspect_because = "a reason"
    before = len(life.mails(purposes.COMPLAINT_ACKNOWLEDGEMENT))
    life.do(staff_checks.believe, number, STAFF)
    assert len(life.mails(purposes.COMPLAINT_ACKNOWLEDGEMENT)) == before + 1
    said = text_of(life.letter(purposes.COMPLAINT_ACKNOWLEDGEMENT))
    assert "Wed 23 Dec 2026" in said


@pytest.mark.parametrize("email", ["zoë@example.net", "team@example.org", "mailer-daemon@example.net"])
def test_believed_without_an_address_to_write_to_the_history_says_why_nothing_was_sent(life: Life, email: str) -> None:
    number = life.ticket(SUSPECT, email=email)
    life.do(staff_checks.believe, number, STAFF)
    assert life.letters_to_customer() == []
    assert life.happened(number)[-2:] == ["believed", "acknowledgement withheld"]
    assert life.row(number).suspect_because is None


@pytest.mark.parametrize("finished", ["replied", "resolved", "junk", "late"])
def test_no_acknowledgement_promises_what_is_past(life: Life, finished: str) -> None:
    """It was answered or set aside before its mark was taken off, or nobody looked in time."""
    number = life.ticket(SUSPECT)
    if finished == "replied":
        life.do(staff_acts.reply, number, STAFF, text="Are you real?", waits=True)
    elif finished == "resolved":
        life.do(staff_acts.resolve, number, STAFF, reason="Answered")
    elif finished == "junk":
        life.do(staff_checks.junk, number, STAFF)
    else:
        life.clock.pass_(days=3)
    life.do(staff_checks.believe, number, STAFF)
    assert life.row(number).suspect_because is None
    assert life.mails(purposes.TICKET_ACKNOWLEDGEMENT) == []
    assert life.happened(number)[-2:] == ["believed", "acknowledgement withheld"]


@pytest.mark.parametrize("waits", [False, True])
def test_junk_is_closed_and_nobody_is_written_to(life: Life, waits: bool) -> None:
    number = life.ticket(SUSPECT)
    if waits:
        life.do(staff_acts.reply, number, STAFF, text="Are you real?", waits=True)
    mails = len(life.mails())
    life.do(staff_checks.junk, number, STAFF)
    row, event = life.row(number), life.events(number)[-1]
    assert (row.status, row.closed_at, row.resolved_at) == ("closed", life.clock.now(), None)
    assert (row.notice_id, row.step_at, row.next_due_at) == (None, None, None)
    assert (event.event, event.new_status, event.actor) == ("set aside as junk", "closed", "staff")
    assert len(life.mails()) == mails
    assert life.standing(number) == []
    life.days(10, passes=1)
    assert life.letters_to_customer().count(purposes.TICKET_CLOSED) == 0


def test_what_was_resolved_or_closed_is_no_junk(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.resolve, number, STAFF, reason="Answered")
    for status in (Status.RESOLVED, Status.CLOSED):
        assert life.status(number) is status
        with pytest.raises(MoveNotAllowed):
            life.do(staff_checks.junk, number, STAFF)
        if status is Status.RESOLVED:
            life.do(customer_acts.customer_solved, number, CUSTOMER)


def test_a_slip_is_mended_as_soon_as_the_customer_writes_or_staff_see_it(life: Life) -> None:
    first, second = life.ticket(), life.ticket(email="ann@example.net")
    for number in (first, second):
        life.do(staff_checks.junk, number, STAFF)
    life.do(customer_acts.customer_writes, first, CUSTOMER, text="Hello?")
    life.do(staff_acts.reopen, second, STAFF, text="We are sorry.")
    assert {life.status(number) for number in (first, second)} == {Status.OPEN}
    assert [promise.is_first for promise in life.standing(first)] == [True]


def test_a_file_that_nobody_scanned_is_let_through_with_a_warning(life: Life) -> None:
    number, file = with_file(life, HELD)
    life.do(staff_checks.release_file, number, STAFF, file_id=file)
    stored, event = row(life.runtime.database, file), life.events(number)[-1]
    assert (stored.held_because, stored.warning) == (None, NOT_SCANNED)
    assert (event.event, event.note, event.by) == ("file released", "a.txt", "lee@example.org")
    with pytest.raises(NothingHeld):
        life.do(staff_checks.release_file, number, STAFF, file_id=file)


def test_nobody_lets_another_tickets_file_through(life: Life) -> None:
    _, file = with_file(life, HELD)
    other = life.ticket()
    _, free = with_file(life, None)
    for number in (file, free, 4711):
        with pytest.raises(NothingHeld):
            life.do(staff_checks.release_file, other, STAFF, file_id=number)
    assert row(life.runtime.database, file).held_because == HELD


def test_a_mail_is_sent_again_at_once(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    (mail,) = life.mails(purposes.TICKET_ANSWERED)
    life.refuse_mail(to="zoe@")
    life.clock.pass_(days=2)
    life.do(staff_checks.retry_mail, number, replace(STAFF, once="key"), mail_id=mail.id)
    event = life.events(number)[-1]
    assert (event.event, event.note, event.by) == ("mail retried", "our answer", "lee@example.org")
    life.send_mail()
    assert [mail.sent_at for mail in life.mails(purposes.TICKET_ANSWERED)] == [life.clock.now()]
    # What has left is not sent twice.
    with pytest.raises(NothingToRetry):
        life.do(staff_checks.retry_mail, number, STAFF, mail_id=mail.id)


def test_nobody_retries_another_tickets_mail(life: Life) -> None:
    number, other = life.ticket(), life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    (mail,) = life.mails(purposes.TICKET_ANSWERED)
    for mail_id in (mail.id, 4711):
        with pytest.raises(NothingToRetry, match="on this ticket"):
            life.do(staff_checks.retry_mail, other, STAFF, mail_id=mail_id)
