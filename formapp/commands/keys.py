"""`formapp keys`: which links are believed."""

import click

from formapp.commands.started import started
from formapp.services import staff_links as service
from formapp.services.staff_links import OPENS_FOR


@click.group()
def keys() -> None:
    """Look after the links that stand in for accounts."""


@keys.command()
def rotate() -> None:
    """Let every link for staff that was made so far open nothing, as after one has got into wrong hands; print a fresh one."""
    runtime = started(serving=True)
    with runtime.database.transaction() as session:
        service.rotate(session)
        links = service.mail_queue_link(session, runtime.desk, runtime.now())
    click.echo("Every link for staff that was made so far opens nothing now: to the queue, to tickets and to their files.")
    click.echo("Links in customers’ mails and to the report on feedback still open.")
    click.echo("The team is mailed a fresh link to the queue.")
    click.echo(f"The same link, for {links.address} and {OPENS_FOR.days} days (`formapp tickets link` prints another):")
    click.echo(links.queue_url())
