"""What customers send from the forms."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from formapp.forms.rendering import problems_of, render_error_summary, render_form
from formapp.forms.ticket import TicketForm
from formapp.rules.deadlines import promise_for
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_moment, to_the_minute
from formapp.services import tickets
from formapp.services.acknowledgements import AckCaps
from formapp.web.context import links, runtime, site, wants_json
from formapp.web.guards import limit_size, require_own_page
from formapp.web.pages import html

submissions = Blueprint("submissions", __name__)
TICKET_PAGE = "contact/ticket/index.html"


@submissions.post("/contact/ticket/")
def ticket() -> AnyResponse:
    """Take a ticket: 303 to its page, or the form again with what is wrong and every answer kept."""
    limit_size()
    require_own_page()
    running, now = runtime(), runtime().now()
    form = TicketForm.of(running.policy, _posted())
    if not form.validate():
        return _refused(form, status=422)
    answers = form.answers()
    promise = promise_for(running.policy, running.calendar, answers.request_type, answers.priority, to_the_minute(now))
    desk = tickets.Desk(
        policy=running.policy, links=links(), team_email=running.team_email, bounce_email=running.bounce_email, caps=_caps()
    )
    try:
        with running.database.transaction() as session:
            receipt = tickets.submit(
                session,
                answers,
                promise=promise,
                desk=desk,
                submission_key=form.submission_key.data or None,
                suspect_because="the hidden field was filled in" if form.looks_automatic else None,
                now=now,
            )
    except tickets.AlreadySent as sent:
        return _refused(form, status=409, already_sent=ticket_id(running.policy, sent.number))
    return _received(receipt, now)


def _received(receipt: tickets.Receipt, now: datetime) -> AnyResponse:
    running = runtime()
    if not wants_json():
        return redirect(links().ticket_path(receipt.number), code=303)
    due = receipt.due_at.astimezone(running.calendar.zone)
    answer = jsonify(
        ticket_id=ticket_id(running.policy, receipt.number),
        url=links().ticket_url(receipt.number),
        due=due.isoformat(),
        due_text=say_moment(due, running.policy, now),
    )
    answer.status_code = 201 if receipt.is_new else 200
    return answer


def _refused(form: Any, *, status: int, already_sent: str = "") -> Response:
    """Answer with the form's own built page: every answer kept, what is wrong above the heading and at each field."""
    notice = ""
    if already_sent:
        # A fresh key, so that sending once more is a request of its own and not the same one again.
        form.submission_key.data = ""
        notice = f"You already sent a request from this page: {already_sent}. To send this as another request, select {form.button} again."
    if wants_json():
        errors = {name: messages[0] for name, messages in form.errors.items()}
        answer = jsonify(errors=errors, **({"error": notice} if notice else {}))
        answer.status_code = status
        return answer
    frame = site().page(TICKET_PAGE).swapped(render_form(form, notice))
    problems = problems_of(form) or [("hc-notice", notice)]
    return html(frame.with_error_summary(render_error_summary(problems)), status=status)


def _posted() -> MultiDict[str, str]:
    """Return the fields of the body, a form's or a JSON object of texts; raise BadRequest for another JSON."""
    if not request.is_json:
        return request.form
    try:
        body = request.get_json()
    except RecursionError:
        raise BadRequest("Send a JSON object whose values are all texts: this one is nested too deeply.") from None
    if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
        raise BadRequest("Send a JSON object whose values are all texts, with the form's field names as keys.")
    return MultiDict(body)


def _caps() -> AckCaps:
    settings = runtime().settings
    return AckCaps(per_domain_per_hour=settings.acknowledgements_per_domain_per_hour, in_all_per_hour=settings.acknowledgements_per_hour)
