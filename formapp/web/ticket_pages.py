"""The customer's page of a ticket, opened by a signed link."""

from flask import Blueprint, Response

from formapp.models import Ticket
from formapp.policy.policy import Policy
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_hours, say_moment_in_full, to_the_minute
from formapp.services.links import BadLink
from formapp.site import REQUEST_FRAME
from formapp.web.context import links, runtime
from formapp.web.headers import private
from formapp.web.pages import page

ticket_pages = Blueprint("ticket_pages", __name__)


@ticket_pages.get("/your-request/<token>")
def ticket_page(token: str) -> Response:
    """Show a request to whoever has its link; every other token gets the same answer."""
    running = runtime()
    try:
        number = links().ticket_number(token)
    except BadLink:
        return _no_such_link()
    with running.database.reading() as session:
        ticket = session.get(Ticket, number)
        if ticket is None:
            return _no_such_link()
        promise = ticket.promise
        received = say_moment_in_full(to_the_minute(ticket.received_at), running.policy)
        return private(
            page(
                "Request received",
                "ticket.html",
                frame=REQUEST_FRAME,
                ticket_id=ticket_id(running.policy, ticket.number),
                answers=_answers(ticket, running.policy, received),
                address=links().ticket_url(ticket.number),
                promise=promise,
                due=say_moment_in_full(promise.due_at, running.policy),
                received=received,
                reply_address=_masked(ticket.email),
                hours=say_hours(running.policy),
            )
        )


def _no_such_link() -> Response:
    return private(page("This link does not open a request", "bad_link.html", frame=REQUEST_FRAME, status=404))


def _answers(ticket: Ticket, policy: Policy, received: str) -> tuple[tuple[str, str], ...]:
    """Everything that was sent but the address, which the page shows masked: the link may be passed on."""
    said = policy.situation_of(ticket.request_type, ticket.priority)
    situation = (("Situation", said),) if said else ()
    return (
        ("Received", received),
        ("Request type", policy.name_of(ticket.request_type)),
        *situation,
        ("Summary", ticket.summary),
        ("What happened", ticket.description),
        ("Area of the application", ticket.area),
        ("More than one person", ticket.extent),
        ("Effect on your business", ticket.impact),
        ("Browser", ticket.browser),
        ("Full name", ticket.name),
        ("Company name", ticket.company),
    )


def _masked(address: str) -> str:
    """Show enough of an address to recognise one's own, and no more: j•••@example.com."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
