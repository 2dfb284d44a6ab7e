"""The ticket form: every label, hint, limit and message of it, once."""

from dataclasses import dataclass
from typing import Any

from wtforms import HiddenField
from wtforms.validators import StopValidation

from formapp.forms.fields import (
    Answered,
    AtLeast,
    AtMost,
    OneOfChoices,
    clean_line,
    given,
    line,
    person,
    radios,
    reply_address,
    select,
    text,
)
from formapp.forms.support_form import Group, Said, SupportForm
from formapp.policy.policy import Policy
from formapp.policy.requests import NOT_SURE
from formapp.rules.wording import say_target

NOT_SURE_LABEL = "I’m not sure"
EXTENTS = {"just-me": "Just me", "several": "Several people", "everyone": "Everyone in my company", NOT_SURE: NOT_SURE_LABEL}
BROWSERS = ("Chrome", "Safari", "Edge", "Firefox", "Internet Explorer")

_TYPE = "Select what your request is about"
_SITUATION = "Select what describes the incident best"
_AREA = "Select the area of the application"
_EXTENT = "Select how many people this affects"
_EFFECT = "Select how badly this affects your work"
# Which fields carry an item of the policy's list of what helps, where they are not called like it.
_EVIDENCE = {"attachments": ("kept_file",), "impact": ("impact", "effect")}


@dataclass(frozen=True)
class TicketAnswers:
    """What a customer told us, clean and complete; an optional question left out is an empty text."""

    request_type: str
    priority: str | None
    suggested_priority: str | None
    summary: str
    description: str
    area: str
    extent: str
    effect: str
    impact: str
    browser: str
    name: str
    email: str
    company: str
    article_id: str | None = None


class TicketForm(SupportForm):
    """Report a problem, ask a question or suggest a feature."""

    slug = "ticket"
    noun = "request"
    request_type = radios("What is your request about?", Answered(_TYPE), OneOfChoices(_TYPE))
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
    effect = radios("How badly does this affect your work?", OneOfChoices(_EFFECT), hint="Only for an incident")
    situation = radios(
        "Which of these describes the incident best?",
        OneOfChoices(_SITUATION),
        hint="Only for an incident. If you leave it out, we go by your two answers above. We may correct the priority with you",
    )
    impact = text("How does this affect your business?", AtMost(2000, called="Business impact"))
    browser = line("Browser", AtMost(120), hint="For example, Chrome 142 on Windows", list="browsers")
    name = person()
    email = reply_address()
    company = line("Company name", AtMost(120), autocomplete="organization")
    # The article whose “Report a problem with this page” led here; it stands in the page's address, and is no question.
    page = HiddenField(filters=[clean_line])

    button = "Send request"
    optional = frozenset({"situation", "impact", "browser", "company", "kept_file"})
    groups = (
        Group("Your request", ("request_type",)),
        Group(
            "What we need to know",
            ("summary", "description", "area", "extent", "effect", "situation", "impact", "browser", "kept_file"),
        ),
        Group("About you", ("name", "email", "company")),
    )
    suggestions = {"browser": ("browsers", BROWSERS)}

    with_priority: list[str]

    def offer(self, policy: Policy) -> None:
        """Fill in the policy's request types, areas, effects and situations."""
        self.request_type.choices = {kind.key: kind.name for kind in policy.request_types}
        self.area.choices = {"": "Select an area"} | {area: area for area in policy.ticket_form.areas} | {NOT_SURE: NOT_SURE_LABEL}
        self.effect.choices = {one.key: one.text for one in policy.ticket_form.effects} | {NOT_SURE: NOT_SURE_LABEL}
        self.situation.choices = {one.level: f"{one.headline} ({one.level})" for one in policy.priorities} | {NOT_SURE: NOT_SURE_LABEL}
        self.choice_hints = {
            "request_type": {kind.key: kind.description for kind in policy.request_types},
            "situation": {one.level: ". ".join(words for words in one.situations if words != one.headline) for one in policy.priorities},
        }
        self.with_priority = [kind.key for kind in policy.request_types if kind.has_priority]

    @property
    def is_incident(self) -> bool:
        """Whether the chosen request type is one that gets a priority level."""
        return self.request_type.data in self.with_priority

    def validate_request_type(self, field: Any) -> None:
        """A situation that was chosen for another type than an incident must not vanish without a word."""
        if field.data and not self.is_incident and self.situation.data not in ("", NOT_SURE):
            names = " or ".join(str(field.choices[key]) for key in self.with_priority)
            raise StopValidation(f"Select {names}, or select “{NOT_SURE_LABEL}” for what describes the incident")

    def validate_extent(self, field: Any) -> None:
        """An incident needs its extent."""
        if self.is_incident and not field.data:
            raise StopValidation(_EXTENT)

    def validate_effect(self, field: Any) -> None:
        """An incident needs its effect, unless a situation says as much; a page from before this question has only that."""
        if self.is_incident and not field.data and not self.situation.data:
            raise StopValidation(_EFFECT)

    @property
    def suggested_level(self) -> str | None:
        """The priority level that the answers to how badly and how many suggest, for an incident."""
        return self.policy.suggested_level(self.effect.data, self.extent.data) if self.is_incident else None

    @property
    def level(self) -> str | None:
        """The priority level: of the situation that the customer chose, or else the suggested one."""
        if self.is_incident and self.situation.data not in ("", NOT_SURE):
            return str(self.situation.data)
        return self.suggested_level

    def answers(self) -> TicketAnswers:
        """Return what a validated form says, choices in words."""
        return TicketAnswers(
            request_type=self.request_type.data,
            priority=self.level,
            suggested_priority=self.suggested_level,
            summary=given(self.summary),
            description=given(self.description),
            area=NOT_SURE_LABEL if self.area.data == NOT_SURE else self.area.data,
            extent=EXTENTS.get(self.extent.data, ""),
            effect=next((one.text for one in self.policy.ticket_form.effects if one.key == self.effect.data), "")
            or (NOT_SURE_LABEL if self.effect.data == NOT_SURE else ""),
            impact=given(self.impact),
            browser=given(self.browser),
            name=given(self.name),
            email=given(self.email),
            company=given(self.company),
            article_id=self.page.data or None,
        )

    def said(self) -> tuple[Said, ...]:
        """Return what the form says, in the order of its questions."""
        return said_in_ticket(self.answers(), self.policy)

    @property
    def facts(self) -> dict[str, Any]:
        """Add what suggests a priority, and what helps, in the policy's words."""
        policy = self.policy
        incident = next(kind for kind in policy.request_types if kind.has_priority)
        return super().facts | {
            "with_priority": self.with_priority,
            "levels": {one.level: {"headline": one.headline, "target": say_target(incident, one)} for one in policy.priorities},
            "suggests": {one.key: dict(one.suggests) for one in policy.ticket_form.effects},
            # What a suggestion or an enquiry needs is another list.
            "evidence_for": [kind.key for kind in policy.request_types if kind.has_priority or kind.key == "product-help"],
            "evidence": [
                {"text": item.text, "fields": list(fields)}
                for item in policy.troubleshooting.report_items
                if (fields := _EVIDENCE.get(item.key) or ((item.key,) if item.key in self._fields else ()))
            ],
        }


def said_in_ticket(ticket: Any, policy: Policy, article: str = "") -> tuple[Said, ...]:
    """Return what a ticket says, in the order of its questions; from its answers or from the stored ticket, which has the same names.

    `article` names the article that it is about, for people.
    """
    situation = policy.situation_of(ticket.request_type, ticket.priority)
    suggested = policy.situation_of(ticket.request_type, ticket.suggested_priority) if ticket.suggested_priority else ""
    return (
        Said("request_type", "Request type", policy.name_of(ticket.request_type)),
        Said("summary", "Summary", ticket.summary),
        Said("description", "What happened", ticket.description),
        Said("area", "Area of the application", ticket.area),
        Said("extent", "How many people it affects", ticket.extent),
        *((Said("effect", "Effect on the work", ticket.effect),) if situation else ()),
        *((Said("situation", "Priority", situation),) if situation else ()),
        *((Said("situation", "Suggested by the answers", suggested),) if suggested and suggested != situation else ()),
        Said("impact", "Effect on the business", ticket.impact),
        Said("browser", "Browser", ticket.browser),
        Said("name", "Full name", ticket.name),
        Said("email", "Email address", ticket.email),
        Said("company", "Company name", ticket.company),
        *((Said("page", "About the article", article or ticket.article_id),) if ticket.article_id else ()),
    )
