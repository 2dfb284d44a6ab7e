"""The page of a ticket for staff: alone, as a link in a mail opens it, and inside the queue."""

from datetime import datetime

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as Answer

from formapp.forms.staff import STAFF_FORMS
from formapp.forms.staff_form import LetterForm, StaffForm
from formapp.policy.policy import UnknownChoice
from formapp.rules.lifecycle import MoveNotAllowed
from formapp.services import attachments, review, ticket_view
from formapp.services.attachments import UnknownFile
from formapp.services.links import BadLink
from formapp.services.mail_queue import NothingToRetry
from formapp.services.staff_acts import NothingToAnswer, NothingToChange, UnknownReason
from formapp.services.staff_checks import NothingHeld
from formapp.services.ticket_life import AlreadyDone, CannotWrite, NoSuchTicket, Stale
from formapp.services.ticket_view import TicketView
from formapp.site import ERROR_FRAME
from formapp.web.context import desk, runtime
from formapp.web.downloads import file_to_save, mail_to_save
from formapp.web.guards import limit_size, require_own_page
from formapp.web.headers import PRIVATE, private
from formapp.web.pages import page
from formapp.web.staff_access import Where, opened_ticket
from formapp.web.staff_escalations import files_of
from formapp.web.staff_frame import framed
from formapp.web.staff_offers import SAID_DONE, do
from formapp.web.staff_ticket_content import Draft, problems_of, title_of, values_of
from formapp.web.uploads import take_files

# Registered twice, so that no view knows more of the two addresses than that one has a number in it.
staff_ticket_pages = Blueprint("staff_ticket_pages", __name__)
_REFUSALS = (
    MoveNotAllowed,
    UnknownReason,
    UnknownChoice,
    UnknownFile,
    NothingToChange,
    NothingToAnswer,
    NothingToRetry,
    NothingHeld,
    CannotWrite,
)
# No ticket has it: a form that does not say what its writer saw is looked at once more.
_NOTHING_SEEN = -1


@staff_ticket_pages.get("/")
def show(token: str, number: int | None = None) -> Response:
    """Show a ticket with everything that is known of it. Nothing is changed by looking, as the scanners of mail programs do."""
    with runtime().database.reading() as session:
        return _page(session, opened_ticket(session, token, number), None, 200)


@staff_ticket_pages.post("/")
def act(token: str, number: int | None = None) -> Answer:
    """Do what one of the page's forms says, once, and go back to the page; or show it again with what was written."""
    limit_size()
    require_own_page()
    with runtime().database.reading() as session:
        where = opened_ticket(session, token, number)
    if request.form.get("act") not in STAFF_FORMS:
        raise BadRequest("Send one of the page’s forms.")
    form, is_unfinished = _posted()
    draft = Draft(form, since=_moment(request.form.get("shown", "")))
    if is_unfinished:
        return _again(where, draft, 200)
    if not form.validate():
        return _again(where, draft, 422)
    running = runtime()
    try:
        with running.database.transaction() as session:
            do(session, where, form, request.form.get("once", ""), _revision(request.form.get("seen", "")), desk(), running.now())
    except AlreadyDone:
        pass
    except Stale:
        return _again(where, draft.stale(), 409)
    except NoSuchTicket:
        raise _gone(where) from None
    except _REFUSALS as refusal:
        return _again(where, draft.refused(str(refusal)), 422)
    answer = redirect(f"{where.here}?done={form.act}#done", code=303)
    answer.headers.update(PRIVATE)
    return answer


@staff_ticket_pages.get("/files/<int:file_id>")
def download(token: str, file_id: int, number: int | None = None) -> Response:
    """Give a file of this ticket, to be saved and never to be shown."""
    with runtime().database.reading() as session:
        where = opened_ticket(session, token, number)
        view = _view(session, where)
        if all(file.id != file_id for file in files_of(session, view)):
            raise NotFound
        found = attachments.open_for_download(session, file_id)
    if found is None:
        raise NotFound
    file, content = found
    if file.held_because:
        return private(page("This file is held back", "held_file.html", frame=ERROR_FRAME, status=409, reason=file.held_because))
    return file_to_save(file, content)


@staff_ticket_pages.get("/mails/<int:mail_id>.eml")
def download_mail(token: str, mail_id: int, number: int | None = None) -> Response:
    """Give a mail that stands in this ticket's history as it came, to be saved and never to be shown."""
    with runtime().database.reading() as session:
        where = opened_ticket(session, token, number)
        # Looked up among the ticket's own: the number in the address is anybody's to change.
        is_of_ticket = any(entry.mail_id == mail_id for entry in _view(session, where).entries)
        raw = review.raw_of(session, mail_id) if is_of_ticket else None
    if raw is None:
        raise NotFound
    return mail_to_save(mail_id, raw)


def _page(session: Session, where: Where, draft: Draft | None, status: int) -> Response:
    view = _view(session, where)
    values = values_of(session, view, where, draft)
    done = SAID_DONE.get(request.args.get("done", "")) if draft is None else None
    return framed(title_of(view), "ticket.html", status=status, problems=problems_of(values), done=done, **values)


def _again(where: Where, draft: Draft, status: int) -> Response:
    with runtime().database.reading() as session:
        return _page(session, where, draft, status)


def _view(session: Session, where: Where) -> TicketView:
    view = ticket_view.for_staff(session, where.number, desk(), runtime().now())
    if view is None:
        raise _gone(where)
    return view


def _gone(where: Where) -> Exception:
    """Return what to raise where there is no such ticket: whoever has the queue may know, all others not."""
    return NotFound() if where.queue else BadLink("the ticket is gone")


def _posted() -> tuple[StaffForm, bool]:
    """Return the form as it came, its files kept first of all; and whether it was only sent to take a file out."""
    kind, policy, posted = STAFF_FORMS[request.form["act"]], runtime().policy, MultiDict(request.form)
    if not issubclass(kind, LetterForm):
        return kind.of(policy, posted), False
    removed, refused = take_files(posted)
    form = kind.of(policy, posted)
    with runtime().database.reading() as session:
        form.kept_file.show(attachments.find(session, form.kept_file.data), refused)
    return form, bool(removed)


def _revision(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else _NOTHING_SEEN


def _moment(said: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
