"""The links by which staff download files, once they are old (D-29)."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from formapp.mail.purposes import STAFF_FRESH_LINK
from formapp.models import Attachment
from formapp.runtime import Runtime
from formapp.services import staff_links
from tests.clock import Clock
from tests.requests import incident, with_files
from tests.sample_files import SAMPLES
from tests.web.stored import letters, words


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def path(client: FlaskClient, runtime: Runtime) -> str:
    client.post("/contact/ticket/", **with_files(incident(), {"a.png": SAMPLES["png"]}))
    with runtime.database.transaction() as session:
        number = session.scalars(select(Attachment.id)).one()
        url = staff_links.staff_links(session, runtime.desk, runtime.now()).file_url(number)
    return url.removeprefix(runtime.settings.base_url)


def test_a_link_opens_its_file_for_thirty_days(client: FlaskClient, clock: Clock, path: str):
    clock.pass_(days=30)
    assert client.get(path).data == SAMPLES["png"]
    clock.pass_(days=1)
    answer = client.get(path)
    assert (answer.status_code, "This link has expired" in answer.text, SAMPLES["png"] in answer.data) == (410, True, False)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_fresh_link_goes_to_the_address_that_had_the_old_one(client: FlaskClient, runtime: Runtime, clock: Clock, path: str):
    clock.pass_(days=31)
    for said in ("A fresh link is on its way", "A fresh link has been sent already"):
        assert said in client.post(path, data={"act": "fresh-link"}).text
    (mail,) = [mail for purpose, mail in letters(runtime) if purpose == STAFF_FRESH_LINK]
    assert mail["To"] == "team@example.org"
    fresh = words(mail).partition("/attachment/")[2].split()[0]
    assert client.get(f"/attachment/{fresh}").data == SAMPLES["png"]


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_another_sites_page_has_none_sent(client: FlaskClient, runtime: Runtime, clock: Clock, path: str, headers: dict[str, str]):
    clock.pass_(days=31)
    before = len(letters(runtime))
    assert client.post(path, data={"act": "fresh-link"}, headers=headers).status_code == 403
    assert len(letters(runtime)) == before


def test_nothing_is_sent_for_a_link_that_still_opens_or_is_none(client: FlaskClient, runtime: Runtime, path: str):
    before = len(letters(runtime))
    assert client.post(path, data={"act": "fresh-link"}).status_code == 405
    assert client.post(f"{path}x", data={"act": "fresh-link"}).status_code == 404
    assert len(letters(runtime)) == before
