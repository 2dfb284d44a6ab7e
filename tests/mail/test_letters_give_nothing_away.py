"""No letter whose answer leaves the house holds what only staff may have: a reply quotes the whole of it."""

import re
from collections.abc import Callable

import pytest

from formapp.mail.html_body import html_body
from formapp.mail.letter import Letter
from formapp.mail.letters import ListedFile, StaffReply
from formapp.mail.purposes import is_for_team
from formapp.policy.policy import Policy
from tests.mail.letter_samples import (
    ANSWERS,
    DOOR,
    FILES_BEHIND_DOORS,
    REPLY,
    STAFF_FILES,
    STAFF_LINK,
    complaint_to_team,
    customer_letters,
    escalation_to_team,
    team_letters,
    team_letters_without_mailbox,
    to_team,
)
from tests.mail.life_letter_samples import customer_wrote, life_letters, other_life_letters, team_life_letters

# A link that opens by itself for whoever has it, and a reference by which a reply counts as staff's.
FOR_STAFF_ONLY = re.compile(r"/staff-(?:ticket|queue)/|/attachment/|/edit/|(?<![a-z0-9])s-bc-[0-9]+\.")
OUR_HOUSE = re.compile(r"(support(\+[a-z0-9.-]+)?@billycart\.com)")


def gives_away(letter: Letter) -> bool:
    said = letter.subject + letter.body + html_body(letter.body, subject=letter.subject, sender="x", quotes_us=letter.quotes_us)
    return bool(FOR_STAFF_ONLY.search(said))


def leaves_the_house(letter: Letter) -> bool:
    return letter.reply_to is not None and not OUR_HOUSE.fullmatch(letter.reply_to)


def every_letter(policy: Policy) -> list[Letter]:
    by_purpose = [team_letters(), team_life_letters(), team_letters_without_mailbox(), customer_letters(policy), life_letters(policy)]
    return [*other_life_letters(policy), *(letter for some in by_purpose for letter in some.values())]


def test_no_letter_that_is_answered_to_somebody_else_holds_what_only_staff_may_have(policy: Policy) -> None:
    letters = every_letter(policy)
    assert [letter.purpose for letter in letters if gives_away(letter) and leaves_the_house(letter)] == []
    # Both are looked for where they are.
    assert any(map(gives_away, letters))
    assert any(map(leaves_the_house, letters))


def test_no_letter_to_a_customer_holds_what_only_staff_may_have(policy: Policy) -> None:
    letters = [letter for letter in every_letter(policy) if not is_for_team(letter.purpose) and not letter.purpose.startswith("feedback")]
    assert [letter.purpose for letter in letters if gives_away(letter)] == []


@pytest.mark.parametrize("write", [to_team, complaint_to_team, escalation_to_team, customer_wrote])
@pytest.mark.parametrize("link", [None, STAFF_LINK, DOOR])
@pytest.mark.parametrize("files", [(), STAFF_FILES, FILES_BEHIND_DOORS])
@pytest.mark.parametrize("reply", [None, REPLY])
def test_whatever_links_a_team_letter_is_given_none_that_opens_by_itself_goes_out_with_the_customers_address(
    write: Callable[..., Letter], link: str | None, files: tuple[ListedFile, ...], reply: StaffReply | None
) -> None:
    letter = write(answers=ANSWERS, link=link, files=files, reply=reply)
    assert not (leaves_the_house(letter) and gives_away(letter))
