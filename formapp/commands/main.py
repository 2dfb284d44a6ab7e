"""The `formapp` command: one file per noun beside this one, loaded when it is asked for."""

import importlib
from typing import Any

import click

from formapp.errors import HelpCentreError

NOUNS = ("articles", "db", "edit", "feedback", "keys", "mail", "policy", "site", "tickets", "up", "worker")


class Nouns(click.Group):
    """Loads a noun's file only when it is named, so that a deadline does not wait for a database library."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the nouns."""
        return list(NOUNS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a noun's command, or None for a name that is none."""
        if name not in NOUNS:
            return None
        command: click.Command = getattr(importlib.import_module(f"formapp.commands.{name}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run; an error that a person can mend is printed as a message, not as a traceback."""
        try:
            return super().invoke(ctx)
        except HelpCentreError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The service behind the help centre's forms."""


if __name__ == "__main__":
    main()
