"""What a mail says of its request in the words of the form: "What is your request about?" and then "Incident"."""

import re
from dataclasses import dataclass

from formapp.policy.policy import Policy

# How the question is put on the form, in our checklist, and by people.
_ASKS_TYPE = re.compile(r"(what is your request about\?|request type|type of request)\s*:?\s*(.*)", re.IGNORECASE)
_ASKS_PRIORITY = re.compile(
    r"(priority( level)?|incident priority|which of these describes the incident best\?)\s*:?\s*(.*)", re.IGNORECASE
)
_LONGEST_LINE = 300
_MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class MailedRequest:
    """The key of a request type of the policy, and a priority level where that type has one."""

    request_type: str
    priority: str | None


def request_in(policy: Policy, text: str) -> MailedRequest:
    """Return what a text says of itself by the form's labels; the policy's first request type where it says nothing."""
    lines = [line[:_LONGEST_LINE].strip(" \t*_>-") for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]]
    named = {kind.name.casefold(): kind for kind in policy.request_types}
    kind = named.get(_answer(lines, _ASKS_TYPE).casefold(), policy.request_types[0])
    if not kind.has_priority:
        return MailedRequest(kind.key, None)
    said = re.search(r"\b(P[0-9])\b", _answer(lines, _ASKS_PRIORITY), re.IGNORECASE)
    levels = {one.level for one in policy.priorities}
    return MailedRequest(kind.key, said[1].upper() if said and said[1].upper() in levels else None)


def _answer(lines: list[str], question: re.Pattern[str]) -> str:
    """Return what stands after a question, on its line or the next that is not empty."""
    for place, line in enumerate(lines):
        asked = question.fullmatch(line)
        if asked:
            here = asked[asked.lastindex or 0] if asked.lastindex else ""
            return here.strip() or next(filter(None, lines[place + 1 : place + 3]), "")
    return ""
