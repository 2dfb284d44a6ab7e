"""`formapp site`: build the site, and write what a web server in front needs of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
from whitenoise.compress import main as compress

from formapp.articles.check import check_articles
from formapp.errors import HelpCentreError
from formapp.policy.loader import load_policy
from formapp.problems import problem_page
from formapp.settings import read_settings
from formapp.site import Site, security_headers

# Set, it puts the editors' strip into every page and is the build's name; theme/main.html reads it.
EDITING = "HELPCENTRE_EDITING"
# What the web server itself must be able to say: the service does not answer, or the body is larger than it passes on.
TOO_LARGE, NO_ANSWER = 413, 502
FRONT_PAGES = (TOO_LARGE, NO_ANSWER)


class BuildFailed(HelpCentreError):
    """The pages have a fault; the message is what was found."""


@click.group()
def site() -> None:
    """Build the site and what a web server needs of it."""


@site.command()
@click.option("--forms-by-email", is_flag=True, help="Where no service takes the forms: each becomes a prepared letter.")
def build(forms_by_email: bool) -> None:
    """Build the pages into the site folder; the folder is exchanged only when the build is whole."""
    build_site(read_settings(serving=False).site_dir, forms_by_email=forms_by_email)


@site.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def front(folder: Path) -> None:
    """Write into FOLDER what a web server in front needs of the built site: headers.conf for nginx, and its error pages."""
    settings = read_settings(serving=False)
    built, policy = Site.read(settings.site_dir), load_policy(settings.policy_file)
    headers = security_headers(built, https=settings.base_url.startswith("https:"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "headers.conf").write_text("".join(f'add_header {name} "{value}" always;\n' for name, value in headers.items()))
    for code in FRONT_PAGES:
        (folder / f"{code}.html").write_text(problem_page(built, policy, code, was_sent=code == TOO_LARGE), encoding="utf-8")
    click.echo(f"{folder}: headers.conf and {len(FRONT_PAGES)} error pages written")


def build_site(folder: Path, *, forms_by_email: bool = False, preview: int | None = None) -> None:
    """Build the pages into `folder`; raise BuildFailed, with the old pages left as they were, for whatever MkDocs or we find wrong.

    Only a build for the editors' preview has the strip, and a number that is higher than those of the builds before it.
    """
    if faults := check_articles(Path("docs")):
        raise BuildFailed("\n".join(faults))
    fresh, old = folder.with_name(f"{folder.name}.new"), folder.with_name(f"{folder.name}.old")
    shutil.rmtree(fresh, ignore_errors=True)
    # MkDocs by its own command: the same that an editor runs, and a failure cannot bring down what runs already.
    # Not --quiet: it silences warnings, and then --strict does not see them.
    made = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(fresh.absolute())],
        env=_environ(forms_by_email=forms_by_email, preview=preview),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if made.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise BuildFailed("\n".join(line for line in made.stderr.splitlines() if not line.startswith("INFO")).strip())
    # Beside each text its compressed form, which the service and nginx hand out as it is.
    compress([str(fresh), "--no-brotli", "--quiet"])
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _environ(*, forms_by_email: bool, preview: int | None) -> dict[str, str]:
    # Whatever the caller has set: what is published must not have the strip.
    environ = {name: value for name, value in os.environ.items() if name != EDITING} | {"NO_MKDOCS_2_WARNING": "1"}
    if forms_by_email:
        environ["HELPCENTRE_FORMS"] = "email"
    if preview is not None:
        environ[EDITING] = str(preview)
    return environ
