"""What happens after a request: resolution, escalation, complaints, article feedback."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from formapp.policy.shape import BusinessDays, CalendarDays, Item, Shape, Text, no_repeats, quoted

Gate = Literal["first-response-sent", "promise-passed"]


class Resolution(Shape):
    """When a quiet ticket is resolved, when a resolved one is closed, and the reasons that can be logged."""

    resolved_after_quiet_days: CalendarDays
    reminded_after_quiet_days: CalendarDays
    closed_after_resolved_days: CalendarDays
    reasons: tuple[Text, ...] = Field(min_length=1)
    reason_when_solved: Text
    reason_when_quiet: Text

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        no_repeats(self.reasons, "resolution.reasons: reason")
        for key, reason in (("reason_when_solved", self.reason_when_solved), ("reason_when_quiet", self.reason_when_quiet)):
            if reason not in self.reasons:
                raise ValueError(f"{key}: {quoted(reason)} is not in the reasons: add it there, or name one of them")
        if not self.reasons_to_choose:
            raise ValueError("reasons: staff have none to choose beside reason_when_quiet: add one")
        if self.reminded_after_quiet_days >= self.resolved_after_quiet_days:
            raise ValueError("reminded_after_quiet_days: must be less than resolved_after_quiet_days, so that the reminder comes first")
        return self

    @property
    def reasons_to_choose(self) -> tuple[str, ...]:
        """The reasons that staff choose from: all but the one that only silence gives."""
        return tuple(reason for reason in self.reasons if reason != self.reason_when_quiet)


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


class Scorecard(Shape):
    """Whether the share of kept targets is published, for how many whole months, and how many promises a figure rests on at least."""

    published: bool
    months: Annotated[int, Field(ge=1, le=24)]
    fewest: Annotated[int, Field(ge=5, le=1000)]


class Feedback(Shape):
    """The reasons a reader can give for an article that did not help."""

    reasons: tuple[Item, ...] = Field(min_length=1)
