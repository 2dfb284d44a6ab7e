"""What staff do on a ticket from a terminal; each is what the form of the same name does on the ticket's page."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from werkzeug.datastructures import MultiDict

from formapp.commands.started import started
from formapp.commands.ticket_named import no_such_ticket, number_of, seen_by_staff
from formapp.commands.ticket_text import say_state, ticket_as_data
from formapp.errors import HelpCentreError
from formapp.forms.staff import CUSTOMER, STAFF_FORMS, US
from formapp.models import Ticket
from formapp.policy.policy import Policy, UnknownChoice
from formapp.rules.lifecycle import Mover
from formapp.runtime import Runtime
from formapp.services import customer_acts, staff_acts
from formapp.services.staff_acts import UnknownReason
from formapp.services.ticket_life import TERMINAL, Act, NoSuchTicket

_BY_TERMINAL = Act(Mover.STAFF, TERMINAL)


class WrongText(HelpCentreError):
    """A text that is missing, too long, or cannot be read; the message says what to do."""


def _takes_text(help_: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the two options that hold a text."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        file = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
        command = click.option("--file", type=file, help="A file that holds the text instead; - is standard input.")(command)
        return click.option("--text", help=help_)(command)

    return decorate


_as_json = click.option("--json", "as_json", is_flag=True, help="Print the ticket as it is then, as one JSON document.")


@click.command()
@click.argument("ticket")
@_takes_text("What to write; without it, standard input is read.")
@click.option("--update", is_flag=True, help="We go on working on it; otherwise the ticket waits for the customer.")
@_as_json
def reply(ticket: str, text: str | None, file: Path | None, update: bool, as_json: bool) -> None:
    """Mail an answer to the customer of TICKET."""
    given = {"text": _read(text, file), "waits": US if update else CUSTOMER}
    _do(ticket, "reply", staff_acts.reply, given, "Your reply is on its way to the customer.", as_json=as_json)


@click.command()
@click.argument("ticket")
@_takes_text("What to note; without it, standard input is read.")
@_as_json
def note(ticket: str, text: str | None, file: Path | None, as_json: bool) -> None:
    """Keep a note on TICKET that only staff see."""
    _do(ticket, "note", staff_acts.note, {"text": _read(text, file)}, "Your note is kept.", as_json=as_json)


@click.command()
@click.argument("ticket")
@click.option("--reason", required=True, help="One of the policy’s reasons, as `formapp policy show` lists them.")
@_takes_text("What to tell the customer.")
@click.option("--underlying-problem", default="", help="What caused it, where there was an underlying problem: the customer is told.")
@_as_json
def resolve(ticket: str, reason: str, text: str | None, file: Path | None, underlying_problem: str, as_json: bool) -> None:
    """Deliver the resolution of TICKET, and tell the customer."""
    said = "" if text is None and file is None else _read(text, file)

    def fill(runtime: Runtime) -> dict[str, str]:
        return {"reason": _reason(runtime.policy, reason), "text": said, "underlying_problem": underlying_problem}

    _do(ticket, "resolve", staff_acts.resolve, fill, "The ticket is resolved, and the customer is told.", as_json=as_json)


@click.command()
@click.argument("ticket")
@_takes_text("What to tell the customer; without it, standard input is read.")
@_as_json
def reopen(ticket: str, text: str | None, file: Path | None, as_json: bool) -> None:
    """Take a resolved or closed TICKET up again, and tell the customer why."""
    _do(
        ticket,
        "reopen",
        staff_acts.reopen,
        {"text": _read(text, file)},
        "The ticket is open again, and the customer is told.",
        as_json=as_json,
    )


@click.command("assign-priority")
@click.argument("ticket")
@click.argument("level")
@click.option("--type", "request_type", default="", help="Its request type, where that changes too; by default what has priority levels.")
@click.option("--because", required=True, help="Why; the customer reads it.")
@_as_json
def assign_priority(ticket: str, level: str, request_type: str, because: str, as_json: bool) -> None:
    """Give TICKET the priority LEVEL, and so another promise; the customer is told."""

    def fill(runtime: Runtime) -> dict[str, str]:
        kind, priority = runtime.policy.choice(request_type or _type_with_levels(runtime, ticket), level)
        return {"request_type": kind.key, "priority": priority.level if priority else "", "because": because}

    _do(ticket, "reclassify", staff_acts.reclassify, fill, "The priority is changed, and the customer is told.", as_json=as_json)


@click.command()
@click.argument("ticket")
@click.option("--how", type=click.Choice(["email", "phone"]), required=True, help="How it came.")
@_takes_text("What the customer said; without it, standard input is read.")
@_as_json
def heard(ticket: str, how: str, text: str | None, file: Path | None, as_json: bool) -> None:
    """Put on TICKET what the customer said elsewhere: it counts as their message, from now on."""
    given = {"how": how, "text": _read(text, file)}
    _do(ticket, "heard", customer_acts.heard, given, "It is put down as the customer’s message.", as_json=as_json)


ACTS = (reply, note, resolve, reopen, assign_priority, heard)


def _do(
    ticket: str,
    form_name: str,
    service: Callable[..., None],
    given: dict[str, str] | Callable[[Runtime], dict[str, str]],
    done: str,
    *,
    as_json: bool,
) -> None:
    """Check what was given as the form on the ticket's page does, call the service, and say what became of the ticket."""
    runtime = started(serving=True)
    number = number_of(runtime.policy, ticket)
    answers = _checked(form_name, runtime.policy, given(runtime) if callable(given) else given)
    try:
        with runtime.database.transaction() as session:
            service(session, number, _BY_TERMINAL, runtime.desk, runtime.now(), **answers)
    except NoSuchTicket:
        raise no_such_ticket(runtime.policy, ticket) from None
    with runtime.database.reading() as session:
        view = seen_by_staff(session, number, runtime)
        if as_json:
            click.echo(json.dumps(ticket_as_data(view), ensure_ascii=False))
        else:
            click.echo(f"{view.id}: {done} {say_state(view)}")


def _checked(form_name: str, policy: Policy, given: dict[str, str]) -> dict[str, Any]:
    """Return what a form makes of what was given; raise WrongText with its messages."""
    form = STAFF_FORMS[form_name].of(policy, MultiDict(given))
    form.validate()
    # A resolution may go without further words from here: the letter says the reason.
    may_lack = {"text"} if form_name == "resolve" and not given["text"] else set()
    if wrong := [message for name in form.fields if name not in may_lack for message in form[name].errors]:
        raise WrongText("; ".join(wrong))
    return form.answers()


def _read(text: str | None, file: Path | None) -> str:
    if text is not None and file is not None:
        raise WrongText("--text and --file are both given: keep one of them")
    if text is not None:
        return text
    try:
        if file is None or str(file) == "-":
            if sys.stdin.isatty():
                click.echo("Write the text, and end it with Ctrl-D on a line of its own.", err=True)
            return sys.stdin.buffer.read().decode("utf-8-sig")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise WrongText("the text is not UTF-8: save it as UTF-8, then give it again") from None
    except OSError as error:
        raise WrongText(f"{file} cannot be read: {error.strerror}: correct its name or its permissions") from None


def _reason(policy: Policy, given: str) -> str:
    reasons = policy.resolution.reasons_to_choose
    found = next((reason for reason in reasons if reason.casefold() == given.strip().casefold()), None)
    if found is None:
        raise UnknownReason(f"--reason must be one of: {'; '.join(reasons)}")
    return found


def _type_with_levels(runtime: Runtime, ticket: str) -> str:
    """Return the ticket's own type where it has priority levels, else the one that has."""
    with_levels = [kind.key for kind in runtime.policy.request_types if kind.has_priority]
    with runtime.database.reading() as session:
        found = session.get(Ticket, number_of(runtime.policy, ticket))
    if found is not None and found.request_type in with_levels:
        return found.request_type
    if len(with_levels) > 1:
        raise UnknownChoice(f"--type is missing: give one of {', '.join(with_levels)}")
    return with_levels[0]
