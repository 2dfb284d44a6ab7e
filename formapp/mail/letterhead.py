"""Who our mails are from."""

from dataclasses import dataclass
from uuid import uuid4

from formapp.address import bare_address, domain_of
from formapp.mail.header_text import one_line
from formapp.policy.policy import Policy


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The name and address in the From line of every mail."""

    name: str
    address: str

    @classmethod
    def of(cls, policy: Policy) -> "Letterhead":
        """Return the policy's; raise UnusableAddress when its support address cannot stand in a header."""
        return cls(name=f"{one_line(policy.brand.name)} Support", address=bare_address(policy.channels.email))

    def new_message_id(self) -> str:
        """Return a Message-ID that nobody can guess."""
        return f"<{uuid4().hex}@{domain_of(self.address)}>"
