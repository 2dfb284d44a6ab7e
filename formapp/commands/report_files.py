"""What every report that a command writes needs of its place: apart from what is published, with the site's own styles."""

import os
from collections.abc import Mapping
from pathlib import Path

from formapp.reports.whole_folder import STYLESHEETS, UnusableFolder
from formapp.site import SiteNotBuilt


def require_apart(out: Path, site_dir: Path) -> None:
    """Refuse the built site's folder, what is in it and what holds it: there everybody could read the report, or a build would end it."""
    folder, site = (Path(os.path.realpath(path)) for path in (out, site_dir))
    if folder.is_relative_to(site) or site.is_relative_to(folder):
        raise UnusableFolder(f"{out} is not apart from the built site in {site_dir}: name a folder that nobody else can read")


def stylesheets_of(site_dir: Path) -> Mapping[str, str]:
    """Return the built site's stylesheets, as a report on a disk has them; raise SiteNotBuilt."""
    return {name: _stylesheet(site_dir / "assets" / name) for name in STYLESHEETS}


def _stylesheet(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise SiteNotBuilt(f"{path} is missing: build the site with `formapp site build`, or set FORMAPP_SITE_DIR") from None
