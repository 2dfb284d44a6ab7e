"""What letters are for: each purpose is a folder under templates/mail, and what the outbox counts by."""

TEAM_NEW_TICKET = "team-new-ticket"
TEAM_COMPLAINT = "team-complaint"
TEAM_ESCALATION = "team-escalation"
TEAM_FILE_RELEASED = "team-file-released"
TEAM_FILE_INFECTED = "team-file-infected"
TEAM_CUSTOMER_WROTE = "team-customer-wrote"
TEAM_ANSWERS_DUE = "team-answers-due"
TEAM_MORNING = "team-morning"
TEAM_MAIL_FAILED = "team-mail-failed"
STAFF_FRESH_LINK = "staff-fresh-link"
# About mail that came in.
TEAM_MAIL_TO_REVIEW = "team-mail-to-review"
TEAM_MAIL_UNREADABLE = "team-mail-unreadable"
TEAM_REVIEWS_CAPPED = "team-reviews-capped"
STAFF_MAIL_NOT_DONE = "staff-mail-not-done"


def is_for_team(purpose: str) -> bool:
    """Whether letters of that purpose go to staff and not to a customer or an editor."""
    return purpose.startswith(("team-", "staff-"))


# To the owners of articles, and to the editors.
FEEDBACK_DIGEST = "feedback-digest"
FEEDBACK_WEEKLY = "feedback-weekly"

TICKET_ACKNOWLEDGEMENT = "ticket-acknowledgement"
UNPROVEN_ACKNOWLEDGEMENT = "unproven-acknowledgement"
COMPLAINT_ACKNOWLEDGEMENT = "complaint-acknowledgement"
UNPROVEN_COMPLAINT_ACKNOWLEDGEMENT = "unproven-complaint-acknowledgement"
ESCALATION_ACCEPTED = "escalation-accepted"
ESCALATION_NOT_YET = "escalation-not-yet"
ESCALATION_RECEIVED = "escalation-received"
ESCALATION_ITEMS_MISSING = "escalation-items-missing"
FEEDBACK_ACTED_ON = "feedback-acted-on"

# In the life of a ticket, to the address that it is from: only staff, time, or whoever holds the ticket's link or answers
# a letter about it brings one about.
TICKET_ANSWERED = "ticket-answered"
WAITING_REMINDER = "waiting-reminder"
TICKET_RESOLVED = "ticket-resolved"
TICKET_CLOSED = "ticket-closed"
TICKET_REOPENED = "ticket-reopened"
TICKET_RECLASSIFIED = "ticket-reclassified"
ESCALATION_ANSWERED = "escalation-answered"
TICKET_THANKED = "ticket-thanked"

# Sent to an address that a form gave, without proof of work: a stricter limit holds for these.
UNPROVEN_ACKNOWLEDGEMENTS = frozenset({UNPROVEN_ACKNOWLEDGEMENT, UNPROVEN_COMPLAINT_ACKNOWLEDGEMENT})
# Everything that goes to an address because somebody entered it in a form, or wrote a mail that says to be from it.
ACKNOWLEDGEMENTS = UNPROVEN_ACKNOWLEDGEMENTS | {
    TICKET_ACKNOWLEDGEMENT,
    COMPLAINT_ACKNOWLEDGEMENT,
    ESCALATION_ACCEPTED,
    ESCALATION_NOT_YET,
    ESCALATION_RECEIVED,
    ESCALATION_ITEMS_MISSING,
    FEEDBACK_ACTED_ON,
}
