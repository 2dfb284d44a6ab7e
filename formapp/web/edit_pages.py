"""What an editor's preview asks for; only `formapp edit` has these pages, and only at this machine's own names."""

import re
from pathlib import Path

import structlog
from flask import Blueprint, Response, current_app, jsonify, redirect, request, send_from_directory
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as AnyResponse

from formapp.forms.fields import clean_text
from formapp.html import render
from formapp.models import Feedback
from formapp.reports.findings import say_share
from formapp.rules.feedback import DONE, NEW, STATES, WONT_DO, feedback_id
from formapp.rules.wording import say_day
from formapp.services import build_fault, editors_strip, feedback
from formapp.services.database import DatabaseError
from formapp.site import ERROR_FRAME
from formapp.web.context import KEY, Context, runtime, site
from formapp.web.guards import limit_size, require_own_page, require_this_machine
from formapp.web.pages import html

log = structlog.get_logger()

edit_pages = Blueprint("edit_pages", __name__)
FILES = Path(__file__).parent.parent / "templates" / "edit"
BUILD = "helpcentre build"
_BUILD = re.compile(r'<meta name="helpcentre:build" content="([0-9]{1,15})">')


@edit_pages.record_once
def _remember_build(state: BlueprintSetupState) -> None:
    """Keep the number of the build that this process has read, which a later build on the disk does not change."""
    context: Context = state.app.extensions[KEY]
    found = _BUILD.search(context.site.page(ERROR_FRAME).html)
    state.app.extensions[BUILD] = int(found[1]) if found else 0


@edit_pages.before_app_request
def _guard() -> Response | None:
    """Hide the strip from all but this machine, and keep what an editor tries in the preview out of the service's own database."""
    if request.path.startswith("/edit/"):
        require_this_machine()
        return None
    if runtime().settings.database_url and request.method not in ("GET", "HEAD", "OPTIONS"):
        frame = site().page(ERROR_FRAME).swapped(render("edit/not_taken.html"))
        return html(frame.titled("Nothing is sent from this preview"), status=403)
    return None


@edit_pages.errorhandler(SQLAlchemyError)
@edit_pages.errorhandler(DatabaseError)
def _no_answer(error: Exception) -> Response:
    """Say so in the strip's place: the database may be far away, and the page is read all the same."""
    log.error("database unavailable", error=error.__class__.__name__)
    return Response(render("edit/no_answer.html"), status=503, mimetype="text/html")


@edit_pages.get("/edit/<any('strip.js', 'strip.css'):name>")
def file(name: str) -> Response:
    """Hand out the strip's script or its style."""
    return send_from_directory(FILES, name, mimetype="text/css" if name.endswith(".css") else "text/javascript")


@edit_pages.get("/edit/build")
def build() -> Response:
    """Say which build this process shows, and what was wrong with the last one that failed since."""
    fault = build_fault.read(runtime().settings.instance_dir)
    return jsonify(build=current_app.extensions[BUILD], fault=fault)


@edit_pages.get("/edit/feedback/<article_id>")
def show(article_id: str) -> Response:
    """Show what readers said of an article, as a piece of its page; their addresses are not in it."""
    article = site().articles.get(article_id)
    if article is None:
        raise NotFound
    running = runtime()
    with running.database.reading() as session:
        strip = editors_strip.strip_of(session, article.id, article.revision)
    policy = running.policy
    fragment = render(
        "edit/strip.html",
        strip=strip,
        reasons={reason.key: reason.text for reason in policy.feedback.reasons},
        states=STATES,
        choices={NEW: (DONE, WONT_DO), DONE: (NEW,), WONT_DO: (NEW,)},
        said={NEW: "is new again", DONE: "is done", WONT_DO: "won’t be done"},
        feedback_id=feedback_id,
        say_day=lambda moment: say_day(moment, policy),
        say_share=say_share,
    )
    return Response(fragment, mimetype="text/html")


@edit_pages.post("/edit/feedback")
def settle() -> AnyResponse:
    """Put feedback into a state, with a note; the answer leads to what then stands beside its article.

    422 for a note that cannot be kept, 404 for feedback that is none, each with the reason as JSON.
    """
    require_own_page()
    limit_size()
    number, state = request.form.get("number", ""), request.form.get("state", "")
    if state not in STATES or not re.fullmatch("[0-9]{1,9}", number):
        raise BadRequest
    running, note = runtime(), clean_text(request.form.get("note"))
    try:
        with running.database.transaction() as session:
            feedback.settle(session, int(number), state, note, running.now())
            article_id = session.get_one(Feedback, int(number)).article_id
    except feedback.UnusableNote as unusable:
        return _not_settled(422, str(unusable))
    except feedback.NoSuchFeedback:
        return _not_settled(404, f"{feedback_id(int(number))} is no longer there")
    return redirect(f"/edit/feedback/{article_id}", 303)


def _not_settled(status: int, why: str) -> Response:
    answer = jsonify(error=why)
    answer.status_code = status
    return answer
