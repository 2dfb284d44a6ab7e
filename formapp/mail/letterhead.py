"""Who our mails are from, and how the answers to them find their ticket."""

from dataclasses import dataclass, replace
from uuid import uuid4

from formapp.address import bare_address, domain_of
from formapp.mail.header_text import one_line
from formapp.mail.letter import Letter
from formapp.mail.purposes import is_for_team
from formapp.mail.ticket_tokens import TicketTokens
from formapp.policy.policy import Policy


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The name and address in the From line of every mail, and the references that letters about a ticket carry.

    `takes_replies`: mail to the address reaches us; `uses_tags`: mail to address+tag does as well.
    """

    name: str
    address: str
    tokens: TicketTokens | None = None
    takes_replies: bool = False
    uses_tags: bool = True

    @classmethod
    def of(cls, policy: Policy, tokens: TicketTokens | None = None, *, takes_replies: bool = False, uses_tags: bool = True) -> "Letterhead":
        """Return the policy's; raise UnusableAddress when its support address cannot stand in a header."""
        name = f"{one_line(policy.brand.name)} Support"
        return cls(name, bare_address(policy.channels.email), tokens, takes_replies, uses_tags)

    def new_message_id(self, number: int | None = None) -> str:
        """Return a Message-ID that nobody can guess; that of a letter about a ticket ends in the ticket's token."""
        token = f".{self.tokens.for_customer(number)}" if self.tokens and number is not None else ""
        return f"<{uuid4().hex}{token}@{domain_of(self.address)}>"

    def about(self, letter: Letter, number: int) -> Letter:
        """Return a letter about a ticket as it leaves: in its thread, and a customer's with the references that bring an answer back."""
        if self.tokens is None:
            return letter
        token = self.tokens.for_customer(number)
        if letter.in_reply_to is None:
            # Nobody was ever sent the mail of this name: it stands for the ticket, so that both sides have a thread of their own under it.
            root = f"<{token}@{domain_of(self.address)}>"
            letter = replace(letter, in_reply_to=root, references=(root,))
        if self.takes_replies and not is_for_team(letter.purpose):
            letter = replace(letter, reply_to=self.reply_to(token), body=f"{letter.body}\n{said_reference(token)}\n")
        return letter

    def reply_to(self, token: str) -> str:
        """Return where an answer goes that is to bring a token back."""
        tagged = self.tokens.reply_address(token, self.address) if self.tokens and self.uses_tags else None
        return tagged or self.address


def said_reference(token: str) -> str:
    """Return the line at the foot of a letter by which an answer is recognised that has lost everything else."""
    return f"Reference: {token}"
