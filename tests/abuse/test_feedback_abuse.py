"""Votes and comments as an attacker sends them (D-28 to D-35, D-45, D-50 to D-57, D-63)."""

import io
import json
import logging
import re
import unicodedata
from collections import Counter
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs

from formapp.logs import configure_logs
from formapp.models import Feedback, UncountedVotes, Vote, VoterKey
from formapp.rules.feedback import scrubbed
from formapp.runtime import Runtime
from formapp.services.feedback import MOST_IN_AN_HOUR, MOST_OF_A_NETWORK
from tests.abuse.test_nasty_texts import NASTY
from tests.web.article_pages import (
    OLD_REVISION,
    PATH,
    URL,
    articles,
    comment,
    counting,
    feedback,
    from_,
    in_parts,
    page_after,
    token_of,
    vote,
    votes,
)
from tests.web.form_page import FormPage
from tests.web.stored import count

__all__ = ["articles"]


BAD_TOKENS = {
    "nothing": lambda token, links: "x",
    "cut": lambda token, links: token[:-1],
    "altered": lambda token, links: ("A" if token[0] != "A" else "B") + token[1:],
    "added to": lambda token, links: f"{token}x",
    "of a ticket": lambda token, links: token_of(links.ticket_path(1)),
    "of the report": lambda token, links: links.report_path(date(2026, 11, 23)).split("/")[2],
    "of no vote": lambda token, links: token_of(links.vote_path(4711)),
    "of a negative number": lambda token, links: token_of(links.vote_path(-1)),
    "of another key": lambda token, links: token_of(type(links)(("x" * 40,), links.base_url).vote_path(1)),
    "no text": lambda token, links: "\ufffd\x7f",
    "long": lambda token, links: "x" * 10_000,
}


def test_d29_a_token_that_is_not_ours_is_ignored_in_the_form_and_opens_nothing(client: FlaskClient, runtime: Runtime):
    token = token_of(page_after(client))
    for number, (kind, make) in enumerate(BAD_TOKENS.items(), start=2):
        bad = make(token, runtime.links)
        assert vote(client, "yes", from_(f"192.0.2.{number}"), vote=bad).status_code == 303, kind
        assert len(votes(runtime)) == number, kind
        shown, sent = client.get(f"/feedback/{bad}"), client.post(f"/feedback/{bad}", data=comment())
        assert shown.status_code == sent.status_code == 404, kind
        assert "Page not found" in shown.text
    assert [one.helpful for one in votes(runtime)] == [False] + [True] * len(BAD_TOKENS)
    assert count(runtime, Feedback) == 0


FORM = "application/x-www-form-urlencoded"


def test_d57_what_is_no_article_is_not_voted_on(client: FlaskClient, runtime: Runtime):
    for article in ("", "unknown", "Refunds", "refunds/", PATH, "../../x", "/etc/passwd", "\x00", "refunds\x00", "x" * 10_000):
        answer = vote(client, article=article)
        assert answer.status_code == 404, article
        assert "Page not found" in answer.text
    assert count(runtime, Vote) == count(runtime, VoterKey) == 0


def test_d57_an_id_in_bytes_that_are_no_text_is_no_article(client: FlaskClient, runtime: Runtime):
    for id, status in ((b"%ff%fe%00", 404), (b"%ed%a0%80", 404), (b"\xed\xa0\x80", 400)):
        assert client.post(URL, data=b"article=" + id + b"&helpful=yes", content_type=FORM).status_code == status
    assert count(runtime, Vote) == 0


def test_d57_an_id_of_a_megabyte_is_refused(client: FlaskClient, runtime: Runtime):
    large = {"article": "x" * 1_000_000, "helpful": "yes"}
    for sent in ({"data": large}, in_parts(large)):
        answer = client.post(URL, **sent)
        assert answer.status_code == 400
        assert "We could not read that request" in answer.text
    assert count(runtime, Vote) == 0


def test_a_thousand_parts_are_refused_and_a_thousand_fields_ignored(client: FlaskClient, runtime: Runtime):
    many = {"article": "refunds", "helpful": "yes"} | {f"f{number}": "" for number in range(1000)}
    assert client.post(URL, **in_parts(many)).status_code == 400
    assert count(runtime, Vote) == 0
    assert client.post(URL, data=many).status_code == 303


def test_a_body_in_chunks_is_asked_for_its_length(client: FlaskClient, runtime: Runtime):
    for path in (URL, page_after(client)):
        answer = client.post(path, input_stream=io.BytesIO(b"helpful=yes"), headers={"Transfer-Encoding": "chunked"})
        assert answer.status_code == 411
    assert count(runtime, Vote) == 1


def test_d45_a_repeated_field_is_its_first_and_unknown_ones_change_nothing(client: FlaskClient, runtime: Runtime):
    body = "article=refunds&article=invoices&helpful=no&helpful=yes&id=7&set_aside_because=x&voter=x&at=2020-01-01&commit_hash=x"
    assert client.post(URL, data=body, content_type=FORM).status_code == 303
    (stored,) = votes(runtime)
    assert (stored.id, stored.article_id, stored.helpful, stored.set_aside_because) == (1, "refunds", False, None)
    assert (stored.at, stored.commit_hash) == (runtime.now(), None)
    assert stored.voter != "x"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://localhost:8000"}, True),
    ],
)
def test_d50_only_our_own_pages_vote_and_comment(client: FlaskClient, runtime: Runtime, headers: dict[str, str], allowed: bool):
    location = page_after(client)
    answer = client.post(URL, data={"article": "invoices", "helpful": "yes"}, headers=headers)
    assert answer.status_code == (303 if allowed else 403)
    assert count(runtime, Vote) == 1 + allowed
    for data in (comment(), {"skip": "yes"}):
        assert client.post(location, data=data, headers=headers).status_code == (303 if allowed else 403)
    assert count(runtime, Feedback) == allowed
    if not allowed:
        assert "support@billycart.com" in answer.text


def test_d28_no_other_method_votes_or_changes_anything(client: FlaskClient, runtime: Runtime):
    location = page_after(client)
    query = {"article": "invoices", "revision": OLD_REVISION, "helpful": "yes", "skip": "yes", "reasons": "difficult"}
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"):
        for path in (URL, location):
            answer = client.open(path, method=method, query_string=query)
            is_shown = method == "OPTIONS" or (method in ("GET", "HEAD") and path == location)
            assert answer.status_code == (200 if is_shown else 405), (method, path)
    assert [(one.article_id, one.helpful) for one in votes(runtime)] == [("refunds", False)]
    assert count(runtime, Feedback) == 0


ELSEWHERE = ["https://evil.example/", "//evil.example", "/\\evil.example", "https:evil.example", "\t//evil.example", "javascript:alert(1)"]


def test_d33_no_field_leads_anywhere_else(client: FlaskClient):
    location = page_after(client)
    for number, where in enumerate(ELSEWHERE):
        sender = {"Referer": where.strip(), "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        for name in ("return", "next", "url", "redirect", "page", "article", "revision", "vote"):
            skipped = client.post(location, data={"skip": "yes", name: where}, query_string={name: where}, headers=sender)
            assert skipped.location == f"/{PATH}"
            page = client.get(location, query_string={name: where}, headers=sender).text
            assert "evil" not in page
            assert "alert(1)" not in page
        fields = {"return": where, "next": where, "revision": where, "vote": where}
        voted = vote(client, "yes", {"headers": sender, "environ_base": {"REMOTE_ADDR": f"192.0.2.{number}"}}, **fields)
        assert voted.location.startswith("/feedback/")


def test_d32_the_host_that_was_asked_for_is_in_no_link(client: FlaskClient):
    answer = client.post(URL, data={"article": "refunds", "helpful": "yes"}, headers={"Host": "evil.example"})
    assert answer.location.startswith("/feedback/")


def test_d63_a_vote_is_its_clients_whatever_the_header_says(client: FlaskClient, runtime: Runtime):
    for number in range(5):
        headers = {"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for={number}", "X-Real-IP": f"198.51.100.{number}"}
        vote(client, "yes", {"headers": headers})
    assert len(counting(runtime)) == 1


def test_d63_behind_a_trusted_proxy_the_address_that_it_adds_is_the_voters(app_with, runtime: Runtime):
    client = app_with(trusted_proxies=1).test_client()
    for forwarded in ("192.0.2.1", "192.0.2.2", "198.51.100.9, 192.0.2.2", "192.0.2.1, 192.0.2.2"):
        vote(client, "yes", {"headers": {"X-Forwarded-For": forwarded}})
    assert len({one.voter for one in counting(runtime)}) == len(counting(runtime)) == 2


def test_d51_every_text_is_kept_and_shown_literally(client: FlaskClient, runtime: Runtime):
    for number, text in enumerate(NASTY):
        sender = from_(f"192.0.2.{number}")
        location = vote(client, sender=sender, heading=text, search_words=text, vote=text, revision=text).location
        answer = client.post(
            location, data=comment(comment=text, email=text, reasons=[text, "difficult"], seconds=text, proof=text), **sender
        )
        assert answer.status_code == 422
        page = FormPage(answer.text)
        page.check_hygiene()
        cleaned = unicodedata.normalize("NFC", text)
        assert page.fields["comment"] == [cleaned]
        assert page.fields["email"] == [" ".join(cleaned.split())]
        assert [one for one in page.all("script") if not one.attributes and one.words != "var a = 1"] == []
        assert page.all("img", "svg", "b") == []
        assert client.post(location, data=comment(comment=text), **sender).status_code == 303
        assert feedback(runtime)[-1].comment == cleaned
        assert feedback(runtime)[-1].reasons[0].reason == "difficult"
        assert client.get(location).status_code == 200
    assert [one.search_words for one in votes(runtime)] == [scrubbed(text) for text in NASTY]
    assert [one.heading for one in votes(runtime) if not re.fullmatch(r"[\w.:-]*", one.heading)] == []


def test_d56_from_one_host_a_few_votes_count_and_the_rest_is_thanked_and_told(client: FlaskClient, runtime: Runtime):
    said_to = Counter(vote(client, "no", from_("203.0.113.9", f"Browser {number}")).status_code for number in range(200))
    # So many an hour are kept, of which a few count; the others are counted as such.
    assert said_to == {303: 60, 200: 140}
    assert Counter(one.set_aside_because is None for one in votes(runtime)) == {True: MOST_OF_A_NETWORK, False: 60 - MOST_OF_A_NETWORK}
    with runtime.database.reading() as session:
        assert [row.times for row in session.scalars(select(UncountedVotes))] == [140]


def test_d56_from_one_browser_one_vote_counts_however_often_it_is_pressed(client: FlaskClient, runtime: Runtime):
    for number in range(100):
        vote(client, "yes" if number % 2 else "no", heading=f"h{number}", revision=f"{number:012x}")
        assert len(counting(runtime)) == 1


def test_d56_a_burst_from_rotating_addresses_is_set_aside_and_logged(client: FlaskClient, runtime: Runtime):
    with capture_logs() as lines:
        for number in range(MOST_IN_AN_HOUR + 10):
            assert vote(client, "no", from_(f"2001:db8:{number:x}::1")).status_code == 303
    assert Counter(one.set_aside_because for one in votes(runtime)) == {None: MOST_IN_AN_HOUR, "a burst of votes on one article": 10}
    aside = [line for line in lines if line["event"] == "vote set aside"]
    assert [(line["article"], line["because"], line["log_level"]) for line in aside] == [
        ("refunds", "a burst of votes on one article", "warning")
    ] * 10
    assert "2001:db8" not in str(lines)


def test_d56_of_the_many_networks_that_one_customer_may_have_a_few_votes_count(client: FlaskClient, runtime: Runtime):
    for number in range(20):
        assert vote(client, "no", from_(f"2001:db8:1:{number:x}::1")).status_code == 303
    assert len(counting(runtime)) == MOST_OF_A_NETWORK


def test_no_log_tells_who_voted_or_what_they_said(client: FlaskClient, runtime: Runtime, capfd: pytest.CaptureFixture[str]):
    before = logging.getLogger().handlers[:]
    configure_logs("DEBUG")
    locations = []
    try:
        for number in range(MOST_OF_A_NETWORK + 1):
            sender = from_("203.0.113.9", f"Soapbox {number}")
            locations.append(vote(client, sender=sender, search_words="my secret", heading="a-heading").location)
            client.get(locations[-1] + "?tell=yes")
            client.post(locations[-1], data=comment(comment="What is\n2026 ERROR a ledger?", leave_empty="x"), **sender)
            client.post(locations[-1], data=comment(email="ann@"), **sender)
        for _ in range(60):
            vote(client, "yes", from_("203.0.113.9", "Soapbox"))
        client.post("/api/searches", json={"words": "my secret"}, **from_("203.0.113.9"))
    finally:
        logging.getLogger().handlers[:] = before
    lines = capfd.readouterr().err.splitlines()
    assert {"vote set aside", "comment set aside", "request"} <= {json.loads(line)["event"] for line in lines}
    hashes = {one.voter for one in votes(runtime)} | {one.network for one in votes(runtime)}
    with runtime.database.reading() as session:
        key = session.scalars(select(VoterKey.key)).one()
    text = "\n".join(lines)
    secrets = (
        *map(token_of, locations),
        *hashes - {None},
        key.hex(),
        "203.0.113",
        "Soapbox",
        "secret",
        "ledger",
        "ann@",
        "ERROR",
        "a-heading",
    )
    assert [one for one in secrets if one in text] == []
