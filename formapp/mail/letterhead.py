"""Who our mails are from, and what holds the letters about a ticket together."""

from dataclasses import dataclass, replace
from uuid import uuid4

from formapp.address import bare_address, domain_of
from formapp.mail.header_text import one_line
from formapp.mail.letter import Letter
from formapp.mail.ticket_tokens import TicketTokens
from formapp.policy.policy import Policy


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The name and address in the From line of every mail, and the maker of the references that letters about a ticket carry."""

    name: str
    address: str
    tokens: TicketTokens | None = None

    @classmethod
    def of(cls, policy: Policy, tokens: TicketTokens | None = None) -> "Letterhead":
        """Return the policy's; raise UnusableAddress when its support address cannot stand in a header."""
        return cls(f"{one_line(policy.brand.name)} Support", bare_address(policy.channels.email), tokens)

    def new_message_id(self, number: int | None = None) -> str:
        """Return a Message-ID that nobody can guess; that of a letter about a ticket ends in the ticket's token."""
        token = f".{self.tokens.for_customer(number)}" if self.tokens and number is not None else ""
        return f"<{uuid4().hex}{token}@{domain_of(self.address)}>"

    def about(self, letter: Letter, number: int) -> Letter:
        """Return a letter about a ticket as it leaves: in the ticket's thread.

        Nobody was ever sent the mail that the thread is named after: it stands for the ticket, so that both sides have a thread of
        their own under it, and an answer names the ticket even where a provider has changed our Message-ID.
        """
        if self.tokens is None or letter.in_reply_to is not None:
            return letter
        root = f"<{self.tokens.for_customer(number)}@{domain_of(self.address)}>"
        return replace(letter, in_reply_to=root, references=(root,))
