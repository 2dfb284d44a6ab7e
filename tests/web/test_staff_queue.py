"""The queue: what is due next, late first; filters, search, pages and counts."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from formapp.forms.staff_queue import LONGEST_WORDS
from formapp.models import OutgoingMail, Ticket
from formapp.runtime import Runtime
from formapp.services.queue import PAGE
from formapp.services.queue import STATES as OFFERED
from formapp.web.staff_queue_pages import STATES
from tests import rows
from tests.abuse.test_nasty_texts import NASTY
from tests.clock import Clock
from tests.services import lived_tickets as lived
from tests.services.life import Life
from tests.site.markup import Element, Markup
from tests.web.staff_page import opened, queue_path


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


@pytest.fixture
def queue(runtime: Runtime) -> str:
    return queue_path(runtime)


class Queue(Markup):
    """The page of the queue."""

    def __init__(self, client: FlaskClient, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 200
        self.html = answer.text
        super().__init__(self.html)

    @property
    def tickets(self) -> list[str]:
        """The IDs of the rows, in their order."""
        return [one.words.split()[0] for one in self.all("a") if "/tickets/" in one.attributes["href"]]

    def row(self, ticket: str) -> str:
        (found,) = [one.words for one in self.all("tr") if one.words.startswith(f"{ticket} ")]
        return found

    def link(self, words: str) -> Element:
        (found,) = [one for one in self.all("a") if one.words == words]
        return found

    @property
    def counts(self) -> dict[str, int]:
        return {one.attributes["data-hc-count"]: int(one.words) for one in self.all("span") if "data-hc-count" in one.attributes}


@pytest.fixture
def tickets(runtime: Runtime, life: Life) -> None:
    """Seven tickets, two of them late."""
    lived.new(life)  # BC-1001, due on Tuesday morning
    lived.complained(life)
    lived.new(
        life, request_type="product-help", priority=None, summary="How do I sort a list?", email="ann@example.net", company="Kerbside"
    )
    lived.asked(life, email="b@example.net")
    lived.resolved(life, email="c@example.net")
    lived.undelivered(life, email="d@example.net")
    life.clock.pass_(days=1)
    lived.new(life, priority="P1", email="e@example.net", name="Ed")
    with runtime.database.transaction() as session:
        session.execute(update(Ticket).where(Ticket.number == 1003).values(suspect_because="it came too fast"))


@pytest.mark.usefixtures("tickets")
def test_what_is_due_next_stands_first_and_what_is_late_is_said_in_words(client: FlaskClient, queue: str):
    page = Queue(client, queue)
    assert page.all("h1")[0].words == "Ticket queue"
    late = [one for one in page.tickets if "Late: " in page.row(one)]
    assert late
    assert page.tickets[: len(late)] == late
    assert "Late: Tue 24 Nov, 10:28 am AEST" in page.row("BC-1001")
    assert "Soapbox Pty Ltd" in page.row("BC-1001")
    assert "Incident P2" in page.row("BC-1001")
    assert "to check" in page.row("BC-1003")
    assert "BC-1005" not in page.tickets
    ids = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.usefixtures("tickets")
def test_a_row_leads_to_the_tickets_page_and_that_back_to_the_queue(client: FlaskClient, queue: str):
    page = Queue(client, queue)
    (link,) = [one.attributes["href"] for one in page.all("a") if one.words.startswith("BC-1003 ")]
    assert link == f"{queue}tickets/1003/"
    ticket = opened(client, link)
    assert ticket.all("h1")[0].words == "BC-1003: How do I sort a list?"
    assert [one.attributes["href"] for one in ticket.all("a") if one.words == "Back to the queue"] == [queue]


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("state=waiting", ["BC-1006", "BC-1004"]),
        ("state=resolved", ["BC-1005"]),
        ("state=closed", []),
        ("state=to-check", ["BC-1003"]),
        ("state=undelivered", ["BC-1006"]),
        ("state=all&request_type=complaint", ["BC-1002"]),
        ("state=all&priority=P1", ["BC-1007"]),
        ("state=all&words=kerbside", ["BC-1003"]),
        ("state=all&words=ANN%40example", ["BC-1003"]),
        ("state=all&words=bc+1003", ["BC-1003"]),
        ("state=all&words=nothing+like+it", []),
        ("state=all&request_type=incident&priority=P1&words=Ed", ["BC-1007"]),
    ],
)
def test_it_shows_what_is_asked_for(client: FlaskClient, queue: str, asked: str, shown: list[str]):
    page = Queue(client, f"{queue}?{asked}")
    assert page.tickets == shown
    assert ("There are none." in page.html) == (shown == [])
    chosen = {one.attributes["value"] for one in page.all("option") if "selected" in one.attributes}
    for name, value in (part.split("=") for part in asked.split("&")):
        assert name == "words" or value in chosen


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize(
    "asked", ["state=x", "state=%00", "request_type=x&priority=P9", "page=x", "page=-1", "page=0", "page=" + "9" * 400, "words="]
)
def test_what_nobody_offers_is_the_same_as_nothing(client: FlaskClient, queue: str, asked: str):
    assert Queue(client, f"{queue}?{asked}").tickets == Queue(client, queue).tickets


@pytest.mark.usefixtures("tickets")
def test_long_words_are_cut(client: FlaskClient, queue: str):
    page = Queue(client, f"{queue}?state=all&words={'x' * 5000}")
    (field,) = [one for one in page.all("input") if one.attributes["name"] == "words"]
    assert len(field.attributes["value"]) == LONGEST_WORDS


LABELS = {
    "late": "Late",
    "due_today": "Due today",
    "waiting": "Waiting",
    "resolved": "Resolved",
    "closed": "Closed",
    "to_check": "To check",
    "undelivered": "Mail not delivered",
}


@pytest.mark.usefixtures("tickets")
def test_each_count_is_a_link_to_what_it_counts(client: FlaskClient, runtime: Runtime, queue: str):
    page = Queue(client, queue)
    assert page.counts == {
        "late": 3,
        "due_today": 0,
        "open": 4,
        "waiting": 2,
        "resolved": 1,
        "closed": 0,
        "to_check": 1,
        "to_review": 0,
        "undelivered": 1,
    }
    for name, label in LABELS.items():
        linked = Queue(client, page.link(f"{page.counts[name]} {label}").attributes["href"])
        assert len(linked.tickets) == page.counts[name]
        assert "aria-current" in linked.link(f"{page.counts[name]} {label}").attributes
    answer = client.get(f"{queue}counts")
    assert answer.json == page.counts
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    with runtime.database.transaction() as session:
        session.execute(update(OutgoingMail).values(failed_at=None))
    assert client.get(f"{queue}counts").json == page.counts | {"undelivered": 0}


def test_fifty_stand_on_a_page(client: FlaskClient, runtime: Runtime, queue: str):
    with runtime.database.transaction() as session:
        session.add_all(
            [rows.ticket(summary=f"Question {number}", next_due_at=runtime.now() + timedelta(minutes=number)) for number in range(PAGE + 7)]
        )
    first, second, beyond = (Queue(client, f"{queue}?request_type=general-enquiry&page={page}") for page in (1, 2, 99))
    assert (len(first.tickets), len(second.tickets)) == (PAGE, 7)
    assert beyond.tickets == second.tickets
    assert second.link("Page 1").attributes["href"] == f"{queue}?request_type=general-enquiry"
    assert first.link("Page 2").attributes["href"] == f"{queue}?request_type=general-enquiry&page=2"
    assert "57 tickets, page 1 of 2." in first.all("main")[0].words


def test_every_state_that_can_be_asked_for_is_offered():
    assert tuple(STATES) == OFFERED


def test_an_empty_queue_is_a_page_all_the_same(client: FlaskClient, queue: str):
    page = Queue(client, queue)
    assert "There are none." in page.html
    assert set(page.counts.values()) == {0}


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_d28_looking_changes_nothing_and_there_is_nothing_to_send(client: FlaskClient, queue: str, method: str):
    before = Queue(client, queue).html
    for path in ("", "counts", "?state=all&words=x", "?act=junk&number=1001"):
        answer = getattr(client, method)(queue + path)
        assert answer.status_code == 200
        if method != "options":
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "noindex" in answer.headers["X-Robots-Tag"]
    for data in ({}, {"act": "fresh-link"}, {"act": "junk", "number": "1001"}):
        assert client.post(queue, data=data).status_code == 405
        assert client.post(f"{queue}counts", data=data).status_code == 405
    assert client.post(queue, data={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert Queue(client, queue).html == before


def test_a_ticket_that_is_not_there_has_no_page(client: FlaskClient, queue: str):
    for number in ("1001", "0", "9" * 40, "x", "-1"):
        assert client.get(f"{queue}tickets/{number}/").status_code == 404


@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text[:24]))
def test_d51_every_text_is_shown_literally(client: FlaskClient, life: Life, queue: str, text: str):
    line = " ".join(text.split())
    number = lived.new(life, summary=line, name=line, company=line)
    page = Queue(client, f"{queue}?state=all")
    assert (page.html.count("<script"), page.html.count("<img"), page.html.count("<svg/")) == (4, 0, 0)
    (link,) = [one for one in page.all("a") if one.attributes["href"] == f"{queue}tickets/{number}/"]
    assert link.words == f"BC-{number} {line}"
    # What is looked for is no pattern.
    found = Queue(client, f"{queue}?state=all").tickets
    searched = client.get(f"{queue}", query_string={"state": "all", "words": text})
    assert searched.status_code == 200
    assert (searched.text.count("<script"), searched.text.count("<img")) == (4, 0)
    assert found == [f"BC-{number}"]
