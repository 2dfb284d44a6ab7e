"""What stands on the page of a ticket for staff."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from formapp.address import UnusableAddress, bare_address
from formapp.forms.complaint import said_in_complaint
from formapp.forms.staff import ReleaseFileForm, RetryMailForm
from formapp.forms.staff_form import StaffForm
from formapp.forms.support_form import Said
from formapp.forms.ticket import said_in_ticket
from formapp.models import Ticket
from formapp.rules.files import kind_of, say_size
from formapp.rules.lifecycle import SAID_STATUS
from formapp.rules.wording import say_day, say_moment_in_full, to_the_minute
from formapp.services import complaints, tickets
from formapp.services.attachments import Adopted
from formapp.services.ticket_view import TicketView
from formapp.web.context import links, runtime
from formapp.web.staff_access import Where
from formapp.web.staff_escalations import asked_for
from formapp.web.staff_offers import carried_by, forms_for

# They stand beside the text, in words of their own.
_BESIDE = ("summary", "request_type", "situation", "name", "email", "company", "phone")
_STALE = "Somebody has changed this ticket since you opened it: what is new is marked in its history"
_WRITTEN = "Nothing of yours has been done yet, and what you wrote is still here: read it once more, then send it"
_CLICKED = "Nothing of yours has been done yet: look at the ticket as it is now, then decide again"


@dataclass(frozen=True)
class Draft:
    """A form that was not taken: when its writer had opened the page, and why not where the form itself does not say it."""

    form: StaffForm
    since: datetime | None
    refusal: str = ""
    is_stale: bool = False

    def stale(self) -> "Draft":
        """Say that somebody else was faster."""
        return replace(self, is_stale=True)

    def refused(self, why: str) -> "Draft":
        """Say what a service said."""
        return replace(self, refusal=f"{why[:1].upper()}{why[1:]}")


def title_of(view: TicketView) -> str:
    """Return the title of a ticket's page."""
    return f"{view.id}: {view.ticket.summary}"


def values_of(session: Session, view: TicketView, where: Where, draft: Draft | None) -> dict[str, Any]:
    """Return what the page's template asks for."""
    policy, ticket = runtime().policy, view.ticket

    def say_moment(moment: datetime) -> str:
        return say_moment_in_full(to_the_minute(moment), policy)

    form = draft.form if draft else None
    forms = forms_for(view, policy, form)
    new = _new_entries(view, draft) if draft and draft.is_stale else []
    return {
        "view": view,
        "where": where,
        "draft": draft,
        "forms": forms,
        "release": ReleaseFileForm.of(policy),
        "retry": RetryMailForm.of(policy),
        "unsent": form.written if form and carried_by(forms, form) is None else "",
        "new": new,
        "asked": asked_for(session, view, say_moment),
        "is_unreachable": _is_unreachable(ticket),
        "phone": _phone_of(view),
        "sent": [one for one in _said(session, ticket) if one.answer and one.field not in _BESIDE],
        "beside": _beside(view),
        "state": SAID_STATUS[view.status],
        "new_key": lambda: secrets.token_urlsafe(16),
        "shown": runtime().now().isoformat(),
        "facts": lambda form: json.dumps(form.facts, ensure_ascii=False, separators=(",", ":")),
        "say_moment": say_moment,
        "say_file": _say_file,
        "tries": lambda mail: f"{mail.attempts} {'try' if mail.attempts == 1 else 'tries'}",
    }


def problems_of(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what the summary above the heading says: the id of the element that each problem is at, and its words."""
    draft: Draft | None = values["draft"]
    if draft is None:
        return []
    at = _place_of(draft.form, values)
    if draft.is_stale:
        first = f"entry-{values['new'][0]}" if values["new"] else "history"
        return [(first, _STALE), (at, _WRITTEN if draft.form.fields else _CLICKED)]
    return [(at, draft.refusal)] if draft.refusal else draft.form.problems


def _place_of(form: StaffForm, values: dict[str, Any]) -> str:
    if values["unsent"]:
        return "unsent"
    if act := carried_by(values["forms"], form):
        return f"act-{act}"
    return "acts" if form.fields else "history"


def _new_entries(view: TicketView, draft: Draft) -> list[int]:
    """Return the places in the history of what came since somebody opened the page; a mail on its way changes nothing for them."""
    since = draft.since
    return [place for place, entry in enumerate(view.entries) if since is not None and entry.at > since and entry.kind != "mail"]


def _said(session: Session, ticket: Ticket) -> Sequence[Said]:
    if ticket.complaint:
        return said_in_complaint(complaints.answers_of(ticket))
    return said_in_ticket(ticket, runtime().policy, tickets.named_article(session, ticket.article_id, links()))


def _beside(view: TicketView) -> list[tuple[str, str]]:
    """Return what is known of a ticket beside its text: labels and answers."""
    policy, ticket = runtime().policy, view.ticket

    def moment(at: datetime | None) -> str:
        return say_moment_in_full(to_the_minute(at), policy) if at else ""

    rows = [
        ("Request type", policy.name_of(ticket.request_type)),
        ("Priority", policy.situation_of(ticket.request_type, ticket.priority)),
        ("Received", moment(ticket.received_at)),
        ("First response", moment(ticket.first_response_at)),
        ("Escalated", moment(ticket.escalated_at)),
        ("Complaint to be answered by", say_day(ticket.complaint.answer_by, policy) if ticket.complaint else ""),
        ("Complaint answered", moment(ticket.complaint.answered_at) if ticket.complaint else ""),
        ("Resolved", moment(ticket.resolved_at)),
        ("Reason", ticket.resolution_reason or ""),
        ("Underlying problem", ticket.underlying_problem or ""),
        ("Closed", moment(ticket.closed_at)),
    ]
    return [(label, answer) for label, answer in rows if answer]


def _is_unreachable(ticket: Ticket) -> bool:
    try:
        bare_address(ticket.email)
    except UnusableAddress:
        return True
    return False


def _phone_of(view: TicketView) -> str:
    """Return the number that the customer gave last, empty where they gave none: a request asks for none."""
    given = [one.phone for one in reversed(view.escalations)] + [view.ticket.complaint.phone if view.ticket.complaint else ""]
    return next(filter(None, given), "")


def _say_file(file: Adopted) -> str:
    return f"{kind_of(file.kind).name}, {say_size(file.size)}"
