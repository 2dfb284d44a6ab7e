"""`formapp articles`: check what the pages say of themselves, and tell the database."""

from pathlib import Path

import click

from formapp.articles.check import check_articles
from formapp.errors import HelpCentreError
from formapp.runtime import Runtime
from formapp.services import answered_articles, articles_sync
from formapp.services.articles_sync import Synced
from formapp.services.database import check_schema
from formapp.settings import read_settings


class BadHeads(HelpCentreError):
    """Pages whose heads are not complete; the message has a line for each fault."""


@click.group()
def articles() -> None:
    """Check the pages of the help centre, and what becomes of them."""


_docs = click.option("--docs", type=click.Path(path_type=Path), default="docs", show_default=True, help="The folder of the pages.")


@articles.command()
@_docs
def check(docs: Path) -> None:
    """Check the head of every page: title, description, id, owner, who created and modified it and when, and the day of its review.

    And what it fixes, where it says so: `fixes: [F-123, F-124]`.
    """
    _require_folder(docs)
    faults = check_articles(docs)
    if faults:
        raise BadHeads("\n".join(["these heads are not complete:", *faults]))
    click.echo(f"{docs}: the heads of all {len(list(docs.rglob('*.md')))} pages are complete")


@articles.command()
@_docs
def sync(docs: Path) -> None:
    """Bring what the database knows of the articles to what their files say, and settle the feedback that they fix.

    Run it with every build that is published: readers who asked to hear of a change are then told.
    """
    _require_folder(docs)
    runtime = Runtime.start(read_settings(serving=False))
    check_schema(runtime.database)
    done = articles_sync.sync(runtime.database, docs, runtime.now())
    for line in say_synced(done):
        click.echo(line)
    if done.faults:
        raise BadHeads("\n".join(["everything else is done, but:", *done.faults]))


def say_synced(done: Synced) -> list[str]:
    """Say what a sync did, a line for each kind of change; nothing where it found nothing new."""
    changes = {
        "new": done.new,
        "changed": done.changed,
        "no longer asks whether it helped, or was taken out": done.removed,
        "asks again whether it helped": done.returned,
        "with a new text": done.revisions,
        "feedback done": done.settled,
        "done, but the text is still the one that its reader saw, who is told once it changes": done.waiting,
    }
    said = [f"{what}: {', '.join(which)}" for what, which in changes.items() if which]
    if done.published:
        said.append(f"published: what was done about {done.published} {'piece' if done.published == 1 else 'pieces'} of feedback")
    return ["1 article read" if done.articles == 1 else f"{done.articles} articles read", *said]


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


def _require_folder(docs: Path) -> None:
    if not docs.is_dir():
        raise BadHeads(f"{docs}: is no folder: run this beside mkdocs.yml, or say where the pages are with --docs")
