"""The pages that follow a vote, for a reader without JavaScript."""

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from formapp.app import create_app
from formapp.models import Feedback, Vote
from formapp.runtime import Runtime
from tests.clock import Clock
from tests.web.article_pages import (
    KEPT_BY_ITS_BROWSER,
    OLD_REVISION,
    PATH,
    REVISION,
    SENT,
    THANKS,
    URL,
    articles,
    body_of,
    comment,
    feedback,
    page_after,
    said,
    token_of,
    vote,
    votes,
)
from tests.web.conftest import with_whole_answers
from tests.web.form_page import FormPage
from tests.web.stored import count

__all__ = ["articles"]


@pytest.mark.parametrize("helpful", ["yes", "no"])
def test_the_page_after_a_vote_thanks_in_the_sites_frame_and_asks_on(client: FlaskClient, helpful: str):
    location = page_after(client, helpful)
    page = FormPage(client.get(location).text)
    assert page.title == "Your feedback on “Refund a payment” - Billycart Support"
    assert said(page) == THANKS[helpful]
    body = body_of(page).attributes
    assert (body["data-hc-vote-token"], body["data-hc-helpful"], body["data-hc-state"]) == (token_of(location), helpful, helpful)
    links = {one.words: one.attributes["href"] for one in page.all("a")}
    assert links["Back to “Refund a payment”"] == f"/{PATH}"
    assert links["Change your answer"] == f"{location}?change=yes"
    if helpful == "yes":
        assert links["Tell us what you liked (optional)"] == f"{location}?tell=yes"
        assert page.all("form") == []
    else:
        assert page.all("form")[0].attributes["action"] == location
        page.check_hygiene()


def test_a_yes_is_asked_what_was_good_where_the_reader_wants_to_tell(client: FlaskClient):
    page = FormPage(client.get(f"{page_after(client, 'yes')}?tell=yes").text)
    assert body_of(page).attributes["data-hc-state"] == "tell"
    assert page.all("fieldset") == []
    assert "email" not in page.fields
    page.check_hygiene()


def test_a_no_is_asked_for_the_policys_reasons_a_comment_and_an_address(client: FlaskClient, runtime: Runtime):
    page = FormPage(client.get(page_after(client)).text)
    boxes = [one for one in page.all("input") if one.attributes.get("type") == "checkbox"]
    labels = {one.attributes["for"]: one.words for one in page.all("label")}
    assert {one.attributes["value"]: labels[one.attributes["id"]] for one in boxes} == {
        reason.key: reason.text for reason in runtime.policy.feedback.reasons
    }
    assert "Something else" in labels.values()
    assert "reasons" not in page.fields
    assert [one.words for one in page.all("legend")] == ["How can we improve this article?"]
    assert labels["comment"] == "Tell us more (optional)"
    assert labels["email"] == "Tell me when this is improved (optional)"
    assert page.control("comment").attributes["data-limit"] == "1000"
    assert page.control("comment-limit").words == "You can enter up to 1,000 characters"
    assert page.control("details-heading").attributes["tabindex"] == "-1"
    assert [one.words for one in page.all("button")][-2:] == ["Send feedback", "Skip"]


def test_the_answer_can_be_changed_on_a_page_of_its_own(client: FlaskClient, runtime: Runtime):
    location = page_after(client)
    page = FormPage(client.get(f"{location}?change=yes").text)
    assert body_of(page).attributes["data-hc-state"] == "change"
    fields = {name: values[0] for name, values in page.fields.items()}
    assert fields == {"article": "refunds", "revision": REVISION, "vote": token_of(location)}
    again = client.post(URL, data=fields | {"helpful": "yes"})
    assert again.location == location
    assert [one.helpful for one in votes(runtime)] == [True]


def test_after_180_days_the_token_opens_nothing_and_is_a_new_vote(client: FlaskClient, runtime: Runtime, clock: Clock):
    location = page_after(client)
    clock.pass_(days=180)
    assert client.get(location).status_code == client.post(location, data=comment()).status_code == 404
    assert vote(client, "yes", vote=token_of(location)).location != location
    assert len(votes(runtime)) == 2
    assert count(runtime, Feedback) == 0


def test_a_token_signed_with_a_key_that_is_being_retired_is_believed(app_with, client: FlaskClient, runtime: Runtime):
    location = page_after(client)
    assert client.get(location).status_code == 200
    links = runtime.links
    assert type(links)(("new" * 20, *links.keys), links.base_url).read("vote", token_of(location)) == votes(runtime)[0].id


def test_the_page_can_be_looked_at_again_and_again(client: FlaskClient, runtime: Runtime):
    location = page_after(client)
    assert {client.get(location).text for _ in range(3)} == {client.get(location).text}
    client.post(location, data=comment())
    page = FormPage(client.get(location).text)
    assert said(page) == SENT
    assert body_of(page).attributes["data-hc-state"] == "sent"
    assert "Contact support" in [one.words for one in page.all("a")]
    assert (count(runtime, Vote), count(runtime, Feedback)) == (1, 1)


def test_what_was_sent_can_be_changed_and_whoever_gave_an_address_is_told_what_happens_to_it(client: FlaskClient):
    location = page_after(client)
    waits = "We’ll email you once, when this article is improved."
    for email in ("", "ann@example.net"):
        client.post(location, data=comment(email=email))
        page = FormPage(client.get(location).text)
        assert (waits in [one.words for one in page.all("p")]) is bool(email)
    links = {one.words: one.attributes["href"] for one in page.all("a")}
    page = FormPage(client.get(links["Change what you told us"]).text)
    page.check_hygiene()
    # The address is not shown again: it stands unless another is given.
    assert [page.fields[name] for name in ("reasons", "comment", "email")] == [["difficult"], ["What is a ledger?"], [""]]
    # Of the other answer nothing was said yet.
    vote(client, "yes", vote=token_of(location))
    assert FormPage(client.get(f"{location}?tell=yes").text).fields["comment"] == [""]


def test_after_feedback_a_changed_answer_is_asked_again(client: FlaskClient, runtime: Runtime):
    location = page_after(client)
    client.post(location, data=comment())
    assert vote(client, "yes", vote=token_of(location)).location == location
    assert said(FormPage(client.get(location).text)) == THANKS["yes"]
    # What was said stays, with the answer that it was said to.
    assert [(one.comment, one.helpful) for one in feedback(runtime)] == [("What is a ledger?", False)]
    vote(client, "no", vote=token_of(location))
    assert said(FormPage(client.get(location).text)) == SENT


@pytest.mark.parametrize("helpful", ["yes", "no"])
def test_d30_d35_every_page_is_for_its_reader_alone(client: FlaskClient, helpful: str):
    location = page_after(client, helpful)
    for query in ("", "?tell=yes", "?change=yes"):
        answer = client.get(location + query)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers.getlist("Referrer-Policy") == ["no-referrer"]
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "Set-Cookie" not in answer.headers
        page = FormPage(answer.text)
        assert len(page.ids) == len(set(page.ids))
        assert not [one for one in page.elements if "style" in one.attributes or any(name.startswith("on") for name in one.attributes)]


def test_pages_of_errors_are_for_their_reader_alone_too(client: FlaskClient):
    location = page_after(client)
    answer = client.post(location, data=comment(reasons=[]))
    assert answer.status_code == 422
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == (KEPT_BY_ITS_BROWSER, "no-referrer")
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_a_redirect_is_kept_by_no_cache(client: FlaskClient):
    answer = vote(client)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_skip_goes_to_the_articles_own_page_and_stores_nothing(client: FlaskClient, runtime: Runtime):
    location = page_after(client)
    answer = client.post(location, data=comment(skip="yes"))
    assert (answer.status_code, answer.location) == (303, f"/{PATH}")
    assert (count(runtime, Vote), count(runtime, Feedback)) == (1, 0)


def test_an_article_that_has_left_the_site_still_takes_what_its_reader_has_to_say(client: FlaskClient, runtime: Runtime, articles: Path):
    location = page_after(client)
    shutil.rmtree(articles / PATH)
    later = with_whole_answers(create_app(runtime)).test_client()
    page = FormPage(later.get(location).text)
    assert page.title == "Your feedback - Billycart Support"
    assert "Back to" not in page.html
    assert later.post(location, data={"skip": "yes"}).location == "/"
    assert later.post(location, data=comment()).location == location
    assert said(FormPage(later.get(location).text)) == SENT
    assert vote(later, "yes").status_code == 404
    assert [one.helpful for one in votes(runtime)] == [False]


def test_a_renamed_article_keeps_its_feedback(client: FlaskClient, runtime: Runtime, articles: Path):
    location = page_after(client)
    (articles / PATH).rename(articles / "articles/moved")
    later = with_whole_answers(create_app(runtime)).test_client()
    assert vote(later, "yes", vote=token_of(location)).location == location
    assert later.post(location, data={"skip": "yes"}).location == "/articles/moved/"
    assert len(votes(runtime)) == 1


def test_a_title_of_markup_is_shown_as_text(client: FlaskClient):
    page = client.get(page_after(client, article="invoices", revision=OLD_REVISION)).text
    assert "Invoices &amp; &lt;b&gt;quotes&lt;/b&gt;" in page
    assert "<b>quotes" not in page


def test_nobody_is_shown_where_there_is_no_vote(client: FlaskClient):
    assert client.get("/feedback").status_code == 404
    assert client.get("/feedback/x/y").status_code == 404
