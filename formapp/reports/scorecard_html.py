"""The scorecard as HTML: for its page of the service, and for a file that opens from a disk."""

from dataclasses import dataclass

from formapp.html import render
from formapp.reports import scorecard_charts as charts
from formapp.reports.findings import say_count, say_share
from formapp.reports.scorecard_findings import say_business_time
from formapp.reports.scorecard_values import Scorecard
from formapp.rules.wording import say_date

TITLE = "Scorecard"
# What a folder must have for it to be taken for a scorecard of ours, and overwritten.
GENERATOR = "formapp tickets report"


@dataclass(frozen=True)
class Places:
    """Addresses as the page has them: of the downloads, each after its name, and of the queue where a service is behind the page."""

    downloads: tuple[tuple[str, str], ...]
    queue: str | None = None


def scorecard_content(scorecard: Scorecard, places: Places) -> str:
    """Return what stands on the page below its heading."""
    return render(
        "report/scorecard.html",
        scorecard=scorecard,
        places=places,
        first=scorecard.kept(is_first=True),
        later=scorecard.kept(is_first=False),
        targets=charts.targets(scorecard),
        months=charts.months(scorecard),
        responses=charts.responses(scorecard),
        resolutions=charts.resolutions(scorecard),
        received=charts.received(scorecard),
        say_share=say_share,
        say_count=say_count,
        say_business_time=say_business_time,
        since=say_date(scorecard.since, scorecard.until),
        until=f"{say_date(scorecard.until)} {scorecard.until.year}",
    )


def scorecard_page(scorecard: Scorecard, places: Places, stylesheet: str) -> str:
    """Return a whole page for a file; `stylesheet` is its path from there."""
    content = scorecard_content(scorecard, places)
    return render("report/on_disk.html", title=TITLE, content=content, stylesheet=stylesheet, generator=GENERATOR)
