"""The queue: what is due next, late first; each state; what needs a look; words; pages; and counts that agree with the lists."""

import pytest
from sqlalchemy import insert, update

from formapp.models import OutgoingMail, Ticket
from formapp.rules.lifecycle import Status
from formapp.services import customer_acts, queue, staff_acts, staff_checks
from formapp.services.queue import STATES, Counts, Listed, Wanted
from tests.services.life import CUSTOMER, STAFF, SUSPECT, Life
from tests.services.lived_tickets import complained


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def listed(life: Life, **wanted: object) -> Listed:
    with life.runtime.database.reading() as session:
        return queue.list_tickets(session, Wanted(**wanted), life.runtime.desk, life.clock.now())  # type: ignore[arg-type]


def numbers(life: Life, state: str = "due", **wanted: object) -> list[int]:
    return [row.number for row in listed(life, state=state, **wanted).rows]


def counts(life: Life) -> Counts:
    with life.runtime.database.reading() as session:
        return queue.counts(session, life.runtime.desk, life.clock.now())


def test_what_is_due_next_stands_first_and_what_is_late_before_it(life: Life) -> None:
    enquiry, p1, p2 = life.ticket(), *(life.ticket(request_type="incident", priority=priority) for priority in ("P1", "P2"))
    going_on = life.ticket()
    life.do(staff_acts.reply, going_on, STAFF, text="We look into it.", waits=False)
    assert numbers(life) == [p1, p2, enquiry, going_on]
    assert [row.is_late for row in listed(life).rows] == [False] * 4
    life.goes_to("2026-11-24 10:29")
    assert [(row.number, row.is_late) for row in listed(life).rows] == [(p1, True), (p2, True), (enquiry, False), (going_on, False)]
    # What we go on with owes nothing now, and is not forgotten all the same.
    assert listed(life).rows[-1].due_at is None


def test_the_moment_at_which_it_is_due_is_not_late(life: Life) -> None:
    life.ticket()
    life.goes_to("2026-11-24 14:28")
    assert (listed(life).rows[0].is_late, counts(life).late, counts(life).due_today) == (False, 0, 1)
    life.clock.pass_(seconds=1)
    assert (listed(life).rows[0].is_late, counts(life).late, counts(life).due_today) == (True, 1, 0)


def test_what_waits_for_the_customer_is_not_due_unless_we_owe_something_else(life: Life) -> None:
    waits, complaint, escalated = life.ticket(), complained(life), life.ticket()
    for number in (waits, complaint, escalated):
        life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.escalate(escalated)
    assert numbers(life) == [escalated, complaint]
    assert [row.is_escalated for row in listed(life).rows] == [True, False]
    assert numbers(life, "waiting") == [complaint, waits]


def test_each_state_lists_its_own_and_all_lists_all_the_newest_first(life: Life) -> None:
    of = {status: [life.ticket(), life.ticket()] for status in Status}
    for number in of[Status.WAITING]:
        life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    for number in of[Status.RESOLVED] + of[Status.CLOSED]:
        life.do(staff_acts.resolve, number, STAFF, reason="Fixed")
    for number in of[Status.CLOSED]:
        life.do(customer_acts.customer_solved, number, CUSTOMER)
    for status in (Status.WAITING, Status.RESOLVED, Status.CLOSED):
        assert numbers(life, status) == of[status][::-1]
    assert numbers(life, "open") == of[Status.OPEN]
    assert numbers(life, "all") == sorted(sum(of.values(), []), reverse=True)
    found = counts(life)
    assert (found.open, found.waiting, found.resolved, found.closed) == (2, 2, 2, 2)


def test_what_looks_automatic_is_to_be_checked_until_it_is_believed_or_set_aside(life: Life) -> None:
    first, second = life.ticket(SUSPECT), life.ticket(SUSPECT)
    life.ticket()
    assert numbers(life, "to-check") == [first, second]
    assert [row.suspect_because for row in listed(life, state="to-check").rows] == [SUSPECT.suspect_because] * 2
    life.do(staff_checks.believe, first, STAFF)
    assert numbers(life, "to-check") == [second]
    life.do(staff_checks.junk, second, STAFF)
    assert (numbers(life, "to-check"), counts(life).to_check) == ([], 0)


def test_what_the_customer_never_got_is_listed_with_how_many_mails(life: Life) -> None:
    fine, unsent = life.ticket(), life.ticket()
    for number in (fine, unsent):
        life.do(staff_acts.reply, number, STAFF, text="One", waits=False)
    life.send_mail()
    for text in ("Two", "Three"):
        life.do(staff_acts.reply, unsent, STAFF, text=text, waits=False)
    life.refuse_mail()
    assert numbers(life, "undelivered") == [unsent]
    assert [row.undelivered for row in listed(life).rows if row.number == unsent] == [2]
    assert [row.undelivered for row in listed(life).rows if row.number == fine] == [0]
    # Of what is closed nobody needs to mend a mail any more.
    for _ in range(2):
        life.do(customer_acts.customer_solved, unsent, CUSTOMER)
    assert (life.status(unsent), numbers(life, "undelivered"), counts(life).undelivered) == (Status.CLOSED, [], 0)
    assert [row.undelivered for row in listed(life, state="closed").rows] == [0]
    life.do(customer_acts.customer_writes, unsent, CUSTOMER, text="It is back.")
    assert numbers(life, "undelivered") == [unsent]
    # It counts tickets, as the list does, and not mails; and those to the team are not the customer's.
    assert counts(life).undelivered == 1
    with life.runtime.database.transaction() as session:
        session.execute(update(OutgoingMail).values(purpose="team-new-ticket"))
    assert (numbers(life, "undelivered"), counts(life).undelivered) == ([], 0)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"request_type": "incident"}, [1, 2]),
        ({"request_type": "incident", "priority": "P2"}, [2]),
        ({"priority": "P2"}, [2]),
        ({"request_type": "feature-request"}, []),
        ({"words": "invoice"}, [1]),  # in the summary, in whatever case
        ({"words": "SOAPBOX"}, [2]),  # the company
        ({"words": "ann@example"}, [3]),  # the address
        ({"words": "Zoë O"}, [1]),  # the name
        ({"words": "BC-1002"}, [2]),  # the ID as people write it
        ({"words": " #1003 "}, [3]),
        ({"words": "%"}, []),  # what it says, and no pattern
        ({"words": "_"}, []),
        ({"words": "\\"}, []),
        ({"words": "'; DROP TABLE tickets; --"}, []),
        ({"words": "   "}, [1, 2, 3]),
        ({"words": "x" * 1_000}, []),
        ({"words": "invoice", "priority": "P1"}, [1]),
        ({"words": "invoice", "priority": "P2"}, []),
    ],
)
def test_tickets_are_found_by_type_priority_and_words(life: Life, wanted: dict[str, str], found: list[int]) -> None:
    life.ticket(request_type="incident", priority="P1", summary="Invoice PDF is blank", name="Zoë O’Brien")
    life.ticket(request_type="incident", priority="P2", company="Soapbox Pty Ltd")
    life.ticket(email="ann@example.net", name="Ann")
    assert sorted(numbers(life, "all", **wanted)) == [1000 + number for number in found]
    assert listed(life, state="all", **wanted).total == len(found)


def test_a_row_says_what_the_list_needs(life: Life) -> None:
    number = life.ticket(request_type="incident", priority="P2", summary="It is down", company="Soapbox Pty Ltd")
    (row,) = listed(life).rows
    assert (row.number, row.id, row.summary, row.status) == (number, "BC-1001", "It is down", Status.OPEN)
    assert (row.request_type, row.priority, row.name, row.company) == ("Incident", "P2", "Zoë", "Soapbox Pty Ltd")
    assert (row.received_at, row.due_at) == (life.clock.now(), life.moment("2026-11-24 10:28"))
    assert (row.is_escalated, row.suspect_because, row.undelivered) == (False, None, 0)
    complained(life)
    assert "Complaint" in [row.request_type for row in listed(life).rows]


@pytest.mark.parametrize(("page", "shown"), [(1, 50), (2, 50), (3, 20), (4, 20), (10**9, 20), (0, 50), (-1, 50)])
def test_pages_have_fifty_and_beyond_the_last_is_the_last(life: Life, page: int, shown: int) -> None:
    life.ticket()
    row = {column.key: getattr(life.row(1001), column.key) for column in Ticket.__table__.columns}
    with life.runtime.database.transaction() as session:
        session.execute(insert(Ticket), [row | {"number": 2000 + index, "submission_key": str(index)} for index in range(119)])
    found = listed(life, page=page)
    assert (len(found.rows), found.total, found.pages) == (shown, 120, 3)
    assert found.page == min(max(page, 1), 3)
    together = [number for page in (1, 2, 3) for number in numbers(life, page=page)]
    assert together == [1001, *range(2000, 2119)]


def test_no_tickets_are_one_empty_page(life: Life) -> None:
    for state in STATES:
        assert listed(life, state=state) == Listed((), 0, 1, 1)
    assert counts(life) == Counts(0, 0, 0, 0, 0, 0, 0, 0, 0)


def test_today_ends_at_midnight_where_the_team_works(life: Life) -> None:
    """Ten hours ahead of UTC: the evening of one day there is the next day's morning in no other zone."""
    life.goes_to("2026-11-23 16:00")
    life.ticket(request_type="incident", priority="P1")  # due at 10:00 tomorrow
    assert counts(life).due_today == 0
    life.goes_to("2026-11-24 00:00")
    assert counts(life).due_today == 1


def test_what_is_late_and_what_is_due_today_can_be_listed_alone(life: Life) -> None:
    p1 = life.ticket(request_type="incident", priority="P1")
    life.goes_to("2026-11-23 16:59")
    today, going_on = life.ticket(request_type="incident", priority="P1"), life.ticket()
    life.do(staff_acts.reply, going_on, STAFF, text="We look into it.", waits=False)
    life.goes_to("2026-11-24 09:01")
    assert (numbers(life, "late"), numbers(life, "due-today")) == ([p1], [today])
    life.goes_to("2026-11-24 11:00")
    assert (numbers(life, "late"), numbers(life, "due-today")) == ([p1, today], [])


def test_the_counts_agree_with_the_lists(life: Life) -> None:
    for index in range(3):
        number = life.ticket(SUSPECT if index else None)
        life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=index == 1)
        life.refuse_mail()
    complained(life)
    life.goes_to("2026-11-25 10:00")
    found = counts(life)
    rows = listed(life).rows
    assert found.late == len([row for row in rows if row.is_late])
    for state, count in (
        ("open", found.open),
        ("waiting", found.waiting),
        ("to-check", found.to_check),
        ("undelivered", found.undelivered),
    ):
        assert listed(life, state=state).total == count
