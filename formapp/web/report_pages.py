"""The report on feedback, for whoever has its signed link: what readers said, and the buttons that settle it."""

from datetime import date, timedelta
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as Answer

from formapp.forms.fields import clean_text
from formapp.reports.html import TITLE, Places, Refused, Shown, article_content, article_title, report_content
from formapp.reports.tables import feedback_csv, feedback_json
from formapp.reports.values import Report
from formapp.rules.feedback import STATES
from formapp.services import feedback
from formapp.services.feedback_report import gather
from formapp.services.links import FEEDBACK_REPORT, REPORT_OPENS_FOR, BadLink
from formapp.site import ERROR_FRAME
from formapp.web.context import desk, links, runtime, site
from formapp.web.guards import limit_size, require_own_page
from formapp.web.headers import PRIVATE, private
from formapp.web.pages import html, page

report_pages = Blueprint("report_pages", __name__, url_prefix="/feedback-report/<token>")
_LARGEST_NUMBER = 2**31 - 1
_STYLESHEET = '<link rel="stylesheet" href="/assets/report.css">'


@report_pages.get("/")
def report_page(token: str) -> Response:
    """Show the whole report. Nothing is changed by looking, as the scanners of mail programs do."""
    return _wrong(token) or _show(token, None)


@report_pages.get("/articles/<article_id>/")
def article_page(token: str, article_id: str) -> Response:
    """Show what readers said of one article."""
    return _wrong(token) or _show(token, article_id)


@report_pages.get("/feedback.csv")
def as_csv(token: str) -> Response:
    """Give every piece of feedback as a file for a spreadsheet."""
    zone = runtime().policy.hours.zone
    return _wrong(token) or _file(feedback_csv(_report(), zone), "text/csv", "feedback.csv")


@report_pages.get("/feedback.json")
def as_json(token: str) -> Response:
    """Give the report as a file for programs."""
    zone = runtime().policy.hours.zone
    return _wrong(token) or _file(feedback_json(_report(), zone), "application/json", "feedback.json")


@report_pages.post("/feedback")
def settle(token: str) -> Answer:
    """Put a piece of feedback into a state, and go back to the page on which that was done."""
    limit_size()
    require_own_page()
    if wrong := _wrong(token):
        return wrong
    number, state, note = _number("number"), request.form.get("state", ""), clean_text(request.form.get("note"))
    article_id = request.form.get("article") or None
    if state not in STATES:
        raise BadRequest("Send a state that feedback can have.")
    running = runtime()
    try:
        with running.database.transaction() as session:
            feedback.settle(session, number, state, note, running.now())
    except feedback.UnusableNote as unusable:
        return _show(token, article_id, refused=Refused(number, note, str(unusable)), status=422)
    except feedback.NoSuchFeedback:
        raise NotFound from None
    places = _places(token)
    back = places.article(article_id) if article_id else places.report
    answer = redirect(f"{back}?page={_number('page')}&settled={number}#settled", code=303)
    answer.headers.update(PRIVATE)
    return answer


def _show(token: str, article_id: str | None, refused: Refused | None = None, status: int = 200) -> Response:
    report, policy, places = _report(), runtime().policy, _places(token)
    shown = Shown(page=_number("page"), settled=_number("settled"), refused=refused)
    if article_id is None:
        return _framed(TITLE, report_content(report, policy, places, shown), status)
    article = next((one for one in report.articles if one.id == article_id), None)
    if article is None:
        raise NotFound
    comments = [one for one in (*report.comments, *report.set_aside_comments) if one.article_id == article_id]
    return _framed(article_title(article), article_content(report, article, comments, policy, places, shown), status)


def _framed(title: str, content: str, status: int) -> Response:
    # The frame's addresses begin at the root, so it fits a page that lies deep; and a link to a stylesheet may stand in the text.
    frame = site().page(ERROR_FRAME).swapped(f"{_STYLESHEET}\n{content}").titled(title)
    return private(html(frame, status=status))


def _report() -> Report:
    running = runtime()
    with running.database.reading() as session:
        return gather(session, desk(), running.now())


def _places(token: str) -> Places:
    begin = f"/feedback-report/{token}"
    return Places(
        report=f"{begin}/",
        article=lambda article_id: f"{begin}/articles/{quote(article_id, safe='')}/",
        downloads=tuple((name, f"{begin}/{name}") for name in ("feedback.csv", "feedback.json")),
        settle=f"{begin}/feedback",
    )


def _wrong(token: str) -> Response | None:
    """Return the answer to a token that opens nothing; None to one that opens the report."""
    try:
        day = date.fromordinal(links().read(FEEDBACK_REPORT, token))
    except (BadLink, ValueError, OverflowError):
        return _no_report("This link does not open the report", 404)
    age = desk().today(runtime().now()) - day
    if not timedelta(days=-1) <= age <= REPORT_OPENS_FOR:
        return _no_report("This link has expired", 410)
    return None


def _no_report(title: str, status: int) -> Response:
    return private(page(title, "report_expired.html", status=status))


def _number(name: str) -> int:
    """Return a number of the form or of the address, 0 for what is none; nothing is looked up by it that the link does not open."""
    given = request.values.get(name, "")
    return min(int(given), _LARGEST_NUMBER) if given.isascii() and given.isdecimal() and len(given) < 20 else 0


def _file(content: str, media_type: str, name: str) -> Response:
    answer = Response(content, mimetype=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return private(answer)
