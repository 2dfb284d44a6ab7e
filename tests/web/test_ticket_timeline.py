"""What has happened to a ticket, as its customer reads it."""

import pytest
from flask.testing import FlaskClient

from formapp.mail.failures import TemporaryFailure
from formapp.mail.letter import SealedLetter
from formapp.runtime import Runtime
from formapp.services import outbox, staff_acts
from tests.clock import Clock
from tests.requests import incident, with_files
from tests.sample_files import SAMPLES
from tests.services.life import Life
from tests.services.lived_tickets import LIVES, NOTE, QUESTION, STAFF, STAFF_ACT, WRITTEN
from tests.web.ticket_page import TicketPage, path_of, read


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


@pytest.fixture
def lived(client: FlaskClient, life: Life):
    """Read the page of a ticket that has lived so far."""

    def lived_(name: str) -> TicketPage:
        return read(client, path_of(life.runtime, LIVES[name](life)))

    return lived_


def test_the_timeline_says_who_wrote_what_and_what_became_of_each_mail(lived):
    page = lived("resolved")
    assert page.entries == [
        "You sent this Mon 23 Nov 2026, 2:28 pm AEST",
        "We emailed you the acknowledgement. Accepted by the mail server Mon 23 Nov 2026, 2:28 pm AEST",
        f"We answered Mon 23 Nov 2026, 3:08 pm AEST {' '.join(QUESTION.split())} how to.pdf (PDF, 208 bytes)",
        "We emailed you our answer. Accepted by the mail server Mon 23 Nov 2026, 3:08 pm AEST",
        "You wrote Mon 23 Nov 2026, 3:33 pm AEST Firefox 140. Since Monday morning, I think. "
        "screen.png (PNG, 71 bytes) screen.log (LOG, 37 bytes)",
        "We resolved it: Fixed. The underlying problem: A font was missing on one of our servers. Mon 23 Nov 2026, 4:33 pm AEST "
        "We have put the font back. Invoices are printed whole again.",
        "We emailed you the resolution. Accepted by the mail server Mon 23 Nov 2026, 4:33 pm AEST",
    ]


def test_moments_are_said_to_the_minute(client: FlaskClient, life: Life, clock: Clock):
    clock.pass_(seconds=32, microseconds=658_893)
    number = LIVES["open"](life)
    page = read(client, path_of(life.runtime, number))
    assert page.entries[0] == "You sent this Mon 23 Nov 2026, 2:28 pm AEST"
    assert ":32." not in page.html


def test_another_priority_is_told_with_its_reason_and_what_was_sent_stays_as_it_was_sent(lived):
    page = lived("classified")
    changed = "We changed its type or priority: Incident, P1, before Incident, P2: Nobody can send invoices."
    assert f"{changed} Mon 23 Nov 2026, 2:38 pm AEST" in page.entries
    assert "P2: Critical business functions are significantly affected or degraded" in page.html
    assert "P1: " not in page.of_class("hc-answers").words


def test_closed_by_time_and_re_opened_by_the_customer_both_stand_there(lived):
    page = lived("reopened")
    assert any(said.startswith("Closed Mon 30 Nov 2026") for said in page.entries)
    assert page.entries[-2].startswith("You wrote Thu 3 Dec 2026")
    assert page.entries[-2].endswith("It is back, since today.")


def test_a_mail_that_could_not_be_delivered_says_so_with_the_servers_words_and_no_address(lived):
    page = lived("undelivered")
    (said,) = [one for one in page.entries if "our answer" in one]
    assert said.startswith(
        "Email to you: our answer. Could not be delivered: 550 5.1.1 <address> Recipient address rejected: User unknown Mon"
    )
    # Nothing happens by itself before a letter that announces it has arrived.
    assert "Stays as it is: our email about it could not be delivered" in page.panel
    assert "Our last email to you could not be delivered." in page.html


def test_a_mail_on_its_way_says_no_more_than_that(client: FlaskClient, life: Life):
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF_ACT, text="Which one?", waits=True)
    path = path_of(life.runtime, number)
    assert "Email to you: our answer. On its way Mon 23 Nov 2026, 2:28 pm AEST" in read(client, path).entries

    def busy(letter: SealedLetter) -> str:
        raise TemporaryFailure("451 4.7.1 try again later")

    outbox.deliver_one(life.runtime.database, busy, life.clock.now, jitter=lambda: 0)
    said = "Email to you: our answer. On its way: the mail server has not taken it yet, and we try again Mon 23 Nov 2026, 2:29 pm AEST"
    assert any(one.startswith(said) for one in read(client, path).entries)


@pytest.mark.parametrize("name", LIVES)
def test_nothing_internal_is_shown(lived, name: str):
    page = lived(name).html
    for secret in (NOTE, STAFF, "team@example.org", "staff-ticket", "/attachment/", "zoe@example.net", "127.0.0.1"):
        assert secret not in page, secret


def test_the_files_of_the_request_are_listed_where_they_were_sent_and_can_be_downloaded(client: FlaskClient):
    location = client.post("/contact/ticket/", **with_files(incident(), {"a.png": SAMPLES["png"]})).location
    page = read(client, location)
    assert page.files == {"a.png (PNG, 71 bytes)": f"{location}/files/1"}
    assert client.get(page.files["a.png (PNG, 71 bytes)"]).data == SAMPLES["png"]


def test_what_we_write_is_shown_literally(client: FlaskClient, life: Life):
    number = life.ticket(**WRITTEN)
    life.do(staff_acts.reply, number, STAFF_ACT, text="<b>Use</b> {{ x }} & wait", waits=False)
    assert "&lt;b&gt;Use&lt;/b&gt; {{ x }} &amp; wait" in client.get(path_of(life.runtime, number)).text
