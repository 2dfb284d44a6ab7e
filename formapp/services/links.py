"""Signed links, which stand in for accounts: who has the link from the mail may see the ticket."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from itsdangerous import BadData, URLSafeSerializer

from formapp.errors import HelpCentreError

TICKET_PAGE = "ticket page"
ESCALATION_PAGE = "escalation page"
VOTE = "vote"
FEEDBACK_REPORT = "feedback report"
# A report holds what readers wrote, so its address does not open it for ever; each mail brings a new one.
REPORT_OPENS_FOR = timedelta(days=90)

_INCOMPLETE = "the link is not complete: open it again from our email"


class BadLink(HelpCentreError):
    """The link was cut, altered or made for something else."""


@dataclass(frozen=True)
class Links:
    """Makes and reads links; `base_url` comes from the settings, never from a request's Host header.

    The first of the keys signs, the others are believed: links in old mails outlive a change of the key.
    """

    keys: tuple[str, ...]
    base_url: str

    def ticket_path(self, number: int) -> str:
        """Return the path of a customer's ticket page."""
        return f"/your-request/{self.token_of(TICKET_PAGE, number)}"

    def ticket_url(self, number: int) -> str:
        """Return the address of a customer's ticket page, as it stands in mails."""
        return f"{self.base_url}{self.ticket_path(number)}"

    def file_url(self, number: int, attachment_id: int) -> str:
        """Return the address under which the customer downloads a file of their ticket."""
        return f"{self.ticket_url(number)}/files/{attachment_id}"

    def escalation_path(self, escalation_id: int) -> str:
        """Return the path of the page that confirms an escalation."""
        return f"/your-escalation/{self.token_of(ESCALATION_PAGE, escalation_id)}"

    def escalation_url(self, escalation_id: int) -> str:
        """Return the address of that page."""
        return f"{self.base_url}{self.escalation_path(escalation_id)}"

    def vote_path(self, vote_id: int) -> str:
        """Return the path of the page on which a reader goes on after a vote."""
        return f"/feedback/{self.token_of(VOTE, vote_id)}"

    def report_path(self, day: date) -> str:
        """Return the path of the report on feedback, which opens it from that day for as long as REPORT_OPENS_FOR."""
        return f"/feedback-report/{self.token_of(FEEDBACK_REPORT, day.toordinal())}/"

    def report_url(self, day: date) -> str:
        """Return the address of the report on feedback, as it stands in mails."""
        return f"{self.base_url}{self.report_path(day)}"

    def read(self, purpose: str, token: str) -> int:
        """Return the number that a token was made for; raise BadLink for any that we did not make for this purpose."""
        (number,) = self.read_numbers(purpose, token, 1)
        return number

    def token_of(self, purpose: str, *numbers: int) -> str:
        """Return a token for some numbers, which opens what it was made for and nothing else."""
        return str(self._serializer(purpose).dumps(numbers[0] if len(numbers) == 1 else numbers))

    def read_numbers(self, purpose: str, token: str, count: int) -> tuple[int, ...]:
        """Return the numbers that a token was made for; raise BadLink for any that we did not make, or for another count of them."""
        try:
            found = self._serializer(purpose).loads(token)
        except BadData:
            raise BadLink(_INCOMPLETE) from None
        numbers = found if isinstance(found, list) else [found]
        if len(numbers) != count or not all(type(number) is int for number in numbers):
            raise BadLink(_INCOMPLETE)
        return tuple(numbers)

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        # The salt is the purpose, so a token for one page opens no other. The library signs with the last key.
        return URLSafeSerializer(list(reversed(self.keys)), salt=purpose, signer_kwargs={"digest_method": hashlib.sha256})
