"""What staff decide about what was held back: tickets that look automatic, files that were not scanned, mails that did not leave."""

from datetime import datetime

from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError
from formapp.mail.complaint_letters import complaint_acknowledgement
from formapp.mail.letter import Letter
from formapp.mail.letters import ticket_acknowledgement
from formapp.models import Attachment, Escalation, OutgoingMail, Promise, Ticket
from formapp.rules.lifecycle import Move
from formapp.rules.references import ticket_id
from formapp.rules.wording import say_day, say_hours
from formapp.services import mail_queue, promises
from formapp.services.acknowledgements import reason_never_to_acknowledge
from formapp.services.desk import Desk
from formapp.services.promises import End
from formapp.services.ticket_life import BY_RULE, Act, in_words, move, record, take, write
from formapp.services.undelivered import CALLED

NOT_SCANNED = "it was released without a scan for viruses: open it with care"


class NothingHeld(HelpCentreError):
    """What should be let through is not held back, or not this ticket's."""


def believe(session: Session, number: int, act: Act, desk: Desk, now: datetime) -> None:
    """Take the mark off a ticket that looked automatic, and send the acknowledgement that was withheld, where it is not too late.

    Raises what `ticket_life.take` raises, and NothingHeld.
    """
    ticket = take(session, number, act)
    if ticket.suspect_because is None:
        raise NothingHeld("this ticket is not marked: there is nothing to take off")
    record(session, ticket, "believed", act, now, note=ticket.suspect_because)
    ticket.suspect_because = None
    promise = promises.standing(session, number)
    never = reason_never_to_acknowledge(ticket.email, desk.own_addresses)
    if promise is None or never or promise.due_at < now:
        too_late = "the promised time has passed: answer the customer instead" if promise else "nobody waits for an answer any more"
        record(session, ticket, "acknowledgement withheld", BY_RULE, now, note=never or too_late)
        return
    write(session, ticket, _acknowledgement(ticket, promise, desk), desk, now)


def junk(session: Session, number: int, act: Act, desk: Desk, now: datetime) -> None:
    """Close a ticket that is nobody's request; nobody is written to. Raises what `ticket_life.take` raises, and MoveNotAllowed."""
    ticket = take(session, number, act)
    move(session, ticket, Move.SET_ASIDE, act, now)
    promises.end(session, number, End.WITHDRAWN, now)
    promises.note_what_we_owe(session, ticket)


def release_file(session: Session, number: int, act: Act, desk: Desk, now: datetime, *, file_id: int) -> None:
    """Give a file out that was held because nobody had scanned it. Raises what `ticket_life.take` raises, and NothingHeld."""
    ticket = take(session, number, act)
    file = session.get(Attachment, file_id, with_for_update=True)
    theirs = file is not None and (file.ticket_number == number or _is_of_its_escalation(session, file, number))
    if file is None or not theirs or file.held_because is None or file.content_id is None:
        raise NothingHeld("this file is not held back: open it from the list")
    file.held_because = None
    file.warning = ". ".join(filter(None, (NOT_SCANNED, file.warning)))
    record(session, ticket, "file released", act, now, note=file.name)


def retry_mail(session: Session, number: int, act: Act, desk: Desk, now: datetime, *, mail_id: int) -> None:
    """Make a mail of a ticket due at once. Raises what `ticket_life.take` raises, and NothingToRetry."""
    ticket = take(session, number, act)
    mail = session.get(OutgoingMail, mail_id)
    if mail is None or mail.ticket_number != number:
        raise mail_queue.NothingToRetry("there is no such mail on this ticket: look at its list again")
    mail_queue.retry(session, mail_id, now)
    record(session, ticket, "mail retried", act, now, note=CALLED.get(mail.purpose, mail.purpose))


def _is_of_its_escalation(session: Session, file: Attachment, number: int) -> bool:
    escalation = session.get(Escalation, file.escalation_id) if file.escalation_id else None
    return escalation is not None and escalation.ticket_number == number


def _acknowledgement(ticket: Ticket, promise: Promise, desk: Desk) -> Letter:
    policy, bc, link = desk.policy, ticket_id(desk.policy, ticket.number), desk.links.ticket_url(ticket.number)
    said, hours = in_words(promise, policy), say_hours(policy)
    if ticket.complaint is None:
        return ticket_acknowledgement(ticket_id=bc, customer=ticket.email, promise=said, link=link, hours=hours, policy=policy)
    return complaint_acknowledgement(
        ticket_id=bc,
        customer=ticket.email,
        acknowledge_by=said.due,
        answer_by=say_day(ticket.complaint.answer_by, policy),
        link=link,
        hours=hours,
        policy=policy,
    )
