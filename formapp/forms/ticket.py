"""The ticket form: every label, hint, limit and message of it, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from wtforms import Form, HiddenField, StringField
from wtforms.validators import StopValidation

from formapp.forms.fields import Answered, AtLeast, AtMost, MailAddress, OneOfChoices, clean_line, line, radios, select, text
from formapp.policy.policy import Policy
from formapp.policy.requests import NOT_SURE

NOT_SURE_LABEL = "I’m not sure"
EXTENTS = {"just-me": "Just me", "several": "Several people", "everyone": "Everyone in my company", NOT_SURE: NOT_SURE_LABEL}
BROWSERS = ("Chrome", "Safari", "Edge", "Firefox", "Internet Explorer")

_TYPE = "Select what your request is about"
_SITUATION = "Select what describes the incident best"
_AREA = "Select the area of the application"
_EXTENT = "Select how many people this affects"


@dataclass(frozen=True)
class TicketAnswers:
    """What a customer told us, clean and complete; an optional question left out is an empty text."""

    request_type: str
    priority: str | None
    summary: str
    description: str
    area: str
    extent: str
    impact: str
    browser: str
    name: str
    email: str
    company: str


@dataclass(frozen=True)
class Group:
    """Fields that belong together under one heading."""

    heading: str
    fields: tuple[str, ...]


class TicketForm(Form):
    """Report a problem, ask a question or suggest a feature."""

    request_type = radios("What is your request about?", Answered(_TYPE), OneOfChoices(_TYPE))
    situation = radios(
        "Which of these describes the incident best?",
        OneOfChoices(_SITUATION),
        hint="Only for an incident. Your answer suggests its priority; we may correct it with you",
    )
    summary = line("Summary", Answered("Enter a summary"), AtLeast(5), AtMost(150), hint="For example, Invoice PDF is blank")
    description = text(
        "What happened?",
        Answered("Enter what happened"),
        AtLeast(20),
        AtMost(5000),
        hint="Include what you expected, any error message, and when it started. For a question or a suggestion, say what you would like "
        "to know or do. Do not include passwords or card numbers",
        rows=8,
    )
    area = select("Area of the application", Answered(_AREA), OneOfChoices(_AREA))
    extent = radios(
        "Is this happening to more than one person?",
        OneOfChoices(_EXTENT),
        hint="Needed for an incident; otherwise you can leave it out",
        choices=EXTENTS,
    )
    impact = text("How does this affect your business?", AtMost(2000, called="Business impact"))
    browser = line("Browser", AtMost(120), hint="For example, Chrome 142 on Windows", list="browsers", autocomplete="off")
    name = line("Full name", Answered("Enter your full name"), AtMost(120), autocomplete="name", spellcheck="false")
    email = line(
        "Email address",
        Answered("Enter your email address"),
        MailAddress(),
        hint="We’ll only use this to reply to your request",
        type="email",
        autocomplete="email",
        spellcheck="false",
    )
    company = line("Company name", AtMost(120), autocomplete="organization")

    # Made by the browser; the same key twice gives the same ticket.
    submission_key = HiddenField(filters=[clean_line])
    # Programs fill this in, people never see it; what is caught is looked at, not thrown away.
    leave_empty = StringField("Leave this field empty")

    button = "Send request"
    optional = frozenset({"impact", "browser", "company"})
    groups = (
        Group("Your request", ("request_type", "situation")),
        Group("What we need to know", ("summary", "description", "area", "extent", "impact", "browser")),
        Group("About you", ("name", "email", "company")),
    )
    suggestions = {"browser": ("browsers", BROWSERS)}

    @classmethod
    def of(cls, policy: Policy, formdata: Any = None) -> Self:
        """Return the form with the policy's choices, empty or filled with what was posted (a werkzeug MultiDict)."""
        form = cls(formdata)
        form.policy = policy
        form.request_type.choices = {kind.key: kind.name for kind in policy.request_types}
        form.situation.choices = {one.level: f"{one.headline} ({one.level})" for one in policy.priorities} | {NOT_SURE: NOT_SURE_LABEL}
        form.area.choices = {"": "Select an area"} | {area: area for area in policy.ticket_form.areas} | {NOT_SURE: NOT_SURE_LABEL}
        form.choice_hints = {
            "request_type": {kind.key: kind.description for kind in policy.request_types},
            "situation": {one.level: ". ".join(words for words in one.situations if words != one.headline) for one in policy.priorities},
        }
        form.with_priority = [kind.key for kind in policy.request_types if kind.has_priority]
        return form

    policy: Policy
    choice_hints: Mapping[str, Mapping[str, str]]
    with_priority: list[str]

    @property
    def is_incident(self) -> bool:
        """Whether the chosen request type is one that gets a priority level."""
        return self.request_type.data in self.with_priority

    def validate_situation(self, field: Any) -> None:
        """An incident needs a situation, if only “I’m not sure”."""
        if self.is_incident and not field.data:
            raise StopValidation(_SITUATION)

    def validate_request_type(self, field: Any) -> None:
        """A situation that was chosen for another type than an incident must not vanish without a word."""
        if field.data and not self.is_incident and self.situation.data not in ("", NOT_SURE):
            names = " or ".join(str(field.choices[key]) for key in self.with_priority)
            raise StopValidation(f"Select {names}, or select “{NOT_SURE_LABEL}” for what describes the incident")

    def validate_extent(self, field: Any) -> None:
        """An incident needs its extent."""
        if self.is_incident and not field.data:
            raise StopValidation(_EXTENT)

    @property
    def level(self) -> str | None:
        """The priority level that the situation stands for; None where there is none or nobody is sure."""
        return self.situation.data if self.is_incident and self.situation.data != NOT_SURE else None

    def answers(self) -> TicketAnswers:
        """Return what a validated form says, choices in words."""
        return TicketAnswers(
            request_type=self.request_type.data,
            priority=self.level,
            summary=self.summary.data or "",
            description=self.description.data or "",
            area=NOT_SURE_LABEL if self.area.data == NOT_SURE else self.area.data,
            extent=EXTENTS.get(self.extent.data, ""),
            impact=self.impact.data or "",
            browser=self.browser.data or "",
            name=self.name.data or "",
            email=self.email.data or "",
            company=self.company.data or "",
        )

    @property
    def looks_automatic(self) -> bool:
        """Whether something filled in the field that people never see."""
        return bool(clean_line(self.leave_empty.data))
