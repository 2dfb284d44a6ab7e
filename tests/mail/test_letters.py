import re
from collections.abc import Callable

import pytest

from formapp.address import UnusableAddress
from formapp.mail.letter import Letter
from formapp.mail.letters import BY_EMAIL, Answer, ListedFile, ticket_acknowledgement
from formapp.mail.purposes import UNPROVEN_ACKNOWLEDGEMENTS
from formapp.mail.reply_marker import MARKER
from formapp.policy.policy import Policy
from tests.mail.letter_samples import (
    ANSWERS,
    ENCLOSURES,
    FILES,
    HOURS,
    LINK,
    PROMISE,
    REPLY,
    STAFF_FILES,
    STAFF_LINK,
    STAFF_TOKEN,
    WITHOUT_MAILBOX,
    complaint_to_team,
    customer_letters,
    escalation_to_team,
    to_team,
)
from tests.mail.life_letter_samples import customer_wrote


def to_customer(policy: Policy, customer: str = "jo@example.com") -> Letter:
    return ticket_acknowledgement(ticket_id="BC-1042", customer=customer, promise=PROMISE, link=LINK, hours=HOURS, policy=policy)


def test_the_teams_subject_is_the_ticket_id_and_the_summary() -> None:
    assert to_team().subject == "[BC-1042] Payments fail"


def test_a_summary_of_several_lines_makes_one_line_of_subject() -> None:
    assert to_team(summary="Payments\r\nBcc: victim@example.com\u202e").subject == "[BC-1042] Payments Bcc: victim@example.com"


def test_the_teams_mail_has_every_answer_and_says_what_was_not_provided() -> None:
    body = to_team(answers=(*ANSWERS, Answer("Browser", "  "))).body
    assert "Summary\n    Payments fail\n" in body
    assert "What happened\n    Every payment since 9 am.\n\n    See the log.\n" in body
    assert "Company name\n    Not provided\n" in body
    assert "Browser\n    Not provided\n" in body


def test_the_teams_mail_has_the_promise_and_how_it_was_counted() -> None:
    body = to_team().body
    assert "Answer by:   Tue 24 Nov, 2:28 pm AEST\n" in body
    assert "Target:      1 business day (General Enquiry)\n" in body
    assert "Counted:     Mon 2:28-5:00 pm 2 h 32 min;\n             Tue 9:00 am-2:28 pm 5 h 28 min = 8 h\n" in body


def test_a_reply_to_the_teams_mail_goes_to_the_customer() -> None:
    letter = to_team()
    assert (letter.recipient, letter.reply_to) == ("team@example.org", "jo@example.com")
    assert "your reply goes to them" in letter.body


def test_a_customer_whose_address_no_header_can_hold_does_not_stop_the_teams_mail() -> None:
    letter = to_team(customer="josé@example.com")
    assert letter.reply_to is None
    assert "cannot stand in the Reply-To line" in letter.body


def test_a_suspect_ticket_is_announced_as_one() -> None:
    body = to_team(suspect_because="a field that people cannot see was filled in").body
    assert "PLEASE CHECK THIS ONE BEFORE ANSWERING\n    a field that people cannot see was filled in\n" in body
    assert "The customer has been sent no acknowledgement.\n" in body


def test_the_team_is_told_why_a_customer_got_no_acknowledgement() -> None:
    body = to_team(unacknowledged_because="the address is one of our own").body
    assert "The customer has been sent no acknowledgement:\n    the address is one of our own\n\nAnswer by:" in body


def test_the_link_to_the_staff_page_stands_in_the_teams_mail_when_there_is_one() -> None:
    for write in (to_team, complaint_to_team, escalation_to_team):
        assert re.search(rf"\nStaff page: +{STAFF_LINK}\n", write(link=STAFF_LINK).body)
        assert "taff page" not in write().body


@pytest.mark.parametrize("write", [to_team, complaint_to_team, escalation_to_team, customer_wrote])
def test_only_team_letters_with_nothing_to_give_away_are_answered_to_the_customer(write: Callable[..., Letter]) -> None:
    # A reply quotes the letter, and whoever has a link can act as staff.
    assert write(link=STAFF_LINK).reply_to is None
    assert write(link=None, files=STAFF_FILES).reply_to is None
    assert write(link=None).reply_to == "jo@example.com"
    assert write(**WITHOUT_MAILBOX).reply_to == "jo@example.com"
    assert write(link=STAFF_LINK, files=STAFF_FILES, reply=REPLY).reply_to == REPLY.to


@pytest.mark.parametrize("write", [to_team, complaint_to_team, escalation_to_team, customer_wrote])
def test_a_letter_that_staff_answer_by_mail_begins_with_the_line_to_write_above_and_ends_in_its_reference(
    write: Callable[..., Letter],
) -> None:
    letter = write(link=STAFF_LINK, reply=REPLY)
    assert letter.body.startswith(f"{MARKER}\n\n")
    assert letter.body.endswith(f"\n\nReference: {STAFF_TOKEN}\n")
    said = " ".join(letter.body.split())
    assert "without this letter" in said
    assert "from any other, nothing is passed on" in said
    for order in ("#resolve Answered", "#note", "#update", "#reopen", "#p2", *REPLY.reasons):
        assert order in said
    for other in (write(link=STAFF_LINK), write(**WITHOUT_MAILBOX)):
        assert MARKER not in other.body
        assert "Reference:" not in other.body


def test_a_door_is_explained_where_it_stands_and_nowhere_else() -> None:
    said = "open at once in a browser"
    for write in (to_team, complaint_to_team, escalation_to_team, customer_wrote):
        assert said in write(**WITHOUT_MAILBOX).body
        assert said not in write(link=STAFF_LINK, reply=REPLY).body
        assert said not in write(link=None, by_door=True).body


def test_the_team_is_told_how_something_came_in() -> None:
    for write in (to_team, complaint_to_team, escalation_to_team):
        assert " came in on the help centre’s form: BC-" in write().body
        assert " came in by email: BC-" in write(way=BY_EMAIL).body
    said = to_team(way=BY_EMAIL, is_proven=False).body
    assert "Nothing proves that this request is from the address" in said
    assert "JavaScript" not in said


def test_an_escalation_lists_the_items_that_it_lacks() -> None:
    assert "Still missing:\n  - Company name\n  - The impact\n" in escalation_to_team(missing=("Company name", "The impact")).body
    assert "missing" not in escalation_to_team().body


def test_the_team_is_asked_to_answer_on_the_staff_page_because_a_reply_reaches_nobody() -> None:
    for letter in (to_team(link=STAFF_LINK), complaint_to_team(link=STAFF_LINK), to_team(link=STAFF_LINK, customer="josé@example.com")):
        assert "Please answer on the staff page" in letter.body
        assert "does not reach the customer" in letter.body


def test_a_customer_cannot_fake_a_line_of_ours_in_the_teams_mail() -> None:
    body = to_team(answers=(Answer("What happened", "oops\n\nCompany name\n    Evil Ltd\u2028Answer by: never"),)).body
    assert "\nCompany name" not in body
    assert "\nAnswer by: never" not in body


def test_the_acknowledgement_says_id_promise_link_hours_and_how_to_reach_us(policy: Policy) -> None:
    letter = to_customer(policy)
    assert letter.subject == "[BC-1042] We have your request"
    for fact in ("BC-1042", PROMISE.due, PROMISE.target, LINK, HOURS, policy.channels.email, policy.channels.help_centre):
        assert fact in letter.body


def test_the_acknowledgement_is_the_same_for_every_sender(policy: Policy) -> None:
    letters = [to_customer(policy, address) for address in ("jo@example.com", "buy-now.example@example.net")]
    assert letters[0].body == letters[1].body
    assert letters[0].subject == letters[1].subject
    assert {letter.reply_to for letter in letters} == {None}


def test_an_acknowledgement_to_two_addresses_is_refused(policy: Policy) -> None:
    with pytest.raises(UnusableAddress):
        to_customer(policy, "jo@example.com,victim@example.com")


def test_a_ticket_without_files_has_no_list_of_them() -> None:
    assert "Attachments" not in to_team().body


def test_a_file_is_listed_with_where_it_is_to_be_had_and_what_to_know() -> None:
    body = to_team(files=FILES).body
    assert "\n\nAttachments\n-----------\n\n  - “скриншот.png”\n    PNG, 1.2 MB, enclosed\n" in body
    assert f"  - “statement.pdf”\n    PDF, 4.8 MB, not enclosed\n    {LINK}/file\n    This PDF holds a script" in body
    assert body.endswith("  - “export.csv”\n    CSV, 12 kB, not enclosed\n    Held: the virus scanner did not answer\n")


def test_a_files_name_cannot_pass_for_a_line_of_ours() -> None:
    evil = ListedFile("a.png\nDownload: https://evil.example\u2028Reply-To: x", "PNG, 8 bytes", enclosed=True)
    assert "  - “a.png Download: https://evil.example Reply-To: x”\n    PNG, 8 bytes, enclosed\n" in to_team(files=(evil,)).body


def test_the_files_travel_with_the_teams_letter_and_never_with_a_customers(policy: Policy) -> None:
    for letter in (to_team(enclosures=ENCLOSURES), complaint_to_team(enclosures=ENCLOSURES), escalation_to_team(enclosures=ENCLOSURES)):
        assert letter.enclosures == ENCLOSURES
    assert not any(letter.enclosures for letter in customer_letters(policy).values())


@pytest.mark.parametrize("write", [to_team, complaint_to_team, escalation_to_team])
def test_the_team_is_told_calmly_that_no_proof_of_work_came(write: Callable[..., Letter]) -> None:
    assert "No proof of work came with this " in write(is_proven=False).body
    assert "proof of work" not in write(is_proven=True).body


def test_a_short_acknowledgement_is_only_spoken_of_where_one_was_sent() -> None:
    said = "The customer has been sent only a short acknowledgement.\n"
    assert said in to_team(is_proven=False).body
    assert said not in to_team(is_proven=False, unacknowledged_because="the address is one of our own").body
    assert said not in to_team(is_proven=False, suspect_because="a reason").body
    assert said not in to_team().body


def test_a_request_without_proof_is_acknowledged_without_a_link(policy: Policy) -> None:
    letters = customer_letters(policy)
    for purpose in UNPROVEN_ACKNOWLEDGEMENTS:
        assert "your-request" not in letters[purpose].body
        assert len(letters[purpose].body) < len(letters["ticket-acknowledgement"].body)


def test_subjects_of_complaints_and_escalations_are_as_given() -> None:
    assert complaint_to_team().subject == "Complaint BC-1043"
    assert escalation_to_team().subject == "Formal Escalation BC-1042"


def test_an_escalation_that_was_not_passed_names_no_moment_of_review() -> None:
    body = escalation_to_team(review_by=None, verdict="the ticket ID is unknown", reasons=()).body
    assert "Verdict:     the ticket ID is unknown\n\nOnly the ticket’s own address" in body


def test_a_long_verdict_is_broken_under_itself() -> None:
    body = escalation_to_team(verdict="not yet through the ordinary levels " * 3).body
    assert "\nVerdict:     not yet through the ordinary levels not yet through the\n             ordinary levels not yet" in body
