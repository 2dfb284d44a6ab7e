"""What happens after a request: resolution, escalation, complaints, article feedback."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from formapp.policy.shape import BusinessDays, CalendarDays, Item, Shape, Text

Gate = Literal["first-response-sent", "promise-passed"]


class Resolution(Shape):
    """When a quiet ticket is resolved, when a resolved one is closed, and the reasons that can be logged."""

    resolved_after_quiet_days: CalendarDays
    closed_after_resolved_days: CalendarDays
    reasons: tuple[Text, ...] = Field(min_length=1)


def _names_the_ticket(subject: str) -> str:
    if subject.count("{ticket_id}") != 1 or subject.replace("{ticket_id}", "").count("{"):
        raise ValueError("must contain {ticket_id} once, where the ticket's ID goes, and no other braces")
    return subject


Subject = Annotated[Text, AfterValidator(_names_the_ticket)]


class Escalation(Shape):
    """What a formal escalation must carry, what lets it through to escalation level, and who then looks at it by when."""

    subject: Subject
    gate_any_of: tuple[Gate, ...] = Field(min_length=1)
    reviewed_by: Text
    reviewed_within_business_days: BusinessDays
    required_items: tuple[Item, ...] = Field(min_length=1)


class Complaints(Shape):
    """What a complaint can be about, how its mail to the team is named, and how soon it is acknowledged and answered."""

    subject: Subject
    about: tuple[Item, ...] = Field(min_length=1)
    acknowledged_within_business_days: BusinessDays
    answered_within_days: CalendarDays


class Feedback(Shape):
    """The reasons a reader can give for an article that did not help."""

    reasons: tuple[Item, ...] = Field(min_length=1)
