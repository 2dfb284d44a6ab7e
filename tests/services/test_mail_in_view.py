"""Mail in the story of a ticket: the customer's own on both pages, and whatever is not certain to be theirs on ours alone."""

from collections.abc import Callable

import pytest

from formapp.commands.ticket_text import ticket_as_data, ticket_as_text
from formapp.models import Ticket
from formapp.rules.lifecycle import Mover
from formapp.services import customer_acts, intake, staff_acts, ticket_life, ticket_view
from formapp.services.ticket_life import CUSTOMER, MAIL, Act, Came
from formapp.services.ticket_view import Entry, TicketView
from tests import rows
from tests.sample_files import SAMPLES
from tests.services.kept_files import staged
from tests.services.life import STAFF, Life

BY_MAIL = Act(Mover.CUSTOMER, MAIL)
OTHER = "It came from another address than the ticket’s"
EVE = "eve@evil.example"
SECRET = "Send the files to me instead."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def seen(life: Life, number: int, *, by_staff: bool) -> TicketView:
    look = ticket_view.for_staff if by_staff else ticket_view.for_customer
    with life.runtime.database.reading() as session:
        view = look(session, number, life.runtime.desk, life.clock.now())
    assert view
    return view


def last(view: TicketView) -> Entry:
    return [entry for entry in view.entries if entry.kind != "mail"][-1]


def mail(life: Life, text: str | None = "Firefox.") -> int:
    with life.runtime.database.transaction() as session:
        session.add(row := rows.incoming_mail(state="done", text=text))
        session.flush()
        return row.id


def writes(life: Life, number: int, whole: str = "Firefox.", flag: str | None = None, text: str = "Firefox.", file: str = "") -> int:
    mail_id = mail(life, whole)
    tokens = [staged(life.runtime.database, SAMPLES["png"], file, at=life.clock.now()).token] if file else []
    came = Came(mail_id, EVE if flag else "zoe@example.net", flag)
    life.do(customer_acts.customer_writes, number, BY_MAIL, text=text, tokens=tokens, came=came)
    return mail_id


def automatic(life: Life, number: int) -> int:
    """File an automatic mail, as the pipeline does it."""
    mail_id = mail(life, SECRET)
    token = staged(life.runtime.database, SAMPLES["png"], "evil.png", at=life.clock.now()).token
    with life.runtime.database.transaction() as session:
        ticket = session.get_one(Ticket, number)
        came = Came(mail_id, EVE, "An automatic reply (Auto-Submitted: auto-replied)")
        message, _ = ticket_life.keep_message(session, ticket, CUSTOMER, SECRET, BY_MAIL, life.clock.now(), [token], came=came)
        note = "Auto-Submitted: auto-replied"
        intake.note_event(session, number, life.clock.now(), "automatic mail", actor="system", channel=MAIL, note=note, message_id=message)
    return mail_id


def perhaps(life: Life, number: int) -> int:
    mail_id = mail(life, SECRET)
    token = staged(life.runtime.database, SAMPLES["png"], "evil.png", at=life.clock.now()).token
    came = Came(mail_id, EVE, OTHER)
    life.do(customer_acts.perhaps_customer_writes, number, BY_MAIL, text=SECRET, tokens=[token], came=came)
    return mail_id


def perhaps_of_finished(life: Life, number: int) -> int:
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed", text="Done.")
    return perhaps(life, number)


def flagged(life: Life, number: int) -> int:
    return writes(life, number, SECRET, OTHER, SECRET, "evil.png")


def thanks(life: Life, number: int) -> int:
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed", text="Done.")
    mail_id = mail(life, SECRET)
    life.do(customer_acts.customer_thanks, number, BY_MAIL, text=SECRET, came=Came(mail_id, EVE, OTHER))
    return mail_id


DOUBTFUL = [flagged, perhaps, perhaps_of_finished, automatic, thanks]


@pytest.mark.parametrize("come", DOUBTFUL)
def test_what_is_not_certain_to_be_the_customers_is_nowhere_on_their_page(life: Life, come: Callable[[Life, int], int]) -> None:
    number = life.ticket()
    come(life, number)
    view = seen(life, number, by_staff=False)
    for leaked in (SECRET, EVE, OTHER, "evil.png", "automatic", "perhaps", "Firefox"):
        assert leaked not in repr((view.entries, view.files))
    assert (view.files, view.doubtful) == ((), frozenset())


@pytest.mark.parametrize("come", DOUBTFUL)
def test_staff_see_it_marked_with_the_reason_and_the_address_it_is_from(life: Life, come: Callable[[Life, int], int]) -> None:
    number = life.ticket()
    mail_id = come(life, number)
    view = seen(life, number, by_staff=True)
    (entry,) = [one for one in view.entries if one.flag]
    assert (entry.text, entry.sender, entry.mail_id, entry.whole, entry.kind) == (SECRET, EVE, mail_id, "", "customer")
    if come is automatic:
        assert (entry.says, entry.flag) == ("An automatic mail came", "An automatic reply (Auto-Submitted: auto-replied)")
    else:
        assert (entry.says, entry.flag) == ("Somebody wrote, perhaps the customer", OTHER)
    files = [file.name for file in entry.files]
    assert files == ([] if come is thanks else ["evil.png"])
    assert view.doubtful == {file.id for file in entry.files}


def test_a_terminal_marks_it_too(life: Life) -> None:
    number = life.ticket()
    flagged(life, number)
    view = seen(life, number, by_staff=True)
    assert f"    Not certain to be the customer: {OTHER} (from {EVE})\n    | {SECRET}" in ticket_as_text(view, (), life.runtime.policy)
    marks = [(entry["flag"], entry["sender"]) for entry in ticket_as_data(view)["timeline"] if entry["kind"] != "mail"]
    assert marks == [(None, None), (OTHER, EVE)]


def test_a_flag_without_a_word_is_a_flag_all_the_same(life: Life) -> None:
    number = life.ticket()
    writes(life, number, SECRET, "", SECRET)
    assert SECRET not in repr(seen(life, number, by_staff=False).entries)
    assert last(seen(life, number, by_staff=True)).says == "Somebody wrote, perhaps the customer"


def test_the_customers_own_mail_is_on_both_pages(life: Life) -> None:
    number = life.ticket()
    whole = "Firefox.\n\n> Which browser?\n"
    mail_id = writes(life, number, whole, file="mine.png")
    theirs, ours = last(seen(life, number, by_staff=False)), last(seen(life, number, by_staff=True))
    assert (theirs.says, theirs.text, theirs.whole) == ("You emailed us", "Firefox.", "Firefox.\n\n> Which browser?")
    assert (ours.says, ours.text, ours.whole) == ("The customer emailed", "Firefox.", "Firefox.\n\n> Which browser?")
    assert (theirs.mail_id, ours.mail_id) == (None, mail_id)
    assert (ours.flag, ours.sender, seen(life, number, by_staff=True).doubtful) == ("", "", frozenset())
    assert [file.name for file in theirs.files] == ["mine.png"]


@pytest.mark.parametrize("whole", ["Firefox.", "\n Firefox. \r\n\n", None, ""])
def test_a_whole_that_says_no_more_is_not_offered(life: Life, whole: str | None) -> None:
    number = life.ticket()
    mail_id = mail(life, whole)
    life.do(customer_acts.customer_writes, number, BY_MAIL, text="Firefox.", came=Came(mail_id, "zoe@example.net"))
    assert last(seen(life, number, by_staff=True)).whole == ""
    assert last(seen(life, number, by_staff=True)).mail_id == mail_id


def test_the_mail_that_made_the_ticket_stands_at_its_beginning(life: Life) -> None:
    number = life.ticket(description="It is blank.")
    mail_id = mail(life, "It is blank.\n-- \nZoë")
    with life.runtime.database.transaction() as session:
        session.get_one(Ticket, number).incoming_mail_id = mail_id
        (event, *_) = session.get_one(Ticket, number).events
        event.channel = MAIL
    theirs, ours = seen(life, number, by_staff=False).entries[0], seen(life, number, by_staff=True).entries[0]
    assert (theirs.says, theirs.whole, theirs.mail_id) == ("You sent this", "It is blank.\n-- \nZoë", None)
    assert (ours.says, ours.whole, ours.mail_id) == ("Received by email", "It is blank.\n-- \nZoë", mail_id)


def test_a_thank_you_is_shown_to_both(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.resolve, number, STAFF, reason="Fixed", text="Done.")
    life.do(customer_acts.customer_thanks, number, BY_MAIL, text="Thank you!", came=Came(mail(life, "Thank you!"), "zoe@example.net"))
    theirs, ours = last(seen(life, number, by_staff=False)), last(seen(life, number, by_staff=True))
    assert (theirs.says, theirs.text) == ("You emailed us", "Thank you!")
    assert (ours.says, ours.text) == ("The customer thanked us", "Thank you!")


def test_what_staff_answer_by_mail_reads_like_any_answer(life: Life) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, Act(Mover.STAFF, MAIL, by="lee@example.org"), text="Which browser?", waits=True)
    theirs, ours = last(seen(life, number, by_staff=False)), last(seen(life, number, by_staff=True))
    assert (theirs.says, theirs.by, ours.says, ours.by) == (
        "We answered",
        None,
        "Answered, and waiting for the customer",
        "lee@example.org",
    )


@pytest.mark.parametrize(
    ("event", "note", "said"),
    [
        ("mail bounced", "550 5.1.1", "Came back: 550 5.1.1"),
        ("mail bounced", None, "Came back"),
        ("file with a virus", "a.zip (Eicar)", "A file that came by email had a virus and was not kept: a.zip (Eicar)"),
    ],
)
def test_what_else_comes_with_mail_is_said_to_staff_alone(life: Life, event: str, note: str | None, said: str) -> None:
    number = life.ticket()
    before = seen(life, number, by_staff=False).entries
    with life.runtime.database.transaction() as session:
        intake.note_event(session, number, life.clock.now(), event, actor="system", channel=MAIL, note=note)
    assert last(seen(life, number, by_staff=True)).says == said
    assert seen(life, number, by_staff=False).entries == before
