"""What became of a mail."""

from dataclasses import dataclass

from formapp.models.incoming_mail import MailState


@dataclass(frozen=True, slots=True)
class Decided:
    """The state that it is in now, what was done in words for staff, and the ticket that it is on or names."""

    state: MailState
    outcome: str
    ticket_number: int | None = None
