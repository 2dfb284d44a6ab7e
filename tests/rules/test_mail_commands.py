"""What staff order on the first lines of a reply; what is meant as an order never reaches a customer as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.rules.mail_commands import Command, commands_of


@pytest.mark.parametrize(
    ("reply", "commands", "text"),
    [
        ("#resolve Answered\n\nHello\nJane", [("resolve", "Answered")], "Hello\nJane"),
        ("#note\nfor us", [("note", "")], "for us"),
        ("\n\n#P2\n\n#note: call her\n\ntext\n#no order", [("p2", ""), ("note", "call her")], "text\n#no order"),
        ("  #Resolve.Answered", [("resolve", "Answered")], ""),
        # As phones and mail programs write it.
        ("*#note* call her", [("note", "call her")], ""),
        ("＃note call her", [("note", "call her")], ""),
        ("\ufeff#note\u00a0call her", [("note", "call her")], ""),
        # Unknown ones are for the caller to answer.
        ("#wont-fix this", [("wont-fix", "this")], ""),
        ("#nóte this", [("nóte", "this")], ""),
        # A long paragraph on one line is one line all the same.
        ("#note " + "x" * 10_000 + "\nhello", [("note", "x" * 10_000)], "hello"),
        ("#" + "a" * 50 + " x", [("a" * 30, "x")], ""),
        ("# Heading\ntext", [], "# Heading\ntext"),
        ("#1 is wrong", [], "#1 is wrong"),
        ("#", [], "#"),
        ("Hello\n#note no order", [], "Hello\n#note no order"),
        ("see #note", [], "see #note"),
        ("", [], ""),
        ("\n\n", [], ""),
    ],
)
def test_commands_stand_on_the_first_lines(reply: str, commands: list[tuple[str, str]], text: str) -> None:
    assert commands_of(reply) == (tuple(Command(word, rest) for word, rest in commands), text)


def test_more_than_ten_are_text() -> None:
    commands, text = commands_of("#a\n" * 12)
    assert len(commands) == 10
    assert text == "#a\n#a"


@given(st.text(max_size=300))
def test_no_reply_is_too_strange(reply: str) -> None:
    commands, text = commands_of(reply)
    assert text in reply
    assert all(command.word for command in commands)


@pytest.mark.parametrize("piece", ["\n", "#a\n", " ", "#", "*", "\u200b", "#a"])
def test_a_reply_of_any_length_is_read(piece: str) -> None:
    commands_of(piece * 200_000)
