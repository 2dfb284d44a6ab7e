"""Whether an article helped: the vote, what a reader adds to it, and the pages for readers without JavaScript.

With JavaScript the same answers are put into the article's own page, by theme/assets/feedback.js.
"""

import re
from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, Response, redirect, request
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from formapp.forms.feedback import FeedbackForm, PraiseForm
from formapp.forms.rendering import render_error_summary
from formapp.html import render
from formapp.models import Vote
from formapp.rules.feedback import scrubbed
from formapp.services import feedback
from formapp.services.feedback import Ballot, Comment, Sending
from formapp.services.links import VOTE, BadLink
from formapp.services.voters import voter_of
from formapp.site import ERROR_FRAME, BuiltArticle
from formapp.web.client import client_address
from formapp.web.context import desk, limits, links, proofs, runtime, site
from formapp.web.guards import limit_size, require_own_page
from formapp.web.headers import private
from formapp.web.limits import Limited, TooMany
from formapp.web.pages import html

feedback_pages = Blueprint("feedback_pages", __name__)
# A comment of 1,000 characters in any script, encoded, with its proof of work.
LARGEST = 24 * 1024
_HEADING = re.compile(r"[\w.:-]{1,100}")
_REVISION = re.compile(r"[0-9a-f]{12}")

log = structlog.get_logger()


@feedback_pages.post("/feedback/")
def vote() -> AnyResponse:
    """Store a vote at once, before anything more is asked: 303 to the page that goes on; 404 for what is no article."""
    posted = _posted()
    article = site().articles.get(posted.get("article", ""))
    if article is None:
        raise NotFound
    helpful = {"yes": True, "no": False}.get(posted.get("helpful", ""))
    if helpful is None:
        raise BadRequest("Send yes or no as `helpful`.")
    running, client = runtime(), client_address()
    now = running.now()
    try:
        limits().take(Limited.VOTES, client)
    except TooMany:
        # Thanked all the same; the report says that there were such votes.
        with running.database.transaction() as session:
            feedback.count_uncounted(session, article.id, desk().today(now))
        return _page(article, helpful=helpful, state="yes" if helpful else "no")
    ballot = _ballot(posted, article, helpful=helpful)
    with running.database.transaction() as session:
        voter = voter_of(session, client, request.user_agent.string[:500], desk().today(now))
        cast = feedback.cast(session, ballot, voter, now, desk().today(now))
        number, aside = cast.id, cast.set_aside_because
    if aside:
        log.warning("vote set aside", article=article.id, because=aside)
    return redirect(links().vote_path(number), code=303)


@feedback_pages.get("/feedback/<token>")
def after_vote(token: str) -> Response:
    """Show what comes after a vote, as often as it is asked for: the thanks, the questions, or that the feedback was sent."""
    running = runtime()
    with running.database.reading() as session:
        found = _opened(session, token, running.now())
        said = feedback.feedback_of(session, found)
        # What was said of the other answer is not shown for this one.
        said = said if said and said.helpful == found.helpful else None
        before: dict[str, Any] = {"reasons": [one.reason for one in said.reasons], "comment": said.comment} if said else {}
    if "change" in request.args:
        return _page_of(found, token, state="change")
    if said and "tell" not in request.args:
        return _page_of(found, token, state="sent", is_waiting=said.email is not None)
    if found.helpful and "tell" not in request.args:
        return _page_of(found, token, state="yes")
    return _page_of(found, token, state="tell" if found.helpful else "no", form=_form_for(found, **before))


@feedback_pages.post("/feedback/<token>")
def details(token: str) -> AnyResponse:
    """Take what a reader adds to a vote: 303 to the page that says it was sent, or the questions again with every answer kept."""
    posted = _posted()
    running = runtime()
    now = running.now()
    with running.database.reading() as session:
        found = _opened(session, token, now)
    if "skip" in posted:
        article = site().articles.get(found.article_id)
        return redirect(f"/{article.path}" if article else "/", code=303)
    form = _form_for(found, posted)
    if not form.validate():
        return _page_of(found, token, state="tell" if found.helpful else "no", form=form, status=422)
    try:
        limits().take(Limited.COMMENTS, client_address())
    except TooMany as too_many:
        email = running.policy.channels.email
        notice = f"We could not save your feedback. Try again in {too_many.wait}, or email {email}."
        answer = _page_of(found, token, state="tell" if found.helpful else "no", form=form, notice=notice, status=429)
        answer.headers["Retry-After"] = str(too_many.seconds)
        return answer
    sending = Sending(proofs().read(form.proof.data or "", now), form.looks_automatic, form.looks_hasty)
    with running.database.transaction() as session:
        given = feedback.give(session, _opened(session, token, now), Comment(form.chosen, form.words, form.address), sending, now)
        aside = given.set_aside_because
    if aside:
        log.warning("comment set aside", article=found.article_id, because=aside)
    return redirect(links().vote_path(found.id), code=303)


def _posted() -> MultiDict[str, str]:
    limit_size(LARGEST)
    require_own_page()
    try:
        posted = MultiDict(request.form)
    except RequestEntityTooLarge:
        # Nobody's feedback is as large, and the page for this error speaks of files.
        raise BadRequest("The form is larger than it can be.") from None
    if request.content_length and not posted:
        raise BadRequest("Send the fields of the form, encoded as a form.")
    return posted


def _ballot(posted: MultiDict[str, str], article: BuiltArticle, *, helpful: bool) -> Ballot:
    revision, heading = posted.get("revision", ""), posted.get("heading", "")
    is_current = revision == article.revision
    try:
        earlier = _number(posted.get("vote", ""))
    except NotFound:
        earlier = None
    return Ballot(
        article_id=article.id,
        revision=revision if _REVISION.fullmatch(revision) else "",
        commit_hash=article.commit_hash if is_current else None,
        is_current=is_current,
        helpful=helpful,
        heading=heading if _HEADING.fullmatch(heading) else "",
        search_words=scrubbed(posted.get("search_words", "")),
        earlier=earlier,
    )


def _number(token: str) -> int:
    try:
        return links().read(VOTE, token)
    except BadLink:
        raise NotFound from None


def _opened(session: Session, token: str, now: datetime) -> Vote:
    vote = feedback.open_vote(session, _number(token), now)
    if vote is None:
        raise NotFound
    return vote


def _form_for(vote: Vote, posted: MultiDict[str, str] | None = None, **before: Any) -> FeedbackForm:
    return (PraiseForm if vote.helpful else FeedbackForm).of(runtime().policy, posted, **before)


def _page_of(vote: Vote, token: str, **shown: Any) -> Response:
    article = site().articles.get(vote.article_id)
    return _page(article, helpful=vote.helpful, token=token, article_id=vote.article_id, revision=vote.revision, **shown)


def _page(article: BuiltArticle | None, *, status: int = 200, form: FeedbackForm | None = None, **shown: Any) -> Response:
    """Answer with a page in the site's frame, of which a browser with JavaScript takes only the part marked as the body."""
    shown = {"token": "", "notice": "", "is_waiting": False, **shown}
    body = render("feedback/body.html", form=form, path=f"/feedback/{shown['token']}", **shown)
    frame = site().page(ERROR_FRAME).swapped(render("pages/feedback.html", body=Markup(body), article=article))  # noqa: S704 - rendered
    frame = frame.titled(f"Your feedback on “{article.title}”" if article else "Your feedback")
    if form and form.problems:
        frame = frame.with_error_summary(render_error_summary(form.problems))
    answer = private(html(frame, status=status))
    if request.method == "POST":
        # Without JavaScript, Back leads here from the page after it: with no-store it would show nothing of what was typed.
        answer.headers["Cache-Control"] = "private, no-cache"
    return answer
