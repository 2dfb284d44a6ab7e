"""The letters in the life of a ticket (policy, Resolution)."""

import inspect
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from formapp.address import UnusableAddress
from formapp.mail import life_letters as module
from formapp.mail.body_text import quoted
from formapp.mail.letter import Letter
from formapp.mail.team_life_letters import team_answers_due
from formapp.policy.policy import Policy
from tests.abuse.mail_heads import assert_headers_are_the_templates, seal
from tests.mail.letter_samples import ENCLOSURES, FILES, HOURS, LINK, PROMISE, STAFF_LINK
from tests.mail.life_letter_samples import (
    CLOSES,
    LATE,
    QUEUE,
    QUIET,
    SOON,
    answered,
    closed,
    customer_wrote,
    escalation,
    life_letters,
    morning,
    other_life_letters,
    reclassified,
    reminder,
    reopened,
    resolved,
    team_life_letters,
)
from tests.mail.test_composer import hostile

Write = Callable[..., Letter]


def to_customers(policy: Policy) -> list[Letter]:
    return [letter for letter in (*life_letters(policy).values(), *other_life_letters(policy)) if letter.recipient == "jo@example.com"]


def test_every_letter_to_a_customer_says_what_happens_next_and_how_to_answer(policy: Policy) -> None:
    for letter in to_customers(policy):
        assert letter.subject.startswith("[BC-1042] ")
        for words in ("What happens next\n", f"\n\n{LINK}\n\n", "eply to this email", "[BC-1042] in the\nsubject", HOURS):
            assert " ".join(words.split()) in " ".join(letter.body.split()), words
        assert "Anyone who has this link" in letter.body
        assert letter.reply_to is None


@pytest.mark.parametrize(("write", "step"), [(answered, QUIET), (reminder, QUIET), (resolved, CLOSES)])
def test_the_next_automatic_step_is_said_with_its_date(policy: Policy, write: Write, step: str) -> None:
    said = f"What happens next ----------------- The ticket {step[0].lower()}{step[1:]}."
    assert said in " ".join(write(policy).body.split())


def test_where_nothing_happens_by_itself_we_say_that_we_go_on(policy: Policy) -> None:
    letter = answered(policy, waits=False, next_step=None)
    assert "We go on with your ticket: you do not need to do anything." in letter.body
    assert "please answer" not in letter.subject


def test_what_staff_wrote_arrives_as_it_was_written_with_its_files(policy: Policy) -> None:
    text = "First line\n\n  indented – and more\n" + "long " * 100
    for write in (answered, resolved, escalation):
        assert f"\n\n{quoted(text)}\n" in write(policy, text=text).body
    for write in (answered, resolved):
        letter = write(policy, files=FILES, enclosures=ENCLOSURES)
        assert letter.enclosures == ENCLOSURES
        assert "  - “statement.pdf”\n    PDF, 4.8 MB, not enclosed\n" in letter.body


def test_the_customer_is_told_of_an_underlying_problem_where_there_was_one(policy: Policy) -> None:
    assert "The underlying problem\n" in resolved(policy).body
    assert "The underlying problem\n" not in resolved(policy, underlying_problem="").body


def test_a_resolution_says_why_and_that_an_answer_opens_the_ticket_again(policy: Policy) -> None:
    for how, said in (("delivered", "We have resolved"), ("quiet", "have not heard from you"), ("customer", "You told us that")):
        letter = resolved(policy, how=how)
        assert said in letter.body
        assert "Reason:          Fixed\n" in letter.body
        assert "answer as below: the ticket is then open again." in letter.body
        assert letter.automatic == (how != "delivered")


def test_a_closed_ticket_can_be_re_opened_at_any_time_by_replying_to_the_closure_notification(policy: Policy) -> None:
    for by_customer in (True, False):
        body = " ".join(closed(policy, by_customer=by_customer).body.split())
        assert "You can re-open the ticket at any time. Reply to this email" in body
        assert ("You told us" in body) == by_customer


def test_who_re_opened_a_ticket_is_said_and_when_we_answer(policy: Policy) -> None:
    by_customer, by_us = reopened(policy), reopened(policy, text="We saw it again.", by_customer=False, promise=None)
    assert f"We aim to answer by:  {PROMISE.due}\n" in by_customer.body
    assert "What we wrote" not in by_customer.body
    assert "We have re-opened your ticket" in by_us.body
    assert "    We saw it again.\n" in by_us.body
    assert (by_customer.automatic, by_us.automatic) == (True, False)


def test_another_priority_is_told_with_its_reason_and_its_promise(policy: Policy) -> None:
    assert reclassified(policy).subject == "[BC-1042] Your ticket is now treated as Incident, P1"
    body = reclassified(policy).body
    for words in ("Now treated as:       Incident, P1\n", f"We aim to answer by:  {PROMISE.due}\n", "\n    All customers are affected.\n"):
        assert words in body
    assert "We are sorry" not in body
    assert "We are sorry" in reclassified(policy, has_passed=True).body
    assert "We aim to answer by" not in reclassified(policy, promise=None).body


def test_d13_nothing_that_a_customer_wrote_has_a_place_in_a_letter_to_one(policy: Policy) -> None:
    letters = [member for name, member in vars(module).items() if inspect.isfunction(member) and member.__module__ == module.__name__]
    named = {name for letter in letters if not letter.__name__.startswith("_") for name in inspect.signature(letter).parameters}
    by_staff_and_policy = {"text", "files", "enclosures", "underlying_problem", "because", "reason", "classified", "asked"}
    facts = {"ticket_id", "customer", "link", "waits", "next_step", "how", "by_customer", "promise", "has_passed", "hours", "policy"}
    assert named == by_staff_and_policy | facts


def test_an_address_that_cannot_be_written_to_is_refused(policy: Policy) -> None:
    for write in (answered, reminder, resolved, closed, reopened, reclassified, escalation):
        with pytest.raises(UnusableAddress):
            write(policy, customer="jo@example.com,victim@example.com")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=hostile)
def test_no_text_that_staff_paste_becomes_a_header_or_a_part(policy: Policy, text: str) -> None:
    for letter in (answered(policy, text=text), resolved(policy, text=text, underlying_problem=text), reclassified(policy, because=text)):
        assert_headers_are_the_templates(seal(letter), letter)


def test_the_team_reads_what_the_customer_did_and_when_an_answer_is_due() -> None:
    letter = customer_wrote(files=FILES, enclosures=ENCLOSURES)
    assert (letter.subject, letter.reply_to) == ("[BC-1042] The customer wrote: Payments fail", None)
    for words in (f"Answer by:   {PROMISE.due}\n", f"Staff page:  {STAFF_LINK}\n", "    05 DO NOT HONOUR\n", "does not reach the customer"):
        assert words in letter.body
    assert letter.enclosures == ENCLOSURES


def test_where_no_answer_is_due_the_team_is_not_asked_for_one() -> None:
    body = customer_wrote(what="The customer says it is solved", text="", promise=None).body
    assert "Nothing needs to be answered now." in body
    assert "Please answer" not in body


@pytest.mark.parametrize(
    ("due", "subject"),
    [
        ([LATE], "[BC-1042] First response was due Mon 23 Nov 2026, 4:28 pm AEST"),
        ([SOON], "[BC-1043] First response is due Tue 24 Nov 2026, 2:28 pm AEST"),
        ([SOON, replace(SOON, ticket_id="BC-1044")], "2 answers are due soon"),
        ([LATE, replace(LATE, ticket_id="BC-1044")], "2 answers are late"),
        ([LATE, SOON], "2 answers are due soon or late: 1 late"),
    ],
)
def test_the_subject_of_what_is_due_names_the_ticket_where_there_is_one(due: list[object], subject: str) -> None:
    letter = team_answers_due(team="team@example.org", due=due, queue_link=QUEUE)  # type: ignore[arg-type]
    assert letter.subject == subject
    assert f"\n{QUEUE}\n" in letter.body


def test_the_morning_has_the_counts_what_is_due_and_the_queue() -> None:
    letter = morning()
    assert letter.subject == "Tue 24 Nov 2026: 1 late, 1 due today"
    for words in ("Waiting:             5\n", "BC-1042, late\n    Payments fail\n", f"Staff page:  {STAFF_LINK}\n", f"\n{QUEUE}\n"):
        assert words in letter.body
    assert "Nothing is late, and nothing is due today.\n" in morning(due=()).body


def test_a_mail_that_was_given_up_and_a_fresh_link_are_told_plainly() -> None:
    failed, fresh = team_life_letters()["team-mail-failed"], team_life_letters()["staff-fresh-link"]
    assert "The customer has not got our answer about BC-1042" in failed.body
    assert "    550 5.1.1 <address> Recipient address rejected: no such user\n" in failed.body
    assert (fresh.recipient, fresh.subject) == ("sam@example.org", "A fresh link to BC-1042")
    assert "It opens for 30 days." in fresh.body
