"""The customer's link to a ticket, in the hands of scanners, strangers and colleagues (abuse cases D-28 to D-35)."""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Route, expect
from pydantic import SecretStr
from sqlalchemy import select

from formapp.forms.reply import LONGEST
from formapp.models import Base, Message
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from formapp.services.links import ESCALATION_PAGE, TICKET_PAGE, VOTE, Links
from tests.abuse.test_forms import logging_to
from tests.clock import Clock
from tests.proofs import EARLIER_SECRET, SECRET
from tests.requests import with_files
from tests.sample_files import SAMPLES
from tests.services.life import Life
from tests.services.lived_tickets import LIVES, WRITTEN
from tests.web.form_page import FormPage
from tests.web.served import served
from tests.web.stored import count, letters, words
from tests.web.ticket_page import path_of, press, read

PARTS = ("", "/files/1", "/everything.zip", "/answer-due.ics")
FOREIGN = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"})


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


@pytest.fixture
def path(life: Life) -> str:
    return path_of(life.runtime, LIVES["waiting"](life))


def everything(runtime: Runtime) -> dict[str, list[tuple[object, ...]]]:
    with runtime.database.reading() as session:
        return {name: [tuple(row) for row in session.execute(select(table))] for name, table in Base.metadata.tables.items()}


@pytest.mark.parametrize("state", ["open", "waiting", "resolved", "closed", "complaint"])
@pytest.mark.parametrize("query", ["", "?act=solved&once=x", "?done=solved", "?act=not-solved&text=x", "?remove_file=x"])
def test_d28_a_scanner_that_opens_every_link_changes_nothing(client: FlaskClient, life: Life, state: str, query: str):
    path = path_of(life.runtime, LIVES[state](life))
    before = everything(life.runtime)
    for part in PARTS:
        for ask in (client.get, client.head, client.options):
            ask(f"{path}{part}{query}")
    for address in read(client, path).files.values():
        client.get(address)
    assert client.head(path).status_code == client.options(path).status_code == 200
    assert everything(life.runtime) == before


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_d28_no_other_method_does_anything(client: FlaskClient, life: Life, path: str, part: str, method: str):
    if (part, method) == ("", "post"):
        return
    before = everything(life.runtime)
    assert getattr(client, method)(f"{path}{part}", data={"act": "solved"}).status_code == 405
    assert everything(life.runtime) == before


def test_d28_a_post_acts_once_and_its_repetition_is_told_the_same(client: FlaskClient, life: Life, path: str):
    key = read(client, path).fields["once"][0]
    first = client.post(path, data={"act": "solved", "once": key})
    after = everything(life.runtime)
    again = client.post(path, data={"act": "solved", "once": key})
    assert (first.status_code, first.location) == (again.status_code, again.location) == (303, f"{path}?done=solved")
    assert everything(life.runtime) == after
    assert life.status(1001) is Status.RESOLVED


@pytest.mark.parametrize("headers", FOREIGN)
def test_d28_another_sites_page_presses_no_button(client: FlaskClient, life: Life, path: str, headers: dict[str, str]):
    before = everything(life.runtime)
    answer = client.post(path, **with_files({"act": "write", "text": "Forged."}, {"a.png": SAMPLES["png"]}), headers=headers)
    assert answer.status_code == 403
    assert everything(life.runtime) == before


def wrong_tokens(links: Links, token: str) -> dict[str, str]:
    def of(purpose: str, *numbers: int, keys: tuple[str, ...] = links.keys) -> str:
        return Links(keys, links.base_url).token_of(purpose, *numbers)

    cut = {f"cut to {length}": token[:length] for length in range(1, len(token), 7)}
    edited = {
        f"altered at {place}": token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(len(token) - 1)
    }
    return cut | edited | {
        "of another purpose": of(ESCALATION_PAGE, 1001),
        "of a vote": of(VOTE, 1001),
        "for staff": of("staff ticket 0", 1001, 1, 739_943),
        "of two numbers": of(TICKET_PAGE, 1001, 1002),
        "of another key": of(TICKET_PAGE, 1001, keys=(EARLIER_SECRET,)),
        "of no ticket": of(TICKET_PAGE, 999_999),
        "of a negative number": of(TICKET_PAGE, -1),
        "added to": f"{token}x",
        "with a line": f"{token}%0A",
        "twice": f"{token}.{token}",
        "in the other case": token.swapcase(),
        "a number": "1001",
        "an ID": "BC-1001",
        "nothing": "%00",
        "no text": "%ff%fe",
        "a bomb": "." + "eJx" * 3000,
        "long": "a" * 10_000,
    }  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_d29_every_token_that_we_did_not_make_for_it_gets_the_same_answer(client: FlaskClient, life: Life, path: str, part: str):
    wrong = wrong_tokens(life.runtime.links, path.rpartition("/")[2])
    answers = {name: client.get(f"/your-request/{token}{part}") for name, token in wrong.items()}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 404} == {}
    assert len({answer.text for answer in answers.values()}) == 1


def test_d29_nor_does_it_do_anything(client: FlaskClient, life: Life, path: str):
    before = everything(life.runtime)
    texts = set()
    for token in wrong_tokens(life.runtime.links, path.rpartition("/")[2]).values():
        answer = client.post(f"/your-request/{token}", **with_files({"act": "write", "text": "x"}, {"a.png": SAMPLES["png"]}))
        assert answer.status_code == 404
        texts.add(answer.text)
    assert texts == {client.get("/your-request/x").text}
    # Nor is a file kept for somebody who has no link.
    assert everything(life.runtime) == before


def test_d29_the_time_tells_nobody_how_much_of_a_token_was_right(client: FlaskClient, life: Life, path: str):
    token = path.rpartition("/")[2]
    nearly, none = token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), "B" * len(token)
    taken: dict[str, list[float]] = {nearly: [], none: []}
    for _ in range(60):
        for one, times in taken.items():
            begun = time.perf_counter()
            client.get(f"/your-request/{one}")
            times.append(time.perf_counter() - begun)
    first, second = (statistics.median(times) for times in taken.values())
    # The signature is compared in constant time; this finds a look into the database that only one of the two would cause.
    assert abs(first - second) < 0.5 * max(first, second)


def test_d29_a_link_signed_with_a_retired_key_still_opens_and_takes_answers(app_with: Callable[..., Flask], life: Life, path: str):
    rotated = app_with(secret_key=SecretStr(EARLIER_SECRET), secret_key_fallbacks=SecretStr(f"x{'y' * 40}, {SECRET}")).test_client()
    forgotten = app_with(secret_key=SecretStr(EARLIER_SECRET)).test_client()
    assert [client.get(path).status_code for client in (rotated, forgotten)] == [200, 404]
    answer = rotated.post(path, data={"text": "By the old link.", "act": "write", "once": "k"})
    assert answer.status_code == 303
    # From here on it is the new one, which outlives the old key.
    assert forgotten.get(answer.location).status_code == 200
    assert [one.status_code for one in (rotated.get(f"{path}/everything.zip"), forgotten.get(f"{path}/everything.zip"))] == [200, 404]


@pytest.mark.browser
def test_d30_the_page_asks_nobody_else_for_anything_and_names_itself_to_nobody(
    runtime: Runtime, life: Life, built_site: Path, browser: Browser
):
    with served(runtime, built_site) as base_url:
        path = path_of(runtime, LIVES["resolved"](life))
        context = browser.new_context()
        asked: list[tuple[str, str | None]] = []

        def elsewhere(route: Route) -> None:
            asked.append((route.request.url, route.request.all_headers().get("referer")))
            route.fulfill(body="<title>Elsewhere</title>", content_type="text/html")

        context.route(lambda url: not url.startswith(base_url), elsewhere)
        page = context.new_page()
        page.on("request", lambda request: asked.append((request.url, request.all_headers().get("referer"))))
        page.goto(base_url + path)
        assert asked
        assert {urlsplit(url).netloc for url, _ in asked if not url.startswith("data:")} == {urlsplit(base_url).netloc}
        # A module names itself to what it imports; the page is named to nobody, not even to us.
        assert all("your-request" not in (referrer or "") for _, referrer in asked)
        asked.clear()
        # A link that leads out, as an article may have one, on this very page.
        page.evaluate("document.querySelector('.hc-panel').innerHTML = '<a href=\"https://elsewhere.example/\">Out</a>'")
        page.get_by_role("link", name="Out").click()
        expect(page).to_have_title("Elsewhere")
        assert ("https://elsewhere.example/", None) in asked
        page.goto(base_url + path)
        asked.clear()
        page.get_by_role("link", name="Contact support").first.click()
        page.wait_for_url("**/contact/")
        assert {referrer for url, referrer in asked if url.endswith("/contact/")} == {None}
        assert page.evaluate("document.referrer") == ""
        context.close()


def test_d31_numbers_open_nothing_whether_there_is_such_a_ticket_or_not(client: FlaskClient, life: Life, path: str):
    life.ticket(**WRITTEN, email="other@example.net")
    names = [name for number in (1001, 1002, 1003, 424242) for name in (str(number), f"BC-{number}", f"BC-{number}.x")]
    for part in PARTS:
        answers = {(answer.status_code, answer.text) for answer in (client.get(f"/your-request/{name}{part}") for name in names)}
        assert len(answers) == 1
        assert answers.pop()[0] == 404
    answers = {(answer.status_code, answer.text) for answer in (client.post(f"/your-request/{name}", data={"text": "x"}) for name in names)}
    assert len(answers) == 1


def test_d31_the_link_of_one_ticket_opens_nothing_of_another(client: FlaskClient, life: Life, path: str):
    mine = path_of(life.runtime, life.ticket(**WRITTEN, email="other@example.net"))
    theirs = next(iter(read(client, path).files.values())).rpartition("/")[2]
    assert client.get(f"{mine}/files/{theirs}").status_code == 404
    page = client.get(mine).text
    assert "BC-1001" not in page
    assert path not in page


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example;proto=http"}]
)
def test_d32_no_host_header_gets_into_a_page_a_redirect_or_a_letter(client: FlaskClient, life: Life, path: str, headers: dict[str, str]):
    told = len(letters(life.runtime))
    answer = client.post(path, data={"text": "Hello.", "act": "write", "once": "k"}, headers=headers)
    assert (answer.status_code, answer.location) == (303, f"{path}?done=write")
    assert client.post(path, data={"act": "solved", "once": "l"}, headers=headers).status_code == 303
    for part in PARTS:
        assert b"evil.example" not in client.get(f"{path}{part}", headers=headers).data
    said = [words(mail) for _, mail in letters(life.runtime)][told:]
    assert len(said) == 3
    assert "evil.example" not in "".join(said)
    assert all("http://localhost:8000/" in one for one in said)


@pytest.mark.parametrize("name", ["next", "redirect", "return_to", "url", "done"])
@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https:evil.example", "\t//evil.example"])
def test_d33_there_is_no_way_to_be_sent_elsewhere(client: FlaskClient, path: str, name: str, target: str):
    answer = client.post(f"{path}?{name}={target}", data={"text": "x", "act": "write", name: target})
    assert (answer.status_code, answer.location) == (303, f"{path}?done=write")
    assert "evil" not in client.get(f"{path}?{name}={target}").text


def test_d34_a_whole_visit_leaves_no_token_and_no_word_of_the_customer_in_the_log(
    client: FlaskClient, life: Life, path: str, capfd: pytest.CaptureFixture[str]
):
    forged = "secret words\n2026-11-23 ERROR forged\r\n{}\x1b[2J\u2028"
    with logging_to(capfd) as lines:
        wrong = client.post(
            path, **with_files({"text": forged + "x" * LONGEST, "act": "write", "once": "secret"}, {"secret forged.png": SAMPLES["png"]})
        )
        assert wrong.status_code == 422
        token = FormPage(wrong.text).fields["kept_file"][0]
        sent = client.post(f"{path}?secret=1", data={"text": forged, "act": "write", "once": "secret", "kept_file": token})
        assert sent.status_code == 303
        page = read(client, sent.location)
        for address in (*page.files.values(), f"{path}/files/99", f"{path}/everything.zip", f"{path}/answer-due.ics", f"{path}x"):
            client.get(address)
        client.post(f"{path}x", data={"text": forged, "act": "write"})
    events = [json.loads(line) for line in lines]
    assert {event["event"] for event in events} == {"request"}
    assert len(events) == 10
    everything_logged = "\n".join(lines)
    for secret in (path.rpartition("/")[2], token, "secret", "forged", "zoe@", "example.net", "Invoice", "how to"):
        assert secret not in everything_logged


@pytest.mark.parametrize("state", LIVES)
def test_d35_what_the_link_opens_is_kept_nowhere(client: FlaskClient, life: Life, state: str):
    path = path_of(life.runtime, LIVES[state](life))
    asked = [f"{start}{part}" for start in (path, f"{path}x") for part in PARTS]
    answers = [*(client.get(one) for one in asked), *(press(client, path, act) for act in ("write", "solved"))]
    answers.append(client.post(f"{path}x", data={"text": "x"}))
    answers += [client.get(address) for address in read(client, path).files.values()]
    for answer in answers:
        if answer.status_code == 303:
            assert answer.headers["Cache-Control"] == "no-store"
            continue
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_flood_of_one_ticket_is_stopped_and_costs_no_letter(app_with: Callable[..., Flask], life: Life, path: str):
    client = app_with(submissions_per_hour=5).test_client()
    before = len(letters(life.runtime))
    statuses = [client.post(path, data={"text": f"Flood {number}", "act": "write"}).status_code for number in range(12)]
    assert statuses == [303] * 5 + [429] * 7
    assert len(letters(life.runtime)) == before + 5
    assert count(life.runtime, Message) == 2 + 5
