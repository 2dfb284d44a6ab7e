"""The queue of tickets for staff, opened by a signed link."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as Answer

from formapp.forms.fields import given
from formapp.forms.staff_queue import QueueForm
from formapp.rules.lifecycle import SAID_STATUS
from formapp.rules.wording import say_moment, say_time, to_the_minute
from formapp.services import queue
from formapp.services.queue import Wanted
from formapp.web.context import desk, runtime
from formapp.web.guards import limit_size, require_own_page
from formapp.web.headers import PRIVATE, private
from formapp.web.page_number import page_number
from formapp.web.staff_access import opened_queue
from formapp.web.staff_frame import framed

staff_queue_pages = Blueprint("staff_queue_pages", __name__)
STATES: Mapping[str, str] = MappingProxyType(
    {"due": "What is due next", "late": "Late", "due-today": "Due today"}
    | {str(status): said for status, said in SAID_STATUS.items()}
    | {"to-check": "To check", "undelivered": "Mail not delivered", "all": "All"}
)
TO_REVIEW = "to-review"
# What is counted: states of tickets, and beside them the mails that wait for review, which have a page of their own.
COUNTED: Mapping[str, str] = MappingProxyType(
    {state: said for state, said in STATES.items() if state not in ("due", "undelivered", "all")}
    | {TO_REVIEW: "Emails to review", "undelivered": STATES["undelivered"]}
)


@staff_queue_pages.get("/")
def show(token: str) -> Answer:
    """Show tickets, what is due next first. Nothing is changed by looking."""
    running = runtime()
    policy, now = running.policy, running.now()
    form = QueueForm.of(policy, STATES, request.args)
    wanted = Wanted(form.state.data, form.request_type.data, form.priority.data, given(form.words), page_number())
    with running.database.reading() as session:
        here, _ = opened_queue(session, token)
        if request.args.get("state") == TO_REVIEW:
            answer = redirect(_address_of(here, TO_REVIEW), code=303)
            answer.headers.update(PRIVATE)
            return answer
        listed = queue.list_tickets(session, wanted, desk(), now)
        counts = queue.counts(session, desk(), now)
    return framed(
        "Ticket queue",
        "queue.html",
        here=here,
        form=form,
        wanted=wanted,
        listed=listed,
        counted=[(state.replace("-", "_"), said, state, _address_of(here, state)) for state, said in COUNTED.items()],
        counts=asdict(counts),
        states=STATES,
        say_status=SAID_STATUS.__getitem__,
        say_moment=lambda moment: say_moment(to_the_minute(moment), policy, now),
        counted_at=say_time(to_the_minute(now).astimezone(policy.hours.zone)),
        at=lambda **changes: _address(here, wanted, **changes),
    )


@staff_queue_pages.get("/counts")
def counts(token: str) -> Response:
    """Give the counts as JSON, for the page that shows them."""
    running = runtime()
    with running.database.reading() as session:
        opened_queue(session, token)
        return private(jsonify(asdict(queue.counts(session, desk(), running.now()))))


@staff_queue_pages.post("/")
def ask(token: str) -> Answer:
    """Send a fresh link where this one has expired: the queue itself has nothing to be sent."""
    limit_size()
    require_own_page()
    with runtime().database.reading() as session:
        opened_queue(session, token)
    raise MethodNotAllowed(["GET", "HEAD", "OPTIONS"])


def _address_of(here: str, state: str) -> str:
    """Return where that stands which a count counts."""
    return f"{here}review/" if state == TO_REVIEW else f"{here}?state={state}"


def _address(here: str, wanted: Wanted, **changes: object) -> str:
    """Return the address of the queue with what is asked now, some of it changed; what is asked by itself is left out."""
    asked = asdict(wanted) | changes
    usual = asdict(Wanted())
    query = urlencode({name: value for name, value in asked.items() if value != usual[name]})
    return f"{here}?{query}" if query else here
