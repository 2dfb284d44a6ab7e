"""Mails to customers that were given up: the team is told of each, once, so that nobody waits for a letter that never came."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from formapp.mail import purposes
from formapp.mail.team_life_letters import team_mail_failed
from formapp.models import OutgoingMail, Ticket
from formapp.rules.references import ticket_id
from formapp.services import intake
from formapp.services.database import Database
from formapp.services.desk import Desk
from formapp.services.one_by_one import Outrun, one_by_one
from formapp.services.staff_links import staff_links
from formapp.services.ticket_life import BY_RULE, write

MOST_AT_ONCE = 100
_AS_IT_IS = {"synchronize_session": False}

# What each letter to a customer is called when staff read of it.
CALLED = {
    purposes.TICKET_ACKNOWLEDGEMENT: "the acknowledgement",
    purposes.UNPROVEN_ACKNOWLEDGEMENT: "the acknowledgement",
    purposes.COMPLAINT_ACKNOWLEDGEMENT: "the acknowledgement",
    purposes.UNPROVEN_COMPLAINT_ACKNOWLEDGEMENT: "the acknowledgement",
    purposes.ESCALATION_ACCEPTED: "the answer to the escalation form",
    purposes.ESCALATION_NOT_YET: "the answer to the escalation form",
    purposes.ESCALATION_RECEIVED: "the answer to the escalation form",
    purposes.ESCALATION_ITEMS_MISSING: "the question for what the escalation lacks",
    purposes.ESCALATION_ANSWERED: "our answer to the escalation",
    purposes.TICKET_ANSWERED: "our answer",
    purposes.WAITING_REMINDER: "the reminder",
    purposes.TICKET_RESOLVED: "the resolution",
    purposes.TICKET_CLOSED: "the closure notification",
    purposes.TICKET_REOPENED: "the news that the ticket is open again",
    purposes.TICKET_RECLASSIFIED: "the news of another priority",
    purposes.TICKET_THANKED: "the answer to their thanks",
}


def tell_team(database: Database, desk: Desk, now: datetime) -> int:
    """Write to the team once of each mail to a customer that was given up, and put it into the ticket's history; return how many.

    What was given up of the team's own mail stands in `formapp mail queue` and in /readyz: a mail about it would fare the same.
    """
    untold = (OutgoingMail.failed_at.is_not(None), OutgoingMail.failure_told_at.is_(None))
    about = (OutgoingMail.ticket_number.is_not(None), OutgoingMail.purpose.in_(CALLED))
    with database.reading() as session:
        numbers = session.scalars(select(OutgoingMail.id).where(*untold, *about).order_by(OutgoingMail.id).limit(MOST_AT_ONCE)).all()

    def tell(session: Session, number: int) -> int:
        marked = update(OutgoingMail).where(OutgoingMail.id == number, *untold).values(failure_told_at=now)
        if cast(CursorResult[Any], session.execute(marked, execution_options=_AS_IT_IS)).rowcount != 1:
            raise Outrun("another worker has told of it, or somebody has retried it")
        mail = session.get_one(OutgoingMail, number)
        ticket = session.get_one(Ticket, cast(int, mail.ticket_number))
        what, reason = CALLED[mail.purpose], mail.last_reply or "no reason was given"
        intake.note_event(
            session,
            ticket.number,
            now,
            "mail could not be delivered",
            actor=BY_RULE.mover,
            channel=BY_RULE.channel,
            note=f"{what}: {reason}",
        )
        letter = team_mail_failed(
            team=desk.team_email,
            ticket_id=ticket_id(desk.policy, ticket.number),
            what=what,
            reason=reason,
            link=staff_links(session, desk, now).ticket_url(ticket.number),
        )
        write(session, ticket, letter, desk, now)
        return 1

    return one_by_one(database, numbers, tell, "the team could not be told of a mail that was given up")
