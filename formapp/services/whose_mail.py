"""Which ticket a mail names, and by what."""

from collections.abc import Iterable
from dataclasses import dataclass

from formapp.mail.ticket_tokens import TicketTokens
from formapp.mail.understood import Understood
from formapp.policy.policy import Policy
from formapp.rules.mail_subjects import escalation_asked, named_ticket


@dataclass(frozen=True, slots=True)
class Named:
    """The ticket that a mail names: `by` is "address", "references" or "text" for a signed reference there, else "subject" or None.

    `is_staff`: it answers a letter to the team. `is_unclear`: signed references in the same place name several tickets.
    """

    number: int | None
    by: str | None
    is_staff: bool = False
    is_unclear: bool = False

    @property
    def by_token(self) -> bool:
        """Whether a reference of ours names it, and not just the subject."""
        return self.by in ("address", "references", "text")


def named_in(mail: Understood, policy: Policy, tokens: TicketTokens, generation: int | None, envelope: Iterable[str] = ()) -> Named:
    """Return which ticket a mail names: by a signed reference in its addresses, the mails that it answers or its text, else by its subject.

    `generation` is that of the team's references, as in TicketTokens.found_in; `envelope` are recipients that it
    does not name itself.
    """
    answered = (mail.in_reply_to or "", *mail.references)
    places = {"address": (*envelope, *mail.recipients), "references": answered, "text": (mail.text,)}
    found = {place: tokens.found_in(texts, generation) for place, texts in places.items()}
    for place, references in found.items():
        numbers = {reference.number for reference in references}
        if numbers:
            number = references[-1].number
            # A reply to the team quotes the letter, so its reference may stand elsewhere than the ticket's own.
            is_staff = any(one.is_staff and one.number == number for listed in found.values() for one in listed)
            return Named(number, place, is_staff, is_unclear=len(numbers) > 1)
    by_subject = escalation_asked(policy, mail.subject) or named_ticket(policy, mail.subject)
    return Named(by_subject, "subject" if by_subject else None)
