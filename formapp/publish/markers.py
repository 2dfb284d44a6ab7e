"""The markers an editor can write, what each is replaced by, and the message for one that does not exist."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from formapp.errors import HelpCentreError
from formapp.publish.blocks import BLOCKS
from formapp.publish.forms_by_email import form_by_email
from formapp.publish.page_parts import PAGE_PARTS, SWAP_END, SWAP_START
from formapp.publish.published import Published, PublishError
from formapp.publish.values import values_of

MARKER = r"\[\[[ \t]*(?P<kind>[A-Za-z][\w-]*)[ \t]*:[ \t]*(?P<name>[^\[\]\n]*?)[ \t]*\]\]"
KINDS = ("policy", "form", "page")
_SLIP = re.compile(rf"\[\[[ \t]*(?:{'|'.join(KINDS)})\b.{{0,40}}", re.IGNORECASE)


@dataclass(frozen=True)
class Marker:
    """What stands between double square brackets: `[[kind: name]]`."""

    kind: str
    name: str

    @classmethod
    def of(cls, match: re.Match[str]) -> Self:
        """Read a match of MARKER."""
        return cls(match["kind"], match["name"])

    def __str__(self) -> str:
        """Write the marker as an editor writes it."""
        return f"[[{self.kind}: {self.name}]]"


def render_block(marker: Marker, published: Callable[[], Published]) -> str | None:
    """Return the HTML of a marker that stands alone on its line, None when it is a value for a sentence.

    Raises PublishError for a marker that does not exist, and when the policy or the form cannot be read.
    """
    match marker.kind:
        case "policy":
            if marker.name in BLOCKS:
                return BLOCKS[marker.name](published())
            if marker.name in values_of(published()):
                return None
        case "form":
            return _form(marker, published())
        case "page":
            if marker.name in PAGE_PARTS:
                return PAGE_PARTS[marker.name]()
    raise _unknown(marker, published)


def render_value(marker: Marker, published: Callable[[], Published]) -> str:
    """Return the HTML of a marker inside a sentence; raise PublishError for one that does not exist or needs a line of its own."""
    if marker.kind == "policy" and marker.name in (values := values_of(published())):
        return values[marker.name]
    if (
        (marker.kind == "policy" and marker.name in BLOCKS)
        or (marker.kind == "page" and marker.name in PAGE_PARTS)
        or marker.kind == "form"
    ):
        raise PublishError(f"{marker} stands inside a sentence: put it alone on a line, with nothing before it")
    raise _unknown(marker, published)


def require_markers(line: str) -> None:
    """Raise PublishError for what begins like a marker and is none, so that a slip of the pen is not shown to readers."""
    if line.startswith(("    ", "\t")):
        return
    slip = _SLIP.search(re.sub(MARKER, "", re.sub(r"`[^`]*`", "", line)))
    if slip:
        raise PublishError(f"{slip[0].strip()!r} is not a marker: write it like [[policy: hours]], or put backticks around it")


def _form(marker: Marker, published: Published) -> str:
    # Imported here, so that a site without forms needs none of what they need.
    from formapp.forms import static_form

    try:
        form = static_form(marker.name, published.policy)
    except HelpCentreError as error:
        raise PublishError(f"{marker}: {error}") from None
    letter = form_by_email(marker.name, published.policy, is_only_way=published.forms_by_email)
    return letter if published.forms_by_email else f"{SWAP_START}\n{form}\n{SWAP_END}\n{letter}"


def _unknown(marker: Marker, published: Callable[[], Published]) -> PublishError:
    match marker.kind:
        case "policy":
            blocks, values = ", ".join(sorted(BLOCKS)), ", ".join(sorted(values_of(published())))
            return PublishError(f"{marker} does not exist. Alone on a line there are: {blocks}. Inside a sentence there are: {values}")
        case "page":
            return PublishError(f"{marker} does not exist. There are: {', '.join(sorted(PAGE_PARTS))}")
        case _:
            return PublishError(f"{marker} does not exist. A marker begins with one of: {', '.join(KINDS)}")
