"""Letters in the life of a ticket, as the services would write them."""

from typing import Any

from formapp.mail.incoming_letters import (
    MailToReview,
    staff_mail_not_done,
    team_mail_to_review,
    team_mail_unreadable,
    team_mails_to_review_many,
    ticket_thanked,
)
from formapp.mail.letter import Enclosure, Letter
from formapp.mail.letters import Answer, TeamCopy
from formapp.mail.life_letters import (
    escalation_answered,
    ticket_answered,
    ticket_closed,
    ticket_reclassified,
    ticket_reopened,
    ticket_resolved,
    waiting_reminder,
)
from formapp.mail.team_life_letters import (
    DueTicket,
    MorningCounts,
    staff_fresh_link,
    team_answers_due,
    team_customer_wrote,
    team_mail_failed,
    team_morning,
)
from formapp.policy.policy import Policy
from formapp.rules.lifecycle import Move, say_step
from tests.mail.letter_samples import ENCLOSURES, FILES, HOURS, LINK, PROMISE, REPLY, STAFF_FILES, STAFF_LINK, WITHOUT_MAILBOX

QUEUE = "https://support.billycart.com/staff-queue/token/"
REVIEW = f"{QUEUE}review/"
UNREADABLE = Enclosure(17, "email-17.eml", "application/octet-stream")
ANSWER = (
    "Hello Jo,\n\nwe can see that the payments of this morning were refused by the bank. Could you send us the bank’s message, "
    "as it stands in your log?\n\nHow to find it: https://support.billycart.com/articles/describe/#error.\n\nSam"
)
QUIET = say_step(Move.WENT_QUIET, "Mon 30 Nov 2026, 2:28 pm AEST")
CLOSES = say_step(Move.WINDOW_ENDED, "Tue 1 Dec 2026, 9:00 am AEST")
LATE = DueTicket("BC-1042", "Payments fail", "first response", "Incident, P1", "Mon 23 Nov 2026, 4:28 pm AEST", True, STAFF_LINK)
SOON = DueTicket(
    "BC-1043", "Complaint: How we handled a request", "first response", "Complaint", "Tue 24 Nov 2026, 2:28 pm AEST", False, STAFF_LINK
)


def answered(policy: Policy, **changes: Any) -> Letter:
    facts: dict[str, Any] = {"text": ANSWER, "waits": True, "next_step": QUIET, "files": FILES[:2], "enclosures": ENCLOSURES}
    return ticket_answered(**(_about(policy) | facts | changes))


def reminder(policy: Policy, **changes: Any) -> Letter:
    return waiting_reminder(**(_about(policy) | {"asked": "Mon 23 Nov 2026", "text": ANSWER, "next_step": QUIET} | changes))


def resolved(policy: Policy, **changes: Any) -> Letter:
    facts: dict[str, Any] = {
        "reason": "Fixed",
        "text": "Payments go through again.\n\nSam",
        "underlying_problem": "A certificate at the bank had expired.",
        "how": "delivered",
        "next_step": CLOSES,
    }
    return ticket_resolved(**(_about(policy) | facts | changes))


def closed(policy: Policy, **changes: Any) -> Letter:
    return ticket_closed(**(_about(policy) | {"reason": "Fixed", "by_customer": False} | changes))


def reopened(policy: Policy, **changes: Any) -> Letter:
    return ticket_reopened(**(_about(policy) | {"text": "", "by_customer": True, "promise": PROMISE} | changes))


def reclassified(policy: Policy, **changes: Any) -> Letter:
    facts: dict[str, Any] = {"classified": "Incident, P1", "because": "All customers are affected.", "promise": PROMISE}
    return ticket_reclassified(**(_about(policy) | facts | {"has_passed": False} | changes))


def escalation(policy: Policy, **changes: Any) -> Letter:
    return escalation_answered(**(_about(policy) | {"text": "You are right.\n\nSam works on nothing else today."} | changes))


def thanked(policy: Policy, **changes: Any) -> Letter:
    return ticket_thanked(**(_about(policy) | {"next_step": CLOSES} | changes))


def life_letters(policy: Policy) -> dict[str, Letter]:
    """Return every letter that a customer gets in the life of a ticket, by its purpose."""
    letters = [write(policy) for write in (answered, reminder, resolved, closed, reopened, reclassified, escalation, thanked)]
    return {letter.purpose: letter for letter in letters}


def other_life_letters(policy: Policy) -> list[Letter]:
    """Return what the same letters say otherwise."""
    return [
        answered(policy, waits=False, next_step=None, files=(), enclosures=()),
        resolved(policy, how="quiet", reason="No response from the customer", text="", underlying_problem=""),
        resolved(policy, how="customer", reason="Solved, says the customer", text="", underlying_problem=""),
        closed(policy, by_customer=True),
        reopened(policy, text="We found the same fault again.", by_customer=False, promise=None),
        reclassified(policy, has_passed=True),
        reclassified(policy, classified="General Enquiry", promise=None),
        thanked(policy, next_step=None),
        customer_wrote(what="The customer says it is solved", text="", promise=None),
        customer_wrote(what="The customer says it is solved", text="", promise=None, reply=REPLY),
        customer_wrote(what="The customer says it is solved", text="", promise=None, **WITHOUT_MAILBOX),
        to_review(sender="", name="", subject="", text="", files=()),
        team_mails_to_review_many(count=1, link=REVIEW, team="team@example.org"),
        not_done(text="A line.\n" * 1_000, reply=None, link=None),
        customer_wrote(answers=(Answer("Summary", "Payments fail"),), suspect_because="a reason", link=None),
        team_answers_due(team="team@example.org", due=[LATE, SOON], queue_link=QUEUE),
        team_answers_due(team="team@example.org", due=[SOON], queue_link=QUEUE),
        morning(due=()),
        team_mail_failed(team="team@example.org", ticket_id="BC-1042", what="the closure notification", reason="550 no", link=STAFF_LINK),
        staff_fresh_link(to="sam@example.org", what="the queue", link=QUEUE, opens_for_days=30),
    ]


def customer_wrote(**changes: Any) -> Letter:
    copy: dict[str, Any] = {"team": "team@example.org", "customer": "jo@example.com", "answers": (), "link": STAFF_LINK}
    matter: dict[str, Any] = {"ticket_id": "BC-1042", "summary": "Payments fail", "what": "The customer wrote", "promise": PROMISE}
    matter["text"] = "Here is the message:\n\n05 DO NOT HONOUR"
    for name, value in changes.items():
        (matter if name in matter else copy)[name] = value
    return team_customer_wrote(TeamCopy(**copy), **matter)


def to_review(**changes: Any) -> Letter:
    seen: dict[str, Any] = {
        "reason": "It names BC-1042, and nothing shows that it is from the ticket’s customer",
        "sender": "jo@elsewhere.example",
        "name": "Jo Smith",
        "subject": "Re: [BC-1042] Payments fail",
        "received": "Tue 24 Nov 2026, 9:12 am AEST",
        "text": "Hello,\n\nit still fails. See https://elsewhere.example/log",
        "files": ("screen.png (120 kB)", "log.txt (2 kB)"),
        "link": REVIEW,
    }
    return team_mail_to_review(MailToReview(**(seen | changes)), team="team@example.org")


def unreadable(**changes: Any) -> Letter:
    facts: dict[str, Any] = {
        "reason": "reading it took longer than 2 seconds",
        "size": "1.2 MB",
        "received": "Tue 24 Nov 2026, 9:12 am AEST",
    }
    return team_mail_unreadable(**(facts | {"link": REVIEW, "enclosure": UNREADABLE, "team": "team@example.org"} | changes))


def not_done(**changes: Any) -> Letter:
    problem = "#close is not something that we know: begin with #resolve and the reason, #note, #update, #reopen, or #p1 to #p5"
    facts: dict[str, Any] = {
        "to": "sam@example.org",
        "ticket_id": "BC-1042",
        "problem": problem,
        "text": "#close\n\nHello Jo,\n\nit works again.",
    }
    return staff_mail_not_done(**(facts | {"link": STAFF_LINK, "reply": REPLY} | changes))


def morning(**changes: Any) -> Letter:
    facts: dict[str, Any] = {"counts": MorningCounts(1, 1, 12, 5, 2, 3, 1), "due": [LATE, SOON], "day": "Tue 24 Nov 2026"}
    return team_morning(team="team@example.org", queue_link=QUEUE, **(facts | changes))


def team_life_letters() -> dict[str, Letter]:
    """Return every letter that the team gets in the life of a ticket, by its purpose."""
    reason = "550 5.1.1 <address> Recipient address rejected: no such user"
    letters = (
        customer_wrote(
            what="Somebody wrote, perhaps the customer",
            files=STAFF_FILES,
            enclosures=ENCLOSURES,
            reply=REPLY,
            sender="jo@elsewhere.example",
            flag="It came from another address than the ticket’s",
        ),
        team_answers_due(team="team@example.org", due=[LATE], queue_link=QUEUE),
        morning(),
        team_mail_failed(team="team@example.org", ticket_id="BC-1042", what="our answer", reason=reason, link=STAFF_LINK),
        staff_fresh_link(to="sam@example.org", what="BC-1042", link=STAFF_LINK, opens_for_days=30),
        to_review(),
        unreadable(),
        team_mails_to_review_many(count=24, link=REVIEW, team="team@example.org"),
        not_done(),
    )
    return {letter.purpose: letter for letter in letters}


def _about(policy: Policy) -> dict[str, Any]:
    return {"ticket_id": "BC-1042", "customer": "jo@example.com", "link": LINK, "hours": HOURS, "policy": policy}
