"""The runtime of a command that works on the service's database."""

import click

from formapp.runtime import Runtime
from formapp.services.database import check_schema
from formapp.settings import read_settings


def started(*, serving: bool) -> Runtime:
    """Return it, for as long as the command runs; `serving` for what makes links, which needs all settings of the service."""
    runtime = Runtime.start(read_settings(serving=serving))
    click.get_current_context().call_on_close(runtime.database.engine.dispose)
    check_schema(runtime.database)
    return runtime
