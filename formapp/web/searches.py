"""Searches of the site that found nothing."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from formapp.services import missed_searches
from formapp.web.client import client_address
from formapp.web.context import desk, limits, runtime
from formapp.web.guards import limit_size, require_own_page
from formapp.web.limits import Limited, TooMany

searches = Blueprint("searches", __name__)
LARGEST = 8 * 1024
_HOW = "Send a JSON object with the words that were searched for as `words`."


@searches.post("/api/searches")
def missed_search() -> Response:
    """Count words that were searched for in vain; the answer is the same whether they are counted or not."""
    limit_size(LARGEST)
    require_own_page()
    try:
        body = request.get_json()
    except RecursionError:
        raise BadRequest(_HOW) from None
    words = body.get("words") if isinstance(body, dict) else None
    if not isinstance(words, str):
        raise BadRequest(_HOW)
    try:
        limits().take(Limited.SEARCHES, client_address())
    except TooMany:
        return Response(status=204)
    running = runtime()
    with running.database.transaction() as session:
        missed_searches.count(session, words, desk().today(running.now()))
    return Response(status=204)
