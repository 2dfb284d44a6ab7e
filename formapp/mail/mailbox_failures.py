"""What can be wrong with a mailbox, in words that give nobody away: a server's own may name an account."""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from imap_tools import UnexpectedCommandStatusError

from formapp.errors import HelpCentreError
from formapp.mail.patient_imap import DOES_NOT_END, NOT_IMAP, NOT_SECURED, SAID_GOODBYE, TOO_MUCH, WAS_CLOSED
from formapp.mail.patient_smtp import why

_CODE = re.compile(rb"\[([A-Z][A-Z-]{1,30})")


class MailboxUnreachable(HelpCentreError):
    """There is no conversation with the server at present; the message says why."""


class MailboxRefusesUs(HelpCentreError):
    """The server does not let us in, or not to the folder; the message says what to correct."""


class NotMoved(HelpCentreError):
    """Mails could not be moved; the message is the server's response code."""


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what a broken conversation raises into MailboxUnreachable."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise MailboxUnreachable(f"the server's certificate is not valid: {error.verify_message}") from None
    except OSError as error:
        raise MailboxUnreachable(f"no connection: {why(error)}") from None
    except imaplib.IMAP4.abort as broken:
        ours = [one for one in (DOES_NOT_END, NOT_IMAP, NOT_SECURED, SAID_GOODBYE, TOO_MUCH, WAS_CLOSED) if one in str(broken)]
        raise MailboxUnreachable(ours[0] if ours else "the connection broke") from None
    except (imaplib.IMAP4.error, UnexpectedCommandStatusError, LookupError, TypeError, ValueError):
        # The library takes answers apart without looking much.
        raise MailboxUnreachable(NOT_IMAP) from None


def code_of(refusal: Exception) -> str:
    """Return the response code in what an error says (RFC 5530), an empty text where there is none."""
    if isinstance(refusal, UnexpectedCommandStatusError):
        return code_in(refusal.command_result[1])
    return code_in([str(refusal).encode()])


def code_in(said: Sequence[Any]) -> str:
    """Return the response code in an answer."""
    found = next(filter(None, (_CODE.search(one) for one in said if isinstance(one, bytes))), None)
    return found[1].decode() if found else ""
