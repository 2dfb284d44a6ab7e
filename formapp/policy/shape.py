"""What every part of the policy has in common: frozen, strict, and no unknown keys."""

import unicodedata
from collections.abc import Hashable, Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _on_one_line(text: str) -> str:
    # These texts become subjects of letters, headings and cells of tables.
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
        raise ValueError("must be one line of text, without control characters: remove the line break")
    # As a form gives a chosen text back: composed, and with single spaces.
    return " ".join(unicodedata.normalize("NFC", text).split())


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), AfterValidator(_on_one_line)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$", max_length=40)]
# A span that is promised: more than nothing, and short enough that no date runs off the calendar.
BusinessHours = Annotated[float, Field(gt=0, le=2000, allow_inf_nan=False)]
BusinessDays = Annotated[int, Field(gt=0, le=250)]
CalendarDays = Annotated[int, Field(gt=0, le=3650)]

LONGEST_QUOTE = 60


class Shape(BaseModel):
    """A table of the policy file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Item(Shape):
    """An entry of a list that people choose from or tick off: a stable key and its words."""

    key: Key
    text: Text


def quoted(text: str) -> str:
    """Return a text from outside in quotes for a message: one line, nothing unprintable, and cut short where it is long."""
    return repr(text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…")


def no_repeats(values: Iterable[Hashable], what: str) -> None:
    """Raise ValueError when a value stands twice, so that one key never names two promises."""
    seen: set[Hashable] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value!r} stands twice: give each its own")
        seen.add(value)
