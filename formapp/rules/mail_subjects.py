"""What the subject of a mail asks for: a ticket's ID, a formal escalation, a complaint (policy, Escalation and Complaints)."""

import re
import unicodedata
from collections.abc import Iterator

from formapp.policy.policy import Policy
from formapp.rules.references import LONGEST, MOST_DIGITS, read_ticket_id

# What mail programs put in front of a subject, in their languages; each may carry a count, as in Re[2]: and Re^3:.
_REPLIES = (
    "re|aw|antw|antwort|sv|vs|rép|rep|ré|réf|rif|ri|res|r|odp|ynt|ang|ha|vá|отв|ответ|відп|σχετ|atb|bls"
    "|回复|回覆|答复|答覆|返信|답장|رد|תגובה"
)
_FORWARDS = "fwd?|wg|tr|enc|rv|i|pd|vb|vl|vr|doorst|ilt|trs|továbbítás|пересл|转发|轉寄|轉發|転送|전달"
_FILTERS = "external(?: e-?mail| sender)?|ext|extern|caution|warning|spam|suspected spam|unverified sender"
_COUNT = r"\s{0,3}(?:[\[(^*]{1,2}\s?[0-9]{1,3}\s?[\])]?|[0-9]{1,3})?\s{0,3}[:：]\s{0,9}"
_PREFIX = re.compile(rf"\s{{0,9}}(?:{_REPLIES}|{_FORWARDS}|{_FILTERS}){_COUNT}", re.IGNORECASE)
_REPLY = re.compile(rf"\s{{0,9}}(?:{_REPLIES}){_COUNT}", re.IGNORECASE)
# Something in brackets or asterisks: the mark of a mail filter, the name of a list, a ticket's ID.
_MARK = re.compile(
    r"\s{0,9}(?:\[([^\[\]]{0,60})\]|\(([^()]{0,40})\)|\*{2,5}([^*]{1,40})\*{2,5}|\{([^{}]{0,40})\}|【([^【】]{0,40})】|<([^<>]{0,40})>)\s{0,9}"
)
_OF_FILTER = re.compile(
    r"(?:possible |suspected |potential |likely )?(?:external|ext|extern|externe|externo|outside|caution|warning|spam|phish\w*|bulk"
    r"|scam|unverified|suspicious|untrusted|attention)"
    r"(?:[ -:](?:e-?mail|mail|sender|message|source|spam|external|origin|use caution|do not click|intern)){0,3}!?",
    re.IGNORECASE,
)
_GAP = r"[\s:#._\-‐-―−–—“”\"'«»()\[\]{}<>|/,]{0,20}"
_TICKET_WORDS = (
    rf"(?:{_GAP}(?:for|of|on|re|about|regarding|the|my|our|ticket|case|request|id|number|no|nr|ref|reference)(?![A-Z0-9])){{0,6}}"
)
# A noun after the word makes another thing of it: a question about the complaint form is none.
_NOUNS = re.compile(
    r"\W{1,3}(?:form|forms|page|pages|button|link|module|feature|field|process|procedure|procedures|policy|handling|address|number"
    r"|status|template|register|workflow|report|letter\s+template)\b",
    re.IGNORECASE,
)
_KIND_OF_COMPLAINT = (
    r"(?:(?:a|an|my|our|this is a|i have a|i want to make a|i wish to make a|make a|making a|lodge a|lodging a|formal|official"
    r"|customer|serious|urgent|new)\s+){0,3}"
)
_MOST_MARKS = 30


def bare_subject(subject: str) -> str:
    """Return a subject without Re:, Fwd:, [EXTERNAL] and their relatives; a [BC-1042] at its beginning is taken off as well."""
    rest = subject[: LONGEST * 4]
    for _ in range(_MOST_MARKS):
        found = _PREFIX.match(rest) or _known_mark(rest)
        if not found:
            break
        # "[EXTERNAL] - Hello"
        rest = rest[found.end() :].lstrip(" -–—|")
    return rest.strip()


def named_ticket(policy: Policy, subject: str) -> int | None:
    """Return the number of the ticket that a subject names with its prefix ("[BC-1042] …"); None where it names none.

    Of several the one in brackets counts, as our letters write it; a number alone is no ticket.
    """
    plain = _plain(subject)
    in_brackets = re.search(rf"\[\s?({_id_pattern(policy)})\s?\]", plain)
    named = in_brackets or re.search(rf"({_id_pattern(policy)})", plain)
    return read_ticket_id(policy, named[1]) if named else None


def escalation_asked(policy: Policy, subject: str) -> int | None:
    """Return the number of the ticket whose formal escalation a subject asks for: 0 where it names none, None where it does not ask."""
    asked = _after_words(policy.escalation.subject, subject)
    if asked is None:
        return None
    named = re.search(rf"({_id_pattern(policy)})", asked)
    if named:
        return read_ticket_id(policy, named[1]) or 0
    number = re.match(rf"{_TICKET_WORDS}{_GAP}([0-9]{{1,12}})(?![A-Z0-9])", asked, re.IGNORECASE)
    digits = number[1].lstrip("0") if number else ""
    return (int(digits) if 0 < len(digits) <= MOST_DIGITS else None) or named_ticket(policy, subject) or 0


def is_complaint(policy: Policy, subject: str) -> bool:
    """Whether a subject is a complaint's: it begins with the policy's word, and answers nothing."""
    if _REPLY.match(_without_marks(subject[: LONGEST * 2])):
        return False
    after = _after_words(policy.complaints.subject, subject, before=_KIND_OF_COMPLAINT)
    return after is not None and not _NOUNS.match(after)


def _id_pattern(policy: Policy) -> str:
    return rf"(?<![A-Z0-9]){re.escape(policy.brand.ticket_prefix.upper())}[\s#:._\-\u2010-\u2015\u2212]{{0,10}}[0-9]+(?![A-Z0-9])"


def _after_words(fixed: str, subject: str, *, before: str = "") -> str | None:
    """Return what follows the policy's words at the beginning of a subject, in upper case; None where it does not begin with them.

    In whatever case and however far apart, in quotes or brackets, and after any marks and prefixes.
    """
    words = fixed.replace("{ticket_id}", " ").upper().split()
    pattern = r"[\s\-_‐-―−–—:.]{0,5}".join(map(re.escape, words))
    whole = re.compile(rf"[\s\"'“”‘’«»(\[{{<*]{{0,9}}{before}{pattern}(?![A-Z0-9])", re.IGNORECASE)
    for rest in _beginnings(subject):
        found = whole.match(rest)
        if found:
            return rest[found.end() :]
    return None


def _beginnings(subject: str) -> Iterator[str]:
    """Yield a subject, and what is left of it after each prefix or mark that is taken off, in upper case."""
    rest = _plain(subject)
    for _ in range(_MOST_MARKS):
        yield rest
        found = _PREFIX.match(rest) or _MARK.match(rest)
        if not found:
            return
        rest = rest[found.end() :]


def _without_marks(subject: str) -> str:
    """Return a subject without the marks in front of its prefixes."""
    rest = subject
    for _ in range(_MOST_MARKS):
        found = _MARK.match(rest)
        if not found or not found.end():
            break
        rest = rest[found.end() :]
    return rest


def _known_mark(text: str) -> re.Match[str] | None:
    """Return the mark of a filter or a ticket's ID at the beginning of a subject; what customers put in brackets is theirs."""
    found = _MARK.match(text)
    if not found or not text[found.end() :].strip():
        return None
    said = next(filter(None, found.groups()), "").strip(" -:*")
    return found if _OF_FILTER.fullmatch(said) or re.fullmatch(r"[A-Za-z]{1,6}[\s-]{0,2}[0-9]{1,9}", said) else None


def _plain(subject: str) -> str:
    """Return the beginning of a subject in upper case with full width and narrow signs alike, and without those that cannot be seen."""
    seen = "".join(mark for mark in subject[: LONGEST * 2] if unicodedata.category(mark) not in ("Cf", "Cc") or mark.isspace())
    return unicodedata.normalize("NFKC", seen).upper()[: LONGEST * 2]
