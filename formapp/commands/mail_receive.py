"""`formapp mail receive`: a mail server hands a mail over, and is told no more than that it is kept or must be brought again."""

import os
import sys
from contextlib import suppress
from typing import Any, BinaryIO

import click
from sqlalchemy.exc import SQLAlchemyError

from formapp.address import UnusableAddress, bare_address
from formapp.runtime import Runtime
from formapp.services import inbox
from formapp.services.database import DatabaseError, check_schema
from formapp.settings import SettingsError, read_settings

_PIECE = 1 << 20


class _Later(click.ClickException):
    """The mail is not kept: whoever brings it keeps it and tries again. The words may reach its sender."""

    exit_code = os.EX_TEMPFAIL

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True, file=file)


class _KeptOrLater(click.Command):
    """A command that ends with 0 or with EX_TEMPFAIL: for any other status a mail server sends the mail back to its sender."""

    def make_context(self, *arguments: Any, **named: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **named)
        except click.UsageError:
            raise _Later("4.3.5 The mail cannot be taken at the moment (options)") from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _Later:
            raise
        except Exception as trouble:
            raise _Later(_said_of(trouble)) from None


@click.command(cls=_KeptOrLater)
@click.option("--recipient", help="The envelope's recipient.")
def receive(recipient: str | None) -> None:
    """Take a mail from standard input, for your mail server; the worker reads it. Status 75 means: bring it again."""
    raw, is_cut = _taken(sys.stdin.buffer)
    if not raw.strip():
        raise _Later("4.3.0 The mail cannot be taken at the moment (it is empty)")
    runtime = Runtime.start(read_settings(serving=False))
    click.get_current_context().call_on_close(runtime.database.engine.dispose)
    check_schema(runtime.database)
    with runtime.database.transaction() as session:
        inbox.store(session, raw, runtime.now(), source="receive", recipient=_address(recipient), is_cut=is_cut)


def _taken(source: BinaryIO) -> tuple[bytes, bool]:
    """Return a mail, and whether it is only its beginning; all of it is read, for whoever writes it waits for that."""
    raw = bytearray()
    while len(raw) <= inbox.LARGEST_MAIL and (piece := source.read(_PIECE)):
        raw += piece
    if len(raw) <= inbox.LARGEST_MAIL:
        return bytes(raw), False
    del raw[inbox.HEAD_OF_LARGER :]
    while source.read(_PIECE):
        pass
    return bytes(raw), True


def _address(recipient: str | None) -> str | None:
    with suppress(UnusableAddress):
        return bare_address(recipient) if recipient else None
    return None


def _said_of(trouble: Exception) -> str:
    """Return an enhanced status code (RFC 3463) and what kind of trouble it is: nothing of the mail, the settings or the tickets."""
    match trouble:
        case SettingsError():
            return "4.3.5 The mail cannot be taken at the moment (settings)"
        case SQLAlchemyError() | DatabaseError():
            return "4.3.0 The mail cannot be taken at the moment (database)"
        case _:
            return "4.3.0 The mail cannot be taken at the moment"
