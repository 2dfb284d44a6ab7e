"""What customers send from the forms."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from formapp.forms import FORMS
from formapp.forms.rendering import problems_of, render_check, render_error_summary, render_form
from formapp.forms.support_form import SupportForm
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_moment
from formapp.services import attachments, complaints, escalations, tickets
from formapp.services.attachments import UnknownFile
from formapp.services.escalations import EscalationReceipt
from formapp.services.intake import AlreadySent, Envelope
from formapp.services.tickets import Receipt
from formapp.site import CHECK_FRAME, Frame
from formapp.web.client import client_address
from formapp.web.context import desk, limits, links, proofs, runtime, site, wants_json
from formapp.web.guards import limit_size, require_own_page
from formapp.web.limits import Limited, TooMany
from formapp.web.pages import html
from formapp.web.uploads import take_files

submissions = Blueprint("submissions", __name__)
MANY = "many forms have come from the same network in the last hour"


@dataclass(frozen=True)
class Kind:
    """A form's page in the built site, and what takes its answers in."""

    page: str
    submit: Callable[..., Receipt | EscalationReceipt]


KINDS = {
    "ticket": Kind("contact/ticket/index.html", tickets.submit),
    "escalation": Kind("contact/escalation/index.html", escalations.submit),
    "complaint": Kind("contact/complaint/index.html", complaints.submit),
}


@submissions.post("/contact/<any(ticket, escalation, complaint):slug>/")
def send(slug: str) -> AnyResponse:
    """Take a form: 303 to the page that confirms it, or the form again with what is wrong and every answer kept."""
    limit_size()
    require_own_page()
    posted = _posted()
    removed, refused = take_files(posted)
    # Known to us or nothing: whoever makes a link to the form puts no words of theirs into a request.
    posted["page"] = request.args.get("page", "") if request.args.get("page") in site().articles else ""
    form = FORMS[slug].of(runtime().policy, posted)
    with runtime().database.reading() as session:
        form.kept_file.show(attachments.find(session, form.kept_file.data), refused)
    if removed or "change" in posted:
        return _again(form, posted.get("change") or form.kept_file.name)
    if not form.validate():
        return _refused(form, status=422)
    if form.is_checked and posted.get("step") != "send" and not wants_json():
        return _form_page(site().page(CHECK_FRAME).swapped(render_check(form)), 200)
    return _take_in(form)


def _take_in(form: SupportForm) -> AnyResponse:
    running = runtime()
    now = running.now()
    client = client_address()
    proof = proofs().read(form.proof.data or "", now)
    envelope = Envelope(
        key=form.submission_key.data or None,
        files=form.kept_file.kept,
        proof=proof,
        suspect_because=form.looks_automatic,
        hasty_because=form.looks_hasty,
        take_slot=lambda: limits().take(Limited.SUBMISSIONS, client),
    )
    # Asked once outside the transaction: should Redis hang, nobody waits for it with the database's lock in hand.
    with contextlib.suppress(TooMany):
        limits().check(Limited.SUBMISSIONS, client)
    try:
        try:
            receipt = _submit(form, envelope, now)
        except TooMany:
            if not form.is_always_taken:
                raise
            unlimited = replace(envelope, withheld_because=MANY, encloses_files=False, take_slot=lambda: None)
            receipt = _submit(form, unlimited, now)
    except AlreadySent as sent:
        # A fresh key, so that sending once more is a request of its own and not the same one again.
        form.submission_key.data = ""
        about = ticket_id(running.policy, sent.number)
        sent_before = f"You already sent {'an' if form.noun[0] in 'aeiou' else 'a'} {form.noun} from this page: {about}."
        notice = f"{sent_before} To send this as another one, select {form.first_button} again."
        return _refused(form, status=409, notice=notice)
    except TooMany as too_many:
        answer = _refused(form, status=429, notice=_say_too_many(form, too_many))
        answer.headers["Retry-After"] = str(too_many.seconds)
        return answer
    except UnknownFile:
        # Removed in another tab just now.
        with running.database.reading() as session:
            form.kept_file.show(attachments.find(session, form.kept_file.data))
        form.validate()
        return _refused(form, status=422)
    return _received(receipt, now)


def _submit(form: SupportForm, envelope: Envelope, now: datetime) -> Receipt | EscalationReceipt:
    with runtime().database.transaction() as session:
        return KINDS[form.slug].submit(session, form.answers(), envelope, desk(), now)


def _say_too_many(form: SupportForm, too_many: TooMany) -> str:
    return (
        f"Many requests have come from your network in the last hour, and this one has not been sent. Your text is still here: "
        f"select {form.first_button} again in {too_many.wait}, or write to {form.policy.channels.email}."
    )


def _received(receipt: Receipt | EscalationReceipt, now: datetime) -> AnyResponse:
    running = runtime()
    if isinstance(receipt, Receipt):
        number, path, due_at = receipt.number, links().ticket_path(receipt.number), receipt.due_at
    else:
        number, path, due_at = receipt.given_number, links().escalation_path(receipt.id), None
    if not wants_json():
        return redirect(path, code=303)
    said = {"ticket_id": ticket_id(running.policy, number), "url": f"{running.settings.base_url}{path}"}
    if due_at is not None:
        due = due_at.astimezone(running.calendar.zone)
        said |= {"due": due.isoformat(), "due_text": say_moment(due, running.policy, now)}
    answer = jsonify(said)
    answer.status_code = 201 if receipt.is_new else 200
    return answer


def _again(form: SupportForm, focused: str) -> Response:
    """Answer with the form as it was left, nothing said of what may be wrong with it."""
    form.focused = focused
    return _form_page(site().page(KINDS[form.slug].page).swapped(render_form(form)), 200)


def _refused(form: SupportForm, *, status: int, notice: str = "") -> Response:
    """Answer with the form's own built page: every answer kept, what is wrong above the heading and at each field."""
    if wants_json():
        errors = {field.name: field.errors[0] for field in form if field.errors}
        answer = jsonify(errors=errors, **({"error": notice} if notice else {}))
        answer.status_code = status
        return answer
    frame = site().page(KINDS[form.slug].page).swapped(render_form(form, notice))
    problems = problems_of(form) or [("hc-notice", notice)]
    return _form_page(frame.with_error_summary(render_error_summary(problems)), status)


def _form_page(frame: Frame, status: int) -> Response:
    answer = html(frame, status=status)
    # For this reader's browser alone, and for Back only: with no-store it would show nothing of what was typed without sending it again.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _posted() -> MultiDict[str, str]:
    """Return the fields of the body, a form's or a JSON object of texts; raise BadRequest for another JSON."""
    if not request.is_json:
        if request.content_length and not request.form and not request.files:
            raise BadRequest("The form did not arrive whole: send it again.")
        return MultiDict(request.form)
    try:
        body = request.get_json()
    except RecursionError:
        raise BadRequest("Send a JSON object whose values are all texts: this one is nested too deeply.") from None
    if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
        raise BadRequest("Send a JSON object whose values are all texts, with the form's field names as keys.")
    return MultiDict(body)
