"""The figures of the scorecard that everybody may see: whole months, and nothing that rests on few requests."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from formapp.errors import HelpCentreError
from formapp.policy.policy import Policy
from formapp.policy.shape import Shape
from formapp.reports.scorecard_tables import hours_of
from formapp.reports.scorecard_values import Kept, Scorecard, Spans, first_of_month, months_between

Count = Annotated[int, Field(ge=0)]
Hours = Annotated[float, Field(ge=0, allow_inf_nan=False)]
# As they stand in tickets; their names come from the policy when the page is built.
_Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
_Level = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,2}$")]


class UnusableFigures(HelpCentreError):
    """A text that is no scorecard of ours, or one that says more than the policy lets it; the message says what is wrong."""


class Figure(Shape):
    """So many promises, and how many of them were kept; None where it is not published."""

    promises: Count | None = None
    kept: Count | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.promises is None) != (self.kept is None) or (self.promises or 0) < (self.kept or 0):
            raise ValueError("promises and kept: both or neither must be there, and no more kept than promised")
        return self


class OfKind(Figure):
    """The figure of a request type and priority level."""

    request_type: _Key
    priority: _Level | None


class OfMonth(Figure):
    """The figure of what came in in a month, named by its first day."""

    month: date


class Waited(Shape):
    """How long first responses took, in business hours."""

    median_hours: Hours
    ninetieth_hours: Hours


class PublicScorecard(Shape):
    """What `formapp tickets report --public` writes and the build reads: first responses by kind and by month, and later answers."""

    version: Literal[1]
    since: date
    until: date
    # How many promises each figure rests on at least.
    fewest: Annotated[int, Field(ge=5)]
    first_responses: Figure
    later_answers: Figure
    kinds: tuple[OfKind, ...]
    months: tuple[OfMonth, ...]
    waited: Waited | None

    @model_validator(mode="after")
    def _nothing_small(self) -> Self:
        figures = (self.first_responses, self.later_answers, *self.kinds, *self.months)
        if any(one.promises is not None and one.promises < self.fewest for one in figures):
            raise ValueError(f"a figure rests on fewer than {self.fewest} promises")
        if months_between(self.since, self.until) != tuple(one.month for one in self.months):
            raise ValueError("months: must be those from since to until")
        return self


def public_period(policy: Policy, today: date) -> tuple[date, date]:
    """Return the first and the last day of what is published: whole months that are over."""
    this_month = first_of_month(today)
    return first_of_month(today, earlier=policy.scorecard.months), this_month - timedelta(days=1)


def public_scorecard(scorecard: Scorecard, policy: Policy) -> PublicScorecard:
    """Return the figures for everybody, of a scorecard of the public period."""
    fewest = policy.scorecard.fewest
    by_kind = _published([scorecard.kept(is_first=True, kind=kind) for kind in scorecard.kinds], fewest)
    by_month = _published([scorecard.kept(is_first=True, month=month) for month in scorecard.months], fewest)
    return PublicScorecard(
        version=1,
        since=scorecard.since,
        until=scorecard.until,
        fewest=fewest,
        first_responses=Figure(**_alone(scorecard.kept(is_first=True), fewest)),
        later_answers=Figure(**_alone(scorecard.kept(is_first=False), fewest)),
        kinds=tuple(
            OfKind(request_type=kind.request_type, priority=kind.priority, **figure)
            for kind, figure in zip(scorecard.kinds, by_kind, strict=True)
        ),
        months=tuple(OfMonth(month=month, **figure) for month, figure in zip(scorecard.months, by_month, strict=True)),
        waited=_waited(scorecard.response, fewest),
    )


def as_text(scorecard: PublicScorecard) -> str:
    """Write the figures for a file."""
    return f"{scorecard.model_dump_json(indent=1)}\n"


def read_figures(text: str, fewest: int) -> PublicScorecard:
    """Read what `as_text` wrote; raise UnusableFigures for anything else, and for figures that rest on too few promises."""
    try:
        found = PublicScorecard.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UnusableFigures(": ".join(filter(None, (".".join(map(str, first["loc"])), str(first["msg"]))))) from None
    if found.fewest < fewest:
        raise UnusableFigures(f"its figures may rest on {found.fewest} promises, and the policy asks for {fewest}")
    return found


_Numbers = dict[str, int | None]
_HIDDEN: _Numbers = {"promises": None, "kept": None}


def _alone(kept: Kept, fewest: int) -> _Numbers:
    return {"promises": kept.total, "kept": kept.met} if kept.total >= fewest else _HIDDEN


def _published(parts: Sequence[Kept], fewest: int) -> list[_Numbers]:
    """Return the figures of parts whose sum is published too: what is hidden must not be what is left when the others are taken away.

    So what is hidden has to rest on enough promises together, or the smallest that could be published is hidden as well. That nothing
    is left may be known: a nought is about nobody.
    """
    hidden = {index for index, kept in enumerate(parts) if kept.total < fewest}
    in_order = sorted((index for index in range(len(parts)) if index not in hidden), key=lambda index: (parts[index].total, index))
    for index in in_order:
        if not 0 < sum(parts[one].total for one in hidden) < fewest:
            break
        hidden.add(index)
    return [_HIDDEN if index in hidden else _alone(kept, fewest) for index, kept in enumerate(parts)]


def _waited(spans: Spans, fewest: int) -> Waited | None:
    median, ninetieth = hours_of(spans.median), hours_of(spans.ninetieth)
    if median is None or ninetieth is None or spans.count < fewest:
        return None
    return Waited(median_hours=median, ninetieth_hours=ninetieth)
