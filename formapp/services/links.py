"""Signed links, which stand in for accounts: who has the link from the mail may see the ticket."""

import hashlib
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from formapp.errors import HelpCentreError

TICKET_PAGE = "ticket page"


class BadLink(HelpCentreError):
    """The link was cut, altered or made for something else."""


@dataclass(frozen=True)
class Links:
    """Makes and reads links; `base_url` comes from the settings, never from a request's Host header."""

    signing_key: str
    base_url: str

    def ticket_path(self, number: int) -> str:
        """Return the path of a customer's ticket page."""
        return f"/your-request/{self._serializer(TICKET_PAGE).dumps(number)}"

    def ticket_url(self, number: int) -> str:
        """Return the address of a customer's ticket page, as it stands in mails."""
        return f"{self.base_url}{self.ticket_path(number)}"

    def ticket_number(self, token: str) -> int:
        """Return the ticket that a token was made for; raise BadLink for any that we did not make for this purpose."""
        try:
            number = self._serializer(TICKET_PAGE).loads(token)
        except BadData:
            raise BadLink("the link is not complete: open it again from our email") from None
        if not isinstance(number, int):
            raise BadLink("the link is not complete: open it again from our email")
        return number

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        # The salt is the purpose, so a token for one page opens no other.
        return URLSafeSerializer(self.signing_key, salt=purpose, signer_kwargs={"digest_method": hashlib.sha256})
