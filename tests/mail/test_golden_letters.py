"""Every letter as a whole, against the files of its purpose in golden/: whoever changes a letter reads it once more there."""

from pathlib import Path

import pytest

from formapp.mail import letter_template, purposes
from formapp.mail.html_body import html_body
from formapp.mail.letter import Letter
from formapp.policy.policy import Policy
from tests.mail.letter_samples import (
    WITHOUT_MAILBOX,
    customer_letters,
    escalation_to_team,
    team_letters,
    team_letters_without_mailbox,
    to_team,
)
from tests.mail.life_letter_samples import customer_wrote, life_letters, other_life_letters, team_life_letters

GOLDEN = Path(__file__).parent / "golden"
# The letters to the team that are answered otherwise where no mail is read.
WITHOUT = GOLDEN / "without-mailbox"
ANSWERED = (purposes.TEAM_NEW_TICKET, purposes.TEAM_COMPLAINT, purposes.TEAM_ESCALATION, purposes.TEAM_CUSTOMER_WROTE)
PURPOSES = sorted(value for name, value in vars(purposes).items() if name.isupper() and isinstance(value, str))
# What a person has just written; all others ask robots to keep quiet.
WRITTEN_BY_A_PERSON = {purposes.TICKET_ANSWERED, purposes.TICKET_RESOLVED, purposes.TICKET_RECLASSIFIED, purposes.ESCALATION_ANSWERED}


def as_text(letter: Letter) -> str:
    return f"To: {letter.recipient}\nReply-To: {letter.reply_to}\nSubject: {letter.subject}\n\n{letter.body}"


def as_html(letter: Letter) -> str:
    return html_body(letter.body, subject=letter.subject, sender="Billycart Support", quotes_us=letter.quotes_us) + "\n"


@pytest.fixture(scope="module")
def letters(policy: Policy) -> dict[str, Letter]:
    return team_letters() | team_life_letters() | customer_letters(policy) | life_letters(policy)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_letter_reads_as_it_was_agreed(letters: dict[str, Letter], purpose: str) -> None:
    assert as_text(letters[purpose]) == (GOLDEN / f"{purpose}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_letters_html_says_the_same_as_it_was_agreed(letters: dict[str, Letter], purpose: str) -> None:
    assert as_html(letters[purpose]) == (GOLDEN / f"{purpose}.html").read_text(encoding="utf-8")


def without_mailbox() -> dict[str, Letter]:
    wrote = customer_wrote(**WITHOUT_MAILBOX)
    return team_letters_without_mailbox() | {wrote.purpose: wrote}


@pytest.mark.parametrize("purpose", ANSWERED)
def test_a_letter_to_the_team_reads_as_it_was_agreed_where_no_mail_is_read(purpose: str) -> None:
    letter = without_mailbox()[purpose]
    assert as_text(letter) == (WITHOUT / f"{purpose}.txt").read_text(encoding="utf-8")
    assert as_html(letter) == (WITHOUT / f"{purpose}.html").read_text(encoding="utf-8")


def test_there_is_no_letter_that_nobody_reads_here() -> None:
    folders = {folder.name for folder in letter_template._TEMPLATES.iterdir() if folder.is_dir()} - {"parts"}
    for suffix in (".txt", ".html"):
        assert folders == set(PURPOSES) == {file.stem for file in GOLDEN.glob(f"*{suffix}")}


def test_no_line_of_our_own_letters_is_too_long_to_read(letters: dict[str, Letter], policy: Policy) -> None:
    others = [
        *without_mailbox().values(),
        escalation_to_team(review_by=None, customer="josé@example.com"),
        to_team(suspect_because="a reason"),
    ]
    for letter in (*letters.values(), *others, *other_life_letters(policy)):
        own = [line for line in letter.body.splitlines() if not (letter.quotes_us and line.startswith("    "))]
        assert max(map(len, own)) <= 76
        assert "\n\n\n" not in letter.body


def test_every_letter_asks_robots_to_keep_quiet_but_what_a_person_wrote(letters: dict[str, Letter]) -> None:
    assert {purpose for purpose, letter in letters.items() if not letter.automatic} == WRITTEN_BY_A_PERSON


def test_the_letters_that_go_to_an_address_from_a_form_are_the_ones_that_are_counted(policy: Policy) -> None:
    from_forms, in_a_tickets_life = set(customer_letters(policy)), set(life_letters(policy))
    to_team = set(team_letters()) | set(team_life_letters())
    assert from_forms == purposes.ACKNOWLEDGEMENTS
    # The third group: only staff, time, or whoever holds the link to a ticket's page brings one of these about.
    assert not in_a_tickets_life & (from_forms | to_team)
    assert set(PURPOSES) == from_forms | in_a_tickets_life | to_team
    assert max(map(len, PURPOSES)) <= 40  # the column in the outbox
