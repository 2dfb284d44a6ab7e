"""How a ticket's state, what we owe and the way of a mail are said to its customer."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from formapp.policy.policy import Policy
from formapp.rules.wording import say_business_days, say_day, say_moment_in_full, to_the_minute
from formapp.services.attachments import Adopted
from formapp.services.ticket_view import Delivery, Entry, Owed, TicketView

COMPLAINT_ANSWER, REVIEW = "answer to the complaint", "review of the escalation"
# What stands before the moment, before one that has passed, and after both.
_DUE: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "first response": ("We aim to answer by", "We aimed to answer by", ""),
        "answer": ("We aim to answer your message by", "We aimed to answer your message by", ""),
        "confirmation of the complaint": ("A person confirms by", "A person should have confirmed by", " that we are looking into it"),
        COMPLAINT_ANSWER: ("You get our answer by", "You should have got our answer by", ""),
        REVIEW: ("{reviewed_by} reviews your escalation by", "Your escalation should have been reviewed by", ""),
    }
)
_LATE = ". We are late, and we are sorry. The team has been reminded."


def say_minute(moment: datetime, policy: Policy) -> str:
    """Say the minute that a moment lies in: "Tue 24 Nov 2026, 2:28 pm AEST"."""
    return say_moment_in_full(to_the_minute(moment), policy)


def say_title(view: TicketView) -> str:
    """Say what the page is: the confirmation of what has just been sent, or what became of it."""
    noun = "complaint" if view.ticket.complaint else "request"
    return f"{noun.capitalize()} received" if view.ticket.revision == 0 else f"Your {noun} {view.id}"


def say_due(owed: Owed, policy: Policy) -> tuple[str, str, str]:
    """Say by when something is due: the words before the moment, the moment, and the words after it."""
    before, passed, after = _DUE.get(owed.what, (f"Due ({owed.what}):", f"Was due ({owed.what}):", ""))
    # The policy promises a complaint's answer for a day, not for a minute of it.
    moment = say_day(owed.due_at, policy) if owed.what == COMPLAINT_ANSWER else say_minute(owed.due_at, policy)
    if owed.is_late:
        return passed, moment, after + _LATE
    return before.format(reviewed_by=policy.escalation.reviewed_by), moment, after


def say_working(owed: Owed, view: TicketView, policy: Policy) -> tuple[str, ...]:
    """Say how the moment was worked out, a paragraph each."""
    if owed.what == COMPLAINT_ANSWER:
        received = say_minute(view.ticket.received_at, policy)
        return (f"To answer it: {policy.complaints.answered_within_days} calendar days from {received}.",)
    if owed.what == REVIEW and view.escalation:
        asked = say_minute(view.escalation.received_at, policy)
        return (f"To review it: {say_business_days(policy.escalation.reviewed_within_business_days)}, counted from {asked}.",)
    if owed.asked_at is None:
        return ()
    return (f"{owed.basis}: {owed.target}, counted from {say_minute(owed.asked_at, policy)}.", *filter(None, (owed.working,)))


def say_entry(entry: Entry) -> str:
    """Say what a line of the timeline is; of a mail, without claiming that it came."""
    delivery = entry.delivery
    return f"Email to you: {delivery.what}" if entry.kind == "mail" and delivery and delivery.state != "sent" else entry.says


def say_delivery(delivery: Delivery, policy: Policy) -> str:
    """Say what became of a mail, as far as we know: a server that accepted it may still lose it. The moment it is so since is not said."""
    if delivery.state == "sent":
        return "Accepted by the mail server"
    if delivery.state == "failed":
        return f"Could not be delivered: {delivery.reply}" if delivery.reply else "Could not be delivered"
    if delivery.attempts and delivery.next_try:
        return f"On its way: the mail server has not taken it yet, and we try again {say_minute(delivery.next_try, policy)}"
    return "On its way"


def why_not_given(file: Adopted) -> str:
    """Say why a file cannot be downloaded; an empty text for one that can."""
    if file.is_gone:
        return "deleted, because it contained a virus"
    return "held back until it has been scanned for viruses" if file.held_because else ""
