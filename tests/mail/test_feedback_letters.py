"""The letters about feedback, whatever readers write (abuse cases D-1, D-2, D-13 and D-58)."""

import re
from dataclasses import fields, replace

import pytest
from hypothesis import example, given, settings

from formapp.mail.feedback_letters import ChangedArticle, MissedWords, NamedArticle, Week, feedback_acted_on
from formapp.mail.letter import Letter
from formapp.policy.policy import Policy
from tests.abuse.mail_heads import ENCODED, OURS, names_in, seal
from tests.mail.letter_samples import COMMENT, DESCRIBE, HOURS, PRAISE, digest, weekly
from tests.mail.test_composer import hostile


def written_with(text: str) -> list[Letter]:
    """Return the letters to editors with a text in every place where a reader's can stand, and in the titles."""
    comment = replace(COMMENT, text=text, heading=f"H {text}", search_words=f"W {text}", edit=f"E {text}", reasons=(f"R {text}",))
    article = NamedArticle(f"T {text}", DESCRIBE.link)
    return [
        digest((article, (comment,)), reasons_only=1, reasons=[(f"R {text}", 1)]),
        weekly(broken=[(article, 1)], searches=[MissedWords(f"W {text}", 3, 3)]),
    ]


def lines_of_ours(letter: Letter) -> list[str]:
    """Return the lines that begin in the first column, without the words in them that readers and titles bring."""
    return [re.sub(r"^([TR]|- 1 more gave reasons only: R) .*", r"\1", line) for line in letter.body.split("\n") if line[:1].strip()]


@settings(max_examples=60, deadline=None)
@given(hostile)
@example(ENCODED)
@example("x\r\nBcc: v@evil.example\r\n\r\nHelpful:    yes\n\nThe report\n----------\nhttps://evil.example")
def test_no_text_becomes_a_header(text: str) -> None:
    for letter in written_with(text):
        assert names_in(seal(letter).partition(b"\r\n\r\n")[0]) == OURS


@pytest.mark.parametrize(
    "text", ["x\nHelpful:    yes", "x\u2028The report\u2028----------", "\r\rF-1, Mon 23 Nov", "\n\nhttps://evil.example"]
)
def test_nothing_that_a_reader_writes_can_pass_for_a_line_of_ours(text: str) -> None:
    said, harmless = digest((DESCRIBE, (replace(PRAISE, text=text),))), digest((DESCRIBE, (PRAISE,)))
    assert lines_of_ours(said) == lines_of_ours(harmless)


def test_d13_the_letter_to_a_reader_has_no_place_for_what_anybody_typed(policy: Policy) -> None:
    assert {field.name for field in fields(ChangedArticle)} == {"article", "reasons", "notes"}
    letter = feedback_acted_on([ChangedArticle(DESCRIBE, (), ())], customer="jo@example.com", hours=HOURS, policy=policy)
    assert (letter.recipient, letter.reply_to, letter.automatic) == ("jo@example.com", None, True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"later": 1}, ["1 more comment comes in the next email"]),
        ({"set_aside": 1}, ["1 more was set aside as likely abuse"]),
        ({"uncounted": 1, "since": "Mon 23 Nov 2026"}, ["1 vote has not been counted since Mon 23 Nov 2026"]),
    ],
)
def test_one_is_said_as_one_and_none_is_not_said(changes: dict[str, object], said: list[str]) -> None:
    body = digest((DESCRIBE, (PRAISE,)), **changes).body
    assert ("What else came" in body) == bool(said)
    assert all(one in body for one in said)


def test_a_week_without_anything_is_nothing() -> None:
    assert not Week("Mon 16 Nov", "Sun 22 Nov 2026")
