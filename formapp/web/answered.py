"""Articles that answered a question while somebody was writing it."""

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest

from formapp.services import answered_articles
from formapp.web.client import client_address
from formapp.web.context import limits, runtime, site
from formapp.web.guards import limit_size, require_own_page
from formapp.web.limits import Limited, TooMany

answered = Blueprint("answered", __name__)


@answered.post("/api/answered")
def article_answered() -> Response:
    """Count an article, named by its page's path in the site; 404 for a page that is no article. Nothing else is kept."""
    limit_size()
    require_own_page()
    try:
        body = request.get_json()
    except RecursionError:
        raise BadRequest("Send a JSON object with the article's path as `page`: this one is nested too deeply.") from None
    path = body.get("page") if isinstance(body, dict) else None
    if not isinstance(path, str):
        raise BadRequest("Send a JSON object with the article's path as `page`.")
    article = site().article_at(path)
    if article is None:
        answer = jsonify(error="There is no such article.")
        answer.status_code = 404
        return answer
    try:
        limits().take(Limited.ANSWERED, client_address())
    except TooMany:
        # Thanked all the same; only the count is spared.
        return Response(status=204)
    running = runtime()
    with running.database.transaction() as session:
        answered_articles.count(session, article.id, running.now().date())
    return Response(status=204)
