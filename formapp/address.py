"""Addresses that are fit for a header and for an SMTP command."""

from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from formapp.errors import HelpCentreError


class UnusableAddress(HelpCentreError):
    """An address that cannot be written to; the message says why, and never repeats the address."""


@lru_cache(maxsize=1024)
def bare_address(text: str) -> str:
    """Return one address in ASCII, its domain in lower case; raise UnusableAddress for anything else than one bare address."""
    if text.startswith("-"):
        raise UnusableAddress("an address that begins with a hyphen could pass for an option of a mail program: use another one")
    if "=?" in text:
        raise UnusableAddress("an address with =? in it could pass for encoded text: use another one")
    try:
        # `test_environment` lets .test through, and `globally_deliverable` a mail server of one's own without a public name.
        checked = validate_email(
            text, check_deliverability=False, globally_deliverable=False, test_environment=True, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError:
        raise UnusableAddress("this is not one plain email address in ASCII, like name@example.com: correct it") from None
    address = checked.ascii_email
    if address is None or len(address) > 254 or len(checked.local_part) > 64:
        raise UnusableAddress("an address has at most 254 characters, 64 of them before the @: use a shorter one")
    return address


def domain_of(address: str) -> str:
    """Return the domain of a bare address."""
    return address.rpartition("@")[2]


def mailbox_of(address: str) -> str:
    """Return what an address shares with its other spellings: lower case, without a +tag, for counting and comparing."""
    local, _, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
