"""The report on feedback as a folder of files that opens from a disk."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from formapp.policy.policy import Policy
from formapp.reports.html import GENERATOR, TITLE, Places, Shown, article_content, article_title, page_for_disk, report_content
from formapp.reports.tables import feedback_csv, feedback_json, votes_csv
from formapp.reports.values import Comment, Report
from formapp.reports.whole_folder import INDEX, STYLESHEET, Layout, exchange, one_stylesheet

_DOWNLOADS = ("feedback.csv", "votes.csv", "feedback.json")
_ARTICLES = "articles"
_LAYOUT = Layout(GENERATOR, _DOWNLOADS, _ARTICLES)


def write(folder: Path, report: Report, policy: Policy, stylesheets: Mapping[str, str]) -> None:
    """Write the report into a folder, which takes the place of an earlier one only when it is whole.

    `stylesheets` are the texts of the site's, by their names in STYLESHEETS. Raises UnusableFolder.
    """
    exchange(folder, _files(report, policy, stylesheets), _LAYOUT)


def _files(report: Report, policy: Policy, stylesheets: Mapping[str, str]) -> dict[str, str]:
    zone = policy.hours.zone
    downloads = dict(zip(_DOWNLOADS, (feedback_csv(report, zone), votes_csv(report), feedback_json(report, zone)), strict=True))
    here = Places(INDEX, lambda article: f"{_ARTICLES}/{quote(_file_of(article))}", tuple((name, name) for name in downloads))
    content = report_content(report, policy, here, Shown())
    files = {INDEX: page_for_disk(TITLE, content, STYLESHEET), STYLESHEET: one_stylesheet(stylesheets), **downloads}
    below = Places(f"../{INDEX}", lambda article: quote(_file_of(article)), tuple((name, f"../{name}") for name in downloads))
    by_article: defaultdict[str, list[Comment]] = defaultdict(list)
    for comment in (*report.comments, *report.set_aside_comments):
        by_article[comment.article_id].append(comment)
    for article in report.articles:
        content = article_content(report, article, by_article[article.id], policy, below, Shown())
        files[f"{_ARTICLES}/{_file_of(article.id)}"] = page_for_disk(article_title(article), content, f"../{STYLESHEET}")
    return files


def _file_of(article_id: str) -> str:
    # An id is small letters, digits and hyphens; anything else that a database might hold must not leave the folder.
    return f"{quote(article_id, safe='')}.html"
