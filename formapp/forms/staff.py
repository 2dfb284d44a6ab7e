"""What staff fill in on the page of a ticket: every label, hint, limit and message of it, once."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from wtforms import HiddenField

from formapp.forms.fields import Answered, AtMost, OneOfChoices, clean_line, given, radios, select, text
from formapp.forms.staff_form import LetterForm, StaffForm
from formapp.policy.policy import Policy

# Characters of whatever staff write; composing accents is bounded by the same number.
LONGEST = 8_000
LONGEST_BECAUSE = 1_000
CUSTOMER, US = "customer", "us"
_NEXT = "Select who is next"
_REASON = "Select the reason"
_TYPE = "Select the request type"
_PRIORITY = "Select a priority that there is"
_HOW = "Select how you heard from the customer"


class ReplyForm(LetterForm):
    """Write to the customer."""

    act = "reply"
    heading = "Reply to the customer"
    button = "Send reply"
    text = text("Your reply", Answered("Enter your reply"), AtMost(LONGEST, called="Your reply"), rows=8)
    waits = radios(
        "Who is next?",
        Answered(_NEXT),
        OneOfChoices(_NEXT),
        choices={
            CUSTOMER: "The customer: wait for their answer",
            US: "We are: this is an update, and we go on working on it",
        },
    )
    fields = ("text", "kept_file", "waits")

    def answers(self) -> dict[str, Any]:
        """Return the text, whether the customer is next, and the files."""
        return {"text": given(self.text), "waits": self.waits.data == CUSTOMER, "tokens": self.tokens}


class ReopenForm(LetterForm):
    """Take a ticket up again."""

    act = "reopen"
    heading = "Re-open the ticket"
    button = "Re-open the ticket"
    text = text(
        "What we tell the customer",
        Answered("Enter what we tell the customer"),
        AtMost(LONGEST),
        hint="Why we take it up again, and what we do next",
        rows=6,
    )
    fields = ("text", "kept_file")

    def answers(self) -> dict[str, Any]:
        """Return the text and the files."""
        return {"text": given(self.text), "tokens": self.tokens}


class NoteForm(StaffForm):
    """Write something down for the team."""

    act = "note"
    heading = "Write a note"
    says = "Only the team sees it. It answers nothing: what we owe the customer stays owed."
    button = "Keep note"
    text = text("Note", Answered("Enter your note"), AtMost(LONGEST), rows=4)
    fields = ("text",)

    def answers(self) -> dict[str, Any]:
        """Return the note."""
        return {"text": given(self.text)}


class ResolveForm(StaffForm):
    """Deliver a resolution."""

    act = "resolve"
    heading = "Resolve the ticket"
    button = "Resolve the ticket"
    is_mailed = True
    reason = select("Reason", Answered(_REASON), OneOfChoices(_REASON))
    underlying_problem = text(
        "Was there an underlying problem? Tell the customer what it was",
        AtMost(LONGEST, called="The underlying problem"),
        hint="It goes to the customer with the resolution",
        rows=3,
    )
    text = text("What we tell the customer", Answered("Enter what we tell the customer"), AtMost(LONGEST), rows=6)
    optional = frozenset({"underlying_problem"})
    fields = ("reason", "text", "underlying_problem")

    def offer(self, policy: Policy) -> None:
        """Fill in the reasons, none of them chosen."""
        self.reason.choices = {"": "Select a reason"} | {reason: reason for reason in policy.resolution.reasons_to_choose}

    def answers(self) -> dict[str, Any]:
        """Return the reason and the two texts."""
        return {"reason": self.reason.data, "text": given(self.text), "underlying_problem": given(self.underlying_problem)}


class ReclassifyForm(StaffForm):
    """Correct what a ticket is, and with it what is owed."""

    act = "reclassify"
    heading = "Change type or priority"
    says = "The customer is told the new type or priority, your reason, and by when we now aim to answer."
    button = "Change and tell the customer"
    is_mailed = True
    request_type = select("Request type", Answered(_TYPE), OneOfChoices(_TYPE))
    priority = select("Priority", OneOfChoices(_PRIORITY))
    because = text("Why? The customer reads this", Answered("Enter why you change it"), AtMost(LONGEST_BECAUSE, called="Why"), rows=3)
    fields = ("request_type", "priority", "because")

    def offer(self, policy: Policy) -> None:
        """Fill in the policy's types and levels."""
        self.request_type.choices = {kind.key: kind.name for kind in policy.request_types}
        levels = {one.level: f"{one.level}: {one.headline}" for one in policy.priorities}
        self.priority.choices = {"": "None"} | levels
        with_priority = [kind.name for kind in policy.request_types if kind.has_priority]
        self.priority.description = f"Only for: {', '.join(with_priority)}"

    def answers(self) -> dict[str, Any]:
        """Return type, level (None for none) and reason."""
        return {"request_type": self.request_type.data, "priority": self.priority.data or None, "because": given(self.because)}


class EscalationAnswerForm(StaffForm):
    """Tell the customer what became of their escalation."""

    act = "escalation"
    heading = "Answer the escalation"
    button = "Send answer"
    is_mailed = True
    text = text("Your answer", Answered("Enter your answer"), AtMost(LONGEST, called="Your answer"), rows=6)
    fields = ("text",)

    def answers(self) -> dict[str, Any]:
        """Return the answer."""
        return {"text": given(self.text)}


class HeardForm(StaffForm):
    """Put down what the customer said somewhere else."""

    act = "heard"
    heading = "The customer wrote or rang"
    says = "Put down what they said outside this page. It counts as their message, from now."
    button = "Put it down"
    how = radios("How?", Answered(_HOW), OneOfChoices(_HOW), choices={"email": "By email", "phone": "By phone"})
    text = text("What did they say?", Answered("Enter what the customer said"), AtMost(LONGEST), rows=5)
    fields = ("how", "text")

    def answers(self) -> dict[str, Any]:
        """Return how it came, and what they said."""
        return {"how": self.how.data, "text": given(self.text)}


class BelieveForm(StaffForm):
    """Take a ticket for a customer's."""

    act = "believe"
    heading = "It is from a customer"
    says = "Then the mark is taken off, and they are sent the acknowledgement."
    button = "It is from a customer"

    def answers(self) -> dict[str, Any]:
        """Return nothing: the act says it all."""
        return {}


class JunkForm(StaffForm):
    """Set a ticket aside."""

    act = "junk"
    heading = "Set it aside as junk"
    says = "Then the ticket is closed, and nobody is written to. You can re-open it."
    button = "Set it aside as junk"

    def answers(self) -> dict[str, Any]:
        """Return nothing: the act says it all."""
        return {}


class _Numbered(StaffForm):
    """An act on one thing of the ticket, named by a hidden number."""

    what: ClassVar[str]

    def answers(self) -> dict[str, Any]:
        """Return the number, 0 for what is none: there is nothing of that number."""
        said = self[self.what].data or ""
        return {self.what: int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0}


class ReleaseFileForm(_Numbered):
    """Give out a file that no scanner has looked at."""

    act = "release-file"
    heading = button = "Give it out unscanned"
    what = "file_id"
    file_id = HiddenField(filters=[clean_line])


class RetryMailForm(_Numbered):
    """Send a mail again at once."""

    act = "retry-mail"
    heading = button = "Try again now"
    what = "mail_id"
    mail_id = HiddenField(filters=[clean_line])


STAFF_FORMS: Mapping[str, type[StaffForm]] = MappingProxyType(
    {
        form.act: form
        for form in (
            ReplyForm,
            NoteForm,
            ResolveForm,
            ReopenForm,
            ReclassifyForm,
            EscalationAnswerForm,
            HeardForm,
            BelieveForm,
            JunkForm,
            ReleaseFileForm,
            RetryMailForm,
        )
    }
)
