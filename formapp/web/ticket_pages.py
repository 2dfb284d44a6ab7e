"""The customer's page of a ticket, opened by a signed link: what became of it, and a form to answer us."""

import contextlib
import json
import secrets
from collections.abc import Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from formapp.forms.complaint import said_in_complaint
from formapp.forms.rendering import render_error_summary
from formapp.forms.reply import ACTS, NOT_SOLVED, SOLVED, WRITE, TicketReplyForm
from formapp.forms.support_form import Said
from formapp.forms.ticket import said_in_ticket
from formapp.html import render
from formapp.models import Ticket
from formapp.rules.lifecycle import SAID_STATUS, WHOSE_TURN, MoveNotAllowed, Mover, Status
from formapp.rules.wording import say_hours
from formapp.services import attachments, complaints, customer_acts, ticket_life, tickets
from formapp.services.attachments import UnknownFile
from formapp.services.links import TICKET_PAGE, BadLink
from formapp.services.ticket_life import PAGE, Act, AlreadyDone, NoSuchTicket
from formapp.services.ticket_view import TicketView, for_customer
from formapp.site import REQUEST_FRAME
from formapp.web.client import client_address
from formapp.web.context import desk, limits, links, runtime, site
from formapp.web.guards import limit_size, require_own_page
from formapp.web.headers import PRIVATE, private
from formapp.web.limits import Limited, TooMany
from formapp.web.linked import opened
from formapp.web.pages import html, page
from formapp.web.received_answers import but_the_address, masked, say_file
from formapp.web.ticket_words import say_delivery, say_due, say_entry, say_minute, say_title, say_working, why_not_given
from formapp.web.uploads import take_files

ticket_pages = Blueprint("ticket_pages", __name__)
# What is said after an act; nothing else that stands in an address is ever shown.
DONE: Mapping[str, str] = MappingProxyType(
    {
        WRITE: "We have your message, and the team has been told.",
        SOLVED: "Thank you for telling us that it is solved.",
        NOT_SOLVED: "Thank you for telling us. The ticket has been opened again, and the team has been told.",
    }
)
MOVED_ON = "Nothing has been changed: the ticket has moved on since you opened this page. Where it stands now is shown here."


@ticket_pages.get("/your-request/<token>")
def ticket_page(token: str) -> Response:
    """Show a ticket to whoever has its link; every other token gets the same answer."""
    with runtime().database.reading() as session:
        view = view_of(session, token)
        if view is None:
            return no_such_link()
        return _page(session, view, TicketReplyForm.of(view.status), done=DONE.get(request.args.get("done", ""), ""))


@ticket_pages.post("/your-request/<token>")
def act(token: str) -> AnyResponse:
    """Do what a button of the form says: 303 to the page, or the form again with what is wrong, the text and the files kept."""
    limit_size()
    require_own_page()
    with runtime().database.reading() as session:
        ticket = opened(session, Ticket, TICKET_PAGE, token)
        if ticket is None:
            return no_such_link()
        number, status = ticket.number, Status(ticket.status)
    posted = _posted()
    removed, refused = take_files(posted)
    form = TicketReplyForm.of(status, posted, posted.get("act", WRITE))
    if form.act not in ACTS:
        raise BadRequest(f"Send one of {', '.join(ACTS)} as `act`.")
    _show_files(form, refused)
    if removed:
        form.focused = form.kept_file.name
        return _again(number, form, 200)
    if not form.validate():
        return _again(number, form, 422)
    try:
        _do(number, form)
    except AlreadyDone:
        pass  # A double click: what it was for has happened.
    except NoSuchTicket:
        return no_such_link()
    except MoveNotAllowed:
        return _again(number, form, 409, MOVED_ON)
    except UnknownFile:
        # Removed in another tab just now.
        _show_files(form)
        form.validate()
        return _again(number, form, 422)
    except TooMany as too_many:
        answer = _again(number, form, 429, _say_too_many(too_many))
        answer.headers["Retry-After"] = str(too_many.seconds)
        return answer
    done = redirect(f"{links().ticket_path(number)}?done={form.act}", code=303)
    done.headers.update(PRIVATE)
    return done


def view_of(session: Session, token: str) -> TicketView | None:
    """Return what a token opens as its customer sees it; None for any other token, and for what is gone."""
    try:
        number = links().read(TICKET_PAGE, token)
    except BadLink:
        return None
    return for_customer(session, number, desk(), runtime().now())


def no_such_link() -> Response:
    """Answer for a token that opens nothing, whatever is wrong with it."""
    return private(page("This link does not open a request", "bad_link.html", frame=REQUEST_FRAME, status=404))


def said_in(session: Session, ticket: Ticket) -> tuple[Said, ...]:
    """Return what the customer sent at first, in the order of its questions."""
    if ticket.complaint:
        return said_in_complaint(complaints.answers_of(ticket))
    # As it was sent: type and priority may have become others since, and the first promise still has them.
    as_sent = ticket.promises[0] if ticket.promises else ticket
    sent = {column.key: getattr(ticket, column.key) for column in Ticket.__table__.columns}
    sent |= {"request_type": as_sent.request_type, "priority": as_sent.priority}
    return said_in_ticket(SimpleNamespace(**sent), runtime().policy, tickets.named_article(session, ticket.article_id, links()))


def _do(number: int, form: TicketReplyForm) -> None:
    running = runtime()
    now, by, client = running.now(), Act(Mover.CUSTOMER, PAGE, once=_once(form)), client_address()
    # Asked once outside the transaction: should Redis hang, nobody waits for it with the database's lock in hand.
    with contextlib.suppress(TooMany):
        limits().check(Limited.SUBMISSIONS, client)
    with running.database.transaction() as session:
        # A form that was taken before is answered as done, however much has come since: it counts once.
        ticket_life.take(session, number, by)
        limits().take(Limited.SUBMISSIONS, client)
        if form.act == SOLVED:
            customer_acts.customer_solved(session, number, by, desk(), now, text=form.words, tokens=form.tokens, shown=form.shown_as)
        elif form.act == NOT_SOLVED:
            customer_acts.customer_not_solved(session, number, by, desk(), now, text=form.words, tokens=form.tokens)
        else:
            customer_acts.customer_writes(session, number, by, desk(), now, text=form.words, tokens=form.tokens)


def _once(form: TicketReplyForm) -> str | None:
    """Return what makes a form the same one: with its key what it says, for after Back another text comes with the same key.

    Files count by what is in them: sent twice, they have other tokens.
    """
    if not form.once.data:
        return None
    return json.dumps([form.once.data, form.act, form.words, [[file.name, file.digest] for file in form.kept_file.kept]])


def _posted() -> MultiDict[str, str]:
    if not request.form and not request.files:
        raise BadRequest("The form did not arrive whole: send it again.")
    return MultiDict(request.form)


def _show_files(form: TicketReplyForm, refused: list[str] | None = None) -> None:
    with runtime().database.reading() as session:
        form.kept_file.show(attachments.find(session, form.kept_file.data), refused or ())


def _say_too_many(too_many: TooMany) -> str:
    return (
        f"Many requests have come from your network in the last hour, and this one has not been sent. Your text is still here: "
        f"send it again in {too_many.wait}, or write to {runtime().policy.channels.email}."
    )


def _again(number: int, form: TicketReplyForm, status: int, notice: str = "") -> Response:
    """Answer with the page as it is now, and the form as it was left."""
    with runtime().database.reading() as session:
        view = for_customer(session, number, desk(), runtime().now())
        if view is None:
            return no_such_link()
        form.read_as(view.status)
        return _page(session, view, form, status=status, notice=notice)


def _page(session: Session, view: TicketView, form: TicketReplyForm, *, status: int = 200, done: str = "", notice: str = "") -> Response:
    policy, ticket = runtime().policy, view.ticket
    form.once.data = form.once.data or secrets.token_urlsafe()
    content = render(
        "pages/ticket.html",
        policy=policy,
        view=view,
        form=form,
        done=done,
        notice=notice,
        facts=json.dumps(form.facts(policy, f"{view.id}: {ticket.summary}"), ensure_ascii=False, separators=(",", ":")),
        path=links().ticket_path(ticket.number),
        address=links().ticket_url(ticket.number),
        **_words(session, view),
    )
    frame = site().page(REQUEST_FRAME).swapped(content).titled(say_title(view))
    if problems := form.problems or ([("hc-notice", notice)] if notice else []):
        frame = frame.with_error_summary(render_error_summary(problems))
    return private(html(frame, status=status))


def _words(session: Session, view: TicketView) -> dict[str, Any]:
    """Return what the page says in words, and how its templates say more."""
    policy, ticket = runtime().policy, view.ticket
    return {
        "is_new": ticket.revision == 0,
        "is_undelivered": [one.delivery.state for one in view.entries if one.delivery][-1:] == ["failed"],
        "classified": ", ".join(filter(None, (policy.name_of(ticket.request_type), ticket.priority))),
        "said_status": SAID_STATUS[view.status],
        "whose_turn": WHOSE_TURN[view.status],
        "answers": (("Received", say_minute(ticket.received_at, policy)), *but_the_address(said_in(session, ticket))),
        "sent_files": tuple(file for entry in view.entries if entry.kind == "event" for file in entry.files),
        "reply_address": masked(ticket.email),
        "hours": say_hours(policy),
        "say": lambda moment: say_minute(moment, policy),
        "say_due": lambda owed: say_due(owed, policy),
        "say_working": lambda owed: say_working(owed, view, policy),
        "say_entry": say_entry,
        "say_delivery": lambda delivery: say_delivery(delivery, policy),
        "say_file": say_file,
        "why_not_given": why_not_given,
    }
