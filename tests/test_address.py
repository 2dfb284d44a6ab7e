import pytest

from formapp.address import UnusableAddress, bare_address, domain_of, mailbox_of


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("jo@example.com", "jo@example.com"),
        ("Jo.Bloggs+support@Example.COM", "Jo.Bloggs+support@example.com"),  # the part before the @ is the owner's business
        ("jo@bücher.example", "jo@xn--bcher-kva.example"),
        ("team@mailserver", "team@mailserver"),  # a mail server of one's own
        ("o'brien@example.com", "o'brien@example.com"),
    ],
)
def test_one_plain_address_is_used_in_ascii(given: str, used: str) -> None:
    assert bare_address(given) == used


@pytest.mark.parametrize(
    "given",
    [
        "",
        "jo",
        "jo@example.com,victim@example.com",
        "jo@example.com;victim@example.com",
        "<jo@example.com>",
        "Jo <jo@example.com>",
        "jo@example.com\r\nBcc: victim@example.com",
        "jo@example.com\n",
        "jo\u2028@example.com",
        "jo@exam ple.com",
        '"jo bloggs"@example.com',
        "jo@[127.0.0.1]",
        "=?utf-8?q?x?=@example.com",  # encoded text in disguise
        "-oQ/tmp@example.com",  # an option for sendmail
        f"{'a' * 65}@example.com",
        f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.example.com",
        "josé@example.com",  # would need a relay that speaks SMTPUTF8
        "jo\x00@example.com",
    ],
)
def test_anything_else_than_one_plain_address_is_refused(given: str) -> None:
    with pytest.raises(UnusableAddress):
        bare_address(given)


def test_the_refusal_does_not_repeat_the_address() -> None:
    with pytest.raises(UnusableAddress) as refusal:
        bare_address("somebody private@example.com")
    assert "private" not in str(refusal.value)


def test_spellings_of_one_mailbox_are_counted_together() -> None:
    assert mailbox_of("Jo+tickets@Example.com") == mailbox_of("jo@example.com")
    assert domain_of("jo@example.com") == "example.com"
