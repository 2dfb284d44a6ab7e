"""Everything of a ticket that is its customer's, as one archive: to be read by people, by programs, and its files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy.orm import Session

from formapp.forms.support_form import Said
from formapp.models import Promise
from formapp.policy.policy import Policy
from formapp.rules.files import clean_name
from formapp.rules.lifecycle import SAID_STATUS, WHOSE_TURN
from formapp.services import attachments
from formapp.services.attachments import Adopted
from formapp.services.ticket_view import Delivery, Entry, TicketView
from formapp.web.received_answers import but_the_address, say_file
from formapp.web.ticket_words import say_delivery, say_due, say_entry, say_minute, say_working, why_not_given

# Bytes held in memory; what is more goes to a temporary file, and of the ticket's files there is one in memory at a time.
_IN_MEMORY = 1_000_000
_FOLDER = "files/"
Names = Mapping[int, str]


def archive_of(session: Session, view: TicketView, said: Sequence[Said], policy: Policy, now: datetime) -> tuple[IO[bytes], int]:
    """Return a ZIP file, open at its start and the caller's to close, and its size in bytes.

    It holds what the customer's page shows, and the files that can be given. The address stays masked, as it is there: the link
    that opens this may have been passed on.
    """
    names = _names(view.files)
    answers = but_the_address(said)
    spool: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller's to close
    with ZipFile(spool, "w") as archive:
        text = "\n".join(_lines(view, answers, names, policy, now))
        archive.writestr(_entry("request.txt", now, policy), text.encode(), ZIP_DEFLATED)
        values = json.dumps(_values(view, answers, names, policy, now), ensure_ascii=False, indent=2)
        archive.writestr(_entry("request.json", now, policy), values.encode(), ZIP_DEFLATED)
        for file in view.files:
            if file.id in names:
                # Most kinds are compressed already.
                archive.writestr(_entry(names[file.id], now, policy), attachments.content_of(session, file.id), ZIP_STORED)
    size = spool.tell()
    spool.seek(0)
    return spool, size


def _entry(name: str, now: datetime, policy: Policy) -> ZipInfo:
    entry = ZipInfo(name, now.astimezone(policy.hours.zone).timetuple()[:6])
    entry.external_attr = 0o644 << 16
    return entry


def _names(files: Sequence[Adopted]) -> dict[int, str]:
    """Return where each file that can be given lies in the archive: its own name, with a number where that is taken."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for file in files:
        if why_not_given(file):
            continue
        name = clean_name(file.name)
        stem, dot, suffix = name.rpartition(".")
        count = 1
        # Some file systems take A.png and a.png for the same.
        while name.casefold() in taken:
            count += 1
            name = f"{stem} ({count}){dot}{suffix}"
        taken.add(name.casefold())
        names[file.id] = _FOLDER + name
    return names


def _lines(view: TicketView, answers: Sequence[tuple[str, str]], names: Names, policy: Policy, now: datetime) -> Iterator[str]:
    """Yield request.txt."""
    yield from (f"{view.id}: {view.ticket.summary}", "")
    yield f"{SAID_STATUS[view.status]}: {WHOSE_TURN[view.status]}."
    for owed in view.owed:
        before, moment, after = say_due(owed, policy)
        yield f"{before} {moment}{after}"
        yield from _indented("\n".join(say_working(owed, view, policy)))
    if view.coming:
        yield f"{view.coming.says}."
    if view.ticket.resolution_reason:
        yield f"Reason: {view.ticket.resolution_reason}"
    if view.ticket.underlying_problem:
        yield f"Underlying problem: {view.ticket.underlying_problem}"
    yield f"This copy was made {say_minute(now, policy)}."
    yield from ("", "WHAT YOU SENT", "", f"Received: {say_minute(view.ticket.received_at, policy)}")
    for label, answer in answers:
        yield label
        yield from _indented(answer or "Not provided")
    yield from ("", "WHAT HAS HAPPENED", "")
    for entry in view.entries:
        yield f"{say_minute(entry.at, policy)}: {say_entry(entry)}"
        yield from _indented("\n".join(_details(entry, names, policy)))
    yield from ("", "FILES", "")
    yield from (_said_file(file, names) for file in view.files)
    if not view.files:
        yield "None."
    yield ""


def _details(entry: Entry, names: Names, policy: Policy) -> Iterator[str]:
    if entry.text:
        yield entry.text
    if entry.whole:
        yield f"\nThe whole email:\n{entry.whole}"
    for file in entry.files:
        yield f"File: {_said_file(file, names)}"
    if entry.delivery:
        yield say_delivery(entry.delivery, policy)


def _said_file(file: Adopted, names: Names) -> str:
    return names[file.id] if file.id in names else f"{say_file(file)}: {why_not_given(file)}"


def _indented(text: str) -> Iterator[str]:
    yield from (f"    {line}" if line else "" for line in text.splitlines())


def _values(view: TicketView, answers: Sequence[tuple[str, str]], names: Names, policy: Policy, now: datetime) -> dict[str, Any]:
    """Return request.json: moments in UTC, as ISO 8601 has them."""
    ticket = view.ticket
    return {
        "written_at": _moment(now),
        "ticket": {
            "id": view.id,
            "status": view.status.value,
            "received_at": _moment(ticket.received_at),
            "resolved_at": _moment(ticket.resolved_at),
            "closed_at": _moment(ticket.closed_at),
            "escalated_at": _moment(ticket.escalated_at),
            "resolution_reason": ticket.resolution_reason,
            "underlying_problem": ticket.underlying_problem,
            "request_type": policy.name_of(ticket.request_type),
            "priority": ticket.priority,
            "summary": ticket.summary,
            "answers": [{"question": label, "answer": answer} for label, answer in answers],
        },
        "promises": [_promise(promise) for promise in ticket.promises],
        "next": {"what": view.coming.move.value, "at": _moment(view.coming.at), "says": view.coming.says} if view.coming else None,
        "timeline": [
            {
                "at": _moment(entry.at),
                "kind": entry.kind,
                "says": say_entry(entry),
                "text": entry.text,
                "whole_email": entry.whole or None,
                "files": [_file(file, names) for file in entry.files],
                "mail": _mail(entry.delivery) if entry.delivery else None,
            }
            for entry in view.entries
        ],
        "files": [_file(file, names) for file in view.files],
    }


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "asked_at": _moment(promise.asked_at),
        "due_at": _moment(promise.due_at),
        "target": promise.target,
        "basis": promise.basis,
        "working": promise.working,
        "policy_version": promise.policy_version,
        "ended_at": _moment(promise.ended_at),
        "ended_as": promise.ended_as,
    }


def _mail(delivery: Delivery) -> dict[str, Any]:
    return {"what": delivery.what, "state": delivery.state, "at": _moment(delivery.at), "reply": delivery.reply}


def _file(file: Adopted, names: Names) -> dict[str, Any]:
    return {
        "name": file.name,
        "kind": file.kind,
        "size": file.size,
        "path": names.get(file.id),
        "missing_because": why_not_given(file) or None,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
