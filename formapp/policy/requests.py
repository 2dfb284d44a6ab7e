"""Request types, incident priority levels, and what a report should carry."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, field_serializer, field_validator

from formapp.policy.shape import BusinessDays, BusinessHours, Item, Key, Shape, Text, no_repeats

Level = Annotated[str, StringConstraints(pattern=r"^P[1-9]$")]


class RequestType(Shape):
    """A kind of request and its target response time."""

    key: Key
    name: Text
    description: Text
    target_business_days: BusinessDays
    has_priority: bool


AS_REQUEST_TYPE = "as-request-type"
# What a form sends for “I’m not sure”, wherever that can be an answer.
NOT_SURE = "not-sure"
# The request type of a complaint, which is a ticket with a form and deadlines of its own.
COMPLAINT = "complaint"


def _read_target(value: Any) -> Any:
    # Said in so many words, so that a deleted line is an error and not a longer promise.
    return None if value == AS_REQUEST_TYPE else value


class Priority(Shape):
    """An incident's priority level; `target_hours` is None where the request type's target stands."""

    level: Level
    headline: Text
    situations: tuple[Text, ...] = Field(min_length=1)
    target_hours: Annotated[BusinessHours | None, BeforeValidator(_read_target)]


# How many people an incident affects, as the ticket form asks it.
EXTENTS = ("just-me", "several", "everyone", NOT_SURE)


class Effect(Item):
    """An answer to how badly an incident hits the customer's work, and the priority level that it suggests for each extent."""

    suggests: Mapping[str, Level]

    @field_validator("suggests")
    @classmethod
    def _for_each_extent(cls, suggests: Mapping[str, str]) -> Mapping[str, str]:
        if set(suggests) != set(EXTENTS):
            raise ValueError(f"must give one level for each of {', '.join(EXTENTS)}")
        return MappingProxyType(dict(suggests))

    @field_serializer("suggests")
    def _as_table(self, suggests: Mapping[str, str]) -> dict[str, str]:
        return dict(suggests)


class TicketForm(Shape):
    """What the ticket form offers beyond the types and levels."""

    areas: tuple[Text, ...] = Field(min_length=1)
    effects: tuple[Effect, ...] = Field(min_length=1)

    @field_validator("areas")
    @classmethod
    def _can_be_told_apart(cls, areas: tuple[str, ...]) -> tuple[str, ...]:
        no_repeats(areas, "area")
        if NOT_SURE in areas:
            raise ValueError(f"{NOT_SURE!r} stands for “I’m not sure”, which the form offers by itself: remove it")
        return areas


class Troubleshooting(Shape):
    """What a good report carries."""

    report_items: tuple[Item, ...] = Field(min_length=1)
