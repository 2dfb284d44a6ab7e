"""The ways in which a mail does not leave, told apart by what to do next."""

import re

from formapp.errors import HelpCentreError
from formapp.mail.header_text import one_line

# Servers like to repeat the address they refuse; neither logs nor lists should.
_ADDRESS = re.compile(r"\S+@\S+")


class NotSent(HelpCentreError):
    """A mail has not left; `reply` is the server's code and words, or what happened instead, on one line and without addresses."""

    def __init__(self, reply: str) -> None:
        self.reply = _ADDRESS.sub("<address>", one_line(reply))[:500]
        super().__init__(self.reply)


class PermanentFailure(NotSent):
    """The server will never take this mail for this recipient: a person has to look at it."""


class TemporaryFailure(NotSent):
    """This mail may go through later."""


class ServerUnreachable(TemporaryFailure):
    """There is nobody to talk to; the other mails need not try just now."""


class ServerRefusesUs(NotSent):
    """Any mail would fare the same: wrong password, a certificate that is not to be trusted, no TLS. A person has to mend it."""
