"""The items that a request for escalation must have, found in a mail (policy, Escalation).

Only what stands under a label is taken. Free prose is not guessed, but for a phone number, which looks like nothing else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers

from formapp.policy.policy import Policy
from formapp.rules.escalation_labels import labelled

_MOST_LINES = 600
_LONGEST_ITEM = 5_000
_LONGEST_NAME = 120
_LONGEST_PHONE = 40
_SEARCHED = 10_000
_EMAIL = re.compile(r"[^\s<>@,;:()\[\]\"']{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_RULE = re.compile(r"[\s*_=~-]{3,}")
# After these nothing belongs to the item above.
_FAREWELL = re.compile(
    r"(?:(?:kind|best|warm|many|with kind|with best)?\s?regards|thanks(?: again| in advance| very much| so much)?"
    r"|thank you(?: .{0,30})?|many thanks|sincerely|cheers|best wishes|best"
    r"|yours (?:sincerely|faithfully|truly)|sent from my .{1,30}|get outlook for .{1,20}|attach these files by hand:.*|-- ?|—)[,.!]?",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    r"on .{5,300} wrote:|am .{5,300} schrieb.{0,100}:|le .{5,300} a écrit\s?:|-{2,}\s?(?:original|forwarded|ursprüngliche"
    r"|weitergeleitete).{0,60}|_{8,}|begin forwarded message:",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:from|von|de|da|van|från|od)\s?:\*?\s?.{0,300}", re.IGNORECASE)
_SENT = re.compile(r"\*?(?:sent|date|to|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|asunto|assunto)\s?:", re.IGNORECASE)
_NOTHING = frozenset(
    {
        "",
        "-",
        "--",
        "n/a",
        "na",
        "none",
        "nil",
        "tbc",
        "tbd",
        "tba",
        "?",
        "…",
        "...",
        "..",
        ".",
        "xxx",
        "to follow",
        "not applicable",
        "unknown",
    }
)
_PLACEHOLDER = re.compile(r"[\[<{(][^\[\]<>{}()@\n]{0,100}[\]>})]")


@dataclass(frozen=True, slots=True)
class EscalationItems:
    """What a mail says of each item; an empty text for what it does not say."""

    company: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    impact: str = ""
    business_case: str = ""


def items_in(text: str, *, from_name: str, from_address: str) -> EscalationItems:
    """Return the items that the text of a mail gives; name and address come from its From line where the text gives none."""
    lines = text.split("\n", _MOST_LINES)[:_MOST_LINES]
    own = _above_history(lines)
    found = _said(own)
    if not any(found.values()):
        # A forwarded mail, or one that quotes itself.
        own, found = lines, _said([re.sub(r"^[>\s]{1,20}", "", line) for line in lines])
    contact = found.get("contact", "")
    named = _EMAIL.search(found.get("email", "")) or _EMAIL.search(contact)
    return EscalationItems(
        company=_one_line(found.get("company", "")),
        name=_one_line(found.get("name", "")) or _name_in(contact) or _given(from_name)[:_LONGEST_NAME],
        email=named[0].rstrip(".") if named else from_address,
        phone=_phone_given(found.get("phone", "")) or _phone_in(contact) or _phone_in("\n".join(line for line in own if line[:1] != ">")),
        impact=found.get("impact", ""),
        business_case=found.get("business_case", ""),
    )


def missing_items(policy: Policy, items: EscalationItems) -> tuple[str, ...]:
    """Return the policy's items that are missing, by name; the ticket ID is in the subject. Of the contact details the ones that are."""
    lacks = {"company": not items.company, "impact": not items.impact, "business_case": not items.business_case}
    details = [said for said, value in (("name", items.name), ("email", items.email), ("phone", items.phone)) if not value]
    missing = []
    for item in policy.escalation.required_items:
        if lacks.get(item.key):
            missing.append(item.text)
        elif item.key == "contact" and details:
            missing.append(f"Contact details: {' and '.join([', '.join(details[:-1]), details[-1]] if len(details) > 1 else details)}")
    return tuple(missing)


def _said(lines: Iterable[str]) -> dict[str, str]:
    """Return what stands after each label, up to the next one; the first time that it says something counts.

    A label may be quoted, as in an answer between the lines of the request for it; what is quoted below it is not the writer's.
    """
    found: dict[str, list[list[str]]] = {}
    current: list[str] | None = None
    for line in lines:
        is_quoted = line[:1] == ">"
        labels = labelled(line)
        if labels:
            for item, rest in labels:
                current = [] if is_quoted or not rest.strip() else [rest.strip()]
                found.setdefault(item, []).append(current)
        elif _FAREWELL.fullmatch(line.strip()[:400]):
            current = None
        elif current is not None and not is_quoted and not _RULE.fullmatch(line[:400]):
            current.append(line.rstrip())
    return {item: next(filter(None, (_given("\n".join(one)) for one in several)), "") for item, several in found.items()}


def _above_history(lines: list[str]) -> list[str]:
    """Return the lines above the mail that this one answers or forwards."""
    for place, line in enumerate(lines):
        plain = line.strip()[:400]
        if _ATTRIBUTION.fullmatch(plain):
            return lines[:place]
        if _FROM.fullmatch(plain) and sum(bool(_SENT.match(other.strip()[:60])) for other in lines[place + 1 : place + 6]) >= 2:
            return lines[:place]
    return lines


def _given(text: str) -> str:
    """Return what was written, an empty text where a template was left as it was."""
    plain = text.strip().rstrip("|").strip()[:_LONGEST_ITEM].strip()
    return "" if plain.casefold().strip("*_ ") in _NOTHING or _PLACEHOLDER.fullmatch(plain) else plain


def _one_line(text: str) -> str:
    return next((line.strip(" *_|") for line in text.split("\n") if line.strip(" *_|")), "")[:_LONGEST_NAME].strip()


def _name_in(contact: str) -> str:
    """Return the name in contact details: what stands before the address and the number."""
    for line in contact.split("\n")[:5]:
        first = re.split(r"[,;|/\t(<]|\s[-–—]\s|\s(?=[^\s]{1,64}@)|\s(?=\+?[0-9(])", line.strip(" *_|-•")[:400], maxsplit=1)[0].strip(" :")
        if first and "@" not in first and not any(mark.isdigit() for mark in first):
            return first[:_LONGEST_NAME]
    return ""


def _phone_given(said: str) -> str:
    """Return a number that stands where one was asked for, also one that is no whole number of this country."""
    line = _one_line(said)
    return _phone_in(line) or (line[:_LONGEST_PHONE] if sum(mark.isdigit() for mark in line) >= 6 else "")


def _phone_in(text: str) -> str:
    for found in phonenumbers.PhoneNumberMatcher(text[:_SEARCHED], "AU", max_tries=50):
        return str(found.raw_string).strip()[:_LONGEST_PHONE]
    return ""
