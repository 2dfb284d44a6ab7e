"""Whether the process lives (/healthz) and whether it can do its work (/readyz); for the operator, not for the public."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from sqlalchemy import false, update
from sqlalchemy.exc import SQLAlchemyError

from formapp.models import Ticket
from formapp.services.database import DatabaseError, check_schema
from formapp.services.mail_queue import queue_health
from formapp.web.context import runtime

health = Blueprint("health", __name__)
# A mail that is due for longer means that nothing sends them.
OLDEST_MAIL = timedelta(minutes=15)


@health.get("/healthz")
def healthz() -> Response:
    """Answer as long as the process does."""
    return jsonify(status="ok")


@health.get("/readyz")
def readyz() -> Response:
    """Answer 503 when the database cannot be used; say too how many mails wait and how many were given up."""
    running = runtime()
    try:
        check_schema(running.database)
        with running.database.transaction() as session:
            # Changes nothing, and is refused where nothing could be changed.
            session.execute(update(Ticket).where(false()).values(status=Ticket.status))
            mails = queue_health(session, running.now())
    except (DatabaseError, SQLAlchemyError):
        answer = jsonify(status="unavailable", database="cannot be used")
        answer.status_code = 503
        return answer
    late = mails.oldest_age is not None and mails.oldest_age > OLDEST_MAIL
    return jsonify(status="degraded" if late or mails.dead else "ok", mails_waiting=mails.waiting, mails_dead=mails.dead)
