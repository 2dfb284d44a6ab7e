"""What others can do to a reader's feedback: somebody who looks like them, and a program that floods."""

from collections import Counter

from flask.testing import FlaskClient

from formapp.runtime import Runtime
from formapp.services.links import VOTE
from tests.web.article_pages import SENT, articles, body_of, comment, counting, feedback, from_, said, token_of, vote, votes
from tests.web.form_page import FormPage

__all__ = ["articles"]

OFFICE = from_("203.0.113.9")


def test_nobody_in_the_same_office_with_the_same_browser_sees_or_changes_what_another_said(client: FlaskClient, runtime: Runtime):
    anns = vote(client, "no", OFFICE).location
    client.post(anns, data=comment(comment="Ann’s own words"), **OFFICE)
    # Bob's browser remembers nothing; his answer is asked for as if nobody had answered before.
    for helpful in ("no", "yes"):
        bobs = vote(client, helpful, OFFICE).location
        assert bobs != anns
        for query in ("", "?tell=yes", "?change=yes"):
            page = FormPage(client.get(bobs + query, **OFFICE).text)
            assert body_of(page).attributes["data-hc-state"] != "sent"
            assert body_of(page).attributes["data-hc-vote-token"] == token_of(bobs)
            assert [one for one in ("Ann’s own words", "ann@example.net", token_of(anns)) if one in page.html] == []
    client.post(bobs, data=comment(comment="Bob’s"), **OFFICE)
    vote(client, "no", OFFICE, vote=token_of(bobs))
    client.post(bobs, data=comment(comment="Bob’s, once more", email=""), **OFFICE)
    assert [(one.comment, one.email, one.helpful) for one in feedback(runtime)] == [
        ("Ann’s own words", "ann@example.net", False),
        ("Bob’s, once more", None, False),
    ]
    # Ann's page is hers as before, and of what may be one reader one answer counts.
    assert said(FormPage(client.get(anns, **OFFICE).text)) == SENT
    vote(client, "yes", OFFICE, vote=token_of(anns))
    assert [one.helpful for one in votes(runtime)] == [True, False, False]
    assert [runtime.links.read(VOTE, token_of(bobs))] == [one.id for one in counting(runtime)]


def test_what_is_mailed_to_nobody_silences_nobody(client: FlaskClient, runtime: Runtime):
    for number in range(80):
        sender = from_(f"192.0.2.{number}")
        location = vote(client, "no", sender).location
        sent = comment(comment=f"Junk {number}", leave_empty="x") if number < 60 else comment(comment="")
        assert client.post(location, data=sent, **sender).status_code == 303
    reader = from_("198.51.100.7")
    client.post(vote(client, "no", reader).location, data=comment(comment="What is a ledger?"), **reader)
    assert Counter(one.set_aside_because for one in feedback(runtime)) == {"the hidden field was filled in": 60, None: 21}
    assert (feedback(runtime)[-1].comment, feedback(runtime)[-1].is_proven) == ("What is a ledger?", False)
