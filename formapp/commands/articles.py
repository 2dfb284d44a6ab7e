"""`formapp articles`: check what the pages say of themselves."""

from pathlib import Path

import click

from formapp.articles.check import check_articles
from formapp.errors import HelpCentreError


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
