"""Take a complaint in: a ticket with deadlines of its own, which always reaches the team under its own subject."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from formapp.forms.complaint import ComplaintAnswers, said_in_complaint
from formapp.mail.complaint_letters import complaint_acknowledgement, team_complaint
from formapp.mail.letter import Letter
from formapp.models import Complaint, Ticket
from formapp.policy.requests import COMPLAINT
from formapp.rules import deadlines
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_day, say_hours, to_the_minute
from formapp.services import attachments, intake, tickets
from formapp.services.acknowledgements import FOR_COMPLAINTS
from formapp.services.desk import Desk
from formapp.services.intake import Envelope, Marked
from formapp.services.staff_links import staff_links
from formapp.services.tickets import Receipt


def submit(session: Session, answers: ComplaintAnswers, envelope: Envelope, desk: Desk, now: datetime) -> Receipt:
    """Store a complaint with its files and letters, or find the one that the same submission became before.

    Raises AlreadySent when the key came before with other answers, and UnknownFile for a file that is gone.
    """
    digest = envelope.content_digest(answers)
    if found := intake.earlier(session, Ticket, envelope, digest, now):
        return Receipt(found.number, found.promise.due_at, is_new=False)
    envelope.take_slot()
    promise = deadlines.complaint_promise(desk.policy, desk.calendar, to_the_minute(now))
    answer_by = deadlines.complaint_answer_by(desk.policy, to_the_minute(now))
    marks = intake.marks(session, envelope, digest, now)
    row = _columns(answers) | marks | {"incoming_mail_id": envelope.mail_id}
    number = tickets.store(session, row, promise, desk, now, channel=envelope.channel)
    given = {"about": answers.about, "wanted": answers.wanted, "phone": answers.phone, "about_ticket": answers.about_ticket}
    session.execute(insert(Complaint).values(ticket_number=number, answer_by=answer_by, **given))
    files = attachments.adopt(session, envelope.tokens, ticket_number=number)
    policy, bc, link = desk.policy, ticket_id(desk.policy, number), desk.links.ticket_url(number)
    said, answer_due = intake.in_words(promise, now, policy), say_day(answer_by, policy)
    marked = Marked.of(session, envelope, marks, answers.email, FOR_COMPLAINTS, desk, now)
    copy = intake.for_team(
        staff_links(session, desk, now), envelope, marked, answers.email, said_in_complaint(answers), files, number=number
    )
    subject = policy.complaints.subject.format(ticket_id=bc)
    team = team_complaint(copy, ticket_id=bc, subject=subject, about=answers.about, promise=said, answer_due=answer_due)

    def acknowledgement() -> Letter:
        return complaint_acknowledgement(
            ticket_id=bc,
            customer=answers.email,
            acknowledge_by=said.due,
            answer_by=answer_due,
            link=link if marked.is_proven else None,
            hours=say_hours(policy),
            policy=policy,
        )

    intake.send(session, team, acknowledgement, marked, desk, now, number=number)
    return Receipt(number, promise.due, is_new=True)


def answers_of(ticket: Ticket) -> ComplaintAnswers:
    """Return what a stored complaint says."""
    assert ticket.complaint is not None
    return ComplaintAnswers(
        about=ticket.complaint.about,
        about_ticket=ticket.complaint.about_ticket,
        description=ticket.description,
        wanted=ticket.complaint.wanted,
        name=ticket.name,
        email=ticket.email,
        phone=ticket.complaint.phone,
    )


def _columns(answers: ComplaintAnswers) -> dict[str, Any]:
    """Return the ticket's half; what a complaint is not asked stays empty."""
    return {
        "request_type": COMPLAINT,
        "summary": f"Complaint: {answers.about}",
        "description": answers.description,
        "name": answers.name,
        "email": answers.email,
        **dict.fromkeys(("area", "extent", "effect", "impact", "browser", "company"), ""),
    }
