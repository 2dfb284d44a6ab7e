"""`formapp feedback`: read what readers said of the articles, and settle it."""

from pathlib import Path

import click

from formapp.commands.report_files import require_apart, stylesheets_of
from formapp.errors import HelpCentreError
from formapp.reports import folder as report_folder
from formapp.reports.values import Comment, Report
from formapp.rules.feedback import DONE, NEW, STATES, WONT_DO, feedback_id, read_feedback_id
from formapp.rules.wording import say_day
from formapp.runtime import Runtime
from formapp.services import feedback as service
from formapp.services.database import check_schema
from formapp.services.feedback_report import gather
from formapp.settings import read_settings

LONGEST_LINE = 80  # characters of a comment in a list


class WrongFeedback(HelpCentreError):
    """An ID that is no feedback's."""


@click.group()
def feedback() -> None:
    """Read what readers said of the articles, and settle it."""


@feedback.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder; an earlier report in it is replaced.")
def report(out: Path) -> None:
    """Write the report as files that open from a disk: pages, feedback.csv, votes.csv and feedback.json."""
    runtime = _runtime(serving=True)
    require_apart(out, runtime.settings.site_dir)
    stylesheets = stylesheets_of(runtime.settings.site_dir)
    gathered = _gather(runtime)
    report_folder.write(out, gathered, runtime.policy, stylesheets)
    click.echo(f"{out / 'index.html'}: {gathered.counted.total:,} votes on {len(gathered.articles):,} articles")


@feedback.command()
def link() -> None:
    """Print a fresh link that opens the report for everybody who has it."""
    runtime = _runtime(serving=True)
    click.echo(runtime.links.report_url(runtime.desk.today(runtime.now())))


@feedback.command("list")
@click.option("--all", "everything", is_flag=True, help="List what is settled or set aside too.")
def list_feedback(everything: bool) -> None:
    """List what readers said and nobody has settled yet, the newest first."""
    runtime = _runtime(serving=True)
    gathered = _gather(runtime)
    comments = [one for one in gathered.comments if everything or one.state == NEW]
    for one in (*comments, *(gathered.set_aside_comments if everything else ())):
        click.echo(_as_line(one, say_day(one.given_at, runtime.policy)))
    click.echo(f"{gathered.new_feedback:,} New, {len(gathered.comments):,} in all, {len(gathered.set_aside_comments):,} set aside")


@feedback.command()
@click.argument("identity", metavar="ID")
@click.option("--note", default="", help="What was done, for the report and for readers who asked to hear.")
def done(identity: str, note: str) -> None:
    """Record that what the feedback asks for is done, as for F-123; readers who asked are told at the next `formapp articles sync`."""
    _settle(identity, DONE, note)


@feedback.command("wont-do")
@click.argument("identity", metavar="ID")
@click.option("--note", default="", help="Why not, for the report.")
def wont_do(identity: str, note: str) -> None:
    """Record that nothing will be done about the feedback; its reader's address is forgotten."""
    _settle(identity, WONT_DO, note)


@feedback.command()
@click.argument("identity", metavar="ID")
def reopen(identity: str) -> None:
    """Put feedback back among what is New."""
    _settle(identity, NEW, "")


def _settle(identity: str, state: str, note: str) -> None:
    number = read_feedback_id(identity)
    if number is None or number >= 2**31:
        raise WrongFeedback(f"{identity!r} is not the ID of feedback: write it as the report shows it, like {feedback_id(123)}")
    runtime = _runtime(serving=False)
    with runtime.database.transaction() as session:
        service.settle(session, number, state, note, runtime.now())
    click.echo(f"{feedback_id(number)}: {STATES[state]}")


def _runtime(*, serving: bool) -> Runtime:
    # What makes links, or addresses of articles, needs the settings of the service.
    runtime = Runtime.start(read_settings(serving=serving))
    click.get_current_context().call_on_close(runtime.database.engine.dispose)
    check_schema(runtime.database)
    return runtime


def _gather(runtime: Runtime) -> Report:
    with runtime.database.reading() as session:
        return gather(session, runtime.desk, runtime.now())


def _as_line(one: Comment, day: str) -> str:
    said = one.comment or "; ".join(one.reasons)
    # On one line, and without what a terminal would obey.
    plain = " ".join("".join(character if character.isprintable() else " " for character in said).split())
    short = plain if len(plain) <= LONGEST_LINE else f"{plain[: LONGEST_LINE - 1]}…"
    state = "Set aside" if one.set_aside_because else STATES.get(one.state, one.state)
    waits = "  (somebody waits)" if one.somebody_waits else ""
    return f"{feedback_id(one.number)}  {state}  {day}  {one.article_id}{waits}\n    {short}"
