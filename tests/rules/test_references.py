import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from formapp.policy.policy import Policy
from formapp.rules.references import MOST_DIGITS, read_ticket_id, ticket_id


@pytest.mark.parametrize(
    "written",
    [
        "BC-1042",
        "bc-1042",
        "1042",
        "#1042",
        "# 1042",
        "bc 1042",
        "BC1042",
        "[BC-1042]",
        "[bc 1042]",
        "(BC-1042)",
        " BC - 1042 ",
        "BC\u20131042",  # an en dash, as word processors make one of a hyphen
        "BC\u20141042",
        "BC\u20111042",
        "BC\u22121042",
        "BC\u00a01042",
        "BC_1042",
        "BC:1042",
        "BC-1042.",
        "ＢＣ－１０４２",  # full width, as a Japanese keyboard types it
        "１０４２",
        "BC-001042",
        "1 042",
        "BC-1042\n",
        "Re: [BC-1042] We have your request",
        "Fwd: Formal Escalation BC-1042",
        "BC-1042?",
        "BC-1042' OR 1=1",
    ],
)
def test_an_id_is_read_as_people_write_it(policy: Policy, written: str) -> None:
    assert read_ticket_id(policy, written) == 1042


@pytest.mark.parametrize(
    "written",
    [
        "",
        "BC",
        "BC-",
        "#",
        "the last one",
        "ZZ-1042",
        "BCBC-1042",
        "1042 and 1043",
        "1042, 1043",
        "1042BC",
        "10.42e3",
        "+1042",
        "0x412",
        "0",
        "BC-0",
        "½",
        "٤٢",  # digits, though not ones that an ID has
        "9" * (MOST_DIGITS + 1),
        "9" * 5000,
        "0" * 5000 + "7",
        "1042\x00",
        "XX-1042",
        "ABC-1042",
        "BC-1042a",
    ],
)
def test_what_is_no_id_is_no_number(policy: Policy, written: str) -> None:
    assert read_ticket_id(policy, written) is None


@given(written=st.text() | st.text(st.sampled_from("BCbc#[]- \u2013１２0123456789²½"), max_size=20))
@example(written="\ud800")
@example(written="²")
def test_whatever_is_written_gives_a_number_that_a_database_takes_or_none(policy: Policy, written: str) -> None:
    number = read_ticket_id(policy, written)
    assert number is None or 0 < number < 10**MOST_DIGITS


@pytest.mark.timeout(5)
def test_a_mountain_of_accents_is_not_climbed(policy: Policy) -> None:
    assert read_ticket_id(policy, "\u0315\u0300" * 250_000) is None


@given(number=st.integers(1, 10**MOST_DIGITS - 1))
def test_an_id_that_we_wrote_is_read_back(policy: Policy, number: int) -> None:
    assert read_ticket_id(policy, ticket_id(policy, number)) == read_ticket_id(policy, f"[{ticket_id(policy, number).lower()}]") == number
