"""`formapp mail`: what waits to be sent, what was given up, what comes in, and what is understood of a mail."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from formapp.commands.mail_receive import receive
from formapp.errors import HelpCentreError
from formapp.mail.read_in_child import ChildReader
from formapp.mail.ticket_tokens import TicketTokens
from formapp.mail.understood import Ours
from formapp.policy.loader import load_policy
from formapp.policy.policy import Policy
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_moment
from formapp.runtime import Runtime
from formapp.services import mail_queue, mail_reading
from formapp.services.database import check_schema
from formapp.services.mail_queue import QueuedMail
from formapp.settings import read_settings


class FilesMissing(HelpCentreError):
    """Files that were named are not there, or cannot be opened."""


class NoMailNamed(HelpCentreError):
    """It was not said which mail to retry."""


@click.group()
def mail() -> None:
    """Look after the outbox, take a mail in, and ask what is understood of one."""


@mail.command()
@click.option("--all", "everything", is_flag=True, help="List sent mails too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def queue(everything: bool, as_json: bool) -> None:
    """List the mails that have not left: why not, and when they are tried again."""
    runtime = _runtime()
    now = runtime.now()
    with runtime.database.reading() as session:
        mails = mail_queue.list_mails(session, now=now, sent_too=everything)
    if as_json:
        for one in mails:
            click.echo(json.dumps(_as_data(one, runtime.policy)))
        return
    for one in mails:
        click.echo(_as_line(one, runtime.policy, now))
    failed = sum(one.state == "failed" for one in mails)
    left = sum(one.state != "sent" for one in mails)
    click.echo(f"{left} not sent, {failed} of them given up" + (" (`formapp mail retry` tries again)" if failed else ""))


@mail.command()
@click.argument("number", type=click.IntRange(1, 2**31 - 1), required=False)
@click.option("--dead", is_flag=True, help="Retry every mail that was given up.")
def retry(number: int | None, dead: bool) -> None:
    """Try a mail again now, as if it were new: one by its number, or with --dead all that were given up."""
    if (number is None) != dead:
        raise NoMailNamed("give either the number of a mail, as `formapp mail queue` shows it, or --dead")
    runtime = _runtime()
    with runtime.database.transaction() as session:
        if number is None:
            count = mail_queue.retry_dead(session, runtime.now())
        else:
            mail_queue.retry(session, number, runtime.now())
            count = 1
    click.echo(f"{count} {'mail is' if count == 1 else 'mails are'} due now; the worker sends what is due.")


@mail.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def read(files: tuple[str, ...], as_json: bool) -> None:
    """Say what is understood of raw mails, and why; a - is standard input. Nothing is stored, sent or changed."""
    settings = read_settings(serving=False)
    policy = load_policy(settings.policy_file)
    own = tuple(filter(None, (policy.channels.email, settings.bounce_email)))
    tokens = TicketTokens(settings.signing_keys if settings.secret_key else (), policy.brand.ticket_prefix)
    reader = ChildReader(Ours(own, settings.authserv_id))
    click.get_current_context().call_on_close(reader.close)
    missing = 0
    for name in files:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            click.echo(f"{name}: cannot be read: {error.strerror}: correct the path", err=True)
            missing += 1
            continue
        said = mail_reading.read(name, raw, reader, policy, tokens)
        click.echo(json.dumps(said.as_data()) if as_json else said.in_words())
    if missing:
        raise FilesMissing(f"{missing} of {len(files)} files could not be read")


mail.add_command(receive)


def _runtime() -> Runtime:
    runtime = Runtime.start(read_settings(serving=False))
    click.get_current_context().call_on_close(runtime.database.engine.dispose)
    check_schema(runtime.database)
    return runtime


def _as_line(one: QueuedMail, policy: Policy, now: datetime) -> str:
    ticket = "-" if one.ticket_number is None else ticket_id(policy, one.ticket_number)
    tried = f"tried {one.attempts} {'time' if one.attempts == 1 else 'times'}"
    words = [
        f"{one.number}  {one.state}",
        ticket,
        one.purpose,
        f"to {one.recipient}",
        f"since {say_moment(one.created_at, policy, now)}",
        tried,
    ]
    if one.next_try and one.attempts:
        words.append(f"next try {say_moment(one.next_try, policy, now)}")
    return "  ".join(words) + (f"\n    {one.reason}" if one.reason else "")


def _as_data(one: QueuedMail, policy: Policy) -> dict[str, object]:
    ticket = None if one.ticket_number is None else ticket_id(policy, one.ticket_number)
    moments = {name: moment and moment.isoformat() for name, moment in (("created_at", one.created_at), ("next_try", one.next_try))}
    return asdict(one) | {"ticket": ticket} | moments
