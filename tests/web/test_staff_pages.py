"""The page of a ticket for staff: what it shows, and that looking changes nothing (D-28, D-35)."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from formapp.models import Attachment, Message, OutgoingMail, Ticket
from formapp.runtime import Runtime
from formapp.services import staff_acts
from tests.clock import Clock
from tests.services import lived_tickets as lived
from tests.services.life import Life
from tests.web.staff_page import ALWAYS, PLACES, WORKING, Place, StaffPage, act, assert_only_cookie_is_a_pass, events, opened

OFFERED = {
    "new": WORKING,
    "waiting": WORKING,
    "open": WORKING,
    "resolved": ALWAYS | {"reopen"},
    "closed": ALWAYS | {"reopen"},
    "reopened": WORKING,
    "classified": WORKING,
    "escalated": WORKING | {"escalation"},
    "complaint": WORKING - {"reclassify"},
    "undelivered": WORKING,
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, runtime: Runtime) -> Place:
    """Where a ticket's page is, for each of its two addresses in turn."""
    return PLACES[request.param](runtime)


@pytest.fixture
def own(runtime: Runtime) -> Place:
    return PLACES["by its own link"](runtime)


@pytest.mark.parametrize("state", lived.LIVES)
def test_only_what_the_table_allows_in_a_state_is_offered(client: FlaskClient, life: Life, place: Place, state: str):
    number = lived.LIVES[state](life)
    page = opened(client, place(number))
    assert page.acts == OFFERED[state]
    assert len(page.ids) == len(set(page.ids))
    labelled = {one.attributes.get("for") for one in page.all("label")}
    controls = [one for one in page.all("input", "textarea", "select") if one.attributes.get("type") != "hidden"]
    assert all(one.attributes["id"] in labelled for one in controls)
    # A page of one form for the scripts, whatever the state.
    assert len([one for one in page.all("form") if "data-hc-form" in one.attributes]) == 1


def test_everything_that_is_known_stands_on_the_page(client: FlaskClient, life: Life, place: Place):
    page = opened(client, place(lived.escalated(life)))
    assert page.all("h1")[0].words == "BC-1001: Invoice PDF is blank"
    for shown in (
        "Open",
        "Incident",
        "P2: Critical business functions are significantly affected or degraded",
        "Zoë O’Brien",
        "zoe@example.net",
        "Soapbox Pty Ltd",
        "Answer due",
        "Incident, P2: 4 business hours, counted from Mon 23 Nov 2026, 3:33 pm AEST.",
        "Mon 3:33-5:00 pm 1 h 27 min",
        "Review of the escalation due Tue 24 Nov 2026, 3:33 pm AEST",
        "Our four payroll officers have not been able to export since Monday.",
        "Wages are due on Wednesday",
        "07 3000 0000",
        "Since this morning every invoice",
        "screen.png",
        f"by {lived.STAFF}",
        lived.NOTE,
        "Sent to zoe@example.net",
    ):
        assert page.says(shown), shown
    assert page.history[0].startswith("Received Mon 23 Nov 2026, 2:28 pm AEST")
    order = [
        next(place for place, entry in enumerate(page.history) if text in entry)
        for text in ("Only for us", "Which browser", "Firefox 140.")
    ]
    assert order == sorted(order)


def test_what_is_late_is_said_in_words_and_how_it_was_counted(client: FlaskClient, life: Life, own: Place):
    number = lived.new(life)
    life.clock.pass_(days=2)
    page = opened(client, own(number))
    assert page.says("First response is late: it was due Tue 24 Nov 2026, 10:28 am AEST")
    assert page.says("Mon 2:28-5:00 pm 2 h 32 min; Tue 9:00-10:28 am 1 h 28 min = 4 h")


def test_what_time_does_next_is_said_before_and_after_our_mail_has_left(client: FlaskClient, life: Life, own: Place):
    number = lived.new(life)
    life.do(staff_acts.reply, number, lived.STAFF_ACT, text="Which browser?", waits=True)
    assert opened(client, own(number)).says("7 days after our email has been delivered")
    life.work()
    page = opened(client, own(number))
    assert page.says("Counts as resolved from Mon 30 Nov 2026, 2:28 pm AEST unless the customer writes.")
    assert page.says("Nothing is due from us.")


def test_a_complaint_shows_both_its_dates(client: FlaskClient, life: Life, own: Place):
    page = opened(client, own(lived.complained(life)))
    for shown in (
        "Complaint",
        "Confirmation of the complaint due",
        "Answer to the complaint due",
        "Complaint to be answered by Wed 23 Dec 2026",
    ):
        assert page.says(shown), shown


def test_a_mail_that_was_given_up_shows_the_servers_reply_and_can_be_tried_again(
    client: FlaskClient, runtime: Runtime, life: Life, place: Place
):
    number = lived.undelivered(life)
    with runtime.database.transaction() as session:
        session.execute(update(OutgoingMail).where(OutgoingMail.failed_at.is_not(None)).values(last_reply="550 <b>User</b> unknown"))
    page = opened(client, place(number))
    assert page.says("Given up after 1 try")
    assert page.says("What the mail server said: 550 <b>User</b> unknown")
    assert "&lt;b&gt;User&lt;/b&gt;" in page.html
    answer = act(client, place(number), "retry-mail", page=page)
    assert answer.status_code == 303
    assert opened(client, answer.location).done == "The mail is being sent again."
    life.work()
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).where(OutgoingMail.sent_at.is_(None))) == 0
    assert events(runtime, number)[-1].event == "mail retried"
    # Only a mail of this ticket, and only one that has not left.
    other = lived.undelivered(life, email="ann@example.net")
    with runtime.database.reading() as session:
        theirs = session.scalars(
            select(OutgoingMail.id).where(OutgoingMail.ticket_number == other, OutgoingMail.failed_at.is_not(None))
        ).one()
    for mail_id in (str(theirs), "1", "0", "x", "9" * 30):
        refused = StaffPage(
            client.post(place(number), data=opened(client, place(number)).sent_by("note") | {"act": "retry-mail", "mail_id": mail_id})
        )
        assert refused.status == 422
        assert refused.problems[0][0] == "history"


def test_a_waiting_mail_says_when_it_is_tried_next(client: FlaskClient, runtime: Runtime, life: Life, own: Place):
    number = lived.new(life)
    life.do(staff_acts.reply, number, lived.STAFF_ACT, text="Which browser?", waits=True)
    with runtime.database.transaction() as session:
        waits = update(OutgoingMail).where(OutgoingMail.sent_at.is_(None))
        session.execute(waits.values(attempts=2, last_reply="451 busy", send_after=runtime.now().replace(hour=6)))
    page = opened(client, own(number))
    assert page.says("Waiting after 2 tries to be sent to zoe@example.net")
    assert page.says("next try Mon 23 Nov 2026, 4:28 pm AEST")
    assert "retry-mail" in page.html


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_d28_looking_changes_nothing(client: FlaskClient, runtime: Runtime, life: Life, place: Place, method: str):
    number = lived.answered(life)
    path = place(number)

    def everything() -> list[object]:
        with runtime.database.reading() as session:
            tables = (Ticket, Message, OutgoingMail, Attachment)
            return [[tuple(row) for row in session.execute(select(table.__table__))] for table in tables]

    before = everything()
    for query in ("", "?act=junk", "?act=resolve&reason=Fixed&text=x&seen=1&once=1", "?done=reply", "?done=<script>", "files/1"):
        answer = getattr(client, method)(path + query)
        assert answer.status_code == 200
        assert "<script>" not in answer.text.replace("<script>var a = 1</script>", "")
        if method != "options":
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "noindex" in answer.headers["X-Robots-Tag"]
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            if method == "get":
                assert_only_cookie_is_a_pass(answer)
            else:
                assert "Set-Cookie" not in answer.headers
    assert everything() == before
    for refused in ("put", "delete", "patch"):
        assert getattr(client, refused)(path).status_code == 405
    assert everything() == before


def escalations(page: StaffPage) -> list[tuple[str, str]]:
    """The heading and the words of each escalation, in the order of the page."""
    found = [one for one in page.all("section") if "hc-escalation" in one.attributes.get("class", "").split()]
    return [(next(head.words for head in page.all("h2") if one in head.ancestors), one.words) for one in found]


def test_every_escalation_is_listed_with_what_became_of_it(client: FlaskClient, life: Life, place: Place):
    number = lived.new(life)
    life.escalate(number, impact="The first: nobody has answered yet.", phone="07 3000 0001")
    life.clock.pass_(minutes=30)
    life.do(staff_acts.reply, number, lived.STAFF_ACT, text="Which browser?", waits=True)
    life.escalate(number, impact="The second, as it goes on.", business_case="Wages are late already, for all of us.")
    life.do(staff_acts.answer_escalation, number, lived.STAFF_ACT, text="Our lead has looked at it.")
    for impact in ("The third.", "The fourth."):
        life.clock.pass_(minutes=30)
        life.escalate(number, impact=f"{impact} It goes on.")
    page = opened(client, place(number))
    third, fourth, first, second = escalations(page)
    assert [heading for heading, _ in (third, fourth, first, second)] == [
        "Escalation to answer",
        "Escalation to answer",
        "Escalation that has not gone through",
        "Answered escalation",
    ]
    for (_, words), said in (
        (third, ("The third.", "Passed to escalation level", "To be reviewed by Tue 24 Nov 2026, 3:28 pm AEST", "Your answer")),
        (fourth, ("The fourth.", "Passed to escalation level", "Answer the escalation above first, then this one.")),
        (
            first,
            ("nobody has answered yet", "Not yet through the ordinary levels", "Asked for Mon 23 Nov 2026, 2:28 pm AEST", "07 3000 0001"),
        ),
        (second, ("Wages are late already, for all of us.", "Answered Mon 23 Nov 2026, 2:58 pm AEST", "Zoë O’Brien, Soapbox Pty Ltd")),
    ):
        for one in said:
            assert one in words, (one, words)
    assert len(page.ids) == len(set(page.ids))
    assert act(client, place(number), "escalation", text="The third is answered.").status_code == 303
    assert escalations(opened(client, place(number)))[0] == (
        "Escalation to answer", fourth[1].replace("Answer the escalation above first, then this one.", _form_of(client, place(number)))
    )  # fmt: skip


def _form_of(client: FlaskClient, path: str) -> str:
    page = opened(client, path)
    return next(one.words for one in page.all("details") if one.attributes.get("id") == "act-escalation")


def test_where_no_email_can_reach_the_customer_no_form_says_that_it_is_emailed(
    client: FlaskClient, runtime: Runtime, life: Life, own: Place
):
    number = lived.escalated(life)
    assert opened(client, own(number)).says("It is emailed to zoe@example.net.")
    with runtime.database.transaction() as session:
        session.execute(update(Ticket).values(email="zoë@example.net"))
    page = opened(client, own(number))
    unreachable = "No email can reach the customer: zoë@example.net cannot be written to. Ring them on 07 3000 0000"
    assert page.says(unreachable)
    assert not page.says("It is emailed to")
    assert not page.says("The customer is told the new type")
    refused = StaffPage(act(client, own(number), "reply", text="A long answer", waits="us"))
    assert (refused.status, refused.sent_by("reply")["text"]) == (422, "A long answer")
    assert refused.says(unreachable)
