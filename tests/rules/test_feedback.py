import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.rules.feedback import LONGEST_WORDS, at_least, feedback_id, read_feedback_id, scrubbed

# What people type and paste into a search, and what parts or hides a number or an address.
typed = st.text(st.one_of(st.sampled_from("0123456789 @.-/()+,_wthps:af%\u200b\u202e\xad\n\x00"), st.characters()))


@pytest.mark.parametrize(
    ("count", "of", "bound"),
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [(81, 263, 0.2553), (15, 148, 0.0624), (0, 20, 0.0), (1, 29, 0.0061)],
)
def test_the_lower_bound_of_a_share_is_the_published_one(count: int, of: int, bound: float):
    assert round(at_least(count, of), 4) == bound


def test_of_no_votes_a_share_is_at_least_nothing():
    assert at_least(0, 0) == 0.0


@given(st.integers(min_value=0, max_value=100_000), st.integers(min_value=1, max_value=100_000))
def test_the_lower_bound_lies_between_nothing_and_the_share(count: int, more: int):
    of = count + more
    assert 0.0 <= at_least(count, of) <= count / of


@given(st.integers(min_value=1, max_value=1000), st.integers(min_value=1, max_value=1000))
def test_the_more_votes_say_the_same_the_surer_it_is(yes: int, no: int):
    assert at_least(2 * yes, 2 * (yes + no)) > at_least(yes, yes + no)


def test_ten_of_ten_rank_above_one_of_one_and_below_a_hundred_of_a_hundred():
    assert at_least(1, 1) < at_least(10, 10) < at_least(100, 100)


def test_the_id_of_feedback_is_its_number_with_f():
    assert feedback_id(123) == "F-123"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("F-123", 123),
        ("f-123", 123),
        (" F-123\n", 123),
        ("F-0123", 123),
        ("F-999999999", 999_999_999),
        ("F-9999999999", None),
        ("F-0", None),
        ("F-", None),
        ("F-1.5", None),
        ("F--1", None),
        ("F-1 F-2", None),
        ("BC-123", None),
        ("123", None),
        ("", None),
        ("F-" + "1" * 100_000, None),
    ],
)
def test_an_id_is_read_as_people_write_it_and_nothing_else(text: str, number: int | None):
    assert read_feedback_id(text) == number


@given(st.integers(min_value=1, max_value=999_999_999))
def test_what_is_written_as_an_id_is_read_as_the_same(number: int):
    assert read_feedback_id(feedback_id(number)) == number


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Refund a customer", "refund a customer"),
        ("  Refund \t a\r\ncustomer ", "refund a customer"),
        ("ＲＥＦＵＮＤ", "refund"),
        ("Straße", "strasse"),
        ("возврат денег", "возврат денег"),
        ("退款", "退款"),
        ("error 404", "error 404"),
        ("2026 taxes", "2026 taxes"),
        ("ann@example.net refund", "refund"),
        ("refund to ann @ example.net", "refund to"),
        ("refund ann＠example.net", "refund"),
        ("refund ann\u200b@\u200bexample.net", "refund"),
        ("refund ann%40example.net", "refund"),
        ("refund ann%2540example.net", "refund"),
        ("refund ann %２５２５40 example.net", "refund"),
        ("@", ""),
        ("https://example.org/your-request/abc?d=e refund", "refund"),
        ("HTTP:example.org refund", "refund"),
        ("see www.example.org refund", "see refund"),
        ("refund support.example.org/your-request/IjEwMDEi.abc", "refund"),
        ("ftp://example.org", ""),
        ("refund https%3A%2F%2Fexample.org", "refund"),
        ("refund example.org%252Fyour-request%252FIjEwMDEi", "refund"),
        ("and%2For 100%", "and/or 100%"),
        ("call 0412 345 678 now", "call now"),
        ("call 0412345678 now", "call now"),
        ("call +61 (0)7 3000-0000 now", "call + now"),
        ("call 0412  345  678 now", "call now"),
        ("call 0412 - 345 - 678 now", "call now"),
        ("call 0412\u2011345\u2011678 now", "call now"),
        ("call 0412\u200b345\u200b678 now", "call now"),
        ("call 04\x0012\x00345\x00678 now", "call now"),
        ("card 4111/1111/1111/1111", "card"),
        ("account 1,234,567", "account"),
        ("account 1_234_567", "account"),
        ("account 1----2----3----4----5", "account"),
        ("account 1 . . . . 2 . . . . 345", "account"),
        ("account ١٢٣٤٥٦٧", "account"),
        ("account ①②③④⑤", "account"),
        ("12 ann@example.net 345", ""),
        ("\u202erefund", "refund"),
        ("re\u200bfund\ufeff", "refund"),
        ("refund\x00\x1b[31m", "refund [31m"),
        ("\ud800refund", "refund"),
        ("?!…", ""),
        ("", ""),
        ("x" * 200, "x" * 80),
        (f"{'x' * 79} y", "x" * 79),
    ],
)
def test_of_search_words_that_is_kept_which_names_nobody(words: str, kept: str):
    assert scrubbed(words) == kept


@given(typed)
def test_no_address_no_long_number_and_nothing_invisible_is_ever_kept(words: str):
    kept = scrubbed(words)
    assert "@" not in kept
    assert not re.search(r"\d{5}", kept)
    assert not re.search(r"\d(?:[\W_]*\d){4}", kept)
    assert not re.search(r"%(?:25)*(?:40|3a|2f)", kept)
    assert kept.isprintable()
    assert len(kept) <= LONGEST_WORDS
    assert kept == kept.strip()
    assert not {unicodedata.category(character) for character in kept} & {"Cc", "Cf", "Cs"}


@given(typed)
def test_what_was_scrubbed_once_stays_as_it_is(words: str):
    assert scrubbed(scrubbed(words)) == scrubbed(words)


@pytest.mark.parametrize(
    "part", ["@", "1 ", "1", "a", "www.", "https:", " ", "\u0301", "\ufdfa", "1-", ".a", "a@", "%25", "%40", "1----", "\x00"]
)
def test_however_much_is_pasted_no_more_of_it_is_looked_at_than_a_search_can_have(part: str):
    pasted = part * (100_000 // len(part))
    assert scrubbed(pasted) == scrubbed(pasted[: 4 * LONGEST_WORDS])
