"""The mails that wait for a person, inside the queue: what each says, and a button for each thing that can be done with it."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as Answer

from formapp.forms.staff_review import ReviewForm
from formapp.models.incoming_mail import MailState
from formapp.rules.files import say_size
from formapp.rules.wording import say_moment_in_full, to_the_minute
from formapp.services import review
from formapp.services.review import AlreadyDecided, Decision, Fate, NoSuchMail
from formapp.services.ticket_life import NoSuchTicket
from formapp.web.context import runtime
from formapp.web.downloads import mail_to_save
from formapp.web.guards import limit_size, require_own_page
from formapp.web.headers import PRIVATE
from formapp.web.page_number import page_number
from formapp.web.staff_access import opened_queue
from formapp.web.staff_frame import framed

staff_review_pages = Blueprint("staff_review_pages", __name__)
TITLE = "Emails to review"
PUT_BACK = "put-back"
# The forms have a number and a ticket ID.
_LARGEST = 8 * 1024
_LARGEST_NUMBER = 2**31 - 1
# What became of a mail, said to whoever decided it: by its state and the decision.
_DONE: Mapping[tuple[MailState, Decision | None], str] = MappingProxyType(
    {
        (MailState.NEW, Decision.ATTACH): "The email is being put on {ticket}. That takes a few seconds.",
        (MailState.NEW, Decision.TICKET): "A ticket is being made of the email. That takes a few seconds.",
        (MailState.DONE, Decision.ATTACH): "The email is on {ticket}.",
        (MailState.DONE, Decision.TICKET): "The email is a ticket now: {ticket}.",
        (MailState.JUNK, Decision.JUNK): "The email is set aside as junk.",
        (MailState.REVIEW, None): "The email waits for review again.",
        (MailState.UNREADABLE, None): "The email waits for review again.",
    }
)
# And to whoever was slower.
_TAKEN: Mapping[Decision | None, str] = MappingProxyType(
    {
        Decision.ATTACH: "{who} has put it on {ticket}",
        Decision.TICKET: "{who} has made a ticket of it",
        Decision.JUNK: "{who} has set it aside as junk",
        None: "It has been dealt with already",
    }
)


@staff_review_pages.get("/")
def show(token: str) -> Response:
    """Show the mails that wait. Nothing is changed by looking."""
    return _page(token, page_number(), done=_number(request.args.get("done", "")))


@staff_review_pages.post("/")
def act(token: str) -> Answer:
    """Do what a button says, once, and go back to the list; or show it again with what is wrong, or with what somebody else has done."""
    limit_size(_LARGEST)
    require_own_page()
    running = runtime()
    with running.database.reading() as session:
        here, by = opened_queue(session, token)
    said, form = request.form.get("decision", ""), ReviewForm.of(running.policy, request.form)
    if said not in (*Decision, PUT_BACK):
        raise BadRequest("Send one of the page’s forms.")
    if said == Decision.ATTACH and not form.validate():
        return _again(token, form, 422)
    number = form.ticket_number if said == Decision.ATTACH else None
    try:
        with running.database.transaction() as session:
            if said == PUT_BACK:
                review.put_back(session, form.mail_id, running.policy)
            else:
                review.decide(session, form.mail_id, Decision(said), running.policy, by=by, now=running.now(), ticket_number=number)
    except NoSuchTicket:
        form.refuse_ticket()
        return _again(token, form, 422)
    except NoSuchMail:
        raise NotFound from None
    except AlreadyDecided as decided:
        # A second click asks for what has been done.
        if decided.fate.decision != said or number not in (None, decided.fate.ticket_number):
            return _again(token, form, 409, notice=_say_taken(decided.fate, by))
    with running.database.reading() as session:
        page = review.page_of(session, form.mail_id)
    answer = redirect(f"{here}review/?{f'page={page}&' if page > 1 else ''}done={form.mail_id}#done", code=303)
    answer.headers.update(PRIVATE)
    return answer


@staff_review_pages.get("/<int:mail_id>.eml")
def download(token: str, mail_id: int) -> Response:
    """Give a mail as it came, to be saved and never to be shown."""
    with runtime().database.reading() as session:
        opened_queue(session, token)
        raw = review.raw_of(session, min(mail_id, _LARGEST_NUMBER))
    if raw is None:
        raise NotFound
    return mail_to_save(mail_id, raw)


def _again(token: str, form: ReviewForm, status: int, notice: str = "") -> Response:
    with runtime().database.reading() as session:
        page = review.page_of(session, form.mail_id)
    return _page(token, page, status=status, draft=form, notice=notice)


def _page(
    token: str, page: int, *, status: int = 200, draft: ReviewForm | None = None, done: int | None = None, notice: str = ""
) -> Response:
    running = runtime()
    policy = running.policy
    with running.database.reading() as session:
        queue, _ = opened_queue(session, token)
        waiting = review.waiting(session, policy, page)
        fate = review.fate_of(session, done, policy) if done else None
    forms = {mail.id: ReviewForm.of(policy, mail=mail.id, ticket=mail.ticket.id if mail.ticket else "") for mail in waiting.mails}
    if draft is not None and draft.mail_id in forms and not notice:
        forms[draft.mail_id] = draft
    return framed(
        TITLE,
        "review.html",
        status=status,
        problems=[*draft.problems] if draft else None,
        queue=queue,
        here=f"{queue}review/",
        waiting=waiting,
        forms=forms,
        notice=notice,
        fate=fate,
        done=_say_done(fate),
        put_back=PUT_BACK if fate and fate.state is MailState.JUNK else "",
        say_moment=lambda moment: say_moment_in_full(to_the_minute(moment), policy),
        say_size=say_size,
    )


def _say_done(fate: Fate | None) -> str:
    """Say what became of a mail; nothing of one that nobody has decided on."""
    return _DONE.get((fate.state, fate.decision), "").format(ticket=fate.ticket_id) if fate else ""


def _say_taken(fate: Fate, by: str) -> str:
    # Many teams have one address between them.
    who = "Somebody" if fate.by in (None, by) else fate.by
    what = _TAKEN[fate.decision].format(who=who, ticket=fate.ticket_id)
    subject = f"The email “{fate.subject}” does not wait any more." if fate.subject else "That email does not wait any more."
    return f"{subject} {what}, and nothing of yours has been done."


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None
