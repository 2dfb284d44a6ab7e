"""The answer-by promise, before a request is sent."""

from flask import Blueprint, Response, jsonify, request

from formapp.policy.policy import UnknownChoice
from formapp.rules.deadlines import promise_for
from formapp.rules.wording import say_moment, to_the_minute
from formapp.web.context import runtime

promises = Blueprint("promises", __name__)


@promises.get("/api/promise")
def promise() -> tuple[Response, int] | Response:
    """Say when an answer is due for `type` and, for an incident, `priority`, if it were sent now."""
    running, now = runtime(), to_the_minute(runtime().now())
    try:
        given = promise_for(running.policy, running.calendar, request.args.get("type", ""), request.args.get("priority") or None, now)
    except UnknownChoice as error:
        return jsonify(error=str(error)), 400
    return jsonify(due=given.due.isoformat(), text=say_moment(given.due, running.policy, now), target=given.target, basis=given.basis)
