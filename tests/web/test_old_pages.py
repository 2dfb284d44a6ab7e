"""Pages that are older than the service: a rotated key, last month's build, a proof that has expired (D-48, E-30, E-47)."""

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select

from formapp.models import Escalation, Ticket
from formapp.runtime import Runtime
from tests.clock import Clock
from tests.proofs import EARLIER_SECRET, SECRET, proof
from tests.requests import URLS, answers
from tests.web.form_page import FormPage

# What the pages of November 2026 posted: recorded from the ticket form of the first release, byte for byte.
OLD_INCIDENT = (
    "request_type=incident&summary=Invoice+PDF+is+blank&description=Since+this+morning+every+invoice+is+blank.%0D%0AOn+screen+it+is+right."
    "&area=Payments&extent=several&situation=P2&impact=We+cannot+send+invoices.&browser=Chrome+142+on+Windows&name=Zo%C3%AB+O%E2%80%99Brien"
    "&email=zoe%40example.net&company=Soapbox+Pty+Ltd&submission_key=0b6f6f6e-6f0a-4d4e-9a44-6d7f0b1f7a11&leave_empty="
)
OLD_QUESTION = (
    "summary=Do+you+have+a+price+list%3F&description=I+could+not+find+your+prices+on+the+site.&area=Payments&request_type=general-enquiry"
    "&impact=&browser=&name=Ann&email=ann%40example.net&company=&submission_key=&leave_empty="
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


def post_old(client: FlaskClient, body: str):  # type: ignore[no-untyped-def]
    return client.post(URLS["ticket"], data=body, content_type="application/x-www-form-urlencoded")


def ticket(runtime: Runtime) -> Ticket:
    with runtime.database.reading() as session:
        return session.scalars(select(Ticket)).one()


def test_e30_an_incident_from_last_months_page_is_taken_though_it_has_no_effect(client: FlaskClient, runtime: Runtime):
    assert post_old(client, OLD_INCIDENT).status_code == 303
    stored = ticket(runtime)
    assert (stored.priority, stored.suggested_priority, stored.effect, stored.is_proven) == ("P2", None, "", False)
    assert stored.description == "Since this morning every invoice is blank.\nOn screen it is right."
    assert stored.suspect_because is None


def test_e30_a_question_from_last_months_page_is_taken(client: FlaskClient, runtime: Runtime):
    assert post_old(client, OLD_QUESTION).status_code == 303
    assert ticket(runtime).name == "Ann"


def test_e30_an_incident_of_somebody_who_was_not_sure_gets_the_request_types_promise_as_before(client: FlaskClient, runtime: Runtime):
    assert post_old(client, OLD_INCIDENT.replace("situation=P2&", "situation=not-sure&")).status_code == 303
    assert (ticket(runtime).priority, ticket(runtime).effect) == (None, "")


def test_e30_an_old_page_in_error_comes_back_as_the_new_form_with_every_answer(client: FlaskClient):
    answer = post_old(client, OLD_INCIDENT.replace("&situation=P2", "").replace("zoe%40", "zoe"))
    page = FormPage(answer.text)
    assert answer.status_code == 422
    page.check_errors()
    assert [id for id, _ in page.problems] == ["effect-0", "email"]
    assert page.fields["browser"] == ["Chrome 142 on Windows"]
    assert page.fields["extent"] == ["several"]


def test_e30_a_page_from_next_month_may_send_fields_that_we_do_not_know(client: FlaskClient):
    assert client.post(URLS["ticket"], data=answers("ticket", mood="hopeful", form_version="9")).status_code == 303


@pytest.mark.parametrize("slug", URLS)
def test_d48_a_form_that_was_open_for_a_month_is_taken(client: FlaskClient, runtime: Runtime, clock: Clock, slug: str):
    given = answers(slug, submission_key="from long ago", proof=proof(), seconds="2678400")
    clock.pass_(days=31)
    answer = client.post(URLS[slug], data=given)
    assert answer.status_code == 303
    with runtime.database.reading() as session:
        row = session.scalars(select(Escalation if slug == "escalation" else Ticket)).one()
        # The challenge has expired: that proves nothing any more, and shuts nobody out.
        assert (row.is_proven, row.suspect_because) == (False, None)


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize("broken", ["", "x", "e30=", "A" * 5000, "{}", "\x00", "💥"])
def test_d48_a_proof_that_is_none_refuses_nobody(client: FlaskClient, slug: str, broken: str):
    assert client.post(URLS[slug], data=answers(slug, proof=broken)).status_code == 303


def test_a_proof_from_before_the_key_was_changed_still_proves(app_with, runtime: Runtime):
    rotated = app_with(secret_key=SecretStr(EARLIER_SECRET), secret_key_fallbacks=SecretStr(SECRET)).test_client()
    rotated.post(URLS["ticket"], data=answers("ticket", proof=proof()))
    assert ticket(runtime).is_proven


def test_a_proof_of_a_forgotten_key_proves_nothing_and_refuses_nobody(app_with, runtime: Runtime):
    forgotten = app_with(secret_key=SecretStr(EARLIER_SECRET)).test_client()
    assert forgotten.post(URLS["ticket"], data=answers("ticket", proof=proof())).status_code == 303
    assert not ticket(runtime).is_proven


def test_the_proof_survives_an_error_and_is_used_by_the_corrected_form(client: FlaskClient, runtime: Runtime):
    page = FormPage(client.post(URLS["ticket"], data=answers("ticket", email="zoe@", proof=proof())).text)
    assert page.fields["proof"] == [proof()]
    client.post(URLS["ticket"], data={name: values[0] for name, values in page.fields.items()} | {"email": "zoe@example.net"})
    assert ticket(runtime).is_proven
