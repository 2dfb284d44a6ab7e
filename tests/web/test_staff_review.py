"""The page of the mails that wait: what a stranger wrote stays theirs, and each button does one thing once."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from formapp.models import IncomingMail
from formapp.runtime import Runtime
from formapp.services import review
from formapp.services.review import PAGE, Decision
from formapp.web.staff_queue_pages import COUNTED
from tests import rows
from tests.abuse.test_nasty_texts import NASTY
from tests.clock import Clock
from tests.services import lived_tickets as lived
from tests.services.life import Life
from tests.web.form_page import FormPage
from tests.web.staff_page import KIM, queue_path, texts_of

OWN = {"Sec-Fetch-Site": "same-origin"}
LEE = "lee@example.org"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def here(runtime: Runtime) -> str:
    return f"{queue_path(runtime)}review/"


@pytest.fixture
def put(runtime: Runtime) -> Callable[..., int]:
    def put_(**changes: object) -> int:
        with runtime.database.transaction() as session:
            session.add(mail := rows.incoming_mail(**changes))
            session.flush()
            return mail.id

    return put_


@pytest.fixture
def number(runtime: Runtime, clock: Clock) -> int:
    return lived.new(Life(runtime, clock))


class ReviewPage(FormPage):
    """The page as its reader meets it."""

    def __init__(self, answer: TestResponse) -> None:
        self.status = answer.status_code
        super().__init__(answer.text)

    @property
    def mails(self) -> list[int]:
        return [int(one.attributes["value"]) for one in self.all("input") if one.attributes.get("name") == "mail"]

    @property
    def cards(self) -> list[str]:
        return [one.words for one in self.all("article")]

    @property
    def said(self) -> str:
        (notice,) = [one for one in self.all("p") if one.attributes.get("id") == "done"]
        assert notice.attributes["role"] == "status"
        return notice.words

    def says(self, words: str) -> bool:
        return words in self.all("main")[0].words


def opened(client: FlaskClient, path: str) -> ReviewPage:
    page = ReviewPage(client.get(path))
    assert page.status == 200
    assert len(page.ids) == len(set(page.ids))
    return page


def press(client: FlaskClient, path: str, mail: int, decision: str, ticket: str = "") -> TestResponse:
    return client.post(path, data={"mail": str(mail), "ticket": ticket, "decision": decision}, headers=OWN)


def mail_of(runtime: Runtime, number: int) -> IncomingMail:
    with runtime.database.reading() as session:
        return session.get_one(IncomingMail, number)


def settle(runtime: Runtime, mail: int, **changes: object) -> None:
    """Do to a mail what whoever reads mail does."""
    with runtime.database.transaction() as session:
        row = session.get_one(IncomingMail, mail)
        for name, value in changes.items():
            setattr(row, name, value)


# ------------------------------------------------------------------------------------------------------------- what it shows


def test_an_empty_list_is_a_page_all_the_same(client: FlaskClient, here: str):
    page = opened(client, here)
    assert page.all("h1")[0].words == "Emails to review"
    assert page.says("No email waits for review.")


def test_a_card_says_the_reason_first_and_then_whom_it_is_from_and_what_it_is(
    client: FlaskClient, here: str, number: int, put: Callable[..., int]
):
    files = [{"name": "screen.png", "type": "image/png", "size": 71}]
    mail = put(subject="It is blank", from_name="Zoë", text="Still blank.\n", ticket_number=number, files=files, size=12_345)
    page = opened(client, here)
    (card,) = page.cards
    order = [
        "Why it waits: It names BC-1042",
        "It is blank",
        "ann@example.net, Zoë",
        "Mon 23 Nov 2026, 2:28 pm AEST",
        "BC-1001 Invoice PDF is blank",
    ]
    order += ["zoe@example.net", "screen.png 71 bytes, image/png", "Still blank.", "Download the email as it came", "12 kB", "Ticket ID"]
    order += ["Attach to ticket", "Make a ticket", "Set aside as junk"]
    places = [card.index(words) for words in order]
    assert places == sorted(places)
    assert page.control(f"ticket-{mail}").attributes["value"] == "BC-1001"
    links = {one.words: one.attributes["href"] for one in page.all("a")}
    assert links["BC-1001"] == f"{here.removesuffix('review/')}tickets/1001/"
    assert links["Back to the queue"] == here.removesuffix("review/")


def test_a_screen_reader_hears_which_mail_a_button_is_for(client: FlaskClient, here: str, put: Callable[..., int]):
    first, second = put(subject="Blank"), put(subject=None, from_address=None, from_name=None)
    page = opened(client, here)
    assert [one.words for one in page.all("h2")] == ["No subject", "Blank"]
    assert [one.words for one in page.all("button") if one.attributes.get("value") == "junk"] == [
        "Set aside as junk: No subject",
        "Set aside as junk: Blank, from ann@example.net",
    ]
    labels = {one.attributes["for"]: one.words for one in page.all("label") if "for" in one.attributes}
    assert labels[f"ticket-{first}"] == "Ticket ID to attach it to: Blank, from ann@example.net"
    assert labels[f"ticket-{second}"] == "Ticket ID to attach it to: No subject"
    for card, mail in zip(page.all("article"), (second, first), strict=True):
        assert card.attributes["aria-labelledby"] == f"mail-{mail}-head"
    for form in page.all("form"):
        if form.attributes.get("class", "").endswith("hc-review__form"):
            assert set(form.attributes["aria-describedby"].split()) <= set(page.ids)


def test_one_that_could_not_be_read_and_one_that_was_too_large_say_so(client: FlaskClient, here: str, put: Callable[..., int]):
    nothing = dict.fromkeys(("subject", "from_address", "from_name", "text"))
    put(state="unreadable", kind="unreadable", outcome="It could not be read: it took too long", is_cut=True, size=31_000_000, **nothing)
    (card,) = opened(client, here).cards
    for words in (
        "An email that could not be read",
        "From Not clear",
        "There is no text to show.",
        "Download the beginning of the email as it came",
        "31 MB",
    ):
        assert words in card


def test_a_name_without_a_clear_address_is_only_a_name(client: FlaskClient, here: str, put: Callable[..., int]):
    put(from_address=None, from_name="support@billycart.com")
    assert "From Not clear. It gives the name support@billycart.com" in opened(client, here).cards[0]


def test_a_long_text_is_folded_and_one_without_end_is_left_to_the_mail(client: FlaskClient, here: str, put: Callable[..., int]):
    put(text="\n".join(f"line {number}" for number in range(60)))
    page = opened(client, here)
    (rest,) = [one for one in page.all("details") if "hc-review__rest" in one.attributes["class"]]
    assert "line 59" in rest.words
    assert "line 7" not in rest.words
    assert not page.says("There is more of it.")
    put(text="word " * 10_000)
    assert opened(client, here).says("There is more of it. All of it stands in the email itself.")


@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text[:24]))
def test_d51_every_text_of_a_stranger_is_shown_literally_and_nothing_of_it_is_a_link(
    client: FlaskClient, here: str, put: Callable[..., int], text: str
):
    line = " ".join(text.split())
    linked = f"{text} https://evil.example/ mailto:eve@evil.example"
    put(subject=line, from_name=line, text=linked, outcome=line, files=[{"name": line, "type": line, "size": 1}])
    answer = client.get(here)
    assert linked in texts_of(answer.text, "blockquote")
    bdis = texts_of(answer.text, "bdi")
    assert bdis.count(line) >= 4
    assert (answer.text.count("<script"), answer.text.count("<img"), answer.text.count("<svg/")) == (5, 0, 0)
    assert 'href="https://evil' not in answer.text
    assert 'href="mailto:eve' not in answer.text
    (row,) = opened(client, here).cards
    assert line[:20] in row


def test_there_are_pages(client: FlaskClient, here: str, put: Callable[..., int]):
    mails = [put() for _ in range(PAGE + 2)]
    first, second, beyond = (opened(client, f"{here}?page={page}") for page in ("1", "2", "9" * 30))
    assert (first.mails, second.mails, beyond.mails) == (mails[:1:-1], [mails[1], mails[0]], mails[:1:-1])
    assert first.says(f"{PAGE + 2} emails wait for somebody to look at them, the newest first, page 1 of 2.")
    assert [one.attributes["href"] for one in first.all("a") if one.words == "Page 2"] == [f"{here}?page=2"]
    assert [one.attributes["href"] for one in second.all("a") if one.words == "Page 1"] == [f"{here}?page=1"]
    for said in ("x", "-1", "0", ""):
        assert opened(client, f"{here}?page={said}").mails == first.mails


def test_the_queue_counts_them_and_leads_to_them(client: FlaskClient, runtime: Runtime, here: str, put: Callable[..., int]):
    queue = here.removesuffix("review/")
    mail = put()
    put(state="unreadable")
    page = FormPage(client.get(queue).text)
    (tile,) = [one for one in page.all("a") if one.words == "2 Emails to review"]
    assert tile.attributes["href"] == here
    assert client.get(f"{queue}counts").json["to_review"] == 2
    moved = client.get(f"{queue}?state=to-review")
    assert (moved.status_code, moved.location, moved.headers["Cache-Control"]) == (303, here, "no-store")
    press(client, here, mail, "junk")
    assert client.get(f"{queue}counts").json["to_review"] == 1
    assert {state.replace("-", "_") for state in COUNTED} == set(client.get(f"{queue}counts").json)


# ------------------------------------------------------------------------------------------------------------- what it does


@pytest.mark.parametrize("said", ["BC-1001", "bc 1001", "#1001", "1001", "[BC-1001]"])
def test_a_mail_is_put_on_the_ticket_that_is_named_in_any_way(
    client: FlaskClient, runtime: Runtime, here: str, number: int, put: Callable[..., int], said: str
):
    mail = put()
    answer = press(client, here, mail, "attach", said)
    assert (answer.status_code, answer.location) == (303, f"{here}?done={mail}#done")
    assert answer.headers["Cache-Control"] == "no-store"
    row = mail_of(runtime, mail)
    assert (row.state, row.decision, row.decided_by, row.ticket_number) == ("new", "attach", KIM, number)
    page = opened(client, answer.location)
    assert page.said == "The email is being put on BC-1001. That takes a few seconds."
    assert [one.attributes["href"] for one in page.all("a") if one.words == "Open BC-1001"] == [
        f"{here.removesuffix('review/')}tickets/1001/"
    ]
    settle(runtime, mail, state="done")
    assert opened(client, answer.location).said == "The email is on BC-1001."


def test_a_mail_becomes_a_ticket(client: FlaskClient, runtime: Runtime, here: str, number: int, put: Callable[..., int]):
    mail = put()
    answer = press(client, here, mail, "ticket", "nonsense in a field that is not asked")
    assert opened(client, answer.location).said == "A ticket is being made of the email. That takes a few seconds."
    assert mail_of(runtime, mail).decision == "ticket"
    settle(runtime, mail, state="done", ticket_number=number)
    assert opened(client, answer.location).said == "The email is a ticket now: BC-1001."


def test_junk_is_set_aside_and_can_be_put_back(client: FlaskClient, runtime: Runtime, here: str, put: Callable[..., int]):
    mail = put()
    page = opened(client, press(client, here, mail, "junk").location)
    assert (page.said, page.cards) == ("The email is set aside as junk.", [])
    (button,) = [one for one in page.all("button") if one.attributes.get("value") == "put-back"]
    assert button.words == "Put it back among the emails to review"
    assert mail_of(runtime, mail).state == "junk"
    page = opened(client, press(client, here, mail, "put-back").location)
    assert (page.said, page.mails) == ("The email waits for review again.", [mail])
    assert press(client, here, mail, "put-back").status_code == 303


def test_what_went_wrong_with_the_worker_is_no_news_of_success(client: FlaskClient, runtime: Runtime, here: str, put: Callable[..., int]):
    mail = put()
    location = press(client, here, mail, "ticket").location
    settle(runtime, mail, state="unreadable", outcome="It could not be read: three tries")
    page = opened(client, location)
    assert 'id="done"' not in page.html
    assert page.mails == [mail]


def test_the_place_in_the_list_is_kept(client: FlaskClient, here: str, put: Callable[..., int]):
    mails = [put() for _ in range(2 * PAGE + 1)]
    assert press(client, here, mails[3], "junk").location == f"{here}?page=2&done={mails[3]}#done"
    wrong = ReviewPage(press(client, here, mails[0], "attach", "?"))
    assert (wrong.status, wrong.mails[-1]) == (422, mails[0])


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("", "Enter the ticket ID"),
        ("   ", "Enter the ticket ID"),
        ("the one of last week", "Ticket ID must be BC- and a number, as in the subject of our emails"),
        ("BC-" + "9" * 40, "Ticket ID must be BC- and a number, as in the subject of our emails"),
        ("bc 999999999", "Ticket ID must be that of one of our tickets: there is no BC-999999999"),
    ],
)
def test_a_ticket_that_cannot_be_found_is_asked_for_again_at_its_field(
    client: FlaskClient, runtime: Runtime, here: str, number: int, put: Callable[..., int], said: str, message: str
):
    mails = [put(ticket_number=number), put(ticket_number=number)]
    page = ReviewPage(press(client, here, mails[0], "attach", said))
    assert page.status == 422
    page.check_errors()
    assert page.problems == [(f"ticket-{mails[0]}", message)]
    assert page.control(f"ticket-{mails[0]}").attributes["value"] == said.strip()
    assert page.control(f"ticket-{mails[1]}").attributes["value"] == "BC-1001"
    assert mail_of(runtime, mails[0]).state == "review"


@pytest.mark.parametrize("decision", Decision)
def test_a_double_click_does_one_thing_and_says_the_same(
    client: FlaskClient, runtime: Runtime, clock: Clock, here: str, number: int, put: Callable[..., int], decision: str
):
    mail = put()
    first = press(client, here, mail, decision, "BC-1001")
    clock.pass_(seconds=30)
    settle(runtime, mail, attempts=1)
    second = press(client, here, mail, decision, "BC-1001")
    assert (first.status_code, first.location) == (second.status_code, second.location)
    # What the first has set in motion is not begun again.
    assert mail_of(runtime, mail).attempts == 1


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ("attach", "{who} has put it on BC-1001, and nothing of yours has been done."),
        ("ticket", "{who} has made a ticket of it, and nothing of yours has been done."),
        ("junk", "{who} has set it aside as junk, and nothing of yours has been done."),
    ],
)
@pytest.mark.parametrize(("by", "who"), [(LEE, LEE), (KIM, "Somebody")])
def test_who_is_slower_is_told_what_somebody_else_has_done(
    client: FlaskClient, runtime: Runtime, here: str, number: int, put: Callable[..., int], theirs: str, said: str, by: str, who: str
):
    mail = put(subject="It is blank")
    with runtime.database.transaction() as session:
        review.decide(session, mail, Decision(theirs), runtime.policy, by=by, now=runtime.now(), ticket_number=number)
    before = mail_of(runtime, mail).decision, mail_of(runtime, mail).state
    for mine in {*Decision} - {theirs}:
        page = ReviewPage(press(client, here, mail, mine, "BC-1001"))
        assert page.status == 409
        assert page.said == f"The email “It is blank” does not wait any more. {said.format(who=who)}"
        assert not page.title.startswith("Error: ")
    assert (mail_of(runtime, mail).decision, mail_of(runtime, mail).state) == before


def test_the_same_mail_for_another_ticket_is_not_the_same_click(
    client: FlaskClient, runtime: Runtime, clock: Clock, here: str, number: int, put: Callable[..., int]
):
    lived.new(Life(runtime, clock), email="ann@example.net")
    mail = put()
    press(client, here, mail, "attach", "BC-1001")
    assert press(client, here, mail, "attach", "BC-1002").status_code == 409
    assert mail_of(runtime, mail).ticket_number == 1001


# ------------------------------------------------------------------------------------------------------------- what guards it


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_d28_looking_changes_nothing(client: FlaskClient, runtime: Runtime, here: str, put: Callable[..., int], method: str):
    mail = put()
    for path in (here, f"{here}?mail={mail}&decision=junk", f"{here}?done={mail}", f"{here}{mail}.eml"):
        answer = getattr(client, method)(path)
        assert answer.status_code == 200
        if method != "options":
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "noindex" in answer.headers["X-Robots-Tag"]
    assert mail_of(runtime, mail).state == "review"


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_another_site_decides_nothing(client: FlaskClient, runtime: Runtime, here: str, put: Callable[..., int], headers: dict[str, str]):
    mail = put()
    assert client.post(here, data={"mail": str(mail), "decision": "junk"}, headers=headers).status_code == 403
    assert mail_of(runtime, mail).state == "review"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 400),
        ({"mail": "1"}, 400),
        ({"mail": "1", "decision": "delete"}, 400),
        ({"mail": "", "decision": "junk"}, 404),
        ({"mail": "17", "decision": "junk"}, 404),
        ({"mail": "-1", "decision": "put-back"}, 404),
        ({"mail": "9" * 30, "decision": "ticket"}, 404),
        ({"mail": "９", "decision": "ticket"}, 404),
        ({"mail": "1", "decision": "attach", "ticket": "x" * 20_000}, 413),
    ],
)
def test_what_no_button_sends_is_refused(
    client: FlaskClient, runtime: Runtime, here: str, put: Callable[..., int], data: dict[str, str], status: int
):
    mail = put()
    assert client.post(here, data=data, headers=OWN).status_code == status
    assert mail_of(runtime, mail).state == "review"


@pytest.mark.parametrize("done", ["17", "x", "-1", "9" * 40, "<b>"])
def test_nothing_that_stands_in_an_address_is_said(client: FlaskClient, here: str, done: str):
    assert 'id="done"' not in opened(client, f"{here}?done={done}").html


def test_a_link_that_opens_nothing_shows_no_mail_and_takes_no_decision(
    client: FlaskClient, runtime: Runtime, clock: Clock, here: str, put: Callable[..., int]
):
    mail = put(subject="Secret subject")
    for path in (here, f"{here}{mail}.eml"):
        forged = path.replace("/staff-queue/", "/staff-queue/x")
        assert client.get(forged).status_code == 404
        assert "Secret" not in client.get(forged).text
    assert press(client, here.replace("/staff-queue/", "/staff-queue/x"), mail, "junk").status_code == 404
    clock.pass_(days=40)
    for path in (here, f"{here}{mail}.eml"):
        assert client.get(path).status_code == 410
        assert "Secret" not in client.get(path).text
    assert press(client, here, mail, "junk").status_code == 410
    assert mail_of(runtime, mail).state == "review"


def test_a_mail_is_downloaded_as_it_came_and_no_browser_shows_it(client: FlaskClient, here: str, put: Callable[..., int]):
    raw = b"Subject: <script>\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>" + bytes(range(256))
    mail = put(raw=raw, subject="x\r\nSet-Cookie: a=b")
    answer = client.get(f"{here}{mail}.eml", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.data, answer.mimetype) == (200, raw, "application/octet-stream")
    assert answer.headers["Content-Disposition"].startswith(f"attachment; filename=email-{mail}.eml")
    assert answer.headers.getlist("Content-Security-Policy") == ["default-src 'none'; sandbox; frame-ancestors 'none'"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for number in (0, 17, 2**31 - 1, 10**30):
        assert client.get(f"{here}{number}.eml").status_code == 404


def test_looking_reads_and_writes_no_more_for_many_than_for_one(
    client: FlaskClient, runtime: Runtime, here: str, number: int, put: Callable[..., int]
):
    asked: list[str] = []

    def note(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(runtime.database.engine, "before_cursor_execute", note)
    put(ticket_number=number)
    counted = []
    for more in (0, 10):
        for _ in range(more):
            put(ticket_number=number)
        asked.clear()
        opened(client, here)
        counted.append(len(asked))
    event.remove(runtime.database.engine, "before_cursor_execute", note)
    assert counted[0] == counted[1]
