"""What holds of every mail: own words come back as they are, nothing is made up, nothing is slow."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formapp.mail.visible_reply import visible_reply
from tests.mail.test_visible_reply_attributions import LETTER, SURE, quoted
from tests.mail.test_visible_reply_blocks import BLOCKS, FORWARDS, MARKERS

_WORDS = st.lists(
    st.sampled_from(
        [
            "the",
            "left",
            "wheel",
            "squeaks",
            "and",
            "rolls,",
            "so",
            "I",
            "wrote",
            "on",
            "Monday",
            "to",
            "you",
            "from",
            "Sydney:",
            "please",
            "send",
            "Jane",
            "two",
            "of",
            "them?",
            "Danke",
            "車輪",
            "24",
            "é",
        ]
    ),
    min_size=1,
    max_size=9,
).map(" ".join)
# Lines as people write them: none that introduces what follows, or is a signature.
_OWN = st.lists(st.one_of(_WORDS, st.just("")), min_size=1, max_size=8).map(lambda lines: "\n".join([*lines, "Thank you, that is all."]))
_HISTORY = st.one_of(
    st.sampled_from(SURE).map(lambda row: f"{row[1]}\n{quoted(LETTER)}"),
    st.sampled_from(SURE).map(lambda row: f"{row[1]}\n\n{LETTER}"),
    st.sampled_from(SURE).map(lambda row: f"{quoted(row[1])}\n>\n{quoted(LETTER)}"),
    st.sampled_from(BLOCKS).map(lambda row: f"{row[1]}\n\n{LETTER}"),
    st.sampled_from(BLOCKS).map(lambda row: f"________________________________\n{row[1]}\n\n{LETTER}"),
    st.sampled_from(MARKERS).map(lambda row: f"{row[1]}\n\n{LETTER}"),
)
_FRAGMENTS = st.sampled_from(
    [
        *(
            "",
            ">",
            "> ",
            "> x",
            ">> y",
            "-- ",
            "--",
            "---",
            "_" * 32,
            "word",
            "two words.",
            "A question?",
            "On",
            "wrote:",
            "On Monday he wrote:",
        ),
        *(
            "On 24 Nov 2026, at 14:28, Jane Doe",
            "<jane@example.com> wrote:",
            "From: a@example.com",
            "Sent: 24/11/2026 14:28",
            "To: b",
            "Subject: c",
        ),
        *(
            "-----Original Message-----",
            "---------- Forwarded message ---------",
            "> Begin forwarded message:",
            "Sent from my iPhone",
            "| table |",
        ),
        *(
            "## Write above this line ##",
            "Reference: bc-1042.abcdefgh234567ab",
            ">>> import x",
            ">From here",
            "\t",
            "\u00a0",
            "👍",
            "2026年11月24日 14:28",
            "写道：",
        ),
        *(said for _, said in SURE[:6]),
        *(block for _, block in BLOCKS[:4]),
        *(forward for _, forward in FORWARDS[:3]),
    ]
)
_MAILS = st.one_of(st.lists(_FRAGMENTS, max_size=25).map("\n".join), st.text(max_size=400))


@settings(max_examples=300, deadline=None)
@given(own=_OWN, history=_HISTORY, empty=st.integers(1, 3))
def test_own_words_above_a_quote_come_back_exactly(own: str, history: str, empty: int) -> None:
    assert visible_reply(own + "\n" * (empty + 1) + history) == own.strip("\n")


@settings(max_examples=200, deadline=None)
@given(own=_OWN, row=st.sampled_from(SURE))
def test_own_words_below_a_quote_come_back_exactly(own: str, row: tuple[str, str]) -> None:
    assert visible_reply(f"{row[1]}\n{quoted(LETTER)}\n\n{own}") == own.strip("\n")


@settings(max_examples=200, deadline=None)
@given(answers=st.lists(_WORDS.map(lambda words: f"{words}."), min_size=2, max_size=5), row=st.sampled_from(SURE))
def test_every_answer_between_quotes_stays(answers: list[str], row: tuple[str, str]) -> None:
    between = "\n\n".join(f"> Question {number}?\n\n{answer}" for number, answer in enumerate(answers))
    reply = visible_reply(f"{row[1]}\n{between}\n\n> The end\n").split("\n")
    assert [line for line in reply if line in answers] == answers
    assert "> The end" not in reply


@settings(max_examples=400, deadline=None)
@given(mail=_MAILS)
def test_every_line_of_a_reply_is_one_of_the_mail_in_its_order(mail: str) -> None:
    lines = iter(line.rstrip() for line in mail.split("\n"))
    reply = visible_reply(mail)
    assert all(any(shown.rstrip() == line for line in lines) for shown in reply.split("\n") if shown.strip())
    assert bool(reply.strip()) == bool(mail.strip()), "a mail that says something has a reply"


@settings(max_examples=300, deadline=None)
@given(own=_OWN, history=_HISTORY)
def test_a_reply_is_its_own_reply(own: str, history: str) -> None:
    once = visible_reply(f"{own}\n\n{history}")
    assert visible_reply(once) == once


_HOSTILE: dict[str, Callable[[int], str]] = {
    "On On On in one line": lambda size: "On " * (size // 3),
    "On On On … wrote:": lambda size: "On " * (size // 3) + "wrote:",
    "On in every line": lambda size: "On\n" * (size // 3),
    "attributions": lambda size: "On 24 Nov 2026, at 14:28, Jane Doe <jane@example.com> wrote:\n" * (size // 62),
    "halves of attributions": lambda size: "On 24 Nov 2026, at 14:28, Jane Doe\n" * (size // 36),
    "verbs": lambda size: "1 wrote:\n" * (size // 9),
    "long lines that end in a verb": lambda size: ("On 1 " + "a@" * 120 + " wrote:\n") * (size // 253),
    "long lines of addresses": lambda size: ("<" * 300 + " wrote:\n") * (size // 308),
    "quote marks in one line": lambda size: ">" * size,
    "quote marks in lines": lambda size: ">\n" * (size // 2),
    "quote marks and spaces": lambda size: "> " * (size // 2),
    "quotes and own lines": lambda size: "> a b c.\nd\n" * (size // 11),
    "quotes and strokes": lambda size: "> a b c.\n---\n" * (size // 13),
    "strokes and own words": lambda size: "own\n" + "> a b c.\n---\n" * (size // 13),
    "spaces": lambda size: " " * size,
    "empty lines": lambda size: "\n" * size,
    "words and empty lines": lambda size: ("word" + "\n" * 50) * (size // 54),
    "quotes and empty lines": lambda size: (">" + "\n" * 50) * (size // 51),
    "one long word": lambda size: "a" * size,
    "strokes": lambda size: "-" * size,
    "strokes in lines": lambda size: "----\n" * (size // 5),
    "strokes with spaces": lambda size: "- " * (size // 2),
    "header keys": lambda size: "From:\n" * (size // 6),
    "headers": lambda size: "From: a\nTo: b\n" * (size // 14),
    "headers over lines": lambda size: "From: a\nb\nc\nd\n" * (size // 14),
    "signatures": lambda size: "-- \nJane\n" * (size // 9),
    "footers": lambda size: "Sent from my iPhone\n" * (size // 20),
    "dashes and footers": lambda size: "own\n" + "--\nSent from my iPhone\n" * (size // 23),
    "angles": lambda size: "<" * size,
    "at": lambda size: "@" * size,
    "stars": lambda size: "*" * size + "From:",
    "colons": lambda size: ":\n" * (size // 2),
    "digits": lambda size: "2026-11-24 14:28:" * (size // 17),
    "our foot": lambda size: "Reference: bc-1042.abcdefgh234567ab\n" * (size // 36),
    "our marker": lambda size: "## write above this line\n" * (size // 25),
    "quoted markers": lambda size: "> ## write above this line ##\nown\n" * (size // 34),
}


def _seconds(text: str) -> float:
    began = time.perf_counter()
    visible_reply(text)
    return time.perf_counter() - began


@pytest.mark.parametrize("made", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_twice_the_mail_takes_at_most_two_and_a_half_times_as_long(made: Callable[[int], str]) -> None:
    small, large = made(100_000), made(200_000)
    for _ in range(5):
        ratio = min(_seconds(large) for _ in range(3)) / max(min(_seconds(small) for _ in range(3)), 0.002)
        if ratio <= 2.5:
            return
    pytest.fail(f"{ratio:.1f} times as long")
