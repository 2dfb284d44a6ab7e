"""The ticket that somebody names on a terminal."""

from sqlalchemy.orm import Session

from formapp.policy.policy import Policy
from formapp.rules.references import read_ticket_id, ticket_id
from formapp.runtime import Runtime
from formapp.services import ticket_view
from formapp.services.ticket_life import NoSuchTicket
from formapp.services.ticket_view import TicketView


def number_of(policy: Policy, named: str) -> int:
    """Return the number in an ID as people write it; raise NoSuchTicket for what is none."""
    number = read_ticket_id(policy, named)
    if number is None:
        raise no_such_ticket(policy, named)
    return number


def seen_by_staff(session: Session, number: int, runtime: Runtime) -> TicketView:
    """Return a ticket with everything that is known of it; raise NoSuchTicket."""
    view = ticket_view.for_staff(session, number, runtime.desk, runtime.now())
    if view is None:
        raise no_such_ticket(runtime.policy, ticket_id(runtime.policy, number))
    return view


def no_such_ticket(policy: Policy, named: str) -> NoSuchTicket:
    """Return the error that says how a ticket is named."""
    return NoSuchTicket(f"{named} is not a ticket here: write its ID as in the subject of its mails, like {ticket_id(policy, 1042)}")
