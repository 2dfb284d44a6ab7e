"""Which ticket a mail names, and by what."""

from dataclasses import dataclass

from formapp.mail.ticket_tokens import TicketTokens
from formapp.mail.understood import Understood
from formapp.policy.policy import Policy
from formapp.rules.mail_subjects import escalation_asked, named_ticket


@dataclass(frozen=True, slots=True)
class Named:
    """The ticket that a mail names: `by` is "address", "references" or "text" for a signed reference there, else "subject" or None.

    `is_unclear`: signed references in the same place name several tickets.
    """

    number: int | None
    by: str | None
    is_unclear: bool = False

    @property
    def by_token(self) -> bool:
        """Whether a reference of ours names it, and not just the subject."""
        return self.by in ("address", "references", "text")


def named_in(mail: Understood, policy: Policy, tokens: TicketTokens) -> Named:
    """Return which ticket a mail names: by a signed reference in its addresses, the mails it answers or its text, else by its subject."""
    places = {"address": mail.recipients, "references": (mail.in_reply_to or "", *mail.references), "text": (mail.text,)}
    for place, texts in places.items():
        found = tokens.found_in(texts)
        if found:
            return Named(found[-1], place, is_unclear=len(found) > 1)
    number = escalation_asked(policy, mail.subject) or named_ticket(policy, mail.subject)
    return Named(number, "subject" if number else None)
