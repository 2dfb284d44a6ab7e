"""The report as a folder of files that opens from a disk."""

import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from formapp.errors import HelpCentreError
from formapp.policy.policy import Policy
from formapp.reports.html import GENERATOR, TITLE, Places, Shown, article_content, article_title, page_for_disk, report_content
from formapp.reports.tables import feedback_csv, feedback_json, votes_csv
from formapp.reports.values import Comment, Report

STYLESHEETS = ("frame.css", "content.css", "report.css")
_INDEX, _STYLESHEET, _DOWNLOADS = "index.html", "report.css", ("feedback.csv", "votes.csv", "feedback.json")
_ARTICLES = "articles"
_MEND = "name a folder that is empty, or not there yet"
# The site's colours follow a switch that needs a script; here they follow the reader's device.
_LIGHT = re.compile(r'\[data-md-color-scheme="default"\](?= \{)')
_DARK = re.compile(r'\[data-md-color-scheme="slate"\] (\{[^}]*\})')


class UnusableFolder(HelpCentreError):
    """A folder that holds something else than a report, or that cannot be written; the message says what to do."""


def write(folder: Path, report: Report, policy: Policy, stylesheets: Mapping[str, str]) -> None:
    """Write the report into a folder, which takes the place of an earlier one only when it is whole.

    `stylesheets` are the texts of the site's, by their names in STYLESHEETS. Raises UnusableFolder.
    """
    try:
        _require_ours(folder)
        _exchange(folder, _files(report, policy, stylesheets))
    except OSError as error:
        why = f"{error.filename}: {error.strerror}"
        raise UnusableFolder(f"{folder} cannot be written ({why}): {_MEND}, in a folder that you may write to") from None


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


def _files(report: Report, policy: Policy, stylesheets: Mapping[str, str]) -> dict[str, str]:
    zone = policy.hours.zone
    downloads = dict(zip(_DOWNLOADS, (feedback_csv(report, zone), votes_csv(report), feedback_json(report, zone)), strict=True))
    here = Places(_INDEX, lambda article: f"{_ARTICLES}/{quote(_file_of(article))}", tuple((name, name) for name in downloads))
    content = report_content(report, policy, here, Shown())
    files = {_INDEX: page_for_disk(TITLE, content, _STYLESHEET), _STYLESHEET: _one_stylesheet(stylesheets), **downloads}
    below = Places(f"../{_INDEX}", lambda article: quote(_file_of(article)), tuple((name, f"../{name}") for name in downloads))
    by_article: defaultdict[str, list[Comment]] = defaultdict(list)
    for comment in (*report.comments, *report.set_aside_comments):
        by_article[comment.article_id].append(comment)
    for article in report.articles:
        content = article_content(report, article, by_article[article.id], policy, below, Shown())
        files[f"{_ARTICLES}/{_file_of(article.id)}"] = page_for_disk(article_title(article), content, f"../{_STYLESHEET}")
    return files


def _file_of(article_id: str) -> str:
    # An id is small letters, digits and hyphens; anything else that a database might hold must not leave the folder.
    return f"{quote(article_id, safe='')}.html"


def _one_stylesheet(stylesheets: Mapping[str, str]) -> str:
    together = "\n".join(stylesheets[name] for name in STYLESHEETS)
    dark = "\n".join(f":root {block}" for block in _DARK.findall(together))
    light = _LIGHT.sub(":root", _DARK.sub("", together))
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _require_ours(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UnusableFolder(f"{folder} is no folder of ours: {_MEND}")
    is_report = _is_page(folder / _INDEX)
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if not (is_report and _is_ours(path, name)):
            raise UnusableFolder(f"{folder} holds something else than an earlier report, as {name}: {_MEND}")


def _is_ours(path: Path, name: Path) -> bool:
    if path.is_symlink() or path.is_dir():
        return str(name) == _ARTICLES and not path.is_symlink()
    # Below articles also the page of one that the report no longer has.
    return str(name) in (_INDEX, _STYLESHEET, *_DOWNLOADS) or (str(name.parent) == _ARTICLES and _is_page(path))


def _is_page(path: Path) -> bool:
    return path.is_file() and f'content="{GENERATOR}"' in path.read_text(encoding="utf-8", errors="replace")
