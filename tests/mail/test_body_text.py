import pytest

from formapp.mail.body_text import body_text, quoted


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_becomes_a_line_feed(end: str) -> None:
    assert body_text(f"one{end}two") == "one\ntwo"


def test_nul_escape_and_lone_surrogates_are_replaced_and_seen_to_be() -> None:
    assert body_text("a\x00b\x1b[2Jc\udfffd\x9b") == "a\ufffdb\ufffd[2Jc\ufffdd\ufffd"


def test_tabs_and_direction_marks_stay_in_the_body() -> None:
    assert body_text("\tשלום\u200f!") == "\tשלום\u200f!"


def test_a_customers_words_are_indented_so_that_they_cannot_pass_for_ours() -> None:
    assert quoted("first\n\nReply to this email: no\n") == "    first\n\n    Reply to this email: no"
