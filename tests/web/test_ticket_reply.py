"""What a customer does on the page of their ticket."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from formapp.forms.reply import LONGEST
from formapp.models import Message, Ticket
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from formapp.services import customer_acts, staff_acts
from formapp.web.ticket_pages import DONE, MOVED_ON
from tests.clock import Clock
from tests.requests import with_files
from tests.sample_files import SAMPLES
from tests.services.life import Life
from tests.services.lived_tickets import CUSTOMER_ACT, LIVES, STAFF_ACT, WRITTEN
from tests.web.stored import count, letters, words
from tests.web.ticket_page import TicketPage, path_of, press, read

TEXT = "Since Monday.\n\nAnd it is “always” <b>the same</b>."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


@pytest.fixture
def path(life: Life) -> str:
    number = life.ticket(**WRITTEN)
    life.clock.pass_(minutes=5)
    return path_of(life.runtime, number)


def state_of(life: Life, number: int = 1001) -> tuple[Status, int]:
    """The ticket's state, and how many messages stand on it."""
    return life.status(number), count(life.runtime, Message)


def team_mails(life: Life) -> list[str]:
    return [words(mail) for purpose, mail in letters(life.runtime) if purpose == "team-customer-wrote"]


@pytest.mark.parametrize(
    ("state", "act", "text", "then"),
    [
        ("open", "write", TEXT, Status.OPEN),
        ("open", "solved", "", Status.RESOLVED),
        ("waiting", "write", TEXT, Status.OPEN),
        ("waiting", "solved", "", Status.RESOLVED),
        ("resolved", "solved", "", Status.CLOSED),
        ("resolved", "not-solved", "", Status.OPEN),
        ("resolved", "not-solved", TEXT, Status.OPEN),
        ("closed", "write", TEXT, Status.OPEN),
        ("complaint", "write", TEXT, Status.OPEN),
        ("undelivered", "write", TEXT, Status.OPEN),
    ],
)
def test_each_button_does_what_it_says(client: FlaskClient, life: Life, state: str, act: str, text: str, then: Status):
    number = LIVES[state](life)
    messages, told = count(life.runtime, Message), len(team_mails(life))
    path = path_of(life.runtime, number)
    assert act in read(client, path).buttons.values()
    answer = press(client, path, act, text)
    assert (answer.status_code, answer.location) == (303, f"{path}?done={act}")
    assert (life.status(number), count(life.runtime, Message)) == (then, messages + bool(text))
    page = read(client, answer.location)
    assert page.done == DONE[act]
    assert ("<b>the same</b>" in " ".join(page.entries)) is bool(text)
    assert len(team_mails(life)) == told + 1
    assert ("“always”" in team_mails(life)[-1]) is bool(text)


def test_what_was_written_is_promised_an_answer(client: FlaskClient, life: Life, clock: Clock):
    path = path_of(life.runtime, LIVES["waiting"](life))
    clock.pass_(minutes=20)
    press(client, path, "write", TEXT)
    assert "We aim to answer your message by Tue 24 Nov 2026, 11:28 am AEST" in read(client, path).panel


def test_files_come_with_a_message_and_can_be_downloaded_again(client: FlaskClient, life: Life, path: str):
    answer = press(client, path, "write", TEXT, {"a.png": SAMPLES["png"], "b.log": SAMPLES["log"]})
    assert answer.status_code == 303
    page = read(client, path)
    assert page.entries[-1].endswith("a.png (PNG, 71 bytes) b.log (LOG, 37 bytes)")
    assert client.get(page.files["b.log (LOG, 37 bytes)"]).data == SAMPLES["log"]
    assert "a.png" in team_mails(life)[0]


@pytest.mark.parametrize(
    ("act", "text", "problem"),
    [
        ("write", "", "Enter your message"),
        ("write", " \n\u200b ", "Enter your message"),
        ("write", "x" * (LONGEST + 1), "Your message must be 5,000 characters or less"),
    ],
)
def test_a_wrong_answer_is_told_above_and_at_the_field_with_text_and_files_kept(
    client: FlaskClient, life: Life, path: str, act: str, text: str, problem: str
):
    answer = press(client, path, act, text, {"a.png": SAMPLES["png"]})
    assert answer.status_code == 422
    page = TicketPage(answer.text)
    page.check_hygiene()
    page.check_errors()
    assert page.problems == [("text", problem)]
    assert page.fields["text"] == [text.strip(" \n\u200b")]
    assert page.kept_files == ["a.png"]
    assert state_of(life) == (Status.OPEN, 0)
    # Put right, it is sent with the file that was kept.
    fields = {name: values[0] for name, values in page.fields.items()}
    assert client.post(path, data=fields | {"text": "Now.", "act": "write"}).status_code == 303
    assert read(client, path).entries[-1].endswith("Now. a.png (PNG, 71 bytes)")


def test_as_many_characters_as_the_page_says_are_taken(client: FlaskClient, life: Life, path: str):
    assert press(client, path, "write", "é\r\n" * (LONGEST // 2 - 1) + "éé").status_code == 303


def test_what_was_added_is_kept_with_solved_and_asks_for_no_answer(client: FlaskClient, life: Life, path: str):
    answer = press(client, path, "solved", "Thanks, it works!", {"a.png": SAMPLES["png"]})
    assert answer.status_code == 303
    page = TicketPage(client.get(path).text)
    assert any("Thanks, it works!" in entry and "a.png" in entry for entry in page.entries)
    assert state_of(life)[0] is Status.RESOLVED
    assert life.row(1001).next_due_at is None


def test_a_file_that_is_not_taken_is_told_by_its_name(client: FlaskClient, life: Life, path: str):
    answer = press(client, path, "write", TEXT, {"x.exe": b"MZ", "a.png": SAMPLES["png"]})
    page = TicketPage(answer.text)
    page.check_errors()
    assert page.problems == [("files", "x.exe: the selected file must be a PNG, JPG, GIF, PDF, TXT, CSV or LOG")]
    assert (page.kept_files, page.fields["text"]) == (["a.png"], [TEXT])
    assert state_of(life) == (Status.OPEN, 0)


def test_a_file_that_was_removed_in_another_tab_is_asked_for_again(client: FlaskClient, life: Life, path: str):
    page = TicketPage(press(client, path, "write", "", {"a.png": SAMPLES["png"]}).text)
    (token,) = page.fields["kept_file"]
    client.delete(f"/api/attachments/{token}")
    answer = client.post(path, data={"text": TEXT, "act": "write", "kept_file": token, "once": "k"})
    page = TicketPage(answer.text)
    assert (answer.status_code, page.fields["text"]) == (422, [TEXT])
    assert page.problems == [("files", "A file that you added is no longer here: add it again if you still want to send it")]


def test_a_form_without_a_button_is_a_message(client: FlaskClient, life: Life):
    number = LIVES["resolved"](life)
    path = path_of(life.runtime, number)
    assert client.post(path, data={"text": TEXT}).status_code == 303
    assert life.status(number) is Status.OPEN


@pytest.mark.parametrize("sent", [{"data": {"act": "close", "text": "x"}}, {"json": {"text": "x"}}, {"data": b""}])
def test_what_is_no_form_of_ours_does_nothing(client: FlaskClient, life: Life, path: str, sent: dict[str, object]):
    assert client.post(path, **sent).status_code == 400
    assert state_of(life) == (Status.OPEN, 0)


def test_solved_in_another_tab_is_told_calmly_and_the_text_is_kept(client: FlaskClient, life: Life):
    number = LIVES["resolved"](life)
    path = path_of(life.runtime, number)
    life.do(staff_acts.reopen, number, STAFF_ACT, text="We look at it again.")
    answer = client.post(path, **with_files({"act": "not-solved", "text": TEXT, "once": "k"}, {"a.png": SAMPLES["png"]}))
    page = TicketPage(answer.text)
    assert answer.status_code == 409
    assert page.problems == [("hc-notice", MOVED_ON)]
    assert page.control("hc-notice").words == MOVED_ON
    assert (page.fields["text"], page.kept_files) == ([TEXT], ["a.png"])
    # The page is that of the state it is in now, and its button sends the same text.
    assert page.buttons == {"Send reply": "write", "Solved, thank you": "solved"}
    assert "Open" in page.panel
    fields = {name: values[0] for name, values in page.fields.items()}
    assert client.post(path, data=fields | {"act": "write"}).status_code == 303
    assert any(said.endswith("a.png (PNG, 71 bytes)") for said in read(client, path).entries)


def test_solved_twice_in_two_tabs_does_not_close_what_is_closed(client: FlaskClient, life: Life):
    number = LIVES["resolved"](life)
    path = path_of(life.runtime, number)
    tabs = [read(client, path).fields["once"][0] for _ in range(2)]
    answers = [client.post(path, data={"act": "solved", "once": key}) for key in tabs]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert TicketPage(answers[1].text).buttons == {"Send and re-open": "write"}


@pytest.mark.parametrize("text", ["", "It is back."])
def test_a_closed_ticket_is_opened_again_at_any_time_by_writing(client: FlaskClient, life: Life, clock: Clock, text: str):
    number = LIVES["closed"](life)
    clock.pass_(days=400)
    path = path_of(life.runtime, number)
    page = read(client, path)
    assert "Write to us and the ticket is open again. You can do so at any time." in page.html
    answer = press(client, path, "write", text)
    assert answer.status_code == (303 if text else 422)
    assert life.status(number) is (Status.OPEN if text else Status.CLOSED)


def test_many_in_an_hour_are_told_when_to_go_on_with_text_and_files_kept(app_with: Callable[..., Flask], life: Life, path: str):
    client = app_with(submissions_per_hour=2).test_client()
    for text in ("One.", "Two."):
        assert press(client, path, "write", text).status_code == 303
    answer = press(client, path, "write", TEXT, {"a.png": SAMPLES["png"]})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    page = TicketPage(answer.text)
    assert page.problems[0][1].startswith("Many requests have come from your network in the last hour, and this one has not been sent.")
    assert (page.fields["text"], page.kept_files) == ([TEXT], ["a.png"])
    assert state_of(life) == (Status.OPEN, 2)
    # What is wrong in itself is said first: nobody waits for an hour to learn it.
    assert press(client, path, "write", "").status_code == 422


def test_one_network_out_of_breath_holds_up_nobody_who_reads(app_with: Callable[..., Flask], path: str):
    client = app_with(submissions_per_hour=1).test_client()
    press(client, path, "write", "One.")
    assert press(client, path, "solved").status_code == 429
    assert client.get(path).status_code == client.get(f"{path}/everything.zip").status_code == 200


def test_the_page_works_while_another_customer_writes(client: FlaskClient, life: Life, path: str):
    other = path_of(life.runtime, life.ticket(**WRITTEN, email="other@example.net"))
    press(client, other, "write", "Mine alone.")
    assert "Mine alone." not in read(client, path).html
    assert state_of(life) == (Status.OPEN, 1)


def test_what_the_scripts_need_stands_in_the_page(client: FlaskClient, path: str):
    (form,) = read(client, path).all("form")
    facts = json.loads(form.attributes["data-hc-facts"])
    assert facts["subject"] == "BC-1001: Invoice PDF is blank"
    assert (facts["noun"], facts["most"], facts["email"]) == ("message", 5, "support@billycart.com")
    assert form.attributes["action"] == path


def test_a_ticket_that_goes_while_somebody_writes_is_answered_as_an_unknown_one(client: FlaskClient, life: Life, path: str, monkeypatch):
    from formapp.services.ticket_life import NoSuchTicket

    def gone(*arguments: object, **words: object) -> None:
        raise NoSuchTicket("gone")

    monkeypatch.setattr(customer_acts, "customer_writes", gone)
    assert press(client, path, "write", TEXT).text == client.get("/your-request/x").text


def test_the_customers_own_letters_confirm_what_a_click_did(client: FlaskClient, life: Life):
    path = path_of(life.runtime, LIVES["waiting"](life))
    press(client, path, "solved")
    press(client, path, "solved")
    press(client, path, "write", TEXT)
    assert life.letters_to_customer()[-3:] == ["ticket-resolved", "ticket-closed", "ticket-reopened"]


def test_an_act_counts_for_the_revision_that_staff_see(client: FlaskClient, life: Life, path: str):
    with life.runtime.database.reading() as session:
        before = session.get_one(Ticket, 1001).revision
    press(client, path, "write", TEXT)
    with life.runtime.database.reading() as session:
        assert session.get_one(Ticket, 1001).revision > before
    assert CUSTOMER_ACT.once is None
