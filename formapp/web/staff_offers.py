"""What staff can do on a ticket as it is, what each act calls, and what is said once it is done."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from formapp.forms.staff import STAFF_FORMS
from formapp.forms.staff_form import LetterForm, StaffForm
from formapp.policy.policy import Policy
from formapp.policy.requests import COMPLAINT
from formapp.rules.lifecycle import Move, Mover, Status, can
from formapp.services import customer_acts, staff_acts, staff_checks
from formapp.services.desk import Desk
from formapp.services.ticket_life import STAFF_PAGE, Act
from formapp.services.ticket_view import TicketView
from formapp.web.staff_access import Where

_CALLS: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "reply": staff_acts.reply,
        "note": staff_acts.note,
        "resolve": staff_acts.resolve,
        "reopen": staff_acts.reopen,
        "reclassify": staff_acts.reclassify,
        "escalation": staff_acts.answer_escalation,
        "heard": customer_acts.heard,
        "believe": staff_checks.believe,
        "junk": staff_checks.junk,
        "release-file": staff_checks.release_file,
        "retry-mail": staff_checks.retry_mail,
    }
)
SAID_DONE: Mapping[str, str] = MappingProxyType(
    {
        "reply": "Your reply is on its way to the customer.",
        "note": "Your note is kept.",
        "resolve": "The ticket is resolved.",
        "reopen": "The ticket is open again, and the customer is told.",
        "reclassify": "The type or the priority is changed.",
        "escalation": "Your answer to the escalation is on its way to the customer.",
        "heard": "It is put down as the customer’s message.",
        "believe": "The mark is taken off. The history says whether the acknowledgement was sent.",
        "junk": "The ticket is set aside as junk.",
        "release-file": "The file can be opened now. It has not been scanned.",
        "retry-mail": "The mail is being sent again.",
    }
)
# What is written for the one serves the other, where the ticket has become another meanwhile.
_INSTEAD = {"reply": "reopen", "reopen": "reply"}


def offered(view: TicketView) -> tuple[str, ...]:
    """Return the acts that have a form of their own on the page of a ticket in that state, in the order of the page."""
    ticket, status = view.ticket, view.status
    is_working = status in (Status.OPEN, Status.WAITING)
    possible = {
        "escalation": view.escalation is not None,
        "reply": can(status, Move.ASKED),
        "reopen": can(status, Move.REOPENED),
        "resolve": can(status, Move.DELIVERED),
        "note": True,
        "heard": can(status, Move.WROTE),
        "reclassify": is_working and ticket.request_type != COMPLAINT,
        "believe": is_working and ticket.suspect_because is not None,
        "junk": can(status, Move.SET_ASIDE),
    }
    return tuple(act for act, is_possible in possible.items() if is_possible)


def forms_for(view: TicketView, policy: Policy, written: StaffForm | None) -> dict[str, StaffForm]:
    """Return a form for each act that is offered; `written` stands in its own place, or in that of the act that has come instead of it."""
    acts = offered(view)
    forms = {act: _empty(act, view, policy) for act in acts}
    if written is None:
        return forms
    if written.act in acts:
        forms[written.act] = written
    elif isinstance(written, LetterForm) and isinstance(instead := forms.get(_INSTEAD[written.act]), LetterForm):
        instead.text.data = written.text.data
        instead.kept_file.data = written.kept_file.data
        instead.kept_file.show(written.kept_file.kept, written.kept_file.refused)
    return forms


def carried_by(forms: Mapping[str, StaffForm], written: StaffForm) -> str | None:
    """Return the act in whose form stands what was written; None where it stands in none."""
    return next((act for act in (written.act, _INSTEAD.get(written.act, "")) if act in forms), None)


def do(session: Session, where: Where, form: StaffForm, key: str, seen: int, desk: Desk, now: datetime) -> None:
    """Do what a validated form says; raises what the services raise.

    The key counts together with what was written: whoever comes back to an old page and writes something else has not clicked twice.
    """
    act = Act(Mover.STAFF, STAFF_PAGE, by=where.address, once=f"{key} {_digest(form)}" if key else None, seen=seen)
    _CALLS[form.act](session, where.number, act, desk, now, **form.answers())


def _empty(act: str, view: TicketView, policy: Policy) -> StaffForm:
    before: dict[str, Any] = {}
    if act == "reclassify":
        before = {"request_type": view.ticket.request_type, "priority": view.ticket.priority or ""}
    return STAFF_FORMS[act].of(policy, **before)


def _digest(form: StaffForm) -> str:
    # Not the files' tokens: each time that a browser sends a file, it gets another one.
    answers = {name: value for name, value in form.answers().items() if name != "tokens"}
    files = [[file.name, file.digest] for file in form.kept_file.kept] if isinstance(form, LetterForm) else []
    return hashlib.sha256(json.dumps([form.act, answers, files]).encode()).hexdigest()
