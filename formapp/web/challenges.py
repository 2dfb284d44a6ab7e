"""Challenges for the proof of work that a form's page makes while somebody fills it in."""

from flask import Blueprint, Response, jsonify

from formapp.web.client import client_address
from formapp.web.context import limits, proofs, runtime
from formapp.web.limits import Limited, TooMany

challenges = Blueprint("challenges", __name__)


@challenges.get("/api/challenge")
def challenge() -> Response:
    """Give a new challenge; a client that has had too many gets 429, and its form goes without a proof."""
    try:
        limits().take(Limited.CHALLENGES, client_address())
    except TooMany as too_many:
        refusal = jsonify(error=str(too_many))
        refusal.status_code = 429
        refusal.headers["Retry-After"] = str(too_many.seconds)
        return refusal
    return jsonify(proofs().challenge(runtime().now()))
