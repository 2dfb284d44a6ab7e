import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.mail.visible_reply import visible_reply

HEADS = (
    "On Tue, 24 Nov 2026 at 14:28, Billycart Support <support@billycart.com> wrote:",
    "Am 24.11.26 um 14:28 schrieb Billycart Support:",
    "Le 24/11/2026 à 14:28, Billycart Support a écrit :",
    "El 24/11/2026 a las 14:28, Billycart Support escribió:",
    "Em 24/11/2026 14:28, Billycart Support escreveu:",
    "Il 24/11/2026 14:28, Billycart Support ha scritto:",
    "Op 24-11-2026 om 14:28 schreef Billycart Support:",
    "W dniu 24.11.2026 o 14:28, Billycart Support pisze:",
    "Den 2026-11-24 kl. 14:28, skrev Billycart Support:",
    "2026/11/24 14:28、Billycart Support <support@billycart.com>のメール:",
    "在 2026年11月24日，下午2:28，Billycart Support <support@billycart.com> 写道：",
)
OWN_LINES = st.lists(
    st.sampled_from(["It still fails.", "Ja, gern.", "Totals: 3", "Order 1042", "See below", "ありがとう", "1. one", "a > b"]), min_size=1
)


@given(OWN_LINES, st.sampled_from(HEADS), st.lists(st.sampled_from(["> text", ">", "> > deeper", "> On 1.1.2026 x wrote:"]), min_size=1))
def test_what_stands_above_a_quote_comes_back_exactly(own: list[str], head: str, quote: list[str]) -> None:
    assert visible_reply("\n".join([*own, "", head, "", *quote])) == "\n".join(own)


@given(st.text(alphabet="ab> \n-:_wroteOn0123.@<", max_size=300))
def test_every_line_that_is_shown_was_written_in_that_order(text: str) -> None:
    lines = iter(text.split("\n"))
    assert all(line in lines for line in visible_reply(text).rstrip().split("\n")) or visible_reply(text).strip() in text


@pytest.mark.parametrize(
    "text",
    [
        "On Monday my boss wrote:\nwe must fix this\nPlease help",
        "From: Sydney\nTo: Melbourne\nis the transfer that fails",
        "It fails:\n>>> import x\nTraceback (most recent call last)\n>>> y",
        "Run this:\n> SELECT 1\n> SELECT 2",
        "See this.\n\n---------- Forwarded message ---------\nFrom: B <b@example.org>\nDate: Tue\nSubject: x\nTo: y\n\nthe content",
        "Begin forwarded message:\n\nFrom: b@example.org\nSubject: y\nDate: z\n\nthe content",
        "> question one\nanswer one\n> question two\nanswer two",
        "On 24/11/2026 14:28, B wrote:\n> question one\nanswer one\n> question two\nanswer two",
        "> wholly quoted",
        "Part one\n-----\nPart two",
        "A list:\n--\n" + "\n".join(f"a line of text {place}" for place in range(20)),
        "The subject says:\nTo: me\nwhich is wrong",
        "He wrote: it is fine.\nIs it?",
        "At 14:28 the log says:\nerror 7",
        "",
    ],
)
def test_what_the_writer_may_have_written_is_not_cut(text: str) -> None:
    assert visible_reply(text) == text


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Thanks\n-- \nJane Doe\nExample Pty Ltd", "Thanks"),
        ("Thanks\n--\nJane", "Thanks"),
        ("Thanks\n\nSent from my iPhone", "Thanks"),
        ("Danke\n\nGesendet von Outlook für Android", "Danke"),
        ("Merci\n\nEnvoyé de mon iPhone", "Merci"),
        ("Thanks\n\nGet Outlook for Android<https://aka.ms/x>", "Thanks"),
        ("Sent from my iPhone", "Sent from my iPhone"),
        ("Yes\n\n## Write above this line to answer the customer ##\nA new ticket", "Yes"),
        ("Yes\n\n##- Please type your reply above this line -##\nold", "Yes"),
    ],
)
def test_signatures_and_footers_are_cut(text: str, own: str) -> None:
    assert visible_reply(text) == own
