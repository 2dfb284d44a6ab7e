"""What the subject of a mail asks for: a ticket's ID, a formal escalation (policy, Escalation)."""

import re
import unicodedata

from formapp.policy.policy import Policy
from formapp.rules.references import LONGEST, read_ticket_id

# What mail programs put in front of a subject, in their languages; each may carry a count, as in Re[2]: and Re^3:.
_PREFIXES = (
    "re|aw|antw|antwort|sv|vs|wg|tr|rép|rep|rif|ri|i|r|fwd?|fw|enc|res|rv|odp|pd|vl|vb|doorst|yn|ynt|ilt|ref|ang|ré|"
    "回复|答复|回覆|转发|轉寄|返信|転送|external|ext|caution|spam"
)
_PREFIX = re.compile(rf"\s*(?:{_PREFIXES})\s{{0,3}}(?:[\[(^]?[0-9]{{1,3}}[\])]?)?\s{{0,3}}[:：]\s*", re.IGNORECASE)
# Marks of mail filters and names of lists; a ticket's ID in brackets stays where it is.
_MARK = re.compile(r"\s*(?:\[([^\[\]]{0,60})\]|\(([^()]{0,30})\)|\*{2,5}([^*]{0,40})\*{2,5}|\{([^{}]{0,30})\})\s*")
_FORWARD = re.compile(r"\s*(?:fwd?|fw|wg|tr|enc|rv|pd|vb|doorst|vl|ilt|转发|轉寄|転送)\s{0,3}[:：]", re.IGNORECASE)
_BETWEEN = r"[\s:#._\-‐-―−–—“”\"'«»]*"
_MOST_MARKS = 30


def bare_subject(subject: str) -> str:
    """Return a subject without Re:, Fwd:, [EXTERNAL] and their relatives; a [BC-1042] at its beginning is taken off as well."""
    rest = subject[: LONGEST * 4]
    for _ in range(_MOST_MARKS):
        found = _PREFIX.match(rest) or _mark(rest)
        if not found:
            break
        rest = rest[found.end() :]
    return rest.strip()


def is_forward(subject: str) -> bool:
    """Whether a subject says that another mail is forwarded, in the languages of mail programs."""
    rest = subject[:LONGEST]
    for _ in range(_MOST_MARKS):
        mark = _mark(rest)
        if not mark:
            break
        rest = rest[mark.end() :]
    return bool(_FORWARD.match(rest))


def named_ticket(policy: Policy, subject: str) -> int | None:
    """Return the number of the ticket that a subject names with its prefix ("[BC-1042] …"); None where it names none."""
    plain = unicodedata.normalize("NFKC", subject[:LONGEST]).upper()
    if not re.search(rf"(?<![A-Z0-9]){re.escape(policy.brand.ticket_prefix)}[\s#:._\-‐-―−]*[0-9]", plain):
        return None
    return read_ticket_id(policy, subject[:LONGEST])


def escalation_asked(policy: Policy, subject: str) -> int | None:
    """Return the number of the ticket whose formal escalation a subject asks for: 0 where it names none, None where it does not ask."""
    fixed = policy.escalation.subject.replace("{ticket_id}", " ").split()
    asked = _after_words(fixed, _in_front(subject))
    if asked is None:
        return None
    named = re.match(
        rf"{_BETWEEN}(?:TICKET|ID|NUMBER|NO|{re.escape(policy.brand.ticket_prefix)}|{_BETWEEN})*([0-9]{{1,12}})(?![0-9])",
        asked,
        re.IGNORECASE,
    )
    return named_ticket(policy, subject) or (read_ticket_id(policy, named[1]) if named else None) or 0


def _in_front(subject: str) -> str:
    return unicodedata.normalize("NFKC", bare_subject(subject)[:LONGEST])


def _after_words(words: list[str], text: str) -> str | None:
    """Return what follows some words at the beginning of a text, in whatever case and however far apart; None for other words."""
    pattern = r"[\s\-‐-―:]{1,5}".join(map(re.escape, words))
    found = re.match(rf"[\s\"'“”«»(\[]*{pattern}(?![A-Za-z0-9])", text, re.IGNORECASE)
    return text[found.end() :] if found else None


def _mark(text: str) -> re.Match[str] | None:
    """Return a mark at the beginning of a subject, as long as something is left after it."""
    found = _MARK.match(text)
    return found if found and text[found.end() :].strip() else None
