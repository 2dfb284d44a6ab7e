"""The whole support policy as one frozen value."""

import re
from collections.abc import Callable, Iterable
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, Field, StringConstraints, field_validator, model_validator

from formapp.address import UnusableAddress, bare_address
from formapp.errors import HelpCentreError
from formapp.policy.afterwards import Complaints, Escalation, Feedback, Resolution, Scorecard
from formapp.policy.hours import HolidayCalendar, OpeningHours
from formapp.policy.requests import COMPLAINT, NOT_SURE, Level, Priority, RequestType, TicketForm, Troubleshooting
from formapp.policy.shape import Key, Shape, Text, no_repeats, quoted

T = TypeVar("T")


class UnknownChoice(HelpCentreError):
    """A request type or priority level that the policy does not have, or a pair that does not go together."""


class Brand(Shape):
    """Whose product it is, who supports it, and how its tickets are named."""

    # Both stand in the From line and the subjects of mails.
    name: Annotated[Text, Field(max_length=60)]
    supported_by: Annotated[Text, Field(max_length=60)]
    ticket_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,6}$")]


def _told_apart(kinds: Iterable[RequestType]) -> None:
    """Raise ValueError when two types could be taken for each other; a type's own key and name may well be alike."""
    taken: set[str] = set()
    for kind in kinds:
        if kind.key == COMPLAINT:
            raise ValueError(f"request_types: key {COMPLAINT!r} stands for a complaint, which has a form of its own: use another key")
        names = {_fold(kind.key), _fold(kind.name)}
        if "" in names:
            raise ValueError(f"request_types: name {quoted(kind.name)} has no letter or digit: give the type one that can be said")
        if names & taken:
            raise ValueError(
                f"request_types: {quoted(kind.key)} ({quoted(kind.name)}) is too like another type: give each its own key and name"
            )
        taken |= names


class Channels(Shape):
    """Where support is reached."""

    email: Text
    help_centre: Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+$")]

    @field_validator("email")
    @classmethod
    def _an_address(cls, address: str) -> str:
        try:
            return bare_address(address)
        except UnusableAddress as error:
            raise ValueError(f"{quoted(address)} cannot be the support address: {error}") from None


class Example(Shape):
    """A worked example: what was received when, and the deadline that the page claims for it."""

    type: Key
    priority: Level | None = None
    received: AwareDatetime
    due: AwareDatetime
    note: Text


class Policy(Shape):
    """What support promises. `docs/policy.toml` is its only source."""

    version: Text
    brand: Brand
    channels: Channels
    hours: OpeningHours
    holidays: HolidayCalendar
    request_types: tuple[RequestType, ...] = Field(min_length=1)
    priorities: tuple[Priority, ...] = Field(min_length=1)
    ticket_form: TicketForm
    troubleshooting: Troubleshooting
    resolution: Resolution
    escalation: Escalation
    complaints: Complaints
    scorecard: Scorecard
    feedback: Feedback
    examples: tuple[Example, ...]

    @model_validator(mode="after")
    def _consistent(self) -> "Policy":
        _told_apart(self.request_types)
        no_repeats((priority.level for priority in self.priorities), "priorities: level")
        if not any(kind.has_priority for kind in self.request_types):
            raise ValueError("request_types: none has `has_priority = true`, so no ticket could have a priority: set it for one type")
        lists = {
            "troubleshooting.report_items": self.troubleshooting.report_items,
            "escalation.required_items": self.escalation.required_items,
            "feedback.reasons": self.feedback.reasons,
            "complaints.about": self.complaints.about,
            "ticket_form.effects": self.ticket_form.effects,
        }
        for name, items in lists.items():
            no_repeats((item.key for item in items), f"{name}: key")
        levels = {priority.level for priority in self.priorities}
        for effect in self.ticket_form.effects:
            if effect.key == NOT_SURE:
                raise ValueError(
                    f"ticket_form.effects: key {NOT_SURE!r} stands for “I’m not sure”, which the form offers by itself: remove it"
                )
            if unknown := sorted(set(effect.suggests.values()) - levels):
                raise ValueError(
                    f"ticket_form.effects: {quoted(effect.key)} suggests {unknown[0]}, which is not in the priorities: correct it"
                )
        for number, example in enumerate(self.examples, 1):
            try:
                self.choice(example.type, example.priority)
            except UnknownChoice as error:
                raise ValueError(f"examples: number {number}: {error}") from None
        return self

    def suggested_level(self, effect: str, extent: str) -> str | None:
        """Return the priority level that the answers to how badly and how many suggest; None where they do not tell."""
        chosen = next((one for one in self.ticket_form.effects if one.key == effect), None)
        return chosen.suggests.get(extent) if chosen else None

    def name_of(self, key: str) -> str:
        """Return a request type's name; of a type that a later policy no longer has, the key itself."""
        if key == COMPLAINT:
            return "Complaint"
        return next((kind.name for kind in self.request_types if kind.key == key), key)

    def situation_of(self, key: str, level: str | None) -> str:
        """Say the situation that a level stands for; of a type without levels nothing, without a level that nobody was sure."""
        if level is None:
            return "I’m not sure" if any(kind.key == key and kind.has_priority for kind in self.request_types) else ""
        headline = next((priority.headline for priority in self.priorities if priority.level == level), "")
        return f"{level}: {headline}" if headline else level

    def choice(self, request_type: str, level: str | None = None) -> tuple[RequestType, Priority | None]:
        """Find a request type by key or name and a priority by level, whatever their case and punctuation.

        Raises UnknownChoice for a type or level the policy does not have, and for a level on a type without levels.
        """
        kind = _find(request_type, self.request_types, lambda kind: (kind.key, kind.name))
        if kind is None:
            known = ", ".join(kind.key for kind in self.request_types)
            raise UnknownChoice(f"type {quoted(request_type)} is not in the policy: use one of {known}")
        if level is None:
            return kind, None
        priority = _find(level, self.priorities, lambda priority: (priority.level,))
        if priority is None:
            known = ", ".join(priority.level for priority in self.priorities)
            raise UnknownChoice(f"priority {quoted(level)} is not in the policy: use one of {known}")
        if not kind.has_priority:
            raise UnknownChoice(f"priority {priority.level} does not go with type {kind.key}: leave the priority out")
        return kind, priority


def _find(wanted: str, among: tuple[T, ...], names: Callable[[T], tuple[str, ...]]) -> T | None:
    folded = _fold(wanted)
    return next((one for one in among if folded in map(_fold, names(one))), None)


def _fold(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
