"""The customer's page of a ticket, opened by a signed link."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from formapp.forms.complaint import said_in_complaint
from formapp.forms.support_form import Said
from formapp.forms.ticket import said_in_ticket
from formapp.models import Ticket
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_day, say_hours, say_moment_in_full, to_the_minute
from formapp.services import attachments, complaints, tickets
from formapp.services.links import TICKET_PAGE
from formapp.site import REQUEST_FRAME
from formapp.web.context import links, runtime
from formapp.web.headers import private
from formapp.web.linked import opened
from formapp.web.pages import page
from formapp.web.received_answers import but_the_address, masked

ticket_pages = Blueprint("ticket_pages", __name__)


@ticket_pages.get("/your-request/<token>")
def ticket_page(token: str) -> Response:
    """Show a request to whoever has its link; every other token gets the same answer."""
    running = runtime()
    with running.database.reading() as session:
        ticket = opened(session, Ticket, TICKET_PAGE, token)
        if ticket is None:
            return no_such_link()
        policy, promise = running.policy, ticket.promise
        received = say_moment_in_full(to_the_minute(ticket.received_at), policy)
        return private(
            page(
                "Complaint received" if ticket.complaint else "Request received",
                "complaint.html" if ticket.complaint else "ticket.html",
                frame=REQUEST_FRAME,
                ticket_id=ticket_id(policy, ticket.number),
                answers=(("Received", received), *but_the_address(_said(session, ticket), attachments.of_ticket(session, ticket.number))),
                address=links().ticket_url(ticket.number),
                promise=promise,
                due=say_moment_in_full(promise.due_at, policy),
                answer_by=say_day(ticket.complaint.answer_by, policy) if ticket.complaint else None,
                received=received,
                reply_address=masked(ticket.email),
                hours=say_hours(policy),
            )
        )


def no_such_link() -> Response:
    """Answer for a token that opens nothing, whatever is wrong with it."""
    return private(page("This link does not open a request", "bad_link.html", frame=REQUEST_FRAME, status=404))


def _said(session: Session, ticket: Ticket) -> tuple[Said, ...]:
    if ticket.complaint:
        return said_in_complaint(complaints.answers_of(ticket))
    return said_in_ticket(ticket, runtime().policy, tickets.named_article(session, ticket.article_id, links()))
