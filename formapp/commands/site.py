"""`formapp site`: build the site, and print the headers a web server in front must send."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from formapp.errors import HelpCentreError
from formapp.settings import read_settings
from formapp.site import Site, security_headers


class BuildFailed(HelpCentreError):
    """MkDocs refused the pages; what it printed says why."""


@click.group()
def site() -> None:
    """Build the site and what a web server needs of it."""


@site.command()
def build() -> None:
    """Build the pages into the site folder; the folder is exchanged only when the build is whole."""
    build_site(read_settings().site_dir)


@site.command()
def headers() -> None:
    """Print the headers of the built pages as nginx directives, for an include file."""
    settings = read_settings()
    for name, value in security_headers(Site.read(settings.site_dir), https=settings.base_url.startswith("https:")).items():
        click.echo(f'add_header {name} "{value}" always;')


def build_site(folder: Path) -> None:
    """Build the pages into `folder`; raise BuildFailed, with the old pages left as they were, when MkDocs refuses them."""
    fresh, old = folder.with_name(f"{folder.name}.new"), folder.with_name(f"{folder.name}.old")
    shutil.rmtree(fresh, ignore_errors=True)
    # MkDocs by its own command: the same that an editor runs, and a failure cannot bring down what runs already.
    made = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(fresh.absolute())],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=False,
    )
    if made.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise BuildFailed("the site was not built: mend what stands above")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
