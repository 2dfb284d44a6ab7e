"""`formapp up`: everything on this machine with one command, for a first look."""

import os

import click

from formapp.commands.local_service import LocalService
from formapp.settings import PREFIX, read_settings


@click.command()
@click.option("--port", default=8000, show_default=True, help="Where to listen, on this machine only.")
def up(port: int) -> None:
    """Build the site, then run web server and worker; a changed page or policy is built again. Ctrl-C ends all."""
    os.environ.setdefault(f"{PREFIX}ENVIRONMENT", "development")
    os.environ.setdefault(f"{PREFIX}BASE_URL", f"http://localhost:{port}")
    os.environ.setdefault(f"{PREFIX}LOG_LEVEL", "WARNING")
    # What readers said is for `formapp edit`.
    os.environ[f"{PREFIX}EDITING"] = "false"
    LocalService(read_settings(), port).run()
