"""The escalation form: every label, hint, limit and message of it, once."""

from dataclasses import dataclass
from typing import Any

from formapp.forms.fields import Answered, AtLeast, AtMost, PhoneNumber, TicketNumber, given, line, person, phone_line, reply_address, text
from formapp.forms.support_form import Group, Said, SupportForm
from formapp.policy.policy import Policy
from formapp.rules.references import FIRST_TICKET, read_ticket_id, ticket_id

_PHONE = "Enter your phone number"


@dataclass(frozen=True)
class EscalationAnswers:
    """What somebody says who asks for an escalation; `given_number` is the ticket's, which may be nobody's."""

    given_number: int
    company: str
    name: str
    email: str
    phone: str
    impact: str
    business_case: str


class EscalationForm(SupportForm):
    """Ask for a ticket to be reviewed at escalation level."""

    slug = noun = "escalation"
    ticket = line("Ticket ID", Answered("Enter the ticket ID"), TicketNumber(), spellcheck="false")
    impact = text(
        "What is the impact?",
        Answered("Enter the impact"),
        AtLeast(20, called="The impact"),
        AtMost(5000, called="The impact"),
        hint="Who cannot do what, and since when? Do not include passwords or card numbers",
        rows=6,
    )
    business_case = text(
        "Why does this need to be escalated?",
        Answered("Enter why this needs to be escalated"),
        AtLeast(20, called="Why this needs to be escalated"),
        AtMost(5000, called="Why this needs to be escalated"),
        hint="The business case: what happens if it waits, and by when. A date or an amount helps us to weigh it",
        rows=6,
    )
    company = line("Company name", Answered("Enter your company name"), AtMost(120), autocomplete="organization")
    name = person()
    email = reply_address(hint="Use the address that the ticket was sent from. We’ll only use it to reply to you")
    phone = phone_line(Answered(_PHONE), PhoneNumber(), hint="We call only if we need to talk about this escalation")

    button = "Send escalation"
    is_checked = True
    optional = frozenset({"kept_file"})
    groups = (
        Group("The ticket", ("ticket", "impact", "business_case", "kept_file")),
        Group("About you", ("company", "name", "email", "phone")),
    )

    def offer(self, policy: Policy) -> None:
        """Say what a ticket ID looks like."""
        self.ticket.description = f"It looks like {ticket_id(policy, FIRST_TICKET)} and is in the subject of our emails"

    def answers(self) -> EscalationAnswers:
        """Return what a validated form says."""
        return EscalationAnswers(
            given_number=read_ticket_id(self.policy, given(self.ticket)) or 0,
            company=given(self.company),
            name=given(self.name),
            email=given(self.email),
            phone=given(self.phone),
            impact=given(self.impact),
            business_case=given(self.business_case),
        )

    @property
    def facts(self) -> dict[str, Any]:
        """Add the subject of an email that is sent instead."""
        return super().facts | {"subject": self.policy.escalation.subject}

    def said(self) -> tuple[Said, ...]:
        """Return what the form says, in the order of its questions."""
        return said_in_escalation(self.answers(), self.policy)


def said_in_escalation(escalation: Any, policy: Policy) -> tuple[Said, ...]:
    """Return what an escalation says; from its answers or from the stored one, which has the same names."""
    return (
        Said("ticket", "Ticket ID", ticket_id(policy, escalation.given_number)),
        Said("impact", "Impact", escalation.impact),
        Said("business_case", "Business case for escalating", escalation.business_case),
        Said("company", "Company name", escalation.company),
        Said("name", "Full name", escalation.name),
        Said("email", "Email address", escalation.email),
        Said("phone", "Phone number", escalation.phone),
    )
