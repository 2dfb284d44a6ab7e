"""Letters as the intake would write them."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from formapp.mail.complaint_letters import complaint_acknowledgement, team_complaint
from formapp.mail.escalation_letters import escalation_accepted, escalation_not_yet, escalation_received, team_escalation
from formapp.mail.feedback_letters import (
    ChangedArticle,
    Digest,
    Fallen,
    MissedWords,
    NamedArticle,
    ReadersComment,
    Unsettled,
    Week,
    feedback_acted_on,
    feedback_digest,
    feedback_weekly,
)
from formapp.mail.incoming_letters import escalation_items_missing
from formapp.mail.letter import Enclosure, Letter
from formapp.mail.letters import (
    BY_EMAIL,
    Answer,
    ListedFile,
    SaidPromise,
    StaffReply,
    TeamCopy,
    team_file_infected,
    team_file_released,
    team_new_ticket,
    ticket_acknowledgement,
    unproven_acknowledgement,
)
from formapp.policy.policy import Policy

PROMISE = SaidPromise(
    received="Mon 23 Nov, 2:28 pm AEST",
    due="Tue 24 Nov, 2:28 pm AEST",
    target="1 business day",
    basis="General Enquiry",
    working="Mon 2:28-5:00 pm 2 h 32 min; Tue 9:00 am-2:28 pm 5 h 28 min = 8 h",
)
ANSWERS = (
    Answer("Request type", "General Enquiry"),
    Answer("Summary", "Payments fail"),
    Answer("What happened", "Every payment since 9 am.\n\nSee the log."),
    Answer("Company name", None),
)
HOURS = "Monday to Friday, 9:00 am to 5:00 pm AEST"
LINK = "https://support.billycart.com/your-request/token"
STAFF_LINK = "https://support.billycart.com/staff-ticket/token/"
STAFF_FILE = "https://support.billycart.com/attachment/token"
DOOR = "https://support.billycart.com/staff-door/token/"
STAFF_TOKEN = "s-bc-1042.abcdefghij234567"
# How the team answers by mail, where mail is read.
REPLY = StaffReply(
    to=f"support+{STAFF_TOKEN}@billycart.com",
    token=STAFF_TOKEN,
    sender="support@billycart.com",
    reasons=("Answered", "Fixed", "Workaround given", "Planned as a feature", "Duplicate of another ticket", "Could not be reproduced"),
)
CONDITIONS = ("The ticket has had its first response from us", "The ticket’s target response time has passed")
MISSING = ("Company name", "Contact details: email and phone", "The business case for escalating")
FILES = (
    ListedFile("скриншот.png", "PNG, 1.2 MB", enclosed=True),
    ListedFile(
        "statement.pdf",
        "PDF, 4.8 MB",
        enclosed=False,
        link=f"{LINK}/file",
        note="This PDF holds a script: open it with care, on a computer that does not matter",
    ),
    ListedFile("export.csv", "CSV, 12 kB", enclosed=False, note="Held: the virus scanner did not answer"),
)
# As the team's letters have them whose answer comes to us, and those whose answer goes to the customer.
STAFF_FILES = tuple(replace(file, link=file.link and STAFF_FILE) for file in FILES)
FILES_BEHIND_DOORS = tuple(replace(file, link=file.link and DOOR) for file in FILES)
WITHOUT_MAILBOX: dict[str, Any] = {"link": DOOR, "by_door": True, "files": FILES_BEHIND_DOORS}
REPORT = "https://support.billycart.com/feedback-report/token/"
DESCRIBE = NamedArticle("How to describe a problem", "https://support.billycart.com/articles/describe/")
SCREENSHOT = NamedArticle(
    "Taking a useful screenshot, and finding your browser’s version, step by step", "https://support.billycart.com/articles/screenshot/"
)
COMMENT = ReadersComment(
    id="F-123",
    given="Mon 23 Nov 2026, 2:28 pm AEST",
    helpful=False,
    reasons=("It needs more information", "It is out of date"),
    text="Where is the number of an error?\n\nF-1, not from a reader",
    heading="Say how far it goes",
    heading_link=f"{DESCRIBE.link}#how-far",
    edit="docs/articles/describe-a-problem.md, line 28",
    search_words="error number",
    is_proven=True,
    wants_to_hear=True,
)
PRAISE = ReadersComment(
    "F-124", "Mon 23 Nov 2026, 2:31 pm AEST", True, (), "The example is good.", None, None, "docs/articles/screenshot.md", "", False, False
)
ENCLOSURES = (Enclosure(17, "скриншот.png", "image/png"),)


def _copy_of(changes: dict[str, Any]) -> tuple[TeamCopy, dict[str, Any]]:
    """Return what every letter to the team says, and the changes that are of one letter's own matter."""
    own = {field.name for field in fields(TeamCopy)}
    facts: dict[str, Any] = {"team": "team@example.org", "customer": "jo@example.com", "answers": ANSWERS}
    return TeamCopy(**(facts | {name: value for name, value in changes.items() if name in own})), {
        name: value for name, value in changes.items() if name not in own
    }


def to_team(**changes: Any) -> Letter:
    copy, matter = _copy_of(changes)
    return team_new_ticket(copy, **({"ticket_id": "BC-1042", "summary": "Payments fail", "promise": PROMISE} | matter))


def complaint_to_team(**changes: Any) -> Letter:
    copy, matter = _copy_of(changes)
    facts: dict[str, Any] = {"ticket_id": "BC-1043", "subject": "Complaint BC-1043", "about": "How we handled a request"}
    return team_complaint(copy, **(facts | {"promise": PROMISE, "answer_due": "Wed 23 Dec, 5:00 pm AEST"} | matter))


def escalation_to_team(**changes: Any) -> Letter:
    copy, matter = _copy_of(changes)
    facts: dict[str, Any] = {"subject": "Formal Escalation BC-1042", "ticket_id": "BC-1042", "verdict": "passed to escalation level"}
    return team_escalation(copy, **(facts | {"reasons": CONDITIONS, "review_by": "Tue 24 Nov, 2:28 pm AEST"} | matter))


def customer_letters(policy: Policy, customer: str = "jo@example.com") -> dict[str, Letter]:
    """Return every letter that goes to an address from a form, by its purpose."""
    to: dict[str, Any] = {"customer": customer, "hours": HOURS, "policy": policy}
    dates = {"acknowledge_by": "Tue 24 Nov, 2:28 pm AEST", "answer_by": "Wed 23 Dec, 5:00 pm AEST"}
    letters = (
        ticket_acknowledgement(ticket_id="BC-1042", promise=PROMISE, link=LINK, **to),
        unproven_acknowledgement(ticket_id="BC-1042", due=PROMISE.due, **to),
        complaint_acknowledgement(ticket_id="BC-1043", link=LINK, **dates, **to),
        complaint_acknowledgement(ticket_id="BC-1043", link=None, **dates, **to),
        escalation_accepted(ticket_id="BC-1042", reviewer="The head of support", review_by="Tue 24 Nov, 2:28 pm AEST", **to),
        escalation_not_yet(
            ticket_id="BC-1042",
            conditions=CONDITIONS,
            first="We aim to give your ticket its first response by Tue 24 Nov, 2:28 pm AEST.",
            **to,
        ),
        escalation_received(ticket_id="BC-1042", conditions=CONDITIONS, **to),
        escalation_items_missing(ticket_id="BC-1042", missing=MISSING, **to),
        feedback_acted_on(
            [
                ChangedArticle(DESCRIBE, COMMENT.reasons, ("The number is now in the picture.", "A sentence says where it stands.")),
                ChangedArticle(SCREENSHOT, (), ()),
            ],
            **to,
        ),
    )
    return {letter.purpose: letter for letter in letters}


def team_letters() -> dict[str, Letter]:
    """Return every letter that goes to the team, with all that it can say where mail is read, by its purpose."""
    everything: dict[str, Any] = {"link": STAFF_LINK, "files": STAFF_FILES, "enclosures": ENCLOSURES, "is_proven": False, "reply": REPLY}
    file = {"ticket_id": "BC-1042", "name": "export.csv", "team": "team@example.org"}
    letters = (
        to_team(**everything, way=BY_EMAIL),
        complaint_to_team(**everything, unacknowledged_because="the address is one of our own"),
        escalation_to_team(**everything, suspect_because="a field that people cannot see was filled in", missing=MISSING),
        team_file_released(**file, link=STAFF_FILE, note="This PDF holds a script: open it with care"),
        team_file_infected(**file, virus="Eicar-Test-Signature"),
        digest(),
        weekly(),
    )
    return {letter.purpose: letter for letter in letters}


def team_letters_without_mailbox() -> dict[str, Letter]:
    """Return the letters that say something else where no mail is read, by their purpose."""
    everything = WITHOUT_MAILBOX | {"enclosures": ENCLOSURES}
    letters = (to_team(**everything), complaint_to_team(**everything), escalation_to_team(**everything))
    return {letter.purpose: letter for letter in letters}


def digest(*comments: tuple[NamedArticle, tuple[ReadersComment, ...]], **changes: Any) -> Letter:
    """Return a digest, by default with all that it can say."""
    everything: dict[str, Any] = {"later": 20, "reasons_only": 3, "reasons": [("It is out of date", 2), ("Something else", 1)]}
    everything |= {"set_aside": 2, "uncounted": 120, "since": "Mon 23 Nov 2026"}
    said = changes if comments else everything | changes
    commented = comments or ((DESCRIBE, (COMMENT,)), (SCREENSHOT, (PRAISE,)))
    return feedback_digest(Digest(commented, **({"report": REPORT} | said)), editor="editors@example.org")


def weekly(**changes: Any) -> Letter:
    """Return a weekly summary, by default with all that it can say."""
    everything: dict[str, Any] = {
        "unsettled": [Unsettled(DESCRIBE, 2, 5), Unsettled(SCREENSHOT, 1, 1)],
        "fallen": [Fallen(DESCRIBE, 52, 25, 71, 80)],
        "broken": [(DESCRIBE, 1), (SCREENSHOT, 3)],
        "overdue": [(SCREENSHOT, "Mon 1 Jun 2026")],
        "searches": [MissedWords("refund to a bank account", 12, 5)],
    }
    week = Week("Mon 16 Nov", "Sun 22 Nov 2026", **(changes or everything))
    spans = {"review_after": timedelta(days=180), "searches_of": timedelta(weeks=12)}
    return feedback_weekly(week, editor="editors@example.org", report=REPORT, **spans)
