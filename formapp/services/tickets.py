"""Take a ticket in: the request, its first event, its promise and its letters, in the caller's one transaction."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from formapp.forms.ticket import TicketAnswers, said_in_ticket
from formapp.mail.letter import Letter
from formapp.mail.letters import team_new_ticket, ticket_acknowledgement, unproven_acknowledgement
from formapp.models import Article, Ticket
from formapp.rules import deadlines
from formapp.rules.lifecycle import Status
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_hours, to_the_minute
from formapp.services import attachments, intake, promises
from formapp.services.acknowledgements import FOR_TICKETS
from formapp.services.desk import Desk
from formapp.services.intake import Envelope, Marked
from formapp.services.links import Links
from formapp.services.staff_links import staff_links
from formapp.services.ticket_life import hold


@dataclass(frozen=True)
class Receipt:
    """What the customer is told; `is_new` is False when the same request had been taken in before."""

    number: int
    due_at: datetime
    is_new: bool


def submit(session: Session, answers: TicketAnswers, envelope: Envelope, desk: Desk, now: datetime) -> Receipt:
    """Store a request with its files and letters, or find the one that the same submission became before.

    Raises AlreadySent when the key came before with other answers, and UnknownFile for a file that is gone.
    """
    digest = envelope.content_digest(answers)
    if found := intake.earlier(session, Ticket, envelope, digest, now):
        return Receipt(found.number, found.promise.due_at, is_new=False)
    envelope.take_slot()
    promise = deadlines.promise_for(desk.policy, desk.calendar, answers.request_type, answers.priority, to_the_minute(now))
    marks = intake.marks(session, envelope, digest, now)
    number = store(session, asdict(answers) | marks | {"incoming_mail_id": envelope.mail_id}, promise, desk, now, channel=envelope.channel)
    files = attachments.adopt(session, envelope.tokens, ticket_number=number)
    policy, bc, link, hours = desk.policy, ticket_id(desk.policy, number), desk.links.ticket_url(number), say_hours(desk.policy)
    in_words = intake.in_words(promise, now, policy)
    said = said_in_ticket(answers, policy, named_article(session, answers.article_id, desk.links))
    marked = Marked.of(session, envelope, marks, answers.email, FOR_TICKETS, desk, now)
    copy = intake.for_team(staff_links(session, desk, now), envelope, marked, answers.email, said, files, number=number)
    team = team_new_ticket(copy, ticket_id=bc, summary=answers.summary, promise=in_words)

    def acknowledgement() -> Letter:
        if marked.is_proven:
            return ticket_acknowledgement(ticket_id=bc, customer=answers.email, promise=in_words, link=link, hours=hours, policy=policy)
        return unproven_acknowledgement(ticket_id=bc, customer=answers.email, due=in_words.due, hours=hours, policy=policy)

    intake.send(session, team, acknowledgement, marked, desk, now, number=number)
    return Receipt(number, promise.due, is_new=True)


def store(session: Session, columns: dict[str, Any], promise: deadlines.Promise, desk: Desk, now: datetime, *, channel: str) -> int:
    """Insert an open ticket with its promise and its first event; return its number. `channel` is how it came: "form" or "mail"."""
    row: dict[str, Any] = {"status": Status.OPEN, "next_due_at": promise.due, "revision": 0} | columns
    # Plain inserts: the write lock is held here, and the unit of work costs three times as much.
    number = session.execute(insert(Ticket).values(row).returning(Ticket.number)).scalar_one()
    kind, priority = row["request_type"], row.get("priority")
    promises.store(session, number, promise, desk.calendar, request_type=kind, priority=priority, is_first=True, now=now)
    intake.note_event(session, number, now, "received", actor="customer", channel=channel, status=Status.OPEN)
    return number


def named_article(session: Session, article_id: str | None, links: Links) -> str:
    """Return an article's title and address; its id where it has not been synced, and nothing for none."""
    article = session.get(Article, article_id) if article_id else None
    return f"{article.title} ({links.base_url}/{article.path})" if article else article_id or ""


def note_first_response(session: Session, number: int, now: datetime) -> datetime | None:
    """Record that staff have answered a ticket elsewhere: what was owed is answered; return when its first response was.

    None where there is no such ticket.
    """
    ticket = hold(session, number)
    if ticket is None:
        return None
    if ticket.first_response_at is None or promises.standing(session, number):
        ticket.first_response_at = ticket.first_response_at or now
        ticket.revision += 1
        promises.end(session, number, promises.End.ANSWERED, now)
        promises.note_what_we_owe(session, ticket)
        intake.note_event(session, number, now, "first response", actor="staff", channel="terminal")
    return ticket.first_response_at
