"""Every letter as a whole, against the file of its purpose in golden/: whoever changes a letter reads it once more there."""

from pathlib import Path

import pytest

from formapp.mail import letter_template, purposes
from formapp.mail.letter import Letter
from formapp.policy.policy import Policy
from tests.mail.letter_samples import customer_letters, escalation_to_team, team_letters, to_team

GOLDEN = Path(__file__).parent / "golden"
PURPOSES = sorted(value for name, value in vars(purposes).items() if name.isupper() and isinstance(value, str))


def as_text(letter: Letter) -> str:
    return f"To: {letter.recipient}\nReply-To: {letter.reply_to}\nSubject: {letter.subject}\n\n{letter.body}"


@pytest.fixture(scope="module")
def letters(policy: Policy) -> dict[str, Letter]:
    return team_letters() | customer_letters(policy)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_letter_reads_as_it_was_agreed(letters: dict[str, Letter], purpose: str) -> None:
    assert as_text(letters[purpose]) == (GOLDEN / f"{purpose}.txt").read_text(encoding="utf-8")


def test_there_is_no_letter_that_nobody_reads_here() -> None:
    folders = {folder.name for folder in letter_template._TEMPLATES.iterdir()} - {"parts"}
    assert folders == set(PURPOSES) == {file.stem for file in GOLDEN.iterdir()}


def test_no_line_of_our_own_letters_is_too_long_to_read(letters: dict[str, Letter]) -> None:
    others = [escalation_to_team(review_by=None, customer="josé@example.com"), to_team(suspect_because="a reason")]
    for letter in (*letters.values(), *others):
        assert max(map(len, letter.body.splitlines())) <= 76
        assert letter.automatic


def test_the_letters_that_go_to_an_address_from_a_form_are_the_ones_that_are_counted(policy: Policy) -> None:
    assert set(customer_letters(policy)) == purposes.ACKNOWLEDGEMENTS
    assert set(PURPOSES) - purposes.ACKNOWLEDGEMENTS == set(team_letters())
    assert max(map(len, PURPOSES)) <= 40  # the column in the outbox
