"""What a reader can add to a vote: every label, hint, limit and message of it, once."""

from typing import Any, Self

from wtforms import SelectMultipleField
from wtforms.validators import StopValidation

from formapp.forms.fields import Answered, AtMost, MailAddress, given, line, text
from formapp.forms.unseen_fields import UnseenFields
from formapp.policy.policy import Policy
from formapp.rules.feedback import LONGEST_COMMENT

NO_REASON = "Select at least one reason"
_PRIVATE = "Do not include personal or account information"


class MailAddressIfAny(MailAddress):
    """The text must be one address that mail can be sent to, or nothing."""

    def __call__(self, form: Any, field: Any) -> None:
        """Raise StopValidation for anything else."""
        if field.data:
            super().__call__(form, field)


class FeedbackForm(UnseenFields):
    """What was wrong with an article that did not help."""

    reasons = SelectMultipleField("How can we improve this article?", description="Select all that apply", validate_choice=False)
    comment = text("Tell us more", AtMost(LONGEST_COMMENT), hint=f"{_PRIVATE}. We cannot answer questions sent here")
    email = line(
        "Tell me when this is improved",
        MailAddressIfAny(),
        hint="Enter your email address. We send you one email, and then we delete the address",
        type="email",
        autocomplete="email",
        spellcheck="false",
    )

    optional = frozenset({"comment", "email"})
    fields: tuple[str, ...] = ("reasons", "comment", "email")
    # What the macros of the forms ask for.
    focused = ""
    suggestions: dict[str, Any] = {}

    @classmethod
    def of(cls, policy: Policy, formdata: Any = None, **before: Any) -> Self:
        """Return the form with the policy's reasons: empty, filled with what was posted (a werkzeug MultiDict), or with `before`."""
        form = cls(formdata, **before)
        form.reasons.choices = {item.key: item.text for item in policy.feedback.reasons}
        return form

    def validate_reasons(self, field: Any) -> None:
        """At least one of the reasons that are offered; what is not among them is not kept."""
        field.data = [key for key in field.choices if key in (field.data or ())]
        if not field.data:
            raise StopValidation(NO_REASON)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """The element id and the message of each thing that is wrong, in the order of the page."""
        wrong = [self[name] for name in self.fields if self[name].errors]
        return [(f"{field.id}-0" if field.name == "reasons" else str(field.id), field.errors[0]) for field in wrong]

    @property
    def chosen(self) -> tuple[str, ...]:
        """The keys of the selected reasons."""
        return tuple(self.reasons.data or ())

    @property
    def words(self) -> str:
        """The comment, cleaned."""
        return given(self.comment)

    @property
    def address(self) -> str:
        """The address, cleaned; empty where none was given."""
        return given(self.email)


class PraiseForm(FeedbackForm):
    """What was good about an article that helped."""

    comment = text("What did you like?", Answered("Enter what you liked"), AtMost(LONGEST_COMMENT, called="What you liked"), hint=_PRIVATE)

    optional = frozenset()
    fields = ("comment",)

    def validate_reasons(self, field: Any) -> None:
        """Nothing is asked but the comment."""
        field.data = []

    @property
    def address(self) -> str:
        """None is asked for."""
        return ""
