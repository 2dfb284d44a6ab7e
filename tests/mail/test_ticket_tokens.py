import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.address import bare_address
from formapp.mail.ticket_tokens import Reference, TicketTokens

OLD, NEW = "an old key, long enough to sign with, 123", "a new key, long enough to sign with, 4567"
TOKENS = TicketTokens((NEW, OLD), "BC")


@given(st.integers(1, 999_999_999), st.integers(0, 1000))
def test_a_token_names_its_ticket_wherever_it_stands(number: int, generation: int) -> None:
    customer, staff = TOKENS.for_customer(number), TOKENS.for_staff(number, generation)
    for text in (
        customer,
        f"support+{customer}@billycart.com",
        f"<0123.{customer}@billycart.com>",
        f"> Reference: {customer}.",
        customer.upper(),
    ):
        assert TOKENS.found_in([text], generation) == (Reference(number, is_staff=False),)
    for text in (staff, f"support+{staff}@billycart.com", f"> > Reference: {staff}", staff.upper()):
        assert TOKENS.found_in([text], generation) == (Reference(number, is_staff=True),)


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
def test_a_token_that_was_changed_names_nothing(change: object) -> None:
    assert callable(change)
    assert TOKENS.found_in([change(TOKENS.for_customer(1042))], 0) == ()


def test_a_staff_token_is_no_longer_believed_once_the_links_were_revoked() -> None:
    assert TOKENS.found_in([TOKENS.for_staff(1042, 1)], 2) == ()


def test_a_customers_token_is_no_staff_token() -> None:
    forged = TOKENS.for_customer(1042).replace("bc-", "s-bc-")
    assert TOKENS.found_in([forged], 0) == ()


def test_what_an_earlier_key_signed_is_still_believed_and_what_another_did_is_not() -> None:
    earlier = TicketTokens((OLD,), "BC").for_customer(1042)
    assert TOKENS.found_in([earlier], 0) == (Reference(1042, is_staff=False),)
    assert TicketTokens((NEW,), "BC").found_in([earlier], 0) == ()


def test_the_tickets_are_named_in_their_order_each_once() -> None:
    one, two = TOKENS.for_customer(1001), TOKENS.for_customer(1002)
    found = TOKENS.found_in([f"{two} {one} {two}", one], 0)
    assert [reference.number for reference in found] == [1002, 1001]


def test_the_reply_address_is_one_that_a_header_can_hold() -> None:
    address = TOKENS.reply_address(TOKENS.for_staff(999_999_999, 3), "support@billycart.com")
    assert address is not None
    assert bare_address(address) == address
    assert TOKENS.reply_address(TOKENS.for_customer(1), f"{'a' * 60}@example.com") is None


@given(st.text(max_size=300))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    assert TOKENS.found_in([text], 0) == ()
