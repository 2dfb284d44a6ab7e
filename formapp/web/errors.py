"""Errors, answered once: a page in the site's frame that says what happened and what to do, or the same as JSON."""

from dataclasses import dataclass

import structlog
from flask import Flask, jsonify, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from formapp.rules.wording import say_hours
from formapp.services.database import DatabaseError
from formapp.web.context import runtime, wants_json
from formapp.web.pages import page

log = structlog.get_logger()


@dataclass(frozen=True)
class Problem:
    """What an error page says."""

    title: str
    paragraphs: tuple[str, ...]


NOT_SENT = "Nothing has been sent. Go back to the form: your browser still has what you wrote."
PROBLEMS = {
    400: Problem("We could not read that request", (NOT_SENT,)),
    403: Problem(
        "This form was sent from another site", ("For your safety we only take forms from our own pages.", "Nothing has been sent.")
    ),
    404: Problem(
        "Page not found", ("If you typed the address, check that it is correct. If you pasted it, check that you copied all of it.",)
    ),
    405: Problem("This page cannot be used that way", ("Go back and try again from the page itself.",)),
    413: Problem("Your request is too large to send", ("Shorten what you wrote and send it again.", NOT_SENT)),
    415: Problem("We could not read that request", (NOT_SENT,)),
    503: Problem(
        "Sorry, there is a problem with the service", ("We could not save your request.", NOT_SENT, "Try again in a few minutes.")
    ),
}
FAULT = Problem("Sorry, there is a problem with the service", ("Try again in a few minutes.",))


def register_errors(app: Flask) -> None:
    """Answer every error in the site's own frame."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SQLAlchemyError, _unavailable)
    app.register_error_handler(DatabaseError, _unavailable)
    app.register_error_handler(Exception, _fault)


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    answer = _answer(code, error.description)
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _unavailable(error: Exception) -> Response:
    log.error("database unavailable", error=error.__class__.__name__)
    answer = _answer(503)
    answer.headers["Retry-After"] = "60"
    return answer


def _fault(error: Exception) -> Response:
    log.exception("unexpected error", route=str(request.url_rule))
    return _answer(500)


def _answer(code: int, description: str | None = None) -> Response:
    # A page that was only read lost nothing, so it is not told that nothing was sent.
    problem = PROBLEMS.get(code, FAULT)
    if wants_json() or request.path.startswith("/api/"):
        answer: Response = jsonify(error=description if code in (400, 415) and description else problem.title)
        answer.status_code = code
        return answer
    paragraphs = problem.paragraphs if request.method == "POST" else tuple(text for text in problem.paragraphs if text != NOT_SENT)
    return page(problem.title, "problem.html", status=code, paragraphs=paragraphs, hours=say_hours(runtime().policy))
