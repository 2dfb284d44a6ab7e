"""Voting on an article."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage

from formapp.app import create_app
from formapp.models import Feedback, UncountedVotes, Vote, VoterKey
from formapp.runtime import Runtime
from tests.clock import Clock
from tests.web.article_pages import (
    COMMIT,
    KEPT_BY_ITS_BROWSER,
    OLD_REVISION,
    PATH,
    REVISION,
    THANKS,
    URL,
    articles,
    body_of,
    counting,
    from_,
    in_parts,
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
def test_a_click_is_stored_before_anything_else_is_asked(client: FlaskClient, runtime: Runtime, helpful: str):
    answer = vote(client, helpful, heading="before-you-begin", search_words="refund card")
    assert answer.status_code == 303
    assert answer.location.startswith("/feedback/")
    (stored,) = votes(runtime)
    assert (stored.article_id, stored.revision, stored.commit_hash) == ("refunds", REVISION, COMMIT)
    assert (stored.helpful, stored.heading, stored.search_words) == (helpful == "yes", "before-you-begin", "refund card")
    assert (stored.at, stored.day, stored.set_aside_because) == (runtime.now(), date(2026, 11, 23), None)
    assert count(runtime, Feedback) == 0


def test_the_last_answer_wins_for_the_same_reader_on_the_same_day_without_a_token(client: FlaskClient, runtime: Runtime):
    assert page_after(client, "no") != page_after(client, "yes")
    assert [one.helpful for one in votes(runtime)] == [False, True]
    assert [one.helpful for one in counting(runtime)] == [True]


@pytest.mark.parametrize("days", [0, 179])
def test_the_last_answer_wins_for_the_same_token_from_anywhere(client: FlaskClient, runtime: Runtime, clock: Clock, days: int):
    location = page_after(client, "no")
    clock.pass_(days=days)
    again = vote(client, "yes", from_("198.51.100.7", "Chrome"), vote=token_of(location))
    assert again.location == location
    assert [one.helpful for one in votes(runtime)] == [True]


def test_a_token_of_another_articles_vote_is_ignored(client: FlaskClient, runtime: Runtime):
    other = page_after(client, "no", article="invoices", revision=OLD_REVISION)
    assert vote(client, "yes", from_("198.51.100.7"), vote=token_of(other)).location != other
    assert [(one.article_id, one.helpful) for one in votes(runtime)] == [("invoices", False), ("refunds", True)]


def test_a_new_text_asks_anew_and_keeps_the_old_vote(client: FlaskClient, runtime: Runtime, articles: Path):
    location = page_after(client)
    html = (articles / PATH / "index.html").read_text(encoding="utf-8")
    (articles / PATH / "index.html").write_text(html.replace(REVISION, "f" * 12), encoding="utf-8")
    published = with_whole_answers(create_app(runtime)).test_client()
    newer = vote(published, "yes", revision="f" * 12, vote=token_of(location)).location
    assert [(one.revision, one.helpful) for one in votes(runtime)] == [(REVISION, False), ("f" * 12, True)]
    # A tab with the old page, which remembers nothing, is the same reader's one vote.
    older = vote(published, "no", revision=REVISION).location
    assert older not in (location, newer)
    assert [(one.revision, one.helpful) for one in counting(runtime)] == [(REVISION, False)]
    assert [(one.revision, one.helpful) for one in votes(runtime)] == [(REVISION, False), ("f" * 12, True), (REVISION, False)]


def test_an_old_page_against_a_new_site_votes_on_what_was_read(client: FlaskClient, runtime: Runtime):
    assert vote(client, revision=OLD_REVISION).status_code == 303
    (stored,) = votes(runtime)
    # Which commit that was, this build does not know.
    assert (stored.revision, stored.commit_hash) == (OLD_REVISION, None)


def test_a_made_up_revision_is_kept_as_none(client: FlaskClient, runtime: Runtime):
    made_up = ("", "x", "0123456789AB", "0123456789abc", "../../x", "\x00", "0123456789a\n", "é" * 12)
    for number, revision in enumerate(made_up):
        assert vote(client, "yes", from_(f"192.0.2.{number}"), revision=revision).status_code == 303
    assert [(one.revision, one.commit_hash) for one in votes(runtime)] == [("", None)] * len(made_up)


def test_a_site_built_without_revisions_takes_votes(client: FlaskClient, runtime: Runtime):
    location = page_after(client, article="payouts", revision="")
    assert vote(client, "yes", article="payouts", revision="", vote=token_of(location)).location == location
    assert [(one.article_id, one.revision, one.helpful) for one in votes(runtime)] == [("payouts", "", True)]


def test_a_heading_that_no_article_has_is_not_kept(client: FlaskClient, runtime: Runtime):
    possible = ("before-you-begin", "__toc_1", "запрос", "h" * 100)
    impossible = ("h" * 101, "a b", "<script>", 'x"', "a\n", "\x00")
    for number, heading in enumerate(possible + impossible):
        vote(client, "yes", from_(f"192.0.2.{number}"), heading=heading)
    assert [one.heading for one in votes(runtime)] == [*possible, *[""] * len(impossible)]


def test_search_words_are_scrubbed(client: FlaskClient, runtime: Runtime):
    vote(client, search_words="Refund ann@example.net 0412 345 678 " + "x" * 5000)
    assert [one.search_words for one in votes(runtime)] == [("refund " + "x" * 80)[:80]]


def test_what_an_old_page_does_not_send_is_not_needed(client: FlaskClient, runtime: Runtime):
    assert client.post(URL, data={"article": "refunds", "helpful": "yes"}).status_code == 303
    assert [(one.helpful, one.revision) for one in votes(runtime)] == [(True, "")]


def test_another_answer_than_yes_or_no_is_refused(client: FlaskClient, runtime: Runtime):
    for helpful in ("", "maybe", "Yes", "1", "yes\x00"):
        answer = vote(client, helpful)
        assert answer.status_code == 400
        assert "We could not read that request" in answer.text
    assert count(runtime, Vote) == 0


def test_a_form_of_several_parts_is_taken_and_a_file_in_it_ignored(client: FlaskClient, runtime: Runtime):
    file = FileStorage(io.BytesIO(b"x" * 100), "a.txt")
    assert client.post(URL, **in_parts({"article": "refunds", "helpful": "yes", "extra": file})).status_code == 303
    assert count(runtime, Vote) == 1


def test_another_kind_of_body_is_refused_with_what_to_send(client: FlaskClient, runtime: Runtime):
    body = json.dumps({"article": "refunds", "helpful": "yes"})
    for path in (page_after(client), URL):
        for kind in ("application/json", "text/plain", "application/xml", "image/png", ""):
            answer = client.post(path, data=body, content_type=kind, headers={"Accept": "application/json"})
            assert answer.status_code == 400
            assert answer.json["error"] == "Send the fields of the form, encoded as a form."
    assert (count(runtime, Vote), count(runtime, Feedback)) == (1, 0)


@pytest.mark.parametrize("helpful", ["yes", "no"])
def test_one_client_may_vote_sixty_times_an_hour_and_is_thanked_all_the_same(client: FlaskClient, runtime: Runtime, helpful: str):
    assert [vote(client, "yes").status_code for _ in range(60)] == [303] * 60
    for _ in range(3):
        answer = vote(client, helpful)
        assert answer.status_code == 200
        page = FormPage(answer.text)
        assert said(page) == THANKS[helpful]
        body = body_of(page).attributes
        assert (body["data-hc-vote-token"], body["data-hc-helpful"], body["data-hc-state"]) == ("", helpful, helpful)
        # There is no vote to change or add to.
        assert page.all("form") == []
        assert [one.words for one in page.all("a") if "feedback" in one.attributes["href"]] == []
        assert answer.headers["Cache-Control"] == KEPT_BY_ITS_BROWSER
    with runtime.database.reading() as session:
        assert [(row.article_id, row.day, row.times) for row in session.query(UncountedVotes)] == [("refunds", date(2026, 11, 23), 3)]
    assert len(votes(runtime)) == 60
    assert [one.helpful for one in counting(runtime)] == [True]
    assert vote(client, "no", from_("198.51.100.7")).status_code == 303


def test_a_whole_ipv6_network_is_one_voter(client: FlaskClient, runtime: Runtime):
    for number in range(1, 6):
        vote(client, "yes", from_(f"2001:db8:1:2::{number:x}"))
    assert len(counting(runtime)) == 1


def test_a_browser_that_says_nothing_or_very_much_of_itself_votes(client: FlaskClient, runtime: Runtime):
    for number, browser in enumerate(("", "x" * 6000, "é\xff")):
        assert vote(client, "yes", from_(f"192.0.2.{number}", browser)).status_code == 303
    assert len(votes(runtime)) == 3


def test_the_first_vote_of_a_day_makes_its_key_and_one_of_two_days_later_destroys_it_where_no_worker_did(
    client: FlaskClient, runtime: Runtime, clock: Clock
):
    vote(client)
    clock.pass_(days=2)
    vote(client, "yes", from_("198.51.100.7"))
    with runtime.database.reading() as session:
        assert [row.day for row in session.query(VoterKey)] == [date(2026, 11, 25)]
    assert [one.voter is None for one in votes(runtime)] == [True, False]
