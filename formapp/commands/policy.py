"""`formapp policy`: show what is promised, check it, and compute deadlines and closed days."""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from formapp.commands.policy_batch import DeadlineBatch
from formapp.commands.policy_summary import policy_as_data, policy_as_text
from formapp.errors import HelpCentreError
from formapp.policy.loader import PolicyError, fingerprint, load_policy
from formapp.policy.policy import Policy
from formapp.rules.business_time import BeyondCalendar, BusinessCalendar
from formapp.rules.confirmation import unconfirmed
from formapp.rules.deadlines import Promise, Target, explain, promise_of, target_of, target_of_days, target_of_hours
from formapp.rules.examples import WrongExample, check_examples
from formapp.rules.instants import read_moment
from formapp.rules.wording import say_moment_in_full, say_weekday


@dataclass
class PolicyFile:
    """The policy file that a command was pointed at, read when first needed."""

    path: Path

    @cached_property
    def policy(self) -> Policy:
        return load_policy(self.path)

    @cached_property
    def calendar(self) -> BusinessCalendar:
        return BusinessCalendar.of(self.policy)


class RefusingGroup(click.Group):
    """Commands whose refusals are one message on standard error and exit status 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HelpCentreError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=RefusingGroup)
@click.option(
    "--policy",
    "path",
    type=click.Path(path_type=Path),
    envvar="FORMAPP_POLICY_FILE",
    default="docs/policy.toml",
    show_default=True,
    show_envvar=True,
    help="The policy file.",
)
@click.pass_context
def policy(ctx: click.Context, path: Path) -> None:
    """What support promises, and what follows from it."""
    ctx.obj = PolicyFile(path)


as_json = click.option("--json", "wants_json", is_flag=True, help="Print JSON.")


@policy.command()
@as_json
@click.pass_obj
def show(file: PolicyFile, wants_json: bool) -> None:
    """Show everything that is promised."""
    if wants_json:
        _print_json({"file": str(file.path), "fingerprint": fingerprint(file.path), **policy_as_data(file.policy)})
    else:
        click.echo(policy_as_text(file.policy))


@policy.command()
@click.pass_obj
def check(file: PolicyFile) -> None:
    """Check the policy file and its worked examples."""
    try:
        examples = check_examples(file.policy, file.calendar)
    except WrongExample as error:
        raise PolicyError(f"{file.path}: {error}") from None
    click.echo(f"{file.path}: in order (version {file.policy.version}, {len(examples)} worked examples computed)")
    warning = unconfirmed(file.policy, datetime.now(UTC))
    if warning:
        click.echo(f"Warning: {file.path}: {warning}", err=True)


@policy.command()
@click.option("--received", metavar="ISO", help="When it was received, for example 2026-08-11T16:30+10:00.")
@click.option("--type", "request_type", metavar="TYPE", help="The request type, for example incident.")
@click.option("--priority", metavar="LEVEL", help="The priority level, for example P3; only with --type.")
@click.option("--hours", metavar="N", help="Business hours, in place of a type.")
@click.option("--days", metavar="N", help="Business days, in place of a type.")
@click.option("--explain", "explained", is_flag=True, help="Print the working too.")
@click.option("--batch", is_flag=True, help="Read requests as JSON Lines from standard input, and answer each with a line.")
@as_json
@click.pass_obj
def due(file: PolicyFile, /, *, batch: bool, explained: bool, wants_json: bool, **asked: str | None) -> None:
    """Compute until when an answer is due.

    In a batch each line is {"received": …} with "type" and perhaps "priority", or with "hours", or with "days".
    Its answer is {"due": "…"} or {"error": "…"}.
    """
    if batch:
        if any(value is not None for value in asked.values()):
            raise click.UsageError("--batch reads its requests from standard input: give no other option than --explain with it")
        if sys.stdin is None:
            raise click.UsageError("--batch needs requests on standard input, which is closed")
        lines = DeadlineBatch(file.policy, file.calendar, explained=explained)
        lines.run(sys.stdin.buffer, sys.stdout.buffer)
        return
    received, target = _question(file.policy, **asked)
    promise = promise_of(file.policy, file.calendar, target, received)
    if wants_json:
        _print_json(_as_data(promise, explained))
    else:
        click.echo(_as_text(promise, file.policy, explained))


@policy.command()
@click.option("--year", type=int, help="The calendar year; the current one if not given.")
@as_json
@click.pass_obj
def holidays(file: PolicyFile, year: int | None, wants_json: bool) -> None:
    """List the closed days of a year with their names."""
    calendar = file.policy.holidays
    if year is None:
        year = datetime.now(file.policy.hours.zone).year
    known = calendar.known_years()
    if year not in known:
        raise BeyondCalendar(f"{year} is outside the years {known[0]} to {known[-1]}, whose closed days are known: give another --year")
    days = calendar.closed_days(year).items()
    if wants_json:
        _print_json([{"date": day.isoformat(), "weekday": f"{day:%A}", "name": name} for day, name in days])
    else:
        click.echo("\n".join(f"{say_weekday(day)} {day.isoformat()}  {name}" for day, name in days))


def _question(
    policy: Policy, *, received: str | None, request_type: str | None, priority: str | None, hours: str | None, days: str | None
) -> tuple[datetime, Target]:
    """Return when the request was received and how soon it is to be answered; raise UsageError where the options do not say one thing."""
    if received is None:
        raise click.UsageError("--received is missing: say when, for example --received 2026-08-11T16:30+10:00")
    if sum(value is not None for value in (request_type, hours, days)) != 1:
        raise click.UsageError("give one of --type, --hours and --days")
    if priority is not None and request_type is None:
        raise click.UsageError("--priority goes with --type only")
    moment = read_moment(received)
    if hours is not None:
        return moment, target_of_hours(hours)
    if days is not None:
        return moment, target_of_days(days, policy)
    assert request_type is not None
    return moment, target_of(policy, request_type, priority)


def _as_text(promise: Promise, policy: Policy, explained: bool) -> str:
    lines = [f"{say_moment_in_full(promise.due, policy)} ({promise.due.isoformat()})"]
    if explained:
        lines += [f"{promise.target} ({promise.basis}), counted from {say_moment_in_full(promise.counted_from, policy)}", explain(promise)]
    return "\n".join(lines)


def _as_data(promise: Promise, explained: bool) -> dict[str, str]:
    data = {
        "received": promise.received.isoformat(),
        "counted_from": promise.counted_from.isoformat(),
        "due": promise.due.isoformat(),
        "target": promise.target,
        "basis": promise.basis,
        "policy_version": promise.policy_version,
    }
    return {**data, "working": explain(promise)} if explained else data


def _print_json(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))
