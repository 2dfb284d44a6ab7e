"""What a customer takes away from the page of their ticket: its files, all of it at once, and the due moment for their calendar."""

from collections.abc import Iterator
from typing import IO

from flask import Blueprint, Response, request

from formapp.models import Ticket
from formapp.rules.references import ticket_id
from formapp.services import attachments, promises
from formapp.services.links import TICKET_PAGE
from formapp.web.client import client_address
from formapp.web.context import limits, links, runtime
from formapp.web.downloads import file_to_save, to_save
from formapp.web.headers import private
from formapp.web.limits import Limited, TooMany
from formapp.web.linked import opened
from formapp.web.pages import page
from formapp.web.ticket_archive import archive_of
from formapp.web.ticket_calendar import calendar_of
from formapp.web.ticket_pages import said_in, view_of

ticket_files = Blueprint("ticket_files", __name__)
_CHUNK = 65_536
_ZIP = "application/zip"
_NO_REQUEST = "This link does not open a request"


@ticket_files.get("/your-request/<token>/files/<int:file_id>")
def one_file(token: str, file_id: int) -> Response:
    """Give a file of this ticket, ours or the customer's, to be saved; of any other, nobody is told whether there is one."""
    with runtime().database.reading() as session:
        view = view_of(session, token)
        # Looked up among the ticket's own: the number in the address is anybody's to change.
        file = next((one for one in view.files if one.id == file_id), None) if view else None
        found = attachments.open_for_download(session, file_id) if file else None
        if view is None or found is None:
            return _nothing("This link does not open a file")
        if found[0].held_because:
            return _nothing("This file is held back", template="ticket_held_file.html", status=409, back=_path(view.ticket))
        return file_to_save(*found)


@ticket_files.get("/your-request/<token>/everything.zip")
def everything(token: str) -> Response:
    """Give all that we keep of this ticket and its customer may know, as one archive: so many an hour, for each is made anew."""
    running = runtime()
    with running.database.reading() as session:
        ticket = opened(session, Ticket, TICKET_PAGE, token)
        if ticket is None:
            return _nothing(_NO_REQUEST)
        name = f"{ticket_id(running.policy, ticket.number)}.zip"
    if request.method == "HEAD":
        # Its size is known only once it is made.
        return to_save(iter(()), name, _ZIP)
    try:
        limits().take(Limited.ATTEMPTS, client_address())
    except TooMany as too_many:
        answer = _nothing("Too many downloads", template="ticket_too_many.html", status=429, back=_path(ticket), wait=too_many.wait)
        answer.headers["Retry-After"] = str(too_many.seconds)
        return answer
    with running.database.reading() as session:
        view = view_of(session, token)
        if view is None:
            return _nothing(_NO_REQUEST)
        spool, size = archive_of(session, view, said_in(session, view.ticket), running.policy, running.now())
    answer = to_save(_pieces(spool), name, _ZIP)
    answer.call_on_close(spool.close)
    answer.content_length = size
    return answer


@ticket_files.get("/your-request/<token>/answer-due.ics")
def answer_due(token: str) -> Response:
    """Give the next moment by which we owe something, as an entry for a calendar."""
    running = runtime()
    with running.database.reading() as session:
        ticket = opened(session, Ticket, TICKET_PAGE, token)
        if ticket is None:
            return _nothing(_NO_REQUEST)
        owed = promises.what_we_owe(session, ticket)
        if not owed:
            return _nothing("No answer is due", template="ticket_nothing_due.html", back=_path(ticket))
        promise, said_id = promises.standing(session, ticket.number), ticket_id(running.policy, ticket.number)
    content = calendar_of(said_id, owed, promise, running.policy, running.now())
    return to_save(content, f"{said_id}.ics", "text/calendar")


def _path(ticket: Ticket) -> str:
    return links().ticket_path(ticket.number)


def _nothing(title: str, *, template: str = "bad_link.html", status: int = 404, **values: str) -> Response:
    # In the error page's frame, whose addresses begin at the root: these pages lie deeper than the ticket's.
    return private(page(title, template, status=status, **values))


def _pieces(spool: IO[bytes]) -> Iterator[bytes]:
    while piece := spool.read(_CHUNK):
        yield piece
