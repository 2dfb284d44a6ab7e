"""`formapp tickets`: the queue, a ticket, and what staff do on it, from a terminal."""

import json
from dataclasses import replace

import click
from sqlalchemy.orm import Session

from formapp.commands.started import started
from formapp.commands.ticket_acts import ACTS
from formapp.commands.ticket_named import no_such_ticket, number_of, seen_by_staff
from formapp.commands.ticket_text import listed_as_data, listed_as_text, ticket_as_data, ticket_as_text
from formapp.commands.tickets_report import report
from formapp.forms.complaint import said_in_complaint
from formapp.forms.fields import clean_line
from formapp.forms.support_form import Said
from formapp.forms.ticket import said_in_ticket
from formapp.models import Ticket
from formapp.policy.policy import Policy
from formapp.policy.requests import COMPLAINT
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_moment_in_full, to_the_minute
from formapp.runtime import Runtime
from formapp.services import complaints, queue
from formapp.services import tickets as service
from formapp.services.desk import Desk
from formapp.services.queue import Listed, Row, Wanted
from formapp.services.staff_links import OPENS_FOR, staff_links


@click.group()
def tickets() -> None:
    """Look after tickets: what is due, what happened to one, and the answers to customers."""


@tickets.command("list")
@click.option(
    "--state", type=click.Choice([f"{state}" for state in queue.STATES]), default=queue.DUE, show_default=True, help="Which tickets."
)
@click.option("--type", "request_type", default="", help="Only of this request type, by its key or name.")
@click.option("--priority", default="", help="Only of this priority level.")
@click.option("--search", default="", help="Only with this in the ID, the summary, or the customer’s name, address or company.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=queue.PAGE, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_tickets(state: str, request_type: str, priority: str, search: str, limit: int, as_json: bool) -> None:
    """List tickets, by what is due next and so late ones first; without options those that wait for us."""
    runtime = started(serving=True)
    wanted = _wanted(runtime.policy, state, request_type, priority, search)
    now = runtime.now()
    with runtime.database.reading() as session:
        listed, rows = _rows(session, wanted, runtime.desk, runtime, limit)
    if as_json:
        click.echo(json.dumps(listed_as_data(listed, rows), ensure_ascii=False))
        return
    if rows:
        click.echo(listed_as_text(rows, runtime.policy, now))
    shown = f", {len(rows):,} of them shown" if len(rows) < listed.total else ""
    click.echo(f"{listed.total:,} {'ticket' if listed.total == 1 else 'tickets'}{shown}")


@tickets.command()
@click.argument("ticket")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show(ticket: str, as_json: bool) -> None:
    """Show everything about TICKET: what it says, what we owe and how that was worked out, its history and its mails."""
    runtime = started(serving=True)
    with runtime.database.reading() as session:
        view = seen_by_staff(session, number_of(runtime.policy, ticket), runtime)
        if as_json:
            click.echo(json.dumps(ticket_as_data(view), ensure_ascii=False))
        else:
            click.echo(ticket_as_text(view, _said(session, view.ticket, runtime), runtime.policy))


@tickets.command()
@click.argument("ticket", required=False)
@click.option("--for", "address", help="Whose link it is, as the pages then say who did what; by default the team’s address.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def link(ticket: str | None, address: str | None, as_json: bool) -> None:
    """Print a fresh link to the queue, or to TICKET's page for staff; whoever has it may do what staff do there."""
    runtime = started(serving=True)
    number = ticket and number_of(runtime.policy, ticket)
    with runtime.database.transaction() as session:
        if number and session.get(Ticket, number) is None:
            raise no_such_ticket(runtime.policy, str(ticket))
        links = staff_links(session, runtime.desk, runtime.now(), address)
        url = links.ticket_url(int(number)) if number else links.queue_url()
    if as_json:
        click.echo(json.dumps({"url": url, "for": links.address, "opens_for_days": OPENS_FOR.days}))
    else:
        click.echo(url)


@tickets.command()
@click.argument("ticket")
def responded(ticket: str) -> None:
    """Record that TICKET has had its first response elsewhere, as by your own mail: what was owed is answered. An earlier record stays."""
    runtime = started(serving=False)
    number = number_of(runtime.policy, ticket)
    with runtime.database.transaction() as session:
        first = service.note_first_response(session, number, runtime.now())
    if first is None:
        raise no_such_ticket(runtime.policy, ticket)
    click.echo(f"{ticket_id(runtime.policy, number)}: first response on {say_moment_in_full(to_the_minute(first), runtime.policy)}")


tickets.add_command(report)
for act in ACTS:
    tickets.add_command(act)


def _wanted(policy: Policy, state: str, request_type: str, priority: str, search: str) -> Wanted:
    """Return what is looked for, by the policy's own keys; raise UnknownChoice."""
    kind = request_type if request_type in ("", COMPLAINT) else policy.choice(request_type)[0].key
    with_levels = next(one.key for one in policy.request_types if one.has_priority)
    level = policy.choice(with_levels, priority)[1] if priority else None
    return Wanted(state=state, request_type=kind, priority=level.level if level else "", words=clean_line(search))


def _rows(session: Session, wanted: Wanted, desk: Desk, runtime: Runtime, limit: int) -> tuple[Listed, list[Row]]:
    """Read as many pages of the queue as are asked for."""
    listed = queue.list_tickets(session, wanted, desk, runtime.now())
    rows = list(listed.rows)
    for page in range(2, listed.pages + 1):
        if len(rows) >= limit:
            break
        rows += queue.list_tickets(session, replace(wanted, page=page), desk, runtime.now()).rows
    return listed, rows[:limit]


def _said(session: Session, ticket: Ticket, runtime: Runtime) -> tuple[Said, ...]:
    if ticket.complaint:
        return said_in_complaint(complaints.answers_of(ticket))
    return said_in_ticket(ticket, runtime.policy, service.named_article(session, ticket.article_id, runtime.links))
