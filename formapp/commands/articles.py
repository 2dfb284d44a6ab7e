"""`formapp articles`: check what the pages say of themselves."""

from pathlib import Path

import click

from formapp.articles.check import check_articles
from formapp.errors import HelpCentreError
from formapp.runtime import Runtime
from formapp.services import answered_articles
from formapp.services.database import check_schema
from formapp.settings import read_settings


class BadHeads(HelpCentreError):
    """Pages whose heads are not complete; the message has a line for each fault."""


@click.group()
def articles() -> None:
    """Check the pages of the help centre."""


@articles.command()
@click.option("--docs", type=click.Path(path_type=Path), default="docs", show_default=True, help="The folder of the pages.")
def check(docs: Path) -> None:
    """Check the head of every page: title, description, id, owner, who created and modified it and when, and the day of its review."""
    if not docs.is_dir():
        raise BadHeads(f"{docs}: is no folder: run this beside mkdocs.yml, or say where the pages are with --docs")
    faults = check_articles(docs)
    if faults:
        raise BadHeads("\n".join(["these heads are not complete:", *faults]))
    click.echo(f"{docs}: the heads of all {len(list(docs.rglob('*.md')))} pages are complete")


@articles.command()
def answered() -> None:
    """List how often each article answered a question while somebody was writing it, the most often first."""
    runtime = Runtime.start(read_settings(serving=False))
    check_schema(runtime.database)
    with runtime.database.reading() as session:
        totals = answered_articles.totals(session)
    for article, times in totals:
        click.echo(f"{times:>6}  {article}")
    if not totals:
        click.echo("No article has been counted yet: readers are offered articles while they type the summary of a request.")
