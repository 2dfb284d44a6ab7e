"""A report as a folder of files that opens from a disk: exchanged as a whole, and never over somebody's own files."""

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from formapp.errors import HelpCentreError

STYLESHEETS = ("frame.css", "content.css", "report.css")
INDEX, STYLESHEET = "index.html", "report.css"
_MEND = "name a folder that is empty, or not there yet"
# The site's colours follow a switch that needs a script; here they follow the reader's device.
_LIGHT = re.compile(r'\[data-md-color-scheme="default"\](?= \{)')
_DARK = re.compile(r'\[data-md-color-scheme="slate"\] (\{[^}]*\})')


class UnusableFolder(HelpCentreError):
    """A folder that holds something else than a report, or that cannot be written; the message says what to do."""


@dataclass(frozen=True)
class Layout:
    """What an earlier report may have left in a folder: pages of this generator, these downloads, and pages in this folder below."""

    generator: str
    downloads: tuple[str, ...]
    pages_in: str | None = None


def exchange(folder: Path, files: Mapping[str, str], layout: Layout) -> None:
    """Write files, by their paths from the folder, which takes the place of an earlier report only when it is whole.

    Raises UnusableFolder.
    """
    try:
        _require_ours(folder, layout)
        _exchange(folder, files)
    except OSError as error:
        why = f"{error.filename}: {error.strerror}"
        raise UnusableFolder(f"{folder} cannot be written ({why}): {_MEND}, in a folder that you may write to") from None


def one_stylesheet(stylesheets: Mapping[str, str]) -> str:
    """Return the site's stylesheets, by their names in STYLESHEETS, as one whose colours follow the reader's device."""
    together = "\n".join(stylesheets[name] for name in STYLESHEETS)
    dark = "\n".join(f":root {block}" for block in _DARK.findall(together))
    light = _LIGHT.sub(":root", _DARK.sub("", together))
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _exchange(folder: Path, files: Mapping[str, str]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    # For nobody else (0700), as it holds what readers wrote.
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(exist_ok=True)
            # With the line ends as they are: those of a CSV are its own.
            path.write_text(content, encoding="utf-8", newline="")
        old = fresh.with_name(f"{fresh.name}.old")
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _require_ours(folder: Path, layout: Layout) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UnusableFolder(f"{folder} is no folder of ours: {_MEND}")
    is_report = _is_page(folder / INDEX, layout)
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if not (is_report and _is_ours(path, name, layout)):
            raise UnusableFolder(f"{folder} holds something else than an earlier report, as {name}: {_MEND}")


def _is_ours(path: Path, name: Path, layout: Layout) -> bool:
    if path.is_symlink() or path.is_dir():
        return str(name) == layout.pages_in and not path.is_symlink()
    # Below also the page of something that the report no longer has.
    return str(name) in (INDEX, STYLESHEET, *layout.downloads) or (str(name.parent) == layout.pages_in and _is_page(path, layout))


def _is_page(path: Path, layout: Layout) -> bool:
    return path.is_file() and f'content="{layout.generator}"' in path.read_text(encoding="utf-8", errors="replace")
