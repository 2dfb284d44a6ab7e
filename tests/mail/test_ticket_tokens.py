from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.mail.ticket_tokens import TicketTokens

OLD, NEW = "an old key, long enough to sign with, 123", "a new key, long enough to sign with, 4567"
TOKENS = TicketTokens((NEW, OLD), "BC")


@given(st.integers(1, 999_999_999))
def test_a_token_names_its_ticket_wherever_it_stands(number: int) -> None:
    token = TOKENS.for_customer(number)
    for text in (token, f"support+{token}@billycart.com", f"<0123.{token}@billycart.com>", f"> Reference: {token}.", token.upper()):
        assert TOKENS.found_in([text]) == (number,)


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token.replace("bc-1042", "bc-1043"),
        lambda token: token[:-1],
        lambda token: token + "a",
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: "s-" + token,
        lambda token: "x" + token,
        lambda token: token.replace("bc-", "bd-"),
        lambda token: token.replace(".", ""),
    ],
)
def test_a_token_that_was_changed_names_nothing(change: Callable[[str], str]) -> None:
    assert TOKENS.found_in([change(TOKENS.for_customer(1042))]) == ()


def test_what_an_earlier_key_signed_is_still_believed_and_what_another_did_is_not() -> None:
    earlier = TicketTokens((OLD,), "BC").for_customer(1042)
    assert TOKENS.found_in([earlier]) == (1042,)
    assert TicketTokens((NEW,), "BC").found_in([earlier]) == ()
    assert TicketTokens((), "BC").found_in([earlier]) == ()


def test_the_tickets_are_named_in_their_order_each_once() -> None:
    one, two = TOKENS.for_customer(1001), TOKENS.for_customer(1002)
    assert TOKENS.found_in([f"{two} {one} {two}", one]) == (1002, 1001)


@given(st.text(max_size=300))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    assert TOKENS.found_in([text]) == ()
