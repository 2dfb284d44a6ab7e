"""Errors, answered once: a page in the site's frame that says what happened and what to do, or the same as JSON."""

import structlog
from flask import Flask, jsonify, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from formapp.problems import FAULT, PROBLEMS, problem_page
from formapp.services.database import DatabaseError
from formapp.web.context import runtime, site, wants_json
from formapp.web.headers import PRIVATE

log = structlog.get_logger()


def register_errors(app: Flask) -> None:
    """Answer every error in the site's own frame."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SQLAlchemyError, _unavailable)
    app.register_error_handler(DatabaseError, _unavailable)
    app.register_error_handler(Exception, _fault)


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if code == 404 and request.method not in ("GET", "HEAD", "POST"):
        code = 405
    answer = _answer(code, error.description)
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _unavailable(error: Exception) -> Response:
    # The database's own name for the error, which holds no data: locked, full and read-only are told apart.
    cause = getattr(error, "orig", None)
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    log.error("database unavailable", error=error.__class__.__name__, name=name)
    answer = _answer(503)
    answer.headers["Retry-After"] = "60"
    return answer


def _fault(error: Exception) -> Response:
    log.exception("unexpected error", route=str(request.url_rule))
    return _answer(500)


def _answer(code: int, description: str | None = None) -> Response:
    answer = _said(code, description)
    # All of them: an address that goes wrong may hold a token, whether a route knows it or not.
    answer.headers.update(PRIVATE)
    return answer


def _said(code: int, description: str | None) -> Response:
    if wants_json() or request.path.startswith("/api/"):
        answer: Response = jsonify(error=description if code in (400, 411, 415) and description else PROBLEMS.get(code, FAULT).title)
        answer.status_code = code
        return answer
    was_sent = request.method == "POST"
    return Response(problem_page(site(), runtime().policy, code, was_sent=was_sent), status=code, mimetype="text/html")
