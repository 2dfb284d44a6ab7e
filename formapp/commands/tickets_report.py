"""`formapp tickets report`: how the targets were kept, as text, as files, and as the figures that the site shows."""

import contextlib
import os
from datetime import date, datetime
from pathlib import Path

import click

from formapp.commands.report_files import require_apart, stylesheets_of
from formapp.commands.scorecard_text import scorecard_as_text
from formapp.commands.started import started
from formapp.errors import HelpCentreError
from formapp.reports import scorecard_folder
from formapp.reports.scorecard_public import UnusableFigures, as_text, public_period, public_scorecard, read_figures
from formapp.reports.scorecard_tables import scorecard_json
from formapp.reports.scorecard_values import Scorecard
from formapp.runtime import Runtime
from formapp.services.scorecard import gather

_DAY = click.DateTime(formats=["%Y-%m-%d"])
# Any file of ours, whatever the policy asks for now.
_ANY = 0


class UnusableFile(HelpCentreError):
    """A file that holds something else than published figures, or that cannot be written; the message says what to do."""


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), help="A folder for the report as pages and tables; an earlier one in it is replaced."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--from", "since", type=_DAY, help="The first day; by default that of the month eleven months ago.")
@click.option("--to", "until", type=_DAY, help="The last day; by default today.")
@click.option("--public", type=click.Path(path_type=Path), help="A file for the figures that everybody may see, as docs/scorecard.json.")
def report(out: Path | None, as_json: bool, since: datetime | None, until: datetime | None, public: Path | None) -> None:
    """Say how many targets were kept and how long tickets took; with --public, write what [[policy: scorecard]] shows instead."""
    runtime = started(serving=True)
    if public is not None:
        if out or as_json or since or until:
            raise UnusableFile("--public goes alone: its figures are always those of the last whole months")
        click.echo(_publish(public, runtime))
        return
    if out is not None:
        require_apart(out, runtime.settings.site_dir)
        stylesheets = stylesheets_of(runtime.settings.site_dir)
    scorecard = _gather(runtime, since and since.date(), until and until.date())
    if out is not None:
        scorecard_folder.write(out, scorecard, stylesheets)
    if as_json:
        click.echo(scorecard_json(scorecard))
    elif out is not None:
        click.echo(f"{out / 'index.html'}: {scorecard.came_in():,} tickets from {scorecard.since} to {scorecard.until}")
    else:
        click.echo(scorecard_as_text(scorecard))


def _gather(runtime: Runtime, since: date | None, until: date | None) -> Scorecard:
    with runtime.database.reading() as session:
        return gather(session, runtime.desk, since, until, runtime.now())


def _publish(file: Path, runtime: Runtime) -> str:
    policy = runtime.policy
    since, until = public_period(policy, runtime.desk.today(runtime.now()))
    figures = public_scorecard(_gather(runtime, since, until), policy)
    _require_ours(file)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        fresh.write_text(as_text(figures), encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise UnusableFile(f"{file} cannot be written ({error.strerror}): name a file in a folder that you may write to") from None
    hidden = sum(one.promises is None for one in (*figures.kinds, *figures.months))
    said = f"{file}: from {since} to {until}, {hidden} of {len(figures.kinds) + len(figures.months)} figures are not published"
    return said if policy.scorecard.published else f"{said}\nNothing shows it yet: set scorecard.published = true in the policy, then build"


def _require_ours(file: Path) -> None:
    if not os.path.lexists(file):
        return
    try:
        read_figures(file.read_text(encoding="utf-8"), _ANY)
    except (UnusableFigures, OSError, UnicodeDecodeError):
        raise UnusableFile(f"{file} holds something else than published figures: name another file, or remove it") from None
