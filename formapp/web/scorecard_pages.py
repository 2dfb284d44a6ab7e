"""The scorecard, for whoever has a link to the queue."""

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from formapp.reports.scorecard_folder import DOWNLOADS
from formapp.reports.scorecard_html import TITLE, Places, scorecard_content
from formapp.reports.scorecard_values import Scorecard
from formapp.services.links import BadLink
from formapp.services.scorecard import gather
from formapp.services.staff_links import ExpiredLink
from formapp.site import ERROR_FRAME
from formapp.web.context import desk, runtime, site
from formapp.web.headers import private
from formapp.web.pages import html
from formapp.web.staff_access import expired, no_such_link, opened_queue

scorecard_pages = Blueprint("scorecard_pages", __name__, url_prefix="/staff-queue/<token>/scorecard")
scorecard_pages.register_error_handler(BadLink, no_such_link)
scorecard_pages.register_error_handler(ExpiredLink, expired)
_STYLESHEET = '<link rel="stylesheet" href="/assets/report.css">'


@scorecard_pages.get("/")
def show(token: str) -> Response:
    """Show how the targets were kept of late. Nothing is changed by looking."""
    scorecard, queue = _gathered(token)
    places = Places(tuple((name, f"{queue}scorecard/{name}") for name in DOWNLOADS), queue)
    # The frame's addresses begin at the root, so it fits a page that lies deep; and a link to a stylesheet may stand in the text.
    frame = site().page(ERROR_FRAME).swapped(f"{_STYLESHEET}\n{scorecard_content(scorecard, places)}").titled(TITLE)
    return private(html(frame, status=200))


@scorecard_pages.get("/<name>")
def download(token: str, name: str) -> Response:
    """Give the figures as a file for a spreadsheet or a program."""
    scorecard, _ = _gathered(token)
    if name not in DOWNLOADS:
        raise NotFound
    answer = Response(DOWNLOADS[name](scorecard), mimetype="text/csv" if name.endswith(".csv") else "application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return private(answer)


def _gathered(token: str) -> tuple[Scorecard, str]:
    """Return the scorecard and the queue's path, for a token that opens the queue; raise BadLink or ExpiredLink."""
    running = runtime()
    with running.database.reading() as session:
        queue, _ = opened_queue(session, token)
        return gather(session, desk(), None, None, running.now()), queue
