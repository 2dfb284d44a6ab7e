"""`formapp db`: the database's schema."""

import click

from formapp.services.database import check_schema, migrate, open_database
from formapp.settings import read_settings


@click.group()
def db() -> None:
    """Keep the database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the schema to this version's; an empty database gets all of it."""
    migrate(open_database(read_settings(serving=False).database))
    click.echo("The database's schema is this version's.")


@db.command()
def check() -> None:
    """Say whether the schema is this version's."""
    check_schema(open_database(read_settings(serving=False).database))
    click.echo("The database's schema is this version's.")
