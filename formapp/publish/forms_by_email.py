"""The way to us by email that stands beside each form, or in its place where no service takes forms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from formapp.html import render
from formapp.policy.policy import Policy
from formapp.publish.mailto import checklist, complaint_subject, mailto


@dataclass(frozen=True)
class _Letter:
    """A letter to be filled in: its subject, and what belongs in it."""

    subject: str
    items: Sequence[str]


def _ticket(policy: Policy) -> _Letter:
    return _Letter("", ["Your name and your company’s", *(item.text for item in policy.troubleshooting.report_items)])


def _escalation(policy: Policy) -> _Letter:
    subject = policy.escalation.subject.format(ticket_id=f"{policy.brand.ticket_prefix}-")
    return _Letter(subject, [item.text for item in policy.escalation.required_items])


def _complaint(policy: Policy) -> _Letter:
    about = ("Your name", "What it is about", "The ticket ID, if there is one", "What happened, and when", "What you would like us to do")
    return _Letter(complaint_subject(policy), about)


_LETTERS: Mapping[str, Callable[[Policy], _Letter]] = {"ticket": _ticket, "escalation": _escalation, "complaint": _complaint}


def form_by_email(slug: str, policy: Policy, *, is_only_way: bool) -> str:
    """Return the HTML for one of our forms, folded away where the form is there; KeyError for a name that is none."""
    letter, address = _LETTERS[slug](policy), policy.channels.email
    href = mailto(address, letter.subject, checklist(letter.items))
    return render(
        "site/form_by_email.html", href=href, address=address, subject=letter.subject, items=letter.items, is_only_way=is_only_way
    )
