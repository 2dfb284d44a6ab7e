"""What staff fill in to put a mail on a ticket."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from wtforms import Form, HiddenField

from formapp.forms.fields import Answered, TicketNumber, clean_line, given, line
from formapp.policy.policy import Policy
from formapp.rules.references import read_ticket_id, ticket_id

_LARGEST_NUMBER = 2**31 - 1
_MOST_DIGITS = 10


class ReviewForm(Form):
    """Which mail is meant, and the ticket that it goes on where it goes on one: `ticket` may be any way in which people write an ID."""

    mail = HiddenField(filters=[clean_line])
    ticket = line("Ticket ID", Answered("Enter the ticket ID"), TicketNumber(), autocomplete="off", spellcheck="false")

    # What the validators of the fields ask for.
    policy: Policy
    optional: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def of(cls, policy: Policy, formdata: Any = None, *, mail: int | None = None, ticket: str = "") -> Self:
        """Return the form of a mail with the ID that it names, or as it was posted."""
        form = cls(formdata, data={"mail": "" if mail is None else str(mail), "ticket": ticket})
        form.policy = policy
        # One such form stands on the page for each mail.
        form.ticket.id = f"ticket-{form.mail_id}"
        return form

    @property
    def mail_id(self) -> int:
        """The mail's number, 0 for what is none: there is no mail of that number."""
        said = self.mail.data or ""
        return int(said) if said.isascii() and said.isdecimal() and len(said) <= _MOST_DIGITS and int(said) <= _LARGEST_NUMBER else 0

    @property
    def ticket_number(self) -> int | None:
        """The ticket's number; None for what is no ticket ID."""
        return read_ticket_id(self.policy, given(self.ticket))

    def refuse_ticket(self) -> None:
        """Say that there is no such ticket."""
        said = ticket_id(self.policy, self.ticket_number or 0)
        self.ticket.errors = [f"Ticket ID must be that of one of our tickets: there is no {said}"]

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        """The element id and the message of what is wrong."""
        return [(self.ticket.id, str(message)) for message in self.ticket.errors]
