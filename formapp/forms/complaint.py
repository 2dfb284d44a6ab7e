"""The complaint form: every label, hint, limit and message of it, once."""

from dataclasses import dataclass
from typing import Any

from formapp.forms.fields import (
    Answered,
    AtLeast,
    AtMost,
    OneOfChoices,
    PhoneNumber,
    TicketNumber,
    given,
    line,
    person,
    phone_line,
    radios,
    reply_address,
    text,
)
from formapp.forms.support_form import Group, Said, SupportForm
from formapp.policy.policy import Policy
from formapp.rules.references import FIRST_TICKET, read_ticket_id, ticket_id

_ABOUT = "Select what your complaint is about"


@dataclass(frozen=True)
class ComplaintAnswers:
    """What a customer complains of; an optional question left out is an empty text."""

    about: str
    about_ticket: str
    description: str
    wanted: str
    name: str
    email: str
    phone: str


class ComplaintForm(SupportForm):
    """Complain about the product or about the service."""

    slug = noun = "complaint"
    about = radios("What is your complaint about?", Answered(_ABOUT), OneOfChoices(_ABOUT))
    ticket = line("Ticket ID", TicketNumber(), spellcheck="false")
    description = text(
        "What happened?",
        Answered("Enter what happened"),
        AtLeast(20),
        AtMost(5000),
        hint="In your own words. Do not include passwords or card numbers",
        rows=8,
    )
    wanted = text("What would you like us to do?", AtMost(2000, called="What you would like us to do"))
    name = person()
    email = reply_address(hint="We’ll only use this to reply to your complaint")
    phone = phone_line(PhoneNumber(), hint="We call only if we need to talk about your complaint")

    button = "Send complaint"
    is_checked = True
    is_always_taken = True
    optional = frozenset({"ticket", "wanted", "phone", "kept_file"})
    groups = (
        Group("Your complaint", ("about", "ticket", "description", "wanted", "kept_file")),
        Group("About you", ("name", "email", "phone")),
    )

    def offer(self, policy: Policy) -> None:
        """Fill in what a complaint can be about, and say what a ticket ID looks like."""
        self.about.choices = {one.key: one.text for one in policy.complaints.about}
        self.ticket.description = f"If your complaint is about one. It looks like {ticket_id(policy, FIRST_TICKET)}"

    def answers(self) -> ComplaintAnswers:
        """Return what a validated form says, choices in words."""
        number = read_ticket_id(self.policy, given(self.ticket))
        return ComplaintAnswers(
            about=next(one.text for one in self.policy.complaints.about if one.key == self.about.data),
            about_ticket=ticket_id(self.policy, number) if number else "",
            description=given(self.description),
            wanted=given(self.wanted),
            name=given(self.name),
            email=given(self.email),
            phone=given(self.phone),
        )

    @property
    def facts(self) -> dict[str, Any]:
        """Add the subject of an email that is sent instead."""
        return super().facts | {"subject": self.policy.complaints.subject}

    def said(self) -> tuple[Said, ...]:
        """Return what the form says, in the order of its questions."""
        return said_in_complaint(self.answers())


def said_in_complaint(complaint: ComplaintAnswers) -> tuple[Said, ...]:
    """Return what a complaint says, in the order of its questions."""
    return (
        Said("about", "What it is about", complaint.about),
        Said("ticket", "Ticket it is about", complaint.about_ticket),
        Said("description", "What happened", complaint.description),
        Said("wanted", "What you would like us to do", complaint.wanted),
        Said("name", "Full name", complaint.name),
        Said("email", "Email address", complaint.email),
        Said("phone", "Phone number", complaint.phone),
    )
