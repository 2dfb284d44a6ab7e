"""A request that began at “Report a problem with this page” says which article that was."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from formapp.models import Ticket
from formapp.runtime import Runtime
from tests.requests import complaint, escalation, incident, question, with_files
from tests.services.given_feedback import article
from tests.web.article_pages import articles
from tests.web.form_page import FormPage
from tests.web.stored import letters, words

__all__ = ["articles"]

URL = "/contact/ticket/"
JSON = {"Accept": "application/json"}


def about(runtime: Runtime) -> list[str | None]:
    with runtime.database.reading() as session:
        return list(session.scalars(select(Ticket.article_id).order_by(Ticket.number)))


def test_the_article_is_stored_shown_to_the_customer_and_told_to_the_team(client: FlaskClient, runtime: Runtime):
    location = client.post(f"{URL}?page=refunds", data=incident()).location
    assert about(runtime) == ["refunds"]
    ((purpose, team), (_, customer)) = letters(runtime)
    assert purpose == "team-new-ticket"
    assert "About the article refunds" in words(team).replace(":", "")
    assert "About the article" not in words(customer)
    assert "About the article" in client.get(location).text


def test_an_article_that_was_synced_is_named_with_its_title_and_address(client: FlaskClient, runtime: Runtime):
    article(runtime, "refunds", title="How refunds work", path="articles/refunds/")
    location = client.post(f"{URL}?page=refunds", data=incident()).location
    said = f"How refunds work ({runtime.settings.base_url}/articles/refunds/)"
    assert said in words(letters(runtime)[0][1])
    assert said in client.get(location).text


def test_in_json_and_in_parts_it_is_taken_from_the_address_too(client: FlaskClient, runtime: Runtime):
    assert client.post(f"{URL}?page=refunds", json=question(), headers=JSON).status_code == 201
    assert client.post(f"{URL}?page=invoices", **with_files(incident(), {"a.txt": b"text"})).status_code == 303
    assert about(runtime) == ["refunds", "invoices"]


def test_a_body_cannot_name_an_article(client: FlaskClient, runtime: Runtime):
    client.post(URL, data=question(page="refunds"))
    client.post(URL, json=question(page="refunds", summary="Another one"), headers=JSON)
    client.post(URL, **with_files(incident(page="refunds", article_id="refunds")))
    assert about(runtime) == [None, None, None]


def test_a_page_that_is_no_article_is_dropped_and_the_request_taken(client: FlaskClient, runtime: Runtime):
    unknown = ("", "unknown", "Refunds", "../../x", "articles/payments/refunds/", "\x00", "<script>", "x" * 3000, "refunds\nBcc: x")
    for number, page in enumerate(unknown):
        for sent in ({"data": question(summary=f"Question {number}")}, {"json": question(summary=f"As JSON {number}")}):
            assert client.post(URL, query_string={"page": page}, headers=JSON, **sent).status_code == 201, page
    assert about(runtime) == [None] * 2 * len(unknown)
    assert not [one for _, one in letters(runtime) if "About the article" in words(one)]


def test_bytes_that_are_no_text_are_no_page(client: FlaskClient, runtime: Runtime):
    assert client.post(f"{URL}?page=%ff%fe%00", data=question()).status_code == 303
    assert client.post(f"{URL}?page=unknown&page=refunds", data=question(summary="The first one is meant")).status_code == 303
    assert about(runtime) == [None, None]


def test_the_form_that_comes_back_is_sent_to_the_same_address(client: FlaskClient):
    answer = client.post(f"{URL}?page=refunds", data=question(email="zoe@"))
    assert answer.status_code == 422
    (form,) = FormPage(answer.text).all("form")
    # None is the page's own, with what stands behind its question mark.
    assert "action" not in form.attributes
    assert "page" not in FormPage(answer.text).fields


@pytest.mark.parametrize(("slug", "given"), [("escalation", escalation()), ("complaint", complaint())])
def test_the_other_forms_know_of_no_page(client: FlaskClient, runtime: Runtime, slug: str, given: dict[str, str]):
    assert client.post(f"/contact/{slug}/?page=refunds", data=given).status_code == 303
    assert set(about(runtime)) <= {None}
    assert not [one for _, one in letters(runtime) if "About the article" in words(one)]
