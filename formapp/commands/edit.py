"""`formapp edit`: the pages as an editor writes them, with what readers said beside them."""

import os

import click
from sqlalchemy import make_url

from formapp.commands.local_service import LocalService
from formapp.errors import HelpCentreError
from formapp.services.feedback_report import votes_in
from formapp.settings import PREFIX, Settings, read_settings

# In the instance folder, so that no published site is ever made of it.
SITE = "edit-site"


class NotHere(HelpCentreError):
    """This is not an editor's own machine."""


@click.command()
@click.option("--port", default=8000, show_default=True, help="Where to listen, on this machine only.")
def edit(port: int) -> None:
    """Show each page as you write it, with what readers said of it. Ctrl-C ends all.

    The site is built, and built again after each change; a page that is open in a browser is then renewed, or shows why it could not
    be built. On each article stand its votes, the words that readers searched for, and what they said, under the heading that they
    said it of, with the buttons Done and Won't do. None of this is ever part of the published site.

    What readers said comes from the database in the instance folder, which on your own machine has no readers yet: it is kept by a
    worker, as with `formapp up`. Set FORMAPP_DATABASE_URL to the service's own database to see its readers' words, and to settle them
    there. That is then all that is written to it: its schema is not changed, no worker sends its mails, drafts are not taken into it,
    and the forms and votes of the preview are refused.
    """
    if os.environ.get(f"{PREFIX}ENVIRONMENT", "").strip() == "production":
        raise NotHere(f"{PREFIX}ENVIRONMENT is production: run `formapp edit` on your own machine, without it")
    os.environ[f"{PREFIX}ENVIRONMENT"] = "development"
    os.environ[f"{PREFIX}EDITING"] = "true"
    # Whatever the service's own settings say: the links of the preview stay in the preview.
    os.environ[f"{PREFIX}BASE_URL"] = f"http://localhost:{port}"
    os.environ.setdefault(f"{PREFIX}LOG_LEVEL", "WARNING")
    settings = read_settings()
    service = LocalService(settings.model_copy(update={"site_dir": settings.instance_dir / SITE}), port)
    with service.database.reading() as session:
        click.echo(_which_database(settings, votes_in(session)))
    service.run()


def _which_database(settings: Settings, votes: int) -> str:
    held = f"{votes:,} vote{'' if votes == 1 else 's'}"
    if settings.database_url is None:
        return (
            f"The pages show what readers said to this machine: {held} in {settings.instance_dir}. "
            f"To see those of the service, set {PREFIX}DATABASE_URL; see `formapp edit --help`."
        )
    shown = make_url(settings.database_url).render_as_string(hide_password=True)
    return f"The pages show what readers said: {held} in {shown}. Only Done, Won’t do and New again are written there."
