"""What a reader adds to a vote: reasons, a comment, an address."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from formapp.models import Feedback, SpentChallenge
from formapp.runtime import Runtime
from formapp.services import feedback as service
from formapp.services.feedback import MOST_UNPROVEN_IN_AN_HOUR
from tests.clock import Clock
from tests.proofs import EARLIER_SECRET, proof
from tests.web.article_pages import (
    OLD_REVISION,
    SENT,
    SENT_PRAISE,
    articles,
    body_of,
    comment,
    feedback,
    from_,
    page_after,
    said,
    token_of,
    vote,
)
from tests.web.form_page import FormPage
from tests.web.stored import count

__all__ = ["articles"]


def add(client: FlaskClient, number: int, **changes: object) -> str:
    """Let another reader, of a network of their own, add a comment; return why it was set aside, as the log tells it."""
    sender = from_(f"192.0.{number // 250}.{number % 250}")
    location = vote(client, sender=sender).location
    assert client.post(location, data=comment(**changes), **sender).status_code == 303
    return location


def set_aside(runtime: Runtime) -> list[str | None]:
    return [one.set_aside_because for one in feedback(runtime)]


def test_what_a_reader_adds_is_stored_with_reasons_cleaned_words_and_address(client: FlaskClient, runtime: Runtime):
    location = page_after(client)
    text = "  What is a\x00 ledger?\r\n\r\nIt says\u200b nothing. Zoe\u0301 "
    answer = client.post(
        location, data=comment(reasons=["broken-link", "difficult"], comment=text, email=" Ann@Example.NET ", proof=proof())
    )
    assert (answer.status_code, answer.location) == (303, location)
    (stored,) = feedback(runtime)
    assert (stored.article_id, stored.helpful, stored.email) == ("refunds", False, "Ann@example.net")
    assert stored.comment == "What is a ledger?\n\nIt says nothing. Zoé"
    assert [one.reason for one in stored.reasons] == ["broken-link", "difficult"]
    assert (stored.state, stored.is_proven, stored.set_aside_because, stored.given_at) == ("new", True, None, runtime.now())
    assert said(FormPage(client.get(location).text)) == SENT


def test_reasons_alone_are_enough(client: FlaskClient, runtime: Runtime):
    assert client.post(page_after(client), data={"reasons": "something-else"}).status_code == 303
    assert [(one.comment, one.email, one.set_aside_because) for one in feedback(runtime)] == [("", None, None)]


def test_a_yes_takes_a_comment_alone(client: FlaskClient, runtime: Runtime):
    location = page_after(client, "yes")
    answer = client.post(location, data=comment(reasons="difficult", comment="The picture", email="ann@example.net"))
    assert answer.status_code == 303
    (stored,) = feedback(runtime)
    assert (stored.helpful, stored.comment, stored.email, stored.reasons) == (True, "The picture", None, [])
    assert said(FormPage(client.get(location).text)) == SENT_PRAISE


NO_REASON = ("reasons-0", "Select at least one reason")
TOO_LONG = ("comment", "Tell us more must be 1,000 characters or less")
NO_ADDRESS = ("email", "Enter an email address in the correct format, like name@example.com")
WRONG: dict[str, list[tuple[dict[str, Any], list[tuple[str, str]]]]] = {
    "no": [
        ({"reasons": []}, [NO_REASON]),
        ({"reasons": ["unknown", "", "DIFFICULT", "difficult "]}, [NO_REASON]),
        ({"comment": "x" * 1001}, [TOO_LONG]),
        ({"email": "ann@"}, [NO_ADDRESS]),
        ({"email": "a@example.net, b@example.net"}, [NO_ADDRESS]),
        ({"email": f"{'a' * 250}@example.net"}, [NO_ADDRESS]),
        ({"reasons": [], "comment": "x" * 1001, "email": "ann"}, [NO_REASON, TOO_LONG, NO_ADDRESS]),
    ],
    "yes": [
        ({"comment": " \u200b\n"}, [("comment", "Enter what you liked")]),
        ({"comment": "x" * 1001}, [("comment", "What you liked must be 1,000 characters or less")]),
    ],
}


@pytest.mark.parametrize("helpful", WRONG)
def test_what_is_wrong_is_said_above_the_heading_and_at_its_field_and_every_answer_is_kept(
    client: FlaskClient, runtime: Runtime, helpful: str
):
    location = page_after(client, helpful)
    for changes, problems in WRONG[helpful]:
        given = comment(**changes)
        answer = client.post(location, data=given)
        assert answer.status_code == 422
        page = FormPage(answer.text)
        page.check_hygiene()
        page.check_errors()
        assert page.title == "Error: Your feedback on “Refund a payment” - Billycart Support"
        assert page.problems == problems
        # The part that a browser with JavaScript takes says it all at the fields.
        (summary,) = [one for one in page.all("div") if "data-hc-error-summary" in one.attributes]
        assert body_of(page) not in summary.ancestors
        assert body_of(page).attributes["data-hc-state"] == ("tell" if helpful == "yes" else "no")
        assert page.fields["comment"] == [str(given["comment"]).strip(" \u200b\n")]
        if helpful == "no":
            assert page.fields["email"] == [given["email"]]
            assert page.fields.get("reasons", []) == (["difficult"] if given["reasons"] == "difficult" else [])
    assert count(runtime, Feedback) == 0


def test_the_limit_counts_an_end_of_line_once_as_the_counter_does(client: FlaskClient, runtime: Runtime):
    # A browser sends two characters for it.
    client.post(page_after(client), data=comment(comment="x\r\n" * 499 + "xx"))
    assert [len(one.comment) for one in feedback(runtime)] == [1000]


def test_a_comment_of_a_thousand_wide_characters_arrives(client: FlaskClient, runtime: Runtime):
    assert client.post(page_after(client), data=comment(comment="💥" * 1000, proof=proof())).status_code == 303
    assert [one.comment for one in feedback(runtime)] == ["💥" * 1000]


def test_reasons_that_the_policy_does_not_have_are_dropped(client: FlaskClient, runtime: Runtime):
    client.post(page_after(client), data=comment(reasons=["<script>", "difficult", "x" * 5000, "difficult", "\x00"]))
    assert [one.reason for one in feedback(runtime)[0].reasons] == ["difficult"]


def test_a_body_that_no_comment_has_is_refused(client: FlaskClient, runtime: Runtime):
    answer = client.post(page_after(client), data=comment(comment="x" * 30_000))
    assert answer.status_code == 400
    assert "We could not read that request" in answer.text
    assert count(runtime, Feedback) == 0


def test_d45_fields_that_the_form_does_not_have_change_nothing(client: FlaskClient, runtime: Runtime):
    extra = {"state": "done", "number": "7", "article_id": "x", "helpful": "yes", "told_at": "2020-01-01", "set_aside_because": "x"}
    client.post(page_after(client), data=comment(**extra, note="x", is_proven="1"))
    (stored,) = feedback(runtime)
    assert (stored.number, stored.article_id, stored.state, stored.helpful, stored.note) == (1, "refunds", "new", False, "")
    assert (stored.told_at, stored.set_aside_because, stored.is_proven) == (None, None, False)


def test_d49_the_same_again_is_taken_once_and_mailed_once(client: FlaskClient, runtime: Runtime, clock: Clock):
    location = page_after(client)
    sent = comment(proof=proof())
    assert client.post(location, data=sent).location == location
    with runtime.database.transaction() as session:
        session.get_one(Feedback, 1).mailed_at = clock.now()
    clock.pass_(minutes=3)
    assert client.post(location, data=sent).location == location
    assert client.post(location, data=comment(email="")).location == location
    (stored,) = feedback(runtime)
    assert stored.mailed_at is not None
    assert (stored.is_proven, stored.email) == (True, "ann@example.net")
    assert count(runtime, SpentChallenge) == 1


def test_another_comment_takes_its_place_and_is_new_again(client: FlaskClient, runtime: Runtime, clock: Clock):
    location = page_after(client)
    client.post(location, data=comment())
    with runtime.database.transaction() as session:
        session.get_one(Feedback, 1).mailed_at = clock.now()
        service.settle(session, 1, "done", "Mended", clock.now())
    client.post(location, data=comment(comment="And what is a journal?", reasons="out-of-date", email=""))
    (stored,) = feedback(runtime)
    assert (stored.comment, [one.reason for one in stored.reasons]) == ("And what is a journal?", ["out-of-date"])
    assert (stored.state, stored.note, stored.mailed_at, stored.email) == ("new", "", None, "ann@example.net")


def test_a_reader_who_changes_to_yes_keeps_what_they_said_and_may_say_more(client: FlaskClient, runtime: Runtime):
    location = page_after(client)
    client.post(location, data=comment())
    vote(client, "yes", vote=token_of(location))
    assert [(one.comment, one.helpful, one.email) for one in feedback(runtime)] == [("What is a ledger?", False, "ann@example.net")]
    client.post(location, data={"comment": "Found it after all"})
    # Whom the article helped waits for nothing.
    assert [(one.comment, one.helpful, one.reasons, one.email) for one in feedback(runtime)] == [("Found it after all", True, [], None)]


def test_a_filled_honeypot_is_thanked_and_set_aside_even_with_a_proof(client: FlaskClient, runtime: Runtime):
    location = page_after(client)
    assert client.post(location, data=comment(leave_empty="http://buy.example", proof=proof())).location == location
    assert said(FormPage(client.get(location).text)) == SENT
    assert set_aside(runtime) == ["the hidden field was filled in"]


def test_haste_without_a_proof_is_thanked_and_set_aside(client: FlaskClient, runtime: Runtime):
    for number, seconds in enumerate(("0", "2", "3", "", "x", "-1")):  # without JavaScript nobody knows
        add(client, number, seconds=seconds)
    add(client, 9, seconds="2", proof=proof())
    assert set_aside(runtime) == ["the form was sent within 3 seconds of being opened"] * 2 + [None] * 5


def test_a_proof_counts_once(client: FlaskClient, runtime: Runtime):
    for number in range(2):
        add(client, number, comment=f"Text {number}", proof=proof())
    assert [one.is_proven for one in feedback(runtime)] == [True, False]
    assert count(runtime, SpentChallenge) == 1


def test_a_proof_that_is_none_of_ours_is_no_reason_to_refuse(client: FlaskClient, runtime: Runtime, clock: Clock):
    late = proof(2)
    for number, bad in enumerate(("x", "x" * 20_000, proof(key=EARLIER_SECRET), "{}", "\x00")):
        add(client, number, comment=f"Text {number}", proof=bad)
    clock.moment += timedelta(minutes=20)
    add(client, 9, comment="Late", proof=late)
    assert {one.is_proven for one in feedback(runtime)} == {False}
    assert set(set_aside(runtime)) == {None}


def test_what_is_refused_uses_no_proof_up(client: FlaskClient, runtime: Runtime):
    location = page_after(client)
    page = FormPage(client.post(location, data=comment(reasons=[], proof=proof())).text)
    # A proof is made anew for the page that comes back.
    assert page.fields["proof"] == [""]
    assert count(runtime, SpentChallenge) == 0
    client.post(location, data=comment(proof=proof()))
    assert [one.is_proven for one in feedback(runtime)] == [True]


def test_the_same_text_under_another_article_is_thanked_and_set_aside(client: FlaskClient, runtime: Runtime):
    client.post(page_after(client), data=comment(comment="Buy my shoes at shoes.example"))
    other = page_after(client, article="invoices", revision=OLD_REVISION)
    with capture_logs() as lines:
        assert client.post(other, data=comment(comment="BUY  my shoes at shoes.example", proof=proof())).location == other
    assert said(FormPage(client.get(other).text)) == SENT
    assert set_aside(runtime) == [None, "the same text came under another article"]
    assert [(line["event"], line["article"], line["because"]) for line in lines if line["log_level"] == "warning"] == [
        ("comment set aside", "invoices", "the same text came under another article")
    ]
    assert "shoes" not in str(lines)
    assert "ann@" not in str(lines)


def test_so_many_comments_an_hour_are_read_without_a_proof_and_the_rest_set_aside(client: FlaskClient, runtime: Runtime):
    locations = [add(client, number, comment=f"Text {number}") for number in range(MOST_UNPROVEN_IN_AN_HOUR + 2)]
    assert set_aside(runtime) == [None] * 20 + ["a burst of comments without a proof of work"] * 2
    assert said(FormPage(client.get(locations[-1]).text)) == SENT
    add(client, 900, comment="With a proof", proof=proof())
    assert set_aside(runtime)[-1] is None


@pytest.mark.parametrize("helpful", ["no", "yes"])
def test_one_client_may_send_twenty_an_hour_and_then_keeps_everything_typed(client: FlaskClient, runtime: Runtime, helpful: str):
    location = page_after(client, helpful)
    for number in range(20):
        assert client.post(location, data=comment(comment=f"Text {number}")).status_code == 303
    sent = comment(comment="One too many", reasons=["difficult", "out-of-date"])
    answer = client.post(location, data=sent)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    page = FormPage(answer.text)
    notice = "We could not save your feedback. Try again in 60 minutes, or email support@billycart.com."
    assert notice in [one.words for one in page.all("p")]
    assert body_of(page).attributes["data-hc-state"] == ("tell" if helpful == "yes" else "no")
    assert page.fields["comment"] == ["One too many"]
    if helpful == "no":
        assert page.fields["email"] == ["ann@example.net"]
        assert page.fields["reasons"] == ["difficult", "out-of-date"]
    page.check_hygiene()
    assert [one.comment for one in feedback(runtime)] == ["Text 19"]
    # What is wrong counts nothing, and somebody else may send.
    assert client.post(location, data=sent, **from_("192.0.2.77")).status_code == 303


def test_what_is_not_taken_does_not_count(client: FlaskClient):
    location = page_after(client, "yes")
    for _ in range(25):
        assert client.post(location, data={"comment": ""}).status_code == 422
        assert client.post(location, data={"skip": "yes"}).status_code == 303
    assert client.post(location, data={"comment": "The picture"}).status_code == 303


def test_an_address_is_forgotten_where_nothing_will_be_done(client: FlaskClient, runtime: Runtime):
    client.post(page_after(client), data=comment())
    with runtime.database.transaction() as session:
        service.settle(session, 1, "wont-do", "", runtime.now())
    assert [(one.email, one.state) for one in feedback(runtime)] == [(None, "wont-do")]
