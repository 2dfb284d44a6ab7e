"""The scorecard as a folder of files that opens from a disk."""

from collections.abc import Callable, Mapping
from pathlib import Path

from formapp.reports.scorecard_html import GENERATOR, Places, scorecard_page
from formapp.reports.scorecard_tables import received_csv, scorecard_json, targets_csv, times_csv
from formapp.reports.scorecard_values import Scorecard
from formapp.reports.whole_folder import INDEX, STYLESHEET, Layout, exchange, one_stylesheet

# Every download, on the page of the service and in a folder, and how it is made.
DOWNLOADS: Mapping[str, Callable[[Scorecard], str]] = {
    "targets.csv": targets_csv,
    "times.csv": times_csv,
    "received.csv": received_csv,
    "scorecard.json": scorecard_json,
}


def write(folder: Path, scorecard: Scorecard, stylesheets: Mapping[str, str]) -> None:
    """Write the scorecard into a folder, which takes the place of an earlier one only when it is whole.

    `stylesheets` are the texts of the site's, by their names in STYLESHEETS. Raises UnusableFolder.
    """
    page = scorecard_page(scorecard, Places(tuple((name, name) for name in DOWNLOADS)), STYLESHEET)
    tables = {name: table(scorecard) for name, table in DOWNLOADS.items()}
    exchange(folder, {INDEX: page, STYLESHEET: one_stylesheet(stylesheets), **tables}, Layout(GENERATOR, tuple(DOWNLOADS)))
