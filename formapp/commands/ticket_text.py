"""A ticket and the queue, readable: as text for people, as data for programs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from formapp.commands.terminal_text import indented, one_line
from formapp.forms.support_form import Said
from formapp.policy.policy import Policy
from formapp.rules.files import kind_of, say_size
from formapp.rules.lifecycle import SAID_STATUS
from formapp.rules.wording import say_moment, say_moment_in_full, to_the_minute
from formapp.services.attachments import Adopted
from formapp.services.queue import Listed, Row
from formapp.services.ticket_view import Delivery, Entry, Owed, TicketView

_SUMMARY = 60  # characters of it in a list
_NOTHING = "Nothing is due"


def listed_as_text(rows: Sequence[Row], policy: Policy, now: datetime) -> str:
    """Return the queue as a table, a line a ticket, and a line below where something is to be looked at."""
    cells = [(row.id, _say_due(row, policy, now), SAID_STATUS[row.status], _kind(row), one_line(row.summary, _SUMMARY)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row, said in zip(rows, cells, strict=True):
        lines.append("  ".join(f"{cell:{width}}" for cell, width in zip(said, widths, strict=True)).rstrip())
        whose = f"{one_line(row.name)}, {one_line(row.company)}" if row.company else one_line(row.name)
        lines.append("    " + "; ".join((whose, *_marks(row))))
    return "\n".join(lines)


def listed_as_data(listed: Listed, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the queue as JSON knows it: `total`, and `tickets`; moments are ISO 8601 in UTC."""
    return {
        "total": listed.total,
        "tickets": [
            {
                "id": row.id,
                "status": row.status.value,
                "summary": row.summary,
                "request_type": row.request_type,
                "priority": row.priority,
                "due_at": _iso(row.due_at),
                "is_late": row.is_late,
                "received_at": _iso(row.received_at),
                "name": row.name,
                "company": row.company,
                "is_escalated": row.is_escalated,
                "suspect_because": row.suspect_because,
                "undelivered": row.undelivered,
            }
            for row in rows
        ],
    }


def ticket_as_text(view: TicketView, said: Sequence[Said], policy: Policy) -> str:
    """Return a page of plain text that says everything that is known of a ticket."""
    return "\n\n".join(filter(None, ("\n".join(_head(view, policy)), "\n".join(_owed(view, policy)), *_body(view, said, policy))))


def ticket_as_data(view: TicketView) -> dict[str, Any]:
    """Return a ticket as JSON knows it; moments are ISO 8601 in UTC."""
    ticket = view.ticket
    moments = ("received_at", "first_response_at", "escalated_at", "resolved_at", "closed_at")
    texts = ("summary", "description", "area", "extent", "effect", "impact", "browser", "name", "email", "company")
    return {
        "id": view.id,
        "status": view.status.value,
        "revision": ticket.revision,
        "request_type": ticket.request_type,
        "priority": ticket.priority,
        "resolution_reason": ticket.resolution_reason,
        "underlying_problem": ticket.underlying_problem,
        "suspect_because": ticket.suspect_because,
        **{name: _iso(getattr(ticket, name)) for name in moments},
        **{name: getattr(ticket, name) for name in texts},
        "owed": [_owed_as_data(one) for one in view.owed],
        "next": view.coming and {"move": view.coming.move.value, "at": _iso(view.coming.at), "says": view.coming.says},
        "timeline": [_entry_as_data(entry) for entry in view.entries],
    }


def say_state(view: TicketView) -> str:
    """Say how a ticket stands, and what time does next: "Waiting. Counts as resolved from …"."""
    return f"{SAID_STATUS[view.status]}." + (f" {view.coming.says}." if view.coming else "")


def _say_due(row: Row, policy: Policy, now: datetime) -> str:
    if row.due_at is None:
        return _NOTHING
    due = say_moment(to_the_minute(row.due_at), policy, now)
    return f"LATE {due}" if row.is_late else due


def _kind(row: Row) -> str:
    return f"{row.request_type}, {row.priority}" if row.priority else row.request_type


def _marks(row: Row) -> Iterator[str]:
    if row.is_escalated:
        yield "escalated"
    if row.suspect_because:
        yield f"to check: {one_line(row.suspect_because)}"
    if row.undelivered:
        yield "mail not delivered"


def _head(view: TicketView, policy: Policy) -> Iterator[str]:
    ticket = view.ticket
    yield f"{view.id}  {one_line(ticket.summary)}"
    kind = ", ".join(filter(None, (policy.name_of(ticket.request_type), ticket.priority)))
    yield f"{SAID_STATUS[view.status]}; {kind}; received {_moment(ticket.received_at, policy)}"
    if ticket.escalated_at:
        yield f"Escalated {_moment(ticket.escalated_at, policy)}" + ("; nobody has answered it yet" if view.escalation else "")
    if ticket.suspect_because:
        yield f"To check: {one_line(ticket.suspect_because)}"
    if ticket.resolution_reason:
        yield f"Resolved: {one_line(ticket.resolution_reason)}"
    if ticket.underlying_problem:
        yield f"Underlying problem: {one_line(ticket.underlying_problem)}"


def _owed(view: TicketView, policy: Policy) -> Iterator[str]:
    yield "What we owe" if view.owed else "We owe nothing."
    for one in view.owed:
        yield f"  {one.what}: {'LATE, was due' if one.is_late else 'due'} {_moment(one.due_at, policy)}"
        if one.working:
            yield f"    {one.target} ({one.basis}): {one.working}"
    if view.coming:
        yield f"Next: {view.coming.says}"


def _body(view: TicketView, said: Sequence[Said], policy: Policy) -> Iterator[str]:
    rows = [f"  {one.label}: {one_line(one.answer)}" for one in said if one.answer and one.field not in ("summary", "description")]
    text = indented(view.ticket.description, "    ")
    yield "\n".join(("The request", *rows, "  What happened:", text))
    yield "\n".join(("History", *(line for entry in view.entries for line in _entry(entry, policy))))


def _entry(entry: Entry, policy: Policy) -> Iterator[str]:
    by = f" ({one_line(entry.by)})" if entry.by else ""
    yield f"  {_moment(entry.at, policy)}  {one_line(entry.says)}{by}{_delivery(entry.delivery, policy)}"
    if entry.flag:
        yield f"    Not certain to be the customer: {one_line(entry.flag)}{f' (from {one_line(entry.sender)})' if entry.sender else ''}"
    if entry.text:
        yield indented(entry.text, "    | ")
    for file in entry.files:
        yield f"    file {file.id}: {one_line(file.name)} ({_say_file(file)})"


def _delivery(mail: Delivery | None, policy: Policy) -> str:
    if mail is None:
        return ""
    again = f", next try {_moment(mail.next_try, policy)}" if mail.next_try and mail.attempts else ""
    reply = f": {one_line(mail.reply)}" if mail.reply and mail.state != "sent" else ""
    return f" (mail {mail.number} to {one_line(mail.to)}: {mail.state}{again}{reply})"


def _say_file(file: Adopted) -> str:
    state = "deleted" if file.is_gone else file.held_because or file.warning
    return ", ".join(filter(None, (kind_of(file.kind).name, say_size(file.size), state and one_line(state))))


def _owed_as_data(one: Owed) -> dict[str, Any]:
    said = {"what": one.what, "due_at": _iso(one.due_at), "is_late": one.is_late, "asked_at": _iso(one.asked_at)}
    return said | {"target": one.target, "basis": one.basis, "working": one.working}


def _entry_as_data(entry: Entry) -> dict[str, Any]:
    mail = entry.delivery
    return {
        "at": _iso(entry.at),
        "kind": entry.kind,
        "says": entry.says,
        "text": entry.text,
        "by": entry.by,
        "flag": entry.flag or None,
        "sender": entry.sender or None,
        "files": [{"id": file.id, "name": file.name, "kind": file.kind, "size": file.size} for file in entry.files],
        "mail": mail
        and {
            "number": mail.number,
            "what": mail.what,
            "to": mail.to,
            "state": mail.state,
            "reply": mail.reply,
            "next_try": _iso(mail.next_try),
            "attempts": mail.attempts,
        },
    }


def _moment(moment: datetime, policy: Policy) -> str:
    return say_moment_in_full(to_the_minute(moment), policy)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
