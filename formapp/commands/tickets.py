"""`formapp tickets`: what staff record of a ticket from a terminal."""

import click

from formapp.errors import HelpCentreError
from formapp.rules.references import read_ticket_id, ticket_id
from formapp.rules.wording import say_moment_in_full, to_the_minute
from formapp.runtime import Runtime
from formapp.services import tickets as service
from formapp.services.database import check_schema
from formapp.settings import read_settings


class NoSuchTicket(HelpCentreError):
    """An ID that is not a ticket's."""


@click.group()
def tickets() -> None:
    """Record what happened to a ticket."""


@tickets.command()
@click.argument("ticket")
def responded(ticket: str) -> None:
    """Record that TICKET has had its first response, which lets a formal escalation through; an earlier record stays."""
    runtime = Runtime.start(read_settings(serving=False))
    check_schema(runtime.database)
    number = read_ticket_id(runtime.policy, ticket)
    with runtime.database.transaction() as session:
        first = service.note_first_response(session, number, runtime.now()) if number else None
    if number is None or first is None:
        raise NoSuchTicket(
            f"{ticket} is not a ticket here: write its ID as in the subject of its mails, like {ticket_id(runtime.policy, 1042)}"
        )
    click.echo(f"{ticket_id(runtime.policy, number)}: first response on {say_moment_in_full(to_the_minute(first), runtime.policy)}")
