"""The head (front matter) of a page: what it must say, and how its dates are read."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from formapp.address import UnusableAddress, bare_address
from formapp.errors import HelpCentreError
from formapp.rules.feedback import read_feedback_id

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_ID = 100  # characters
HOW_TO_WRITE_FIXES = "write a list of IDs, like [F-123, F-124]"
HOW_TO_WRITE_A_MOMENT = "write day, time and offset, like 2026-11-23T09:15:00+10:00"
HOW_TO_WRITE_A_DAY = "write a day, like 2026-11-23"
Head = Mapping[str, Any]


class BadHead(HelpCentreError):
    """The head of a page cannot be read or obeyed; the message names the file, the key and the mend."""


class _WordForWord(yaml.SafeLoader):
    """Reads dates as they are written, so that a wrong one is reported by its key and not lost."""


# A copy without the resolver for timestamps; the parent's own table must stay as it is.
_WordForWord.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Handler(YAMLHandler):
    def load(self, fm: str, **_kwargs: object) -> Any:
        loaded = yaml.load(fm, Loader=_WordForWord) or {}  # noqa: S506 - it is a SafeLoader
        if not isinstance(loaded, dict):
            raise TypeError("no keys and values")
        return loaded


def read_head(file: Path) -> Head:
    """Return the head of a Markdown file, empty when it has none; raise BadHead when it is not readable YAML."""
    return read_page(file)[0]


def read_page(file: Path) -> tuple[Head, str]:
    """Return the head and the text of a Markdown file; raise BadHead as read_head does."""
    try:
        head, text = frontmatter.parse(file.read_text(encoding="utf-8-sig"), handler=_Handler())
    except OSError as error:
        raise BadHead(f"{file}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise BadHead(f"{file}: is not UTF-8 text: save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadHead(
            f"{file}{line}: the head is not YAML ({error.problem}): there or in the line before, "
            "close a bracket or a quote, or put quotes around a value that contains a colon"
        ) from None
    except (yaml.YAMLError, ValueError, TypeError):
        raise BadHead(f"{file}: the head is not a list of keys and values: write `key: value`, one a line, between lines of ---") from None
    return head, text


def text_of(head: Head, key: str, file: Path) -> str | None:
    """Return a text of the head, None when it is absent; raise BadHead when it is empty or no text."""
    if key not in head:
        return None
    value = head[key]
    if not isinstance(value, str) or not value.strip():
        raise BadHead(f"{file}: {key}: must be a text, not {value!r}")
    return value.strip()


def id_of(head: Head, key: str, file: Path) -> str | None:
    """Return the name of a page that never changes, None when it is absent; raise BadHead when it is malformed."""
    name = text_of(head, key, file)
    if name is None:
        return None
    if not ID.fullmatch(name):
        raise BadHead(f"{file}: {key}: {name!r} must be small letters, digits and single hyphens, like describe-a-problem")
    if len(name) > LONGEST_ID:
        raise BadHead(f"{file}: {key}: must be {LONGEST_ID} characters or less: give the page a shorter one")
    return name


def owner_of(head: Head, key: str, file: Path) -> str | None:
    """Return a page's owner, a name or an address, None when it is absent; raise BadHead for an address that cannot be written to."""
    owner = text_of(head, key, file)
    if owner is not None and "@" in owner:
        try:
            bare_address(owner)
        except UnusableAddress:
            raise BadHead(
                f"{file}: {key}: {owner!r} must be a name, or one plain address like team@example.com, to which feedback is mailed"
            ) from None
    return owner


def feedback_of(head: Head, key: str, file: Path) -> tuple[int, ...]:
    """Return the numbers of the feedback that a page says it fixes, none when it is silent; raise BadHead for any other form."""
    ids = head.get(key, [])
    if not isinstance(ids, list):
        raise BadHead(f"{file}: {key}: {ids!r} is no list: {HOW_TO_WRITE_FIXES}")
    numbers: list[int] = []
    for one in ids:
        number = read_feedback_id(one) if isinstance(one, str) else None
        if number is None:
            raise BadHead(f"{file}: {key}: {one!r} is no ID of feedback: {HOW_TO_WRITE_FIXES}")
        if number in numbers:
            raise BadHead(f"{file}: {key}: {one} is there twice: remove one of them")
        numbers.append(number)
    return tuple(numbers)


def moment_of(head: Head, key: str, file: Path) -> datetime | None:
    """Return an aware moment of the head, None when it is absent; raise BadHead when it is malformed or has no offset."""
    if key not in head:
        return None
    try:
        moment = datetime.fromisoformat(str(head[key]).strip())
    except ValueError:
        raise BadHead(f"{file}: {key}: {head[key]!r} is no moment: {HOW_TO_WRITE_A_MOMENT}") from None
    if moment.tzinfo is None:
        raise BadHead(f"{file}: {key}: {head[key]!r} does not say in which zone: {HOW_TO_WRITE_A_MOMENT}")
    return moment


def day_of(head: Head, key: str, file: Path) -> date | None:
    """Return a day of the head, None when it is absent; raise BadHead when it is malformed."""
    if key not in head:
        return None
    try:
        return date.fromisoformat(str(head[key]).strip())
    except ValueError:
        raise BadHead(f"{file}: {key}: {head[key]!r} is no day: {HOW_TO_WRITE_A_DAY}") from None
