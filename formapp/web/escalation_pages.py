"""The page that confirms a request for escalation: the same for every ticket ID, whosever it is."""

from flask import Blueprint, Response

from formapp.forms.escalation import said_in_escalation
from formapp.models import Escalation
from formapp.rules.deadlines import promise_of_days
from formapp.rules.escalation import conditions
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_hours, say_moment_in_full, to_the_minute
from formapp.services import attachments
from formapp.services.links import ESCALATION_PAGE
from formapp.site import REQUEST_FRAME
from formapp.web.context import links, runtime
from formapp.web.headers import private
from formapp.web.linked import opened
from formapp.web.pages import page
from formapp.web.received_answers import but_the_address, masked, named
from formapp.web.ticket_pages import no_such_link

escalation_pages = Blueprint("escalation_pages", __name__)


@escalation_pages.get("/your-escalation/<token>")
def escalation_page(token: str) -> Response:
    """Show what was asked and what happens next. The verdict is told by email to the ticket's own address, and nowhere else."""
    running = runtime()
    with running.database.reading() as session:
        escalation = opened(session, Escalation, ESCALATION_PAGE, token)
        if escalation is None:
            return no_such_link()
        policy, received = running.policy, to_the_minute(escalation.received_at)
        files = attachments.of_escalation(session, escalation.id)
        # Worked out for every one alike: a date that only some pages have would tell which tickets exist.
        review_by = promise_of_days(policy, running.calendar, policy.escalation.reviewed_within_business_days, received).due
        return private(
            page(
                "Escalation request received",
                "escalation.html",
                frame=REQUEST_FRAME,
                ticket_id=ticket_id(policy, escalation.given_number),
                answers=(
                    ("Received", say_moment_in_full(received, policy)),
                    *but_the_address(said_in_escalation(escalation, policy)),
                    named(files),
                ),
                address=links().escalation_url(escalation.id),
                conditions=conditions(policy),
                review_by=say_moment_in_full(review_by, policy),
                reply_address=masked(escalation.email),
                hours=say_hours(policy),
            )
        )
