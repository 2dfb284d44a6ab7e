import pytest

from formapp.address import UnusableAddress
from formapp.mail.letter import Letter
from formapp.mail.letters import Answer, team_new_ticket, ticket_acknowledgement
from formapp.policy.policy import Policy
from tests.mail.letter_samples import ANSWERS, HOURS, LINK, PROMISE


def to_team(**changes: object) -> Letter:
    facts: dict[str, object] = {
        "ticket_id": "BC-1042",
        "summary": "Payments fail",
        "customer": "jo@example.com",
        "answers": ANSWERS,
        "promise": PROMISE,
        "team": "team@example.org",
    }
    return team_new_ticket(**(facts | changes))  # type: ignore[arg-type]


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


def test_the_link_to_the_ticket_page_stands_in_the_teams_mail_when_there_is_one() -> None:
    assert f"Ticket page: {LINK}\n" in to_team(link=LINK).body
    assert "Ticket page" not in to_team().body


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


def test_no_line_of_our_own_letters_is_too_long_to_read(policy: Policy) -> None:
    for letter in (to_team(link=LINK, suspect_because="a reason"), to_team(customer="josé@example.com"), to_customer(policy)):
        assert max(map(len, letter.body.splitlines())) <= 76
        assert letter.automatic
