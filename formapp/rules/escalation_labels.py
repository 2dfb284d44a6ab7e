"""How the policy's checklist, the escalation form and people call the items of a request for escalation, at the beginning of a line."""

import re
from collections.abc import Mapping

_LONGEST = 300
_LABELS: Mapping[str, tuple[str, ...]] = {
    "ticket": (
        "ticket id",
        "ticket number",
        "ticket no",
        "ticket #",
        "ticket ref",
        "ticket reference",
        "ticket",
        "case number",
        "case id",
        "reference",
    ),
    "company": (
        *(
            "company name",
            "company/organisation",
            "company / organisation",
            "name of company",
            "name of the company",
            "your company",
            "our company",
            "company",
        ),
        *(
            "organisation name",
            "organization name",
            "organisation",
            "organization",
            "business name",
            "legal entity",
            "trading name",
            "employer",
        ),
    ),
    "contact": (
        *(
            "contact details: name, email and phone",
            "contact details",
            "contact detail",
            "contact information",
            "contact info",
            "my contact details",
        ),
        *("contact person", "point of contact", "your contact details", "contacts", "contact me", "contact"),
    ),
    "name": ("your name", "my name", "full name", "contact name", "contact person name", "requester", "requested by", "name"),
    "email": (
        *(
            "your email address",
            "your email",
            "email address",
            "e-mail address",
            "contact email address",
            "contact email",
            "contact e-mail",
            "work email",
        ),
        *("email id", "email", "e-mail"),
    ),
    "phone": (
        *(
            "your phone number",
            "contact phone number",
            "contact phone",
            "contact number",
            "best contact number",
            "phone number",
            "phone no",
            "phone/mobile",
        ),
        *(
            "telephone number",
            "telephone",
            "phone",
            "mobile number",
            "mobile phone",
            "mobile",
            "cell phone",
            "cell",
            "tel no",
            "tel",
            "ph",
            "direct line",
            "call me on",
        ),
    ),
    "impact": (
        *(
            "what is the impact?",
            "what is the impact",
            "what's the impact?",
            "what’s the impact?",
            "the impact",
            "business impact",
            "customer impact",
        ),
        *(
            "current impact",
            "impact on our business",
            "impact on the business",
            "impact on business",
            "impact to business",
            "impact on us",
            "impact",
        ),
        *("impact of the issue", "impact of the problem", "impact statement", "impact details", "impact description"),
    ),
    "business_case": (
        *(
            "why does this need to be escalated?",
            "why does this need to be escalated",
            "why does this need escalation?",
            "why this needs to be escalated",
        ),
        *(
            "why are you escalating?",
            "why escalate?",
            "the business case for escalating",
            "the business case for escalation",
            "business case for escalating",
        ),
        *("business case for escalation", "business case for the escalation", "the business case", "our business case", "business case"),
        *(
            "business justification",
            "justification for escalation",
            "justification",
            "reason for escalation",
            "reason for escalating",
            "reasons for escalating",
        ),
        *("reasons for escalation", "reason for the escalation", "escalation reason", "grounds for escalation"),
    ),
}
_BY_LABEL = sorted(((label, item) for item, labels in _LABELS.items() for label in labels), key=lambda one: -len(one[0]))
_BULLET = re.compile(r"[\s>*•·●▪◦○‣–—\-_#|☐☑✓✔]{0,20}(?:\(?(?:[0-9]{1,2}|[a-f])[.)]\s{0,3})?[\s*_|]{0,6}", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s{0,3}\([^()]{0,80}\)")
_AFTER = re.compile(r"[\s*_]{0,6}(?:[:：=\t|]|\s[-–—→]\s|[-–—]\s)[\s*_|:]{0,8}")
_ALONE = " *_:：|#-–—.="
# Another label on the same line: "Name: Jane Doe, Phone: 07 3000 0000".
_INLINE = re.compile(
    r"[,;|\t]\s{0,10}(?=(?:"
    + "|".join(re.escape(label) for label, item in _BY_LABEL if item in ("name", "email", "phone", "company", "contact"))
    + r")\s{0,3}[:=])",
    re.IGNORECASE,
)


# "Operational impact:", "Our financial impact:"
_QUALIFIED = re.compile(r"(?:[^\W\d_][\w’'-]{0,20} ){1,2}(impact|business case|justification)\s{0,3}[:：]", re.IGNORECASE)


def labelled(line: str) -> list[tuple[str, str]]:
    """Return the items that a line begins to speak of, and what it says of each: mostly one, none for a line without a label."""
    found = _label_of(line)
    if found is None:
        return []
    item, rest = found
    if item not in ("name", "email", "phone", "company", "contact") or len(rest) > _LONGEST:
        return [(item, rest)]
    first, *others = _INLINE.split(rest)
    return [(item, first), *(one for other in others if (one := _label_of(other)))]


def _label_of(line: str) -> tuple[str, str] | None:
    """Return the item whose label a line begins with, and what follows on it."""
    start = _BULLET.match(line[:_LONGEST])
    rest = line[start.end() if start else 0 :]
    plain = rest[:_LONGEST].casefold()
    for label, item in _BY_LABEL:
        if not plain.startswith(label):
            continue
        after = rest[len(label) :]
        bracketed = _IN_BRACKETS.match(after)
        after = after[bracketed.end() :] if bracketed else after
        if not after[:_LONGEST].strip(_ALONE):
            return item, ""
        if label.endswith("?"):
            return item, after.strip(" *_:")
        separated = _AFTER.match(after)
        if separated:
            return item, after[separated.end() :]
    qualified = _QUALIFIED.match(rest[:_LONGEST])
    if qualified:
        return "impact" if qualified[1].casefold() == "impact" else "business_case", rest[qualified.end() :].strip(" *_")
    return None
