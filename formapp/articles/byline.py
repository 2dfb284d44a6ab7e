"""Who created a page and who last modified it: the head first, git where it is silent, nothing where neither knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from formapp.articles.head import Head, moment_of, text_of
from formapp.articles.history import History
from formapp.policy.hours import OpeningHours

KEYS = ("created_by", "created", "modified_by", "modified")


@dataclass(frozen=True)
class Byline:
    """What is known of a page's making; moments are aware."""

    created_by: str | None
    created: datetime | None
    modified_by: str | None
    modified: datetime | None


def byline_of(head: Head, file: Path, history_of: Callable[[Path], History | None]) -> Byline:
    """Return a page's byline; raise BadHead when its head has a malformed date. `history_of` is asked only for what the head lacks."""
    said = Byline(
        created_by=text_of(head, "created_by", file),
        created=moment_of(head, "created", file),
        modified_by=text_of(head, "modified_by", file),
        modified=moment_of(head, "modified", file),
    )
    history = None if all(key in head for key in KEYS) else history_of(file)
    if history is None:
        return said
    return Byline(
        created_by=said.created_by or history.created.author,
        created=said.created or history.created.at,
        modified_by=said.modified_by or history.modified.author,
        modified=said.modified or history.modified.at,
    )


def say_in_full(moment: datetime, hours: OpeningHours) -> str:
    """Say an aware moment with day, date and time in the policy's zone: Monday 23 November 2026, 9:15 am AEST."""
    local = moment.astimezone(hours.zone)
    half = "am" if local.hour < 12 else "pm"
    return f"{local:%A} {local.day} {local:%B %Y}, {local.hour % 12 or 12}:{local:%M} {half} {hours.timezone_label}"
