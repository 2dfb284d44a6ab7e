"""The report on feedback as its link opens it: who gets in, what it shows, and what its buttons do (D-51, D-58)."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from formapp.models import Feedback, MissedSearch
from formapp.reports.html import COMMENTS_A_PAGE
from formapp.rules.feedback import DONE, LONGEST_NOTE, NEW, WONT_DO
from formapp.runtime import Runtime
from formapp.services.links import REPORT_OPENS_FOR, Links
from tests.abuse.test_nasty_texts import NASTY
from tests.clock import Clock
from tests.pages import Page
from tests.proofs import EARLIER_SECRET
from tests.services.test_feedback_report import TODAY, article, said, vote

# Reading the report, whatever it is that reads.
LOOKS = ("", "articles/refunds/", "feedback.csv", "feedback.json", "?page=2", "?settled=1&page=x")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def address(runtime: Runtime) -> str:
    return runtime.links.report_path(TODAY)


@pytest.fixture
def one_comment(runtime: Runtime) -> None:
    store(runtime, article(), said(vote(False), "difficult", comment="How long?", email="zoe@example.net"))


def store(runtime: Runtime, *rows: object) -> None:
    with runtime.database.transaction() as session:
        session.add_all(rows)


def stored(runtime: Runtime) -> Feedback:
    with runtime.database.reading() as session:
        return session.scalars(select(Feedback)).one()


def settle(client: FlaskClient, address: str, **fields: object) -> TestResponse:
    given = {"number": "1", "state": DONE, "note": "", "page": "1", "article": ""} | fields
    return client.post(f"{address}feedback", data=given, headers={"Sec-Fetch-Site": "same-origin"})


@pytest.mark.usefixtures("one_comment")
def test_the_report_stands_in_the_sites_frame_with_its_own_stylesheet(client: FlaskClient, address: str):
    answer = client.get(address)
    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.texts["h1"] == ["Feedback report"]
    assert page.texts["title"][0] == "Feedback report - Billycart Support"
    assert "New feedback" in page.texts["dt"]
    assert page.texts["h2"] == [
        "Mend first",
        "Helpfulness by week",
        "Reasons",
        "Feedback",
        "Searches in vain",
        "Past their review",
        "Every article",
        "Set aside",
    ]
    assert {"rel": "stylesheet", "href": "/assets/report.css"} in page.elements["link"]
    assert page.ids_are_unique()
    assert page.controls_without_label() == []
    assert "How long?" in answer.text
    assert "zoe@example.net" not in answer.text
    assert "Somebody waits to be told" in answer.text
    assert "Note on F-1 to the reader, who gets it by email once this is done (optional)" in page.texts["label"]


@pytest.mark.usefixtures("one_comment")
@pytest.mark.parametrize("look", LOOKS)
def test_every_answer_is_private_and_looking_changes_nothing(client: FlaskClient, runtime: Runtime, address: str, look: str):
    for method in (client.get, client.head):
        answer = method(address + look)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
    assert client.get(f"{address}feedback?number=1&state=done").status_code in (404, 405)
    found = stored(runtime)
    assert (found.state, found.email) == (NEW, "zoe@example.net")


@pytest.mark.usefixtures("one_comment")
def test_no_element_of_a_page_brings_a_style_or_a_script_of_its_own(client: FlaskClient, address: str):
    for look in ("", "articles/refunds/"):
        page = Page(client.get(address + look).text)
        assert [
            one for some in page.elements.values() for one in some if "style" in one or any(name.startswith("on") for name in one)
        ] == []
        # Those of the frame, of which one is in its own words.
        assert len(page.elements["script"]) == 3
        assert "style" not in page.elements


def wrong_tokens(runtime: Runtime) -> Iterator[str]:
    token = runtime.links.report_path(TODAY).split("/")[2]
    yield from (token[:-1], token + "x", token.swapcase(), "x", "a" * 3000)
    yield Links((EARLIER_SECRET,), "http://localhost").report_path(TODAY).split("/")[2]
    yield runtime.links.ticket_path(TODAY.toordinal()).split("/")[2]
    yield runtime.links.vote_path(TODAY.toordinal()).split("/")[2]


@pytest.mark.usefixtures("one_comment")
@pytest.mark.parametrize("look", ["", "articles/refunds/", "feedback.csv", "feedback.json"])
def test_d29_every_token_that_is_not_the_reports_gets_the_same_answer(client: FlaskClient, runtime: Runtime, look: str):
    answers = [client.get(f"/feedback-report/{token}/{look}") for token in wrong_tokens(runtime)]
    assert {(one.status_code, one.text) for one in answers} == {(404, answers[0].text)}
    assert Page(answers[0].text).texts["h1"] == ["This link does not open the report"]
    assert "How long?" not in answers[0].text


@pytest.mark.usefixtures("one_comment")
def test_a_wrong_link_settles_nothing(client: FlaskClient, runtime: Runtime):
    for token in wrong_tokens(runtime):
        assert settle(client, f"/feedback-report/{token}/").status_code == 404
    assert stored(runtime).state == NEW


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (TODAY, 200),
        (TODAY - REPORT_OPENS_FOR, 200),
        (TODAY - REPORT_OPENS_FOR - timedelta(days=1), 410),
        (TODAY + timedelta(days=1), 200),  # made by a machine whose clock runs ahead
        (TODAY + timedelta(days=2), 410),
        (date.min, 410),
    ],
)
def test_a_link_opens_the_report_for_a_while(client: FlaskClient, runtime: Runtime, day: date, status: int):
    address = runtime.links.report_path(day)
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    if status == 410:
        assert Page(answer.text).texts["h1"] == ["This link has expired"]
        assert "formapp feedback link" in answer.text
        assert settle(client, address).status_code == 410


@pytest.mark.parametrize("number", [0, -5, 10**9])
def test_a_number_that_is_no_day_opens_nothing(client: FlaskClient, runtime: Runtime, number: int):
    token = runtime.links.token_of("feedback report", number)
    assert client.get(f"/feedback-report/{token}/").status_code == 404


@pytest.mark.usefixtures("one_comment")
def test_a_button_settles_and_leads_back_to_where_it_was(client: FlaskClient, runtime: Runtime, clock: Clock, address: str):
    for _ in range(2):
        answer = settle(client, address, note=" It \0 says\nso now ", page="3")
        assert (answer.status_code, answer.location) == (303, f"{address}?page=3&settled=1#settled")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    found = stored(runtime)
    assert (found.state, found.note, found.settled_at, found.email) == (DONE, "It says so now", clock.now(), "zoe@example.net")
    shown = Page(client.get(answer.location).text)
    assert "F-1 is now “Done”." in shown.texts["p"]
    assert "Done on Mon 23 Nov 2026: It says so now" in shown.texts["p"]
    assert any(one.get("id") == "settled" and one.get("role") == "status" for one in shown.elements["p"])

    assert settle(client, address, state=WONT_DO, article="refunds").location == f"{address}articles/refunds/?page=1&settled=1#settled"
    assert (stored(runtime).state, stored(runtime).email) == (WONT_DO, None)
    settle(client, address, state=NEW)
    assert (stored(runtime).state, stored(runtime).settled_at) == (NEW, None)


@pytest.mark.usefixtures("one_comment")
@pytest.mark.parametrize("article_id", ["//evil.example", "https://evil.example", "../../x", "\\\\evil"])
def test_d33_nobody_is_led_away_from_the_report(client: FlaskClient, address: str, article_id: str):
    assert settle(client, address, article=article_id).location.startswith(f"{address}articles/")


@pytest.mark.usefixtures("one_comment")
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"number": "2"}, 404),
        ({"number": ""}, 404),
        ({"number": "9" * 400}, 404),
        ({"number": "²"}, 404),
        ({"state": "deleted"}, 400),
        ({"state": ""}, 400),
    ],
)
def test_what_no_button_sends_is_refused(client: FlaskClient, runtime: Runtime, address: str, fields: dict[str, str], status: int):
    assert settle(client, address, **fields).status_code == status
    assert stored(runtime).state == NEW


@pytest.mark.usefixtures("one_comment")
def test_another_sites_form_settles_nothing(client: FlaskClient, runtime: Runtime, address: str):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = client.post(f"{address}feedback", data={"number": "1", "state": DONE}, headers=headers)
        assert answer.status_code == 403
    assert stored(runtime).state == NEW


@pytest.mark.usefixtures("one_comment")
@pytest.mark.parametrize("article_id", ["", "refunds"])
@pytest.mark.parametrize(
    ("note", "why"),
    [("x" * (LONGEST_NOTE + 1), "Note must be 500 characters or less"), ("Go to https://evil.example", "Note must not hold a link: ")],
)
def test_a_note_that_cannot_be_mailed_comes_back_with_what_is_wrong(
    client: FlaskClient, runtime: Runtime, address: str, article_id: str, note: str, why: str
):
    answer = settle(client, address, note=note, article=article_id)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert any(said.startswith(f"Error: {why}") for said in page.texts["p"])
    (field,) = [one for one in page.elements["input"] if one.get("name") == "note"]
    assert (field["value"], field["aria-invalid"], field["aria-describedby"]) == (note, "true", "F-1-error")
    assert stored(runtime).state == NEW
    assert settle(client, address, note="x" * LONGEST_NOTE).status_code == 303


def test_comments_stand_fifty_on_a_page(client: FlaskClient, runtime: Runtime, address: str):
    given = [said(vote(False, day=TODAY - timedelta(days=back)), comment=f"Number {back:03}") for back in range(COMMENTS_A_PAGE + 7)]
    store(runtime, article(), *given)
    first, second, beyond = (client.get(f"{address}?page={page}").text for page in (1, 2, 99))
    assert (first.count("Number "), second.count("Number "), beyond) == (50, 7, second)
    assert "Number 000" in first
    assert "Number 056" in second
    assert f'href="{address}?page=2#comments">Older feedback' in first
    assert "Newer feedback" not in first
    assert f'href="{address}?page=1#comments">Newer feedback' in second
    assert "Older feedback" not in second


@pytest.mark.usefixtures("one_comment")
def test_an_article_has_its_own_page_and_another_has_none(client: FlaskClient, runtime: Runtime, address: str):
    store(
        runtime,
        article("fees"),
        said(vote(False, "fees"), comment="On the fees"),
        said(vote(True), comment="Spam", set_aside_because="a burst"),
    )
    answer = client.get(f"{address}articles/refunds/")
    assert Page(answer.text).texts["h1"] == ["Feedback on “Refunds”"]
    assert ("How long?" in answer.text, "On the fees" in answer.text) == (True, False)
    assert "Set aside: a burst." in answer.text
    assert f'href="{address}">The whole report' in answer.text
    assert f'href="{runtime.settings.base_url}/articles/refunds/"' in answer.text
    assert client.get(f"{address}articles/nothing/").status_code == 404


def test_a_report_without_anything_is_a_page_all_the_same(client: FlaskClient, address: str):
    page = Page(client.get(address).text)
    assert any(said.startswith("No article stands out:") for said in page.texts["figcaption"])
    assert page.elements["form"] == []


def test_an_article_that_nobody_voted_on_of_late_has_a_page(client: FlaskClient, runtime: Runtime, address: str):
    store(runtime, article(), article("fees"), vote(True, "fees", day=date(2025, 1, 1)))
    never, long_ago = (client.get(f"{address}articles/{name}/").text for name in ("refunds", "fees"))
    assert "Nobody has said yet whether “Refunds” helps as it is now. There are no votes of the last 52 weeks." in never
    assert "There are no votes of the last 52 weeks." in long_ago


@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text[:24]))
def test_d58_every_text_is_shown_literally_on_the_pages_and_in_the_tables(client: FlaskClient, runtime: Runtime, address: str, text: str):
    on = vote(False, heading=text[:60], search_words=text[:60])
    searches = [MissedSearch(words=text[:60], day=TODAY - timedelta(days=back), times=1) for back in range(3)]
    odd = said(on, comment=text, note=text, state=DONE, settled_at=runtime.now(), set_aside_because=None)
    store(runtime, article(title=text, owner=text, reviewed=date(2025, 1, 1)), odd, *searches)
    for look in ("", "articles/refunds/"):
        html = client.get(address + look).text
        # The frame's own, none of them from the text.
        assert (html.count("<script"), html.count("<img"), html.count("<svg/")) == (3, 0, 0)
        page = Page(html)
        assert " ".join(text.split()) in page.texts["blockquote"]
        assert page.ids_are_unique()
        assert text in unescape(html)
    assert json.loads(client.get(f"{address}feedback.json").text)["feedback"][0]["comment"] == text
    answer = client.get(f"{address}feedback.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=feedback.csv"
    cells = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))[1]
    assert cells[7].removeprefix("'").replace("\\|", "|") == text.removeprefix("'")
