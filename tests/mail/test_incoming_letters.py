"""The letters that mail which came in brings about."""

import inspect

import pytest

from formapp.address import UnusableAddress
from formapp.mail import incoming_letters
from formapp.mail.incoming_letters import LONGEST_QUOTE, escalation_items_missing, ticket_thanked
from formapp.mail.letter import Letter
from formapp.mail.reply_marker import MARKER
from formapp.policy.policy import Policy
from tests.abuse.mail_heads import LINE_ENDS, assert_headers_are_the_templates, seal
from tests.mail.letter_samples import HOURS, LINK, MISSING, REPLY, STAFF_LINK
from tests.mail.life_letter_samples import REVIEW, UNREADABLE, customer_wrote, not_done, thanked, to_review, unreadable


def asked(policy: Policy, customer: str = "jo@example.com") -> Letter:
    return escalation_items_missing(ticket_id="BC-1042", customer=customer, missing=MISSING, hours=HOURS, policy=policy)


def test_a_customer_who_thanked_us_reads_that_the_ticket_stays_resolved_and_how_to_re_open_it(policy: Policy) -> None:
    letter = thanked(policy)
    for words in ("stays resolved", "The ticket closes Tue 1 Dec 2026", "the ticket is then open again", LINK, "reply to this email"):
        assert words in letter.body
    assert letter.automatic
    assert "closes" not in thanked(policy, next_step=None).body


def test_what_is_missing_is_asked_for_by_name(policy: Policy) -> None:
    letter = asked(policy)
    for item in MISSING:
        assert f"  - {item}\n" in letter.body
    assert "keep [BC-1042] in the subject" in letter.body
    # The same to everybody, so it says nothing of whether there is such a ticket.
    assert asked(policy, "buy-now@example.net").body == letter.body
    for telling in ("your ticket", "unknown", "not found", "no such", "there is a ticket"):
        assert telling not in letter.body.lower()


def test_d13_neither_letter_to_a_customer_has_a_place_for_what_they_wrote() -> None:
    known = {"ticket_id", "customer", "link", "next_step", "hours", "policy", "missing"}
    for letter in (ticket_thanked, escalation_items_missing):
        assert set(inspect.signature(letter).parameters) <= known


def test_a_mail_that_waits_is_shown_with_why_and_what_it_says() -> None:
    letter = to_review()
    assert letter.subject == "An email waits for review: Re: [BC-1042] Payments fail"
    for words in ("    Jo Smith <jo@elsewhere.example>\n", "    it still fails.", "  - “screen.png (120 kB)”\n", f"\n{REVIEW}\n"):
        assert words in letter.body
    assert letter.reply_to is None


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"name": "", "sender": "jo@example.com"}, "    jo@example.com\n"),
        ({"name": "Jo", "sender": ""}, "    Jo\n"),
        ({"name": " ", "sender": ""}, "    Nobody\n"),
        ({"subject": ""}, "Subject:\n    None\n"),
    ],
)
def test_what_a_mail_does_not_say_is_said_so(said: dict[str, str], shown: str) -> None:
    assert shown in to_review(**said).body


def test_a_long_mail_is_quoted_in_part() -> None:
    body = to_review(text="x" * LONGEST_QUOTE + "y").body
    assert "x" * LONGEST_QUOTE in body
    assert "y" * 2 not in body
    assert "The rest of it is on the review page." in body
    assert "The rest" not in to_review(text="x" * LONGEST_QUOTE).body


@pytest.mark.parametrize("end", LINE_ENDS)
def test_no_line_of_a_strangers_mail_passes_for_one_of_ours(end: str) -> None:
    evil = f"x{end}Staff page:  https://evil.example{end}Bcc: victim@example.com"
    for letter in (
        to_review(reason=evil, sender=evil, name=evil, subject=evil, text=evil, files=(evil,)),
        unreadable(reason=evil),
        not_done(problem=evil, text=evil),
        customer_wrote(flag=evil, sender=evil),
    ):
        assert "https://evil" not in "".join(line for line in letter.body.splitlines() if not line.startswith(("    ", "  - “")))
        assert_headers_are_the_templates(seal(letter), letter)


def test_a_mail_that_could_not_be_read_goes_to_the_team_as_it_came() -> None:
    letter = unreadable()
    assert letter.enclosures == (UNREADABLE,)
    for words in ("took longer than 2 seconds", "1.2 MB", "email-17.eml", REVIEW):
        assert words in letter.body


def test_a_member_of_staff_reads_why_nothing_was_done_and_gets_their_words_back() -> None:
    letter = not_done()
    assert letter.recipient == "sam@example.org"
    for words in ("    #close is not something that we know", "nothing was sent to the\ncustomer", "    it works again.\n", STAFF_LINK):
        assert words in letter.body
    assert (letter.reply_to, letter.body.startswith(MARKER)) == (REPLY.to, True)
    without = not_done(reply=None, link=None)
    assert (without.reply_to, MARKER in without.body, "staff page" in without.body) == (None, False, False)


def test_an_address_that_cannot_be_written_to_is_refused(policy: Policy) -> None:
    for write in (lambda to: thanked(policy, customer=to), lambda to: asked(policy, to), lambda to: not_done(to=to)):
        with pytest.raises(UnusableAddress):
            write("jo@example.com,victim@example.com")


def test_every_letter_here_says_what_it_raises() -> None:
    letters = [one for _, one in inspect.getmembers(incoming_letters, inspect.isfunction) if one.__module__ == incoming_letters.__name__]
    for letter in letters:
        assert letter.__name__.startswith("_") or "UnusableAddress" in (letter.__doc__ or ""), letter.__name__
