"""Request types, incident priority levels, and what a report should carry."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from formapp.policy.shape import BusinessDays, BusinessHours, Item, Key, Shape, Text

Level = Annotated[str, StringConstraints(pattern=r"^P[1-9]$")]


class RequestType(Shape):
    """A kind of request and its target response time."""

    key: Key
    name: Text
    description: Text
    target_business_days: BusinessDays
    has_priority: bool


AS_REQUEST_TYPE = "as-request-type"


def _read_target(value: Any) -> Any:
    # Said in so many words, so that a deleted line is an error and not a longer promise.
    return None if value == AS_REQUEST_TYPE else value


class Priority(Shape):
    """An incident's priority level; `target_hours` is None where the request type's target stands."""

    level: Level
    headline: Text
    situations: tuple[Text, ...] = Field(min_length=1)
    target_hours: Annotated[BusinessHours | None, BeforeValidator(_read_target)]


class TicketForm(Shape):
    """What the ticket form offers beyond the types and levels."""

    areas: tuple[Text, ...] = Field(min_length=1)


class Troubleshooting(Shape):
    """What a good report carries."""

    report_items: tuple[Item, ...] = Field(min_length=1)
