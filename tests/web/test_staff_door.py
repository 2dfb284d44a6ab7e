"""Doors: links that may be quoted to a customer, because they open only in a browser that has opened one of the team's links before."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from formapp.runtime import Runtime
from formapp.services import staff_links
from formapp.services.staff_links import FILE, OPENS_FOR, TICKET
from tests.clock import Clock
from tests.services import lived_tickets as lived
from tests.services.life import Life
from tests.site.markup import Markup
from tests.web.staff_page import KIM, act, links_of, path_of, queue_path, ticket_path
from tests.web.test_staff_links import OWN, fresh_letters, heading

SAM = "sam@paypaplane.example"
PRESSED = {"act": "fresh-link"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def number(runtime: Runtime, clock: Clock) -> int:
    return lived.answered(Life(runtime, clock))


def door_path(runtime: Runtime, number: int, purpose: str = TICKET, address: str = KIM) -> str:
    return path_of(runtime, links_of(runtime, address).door_url(purpose, number))


def test_a_browser_that_has_opened_none_of_our_links_is_offered_the_link_by_mail(client: FlaskClient, runtime: Runtime, number: int):
    path = door_path(runtime, number)
    answer = client.get(path)
    assert (answer.status_code, heading(answer.text)) == (200, "A page for the support team")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in answer.headers
    page = Markup(answer.text)
    (form,) = [one for one in page.all("form") if one.attributes["method"] == "post"]
    (button,) = [one for one in page.all("button") if form in one.ancestors]
    assert button.words == "Send me the link"
    # A customer who found it below our answer reads that it is not for them, and nothing else: neither ticket nor address.
    assert "If you are a customer" in answer.text
    assert KIM not in answer.text
    assert f"BC-{number}" not in answer.text
    sent = client.post(form.attributes["action"], data={button.attributes["name"]: button.attributes["value"]}, headers=OWN)
    assert (sent.status_code, heading(sent.text)) == (200, "A fresh link is on its way")
    assert KIM not in sent.text
    assert "Set-Cookie" not in sent.headers
    ((recipient, link),) = fresh_letters(runtime)
    assert recipient == KIM
    assert client.get(path_of(runtime, link)).status_code == 200


@pytest.mark.parametrize("opened", ["ticket", "queue", "ticket in the queue", "file"])
def test_once_a_link_was_opened_doors_lead_on_at_once_for_whose_link_it_was(
    client: FlaskClient, runtime: Runtime, number: int, opened: str
):
    file = path_of(runtime, links_of(runtime, SAM).file_url(1))
    paths = {"ticket": ticket_path(runtime, number, address=SAM), "queue": queue_path(runtime, address=SAM)}
    paths |= {"ticket in the queue": f"{paths['queue']}tickets/{number}/", "file": file}
    assert client.get(paths[opened]).status_code == 200
    # The door was made for one colleague, and this is another's browser: what they do there is theirs.
    answer = client.get(door_path(runtime, number))
    assert (answer.status_code, answer.location) == (303, ticket_path(runtime, number, address=SAM))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert client.get(answer.location).status_code == 200
    to_file = client.get(door_path(runtime, 1, FILE))
    assert to_file.status_code == 303
    assert to_file.location == file
    assert client.get(to_file.location).headers["Content-Disposition"].startswith("attachment")


def test_a_pass_opens_doors_as_long_as_a_link_would_and_each_link_renews_it(
    client: FlaskClient, runtime: Runtime, clock: Clock, number: int
):
    client.get(ticket_path(runtime, number))
    kept = client.get_cookie("staff")
    assert kept is not None
    for days, status in ((OPENS_FOR.days, 303), (1, 200)):
        clock.pass_(days=days)
        client.set_cookie("staff", kept.value)
        assert client.get(door_path(runtime, number)).status_code == status
    client.get(ticket_path(runtime, number))
    clock.pass_(days=OPENS_FOR.days)
    assert client.get(door_path(runtime, number)).status_code == 303


def test_only_a_link_that_opens_gives_a_pass(client: FlaskClient, runtime: Runtime, clock: Clock, number: int):
    paths = [ticket_path(runtime, number), queue_path(runtime)]
    tried = [client.post(paths[0], data={"act": "note", "text": "x"}, headers=OWN), client.head(paths[0]), client.options(paths[0])]
    tried += [client.get(f"{path[:-5]}/") for path in paths]
    tried += [client.get(f"{paths[0]}files/4711"), client.get("/attachment/x")]
    clock.pass_(days=31)
    tried += [client.get(path) for path in paths]
    tried += [client.get(runtime.links.ticket_path(number)), client.get(door_path(runtime, number))]
    for answer in tried:
        assert "Set-Cookie" not in answer.headers, answer.request.path


@pytest.mark.parametrize("kept", ["", "x", "of another purpose", "of an earlier generation", "signed by others", "of nobody"])
def test_a_pass_that_is_none_opens_no_door(client: FlaskClient, runtime: Runtime, number: int, kept: str):
    made = links_of(runtime)
    values = {"": "", "x": "x", "of another purpose": made.ticket_url(number).split("/")[-2]}
    client.get(ticket_path(runtime, number))
    own = client.get_cookie("staff")
    assert own is not None
    values |= {"of an earlier generation": own.value, "signed by others": f"{own.value[:-2]}AA"}
    values["of nobody"] = runtime.links.token_of("staff browser 0", 4711, made.day.toordinal())
    if kept == "of an earlier generation":
        with runtime.database.transaction() as session:
            staff_links.rotate(session)
    client.set_cookie("staff", values[kept])
    assert client.get(door_path(runtime, number)).status_code == 200


def test_a_door_opens_nothing_that_is_not_behind_it(client: FlaskClient, runtime: Runtime, number: int):
    door = door_path(runtime, number).split("/")[-2]
    link = ticket_path(runtime, number).split("/")[-2]
    client.get(ticket_path(runtime, number))
    for path in (
        f"/staff-ticket/{door}/",
        f"/staff-queue/{door}/",
        f"/attachment/{door}",
        f"/staff-door/{link}/",
        f"/staff-door/{door[:-3]}/",
    ):
        assert client.get(path).status_code == 404, path
    for path in ("/staff-door/", "/staff-door//"):
        assert heading(client.get(path).text) == "This link does not open anything"


def test_looking_through_a_door_sends_nothing_and_another_site_cannot_press(client: FlaskClient, runtime: Runtime, number: int):
    path = door_path(runtime, number)
    for method in ("get", "head", "options"):
        getattr(client, method)(path)
        getattr(client, method)(f"{path}?act=fresh-link")
    assert client.post(path, data=PRESSED, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(path, data={}, headers=OWN).status_code == 400
    assert client.post(path, data={"act": "fresh-link", "x": "x" * 5_000}, headers=OWN).status_code in (400, 413)
    assert (
        client.post(path, data=PRESSED, headers={"Sec-Fetch-Site": "same-origin"}, query_string={"to": "evil@example.net"}).status_code
        == 200
    )
    ((recipient, _),) = fresh_letters(runtime)
    assert recipient == KIM


def test_however_often_somebody_presses_the_team_gets_one_link_in_ten_minutes(
    client: FlaskClient, runtime: Runtime, clock: Clock, number: int
):
    path = door_path(runtime, number)
    for _ in range(5):
        said = heading(client.post(path, data=PRESSED, headers=OWN).text)
    assert said == "A fresh link has been sent already"
    assert len(fresh_letters(runtime)) == 1
    clock.pass_(minutes=11)
    client.post(path, data=PRESSED, headers=OWN)
    assert len(fresh_letters(runtime)) == 2


@pytest.mark.parametrize("behind", [TICKET, FILE])
def test_an_expired_door_is_an_expired_link(client: FlaskClient, runtime: Runtime, clock: Clock, number: int, behind: str):
    path = door_path(runtime, number if behind == TICKET else 1, behind)
    clock.pass_(days=31)
    client.get(ticket_path(runtime, number))
    answer = client.get(path)
    assert (answer.status_code, heading(answer.text)) == (410, "This link has expired")
    assert KIM not in answer.text
    (form,) = [one for one in Markup(answer.text).all("form") if one.attributes["method"] == "post"]
    assert form.attributes["action"] == path
    assert heading(client.post(path, data=PRESSED, headers=OWN).text) == "A fresh link is on its way"
    ((recipient, link),) = fresh_letters(runtime)
    assert recipient == KIM
    assert client.get(path_of(runtime, link)).status_code == 200


def test_after_a_rotation_no_door_leads_anywhere(client: FlaskClient, runtime: Runtime, number: int):
    path = door_path(runtime, number)
    client.get(ticket_path(runtime, number))
    with runtime.database.transaction() as session:
        staff_links.rotate(session)
    assert client.get(path).status_code == 404
    assert client.post(path, data=PRESSED, headers=OWN).status_code == 404
    assert fresh_letters(runtime) == []


def test_where_the_site_has_tls_no_other_site_can_set_or_read_the_pass(app_with: Callable[..., Flask], runtime: Runtime, number: int):
    client = app_with(base_url="https://support.example").test_client()
    here = {"base_url": "https://support.example"}
    answer = client.get(ticket_path(runtime, number), **here)
    (kept,) = answer.headers.getlist("Set-Cookie")
    assert kept.startswith("__Host-staff=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(kept.split("; "))
    assert "Domain" not in kept
    assert client.get(door_path(runtime, number), **here).status_code == 303
    # Set from a sister site, which cannot set the other name.
    client.delete_cookie("__Host-staff", domain="support.example")
    client.set_cookie("staff", kept.partition("=")[2].partition(";")[0], domain="support.example")
    assert client.get(door_path(runtime, number), **here).status_code == 200


def test_a_pass_lets_nobody_act(client: FlaskClient, runtime: Runtime, number: int):
    client.get(ticket_path(runtime, number))
    for path in ("/staff-ticket/x/", "/staff-queue/x/", "/staff-ticket/", "/staff-queue/"):
        assert client.get(path).status_code == 404
    assert act(client, ticket_path(runtime, number), "note", text="x").status_code == 303
    client.delete_cookie("staff")
    assert act(client, ticket_path(runtime, number), "note", text="y").status_code == 303
