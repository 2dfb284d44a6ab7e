"""What a mail that was understood does: whose ticket it belongs to, how far it is believed, and where it goes when it is not.

Everything happens in the caller's one transaction, so it happens once. Nothing is dropped: what is not done or filed waits for a person.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from formapp.address import mailbox_of
from formapp.mail.thanks import is_only_thanks
from formapp.mail.understood import Kind, Understood
from formapp.models import IncomingMail, Message, Ticket
from formapp.models.incoming_mail import MailState
from formapp.rules.lifecycle import Mover, Status
from formapp.rules.mail_subjects import escalation_asked, is_complaint
from formapp.rules.references import ticket_id
from formapp.services import bounces, customer_acts, escalations, intake, mail_files, mail_from_staff, mail_requests, mail_review
from formapp.services.desk import Desk
from formapp.services.mail_decided import Decided
from formapp.services.mail_files import PreparedFile
from formapp.services.staff_links import staff_links
from formapp.services.ticket_life import CUSTOMER, MAIL, Act, Came, hold, keep_message
from formapp.services.whose_mail import Named, named_in

# A person writes fewer mails than this in an hour: the rest is kept and not answered, whatever the headers say.
MOST_AN_HOUR = 30
AUTOMATIC = "automatic mail"
_AUTOMATIC = "An automatic reply"
AGAIN = "the same words came from its address a few minutes before"
OTHER_ADDRESS = "It came from another address than the ticket’s"
_NOT_LISTED = "It answers a letter to the team, but from an address that is not on the staff list"
_NOT_TO_TEAM = "It is from a member of staff, but answers no letter to the team"
NOT_PROVEN = "Nothing in it proves that the customer wrote it"
BY_CUSTOMER = Act(Mover.CUSTOMER, MAIL)
_AN_HOUR = timedelta(hours=1)
# A machine that does not say what it is answers within seconds and in the same words; a person who does so says "Yes".
_AGAIN_WITHIN = timedelta(minutes=10)
_SHORTEST_OF_MACHINE = 20


def route(session: Session, row: IncomingMail, mail: Understood, files: Sequence[PreparedFile], desk: Desk, now: datetime) -> Decided:
    """Do what a mail asks for, and return what that was. `row` is held by the caller, and gets its state from what is returned."""
    generation = staff_links(session, desk, now).generation
    here = (row.recipient,) if row.recipient else ()
    named = named_in(mail, desk.policy, desk.mail_in.tokens, generation, envelope=here)
    if row.decision is not None:
        return _as_decided(session, row, mail, files, desk, now)
    match mail.kind:
        case Kind.LOOP:
            return Decided(MailState.DONE, f"A mail of our own came back ({mail.why}): nothing was done")
        case Kind.BOUNCE:
            return _bounce(session, mail, desk, now)
        case Kind.AUTOMATIC | Kind.LIST:
            return _automatic(session, row, mail, files, named, now)
    if row.is_cut:
        return _review(session, row, mail, "It is larger than we take: it lies whole in the mailbox", desk, now, named.number)
    if mail.from_address is None:
        reason = "; ".join(mail.problems) or "It does not say clearly who it is from"
        return _review(session, row, mail, reason, desk, now, _existing(session, named.number))
    if _writes_too_much(session, row, now):
        # Nobody is written to about it: that is what a flood wants.
        reason = f"More than {MOST_AN_HOUR} emails came from its address within an hour"
        return Decided(MailState.REVIEW, reason, _existing(session, named.number))
    return _from_a_person(session, row, mail, files, named, desk, now)


def _from_a_person(
    session: Session, row: IncomingMail, mail: Understood, files: Sequence[PreparedFile], named: Named, desk: Desk, now: datetime
) -> Decided:
    sender = mail.from_address or ""
    ticket = hold(session, named.number) if named.number else None
    if ticket and not files and _says_it_again(session, ticket.number, mail, now):
        return _file(session, row, mail, files, ticket, f"{_AUTOMATIC} ({AGAIN})", AGAIN, now)
    is_theirs = ticket is not None and mailbox_of(ticket.email) == mailbox_of(sender)
    is_staff = desk.mail_in.is_staff(sender)
    if named.by_token and ticket and not is_theirs and (named.is_staff or is_staff):
        if named.is_staff and is_staff:
            return mail_from_staff.act(session, row, mail, files, ticket.number, desk, now)
        return _review(session, row, mail, _NOT_LISTED if named.is_staff else _NOT_TO_TEAM, desk, now, ticket.number)
    asked = escalation_asked(desk.policy, mail.subject)
    if asked is not None and not _goes_on_about_escalation(session, mail, asked or named.number or 0):
        return mail_requests.escalation(session, row, mail, files, asked or named.number or 0, desk, now)
    if _complains(mail, named, desk):
        return mail_requests.complaint(session, row, mail, files, named.number, desk, now)
    if named.by_token and ticket:
        return _answers(session, row, mail, files, named, ticket, desk, now)
    if named.number is None:
        if earlier := _earlier(session, mail):
            return _unproven(session, row, mail, files, earlier, desk, now)
        return mail_requests.ticket(session, row, mail, files, desk, now)
    if ticket is None or not is_theirs:
        reason = f"It names {ticket_id(desk.policy, named.number)}, and nothing shows that it is from the ticket’s customer"
        return _review(session, row, mail, reason, desk, now, ticket.number if ticket else None)
    return _unproven(session, row, mail, files, ticket, desk, now)


def _answers(
    session: Session,
    row: IncomingMail,
    mail: Understood,
    files: Sequence[PreparedFile],
    named: Named,
    ticket: Ticket,
    desk: Desk,
    now: datetime,
) -> Decided:
    """Put a mail that answers a letter of ours on the letter's ticket."""
    if named.is_unclear:
        return _review(session, row, mail, "It answers letters about several tickets", desk, now, ticket.number)
    is_theirs = mailbox_of(ticket.email) == mailbox_of(mail.from_address or "")
    if is_theirs:
        mail_requests.complete_escalation(session, row, mail, ticket.number, desk, now)
    return _on_ticket(session, row, mail, files, ticket, None if is_theirs else OTHER_ADDRESS, desk, now)


def _on_ticket(
    session: Session,
    row: IncomingMail,
    mail: Understood,
    files: Sequence[PreparedFile],
    ticket: Ticket,
    flag: str | None,
    desk: Desk,
    now: datetime,
) -> Decided:
    """Put a reply on its ticket, which it opens, unless it only says thank you."""
    number, bc = ticket.number, ticket_id(desk.policy, ticket.number)
    came = Came(row.id, mail.from_address, flag)
    text = mail.reply or mail.text
    if ticket.status == Status.RESOLVED and not files and is_only_thanks(mail.reply):
        customer_acts.customer_thanks(session, number, BY_CUSTOMER, desk, now, text=text, came=came)
        return Decided(MailState.DONE, f"Said thank you for {bc}, which stays resolved", number)
    tokens = _take_in(session, number, files, now)
    customer_acts.customer_writes(session, number, BY_CUSTOMER, desk, now, text=text, tokens=tokens, came=came)
    return Decided(MailState.DONE, f"Put on {bc}" + (f". {flag}" if flag else ""), number)


def _unproven(
    session: Session, row: IncomingMail, mail: Understood, files: Sequence[PreparedFile], ticket: Ticket, desk: Desk, now: datetime
) -> Decided:
    """Put a mail on the ticket that it names without a reference of ours: as the customer's only where our mail server vouches for it."""
    if mail.is_authentic:
        return _on_ticket(session, row, mail, files, ticket, None, desk, now)
    number = ticket.number
    came = Came(row.id, mail.from_address, NOT_PROVEN)
    tokens = _take_in(session, number, files, now)
    customer_acts.perhaps_customer_writes(session, number, BY_CUSTOMER, desk, now, text=mail.reply or mail.text, tokens=tokens, came=came)
    return Decided(MailState.DONE, f"Put on {ticket_id(desk.policy, number)}. {NOT_PROVEN}", number)


def _automatic(
    session: Session, row: IncomingMail, mail: Understood, files: Sequence[PreparedFile], named: Named, now: datetime
) -> Decided:
    """File an automatic mail on its ticket, where it changes nothing; without a ticket a person looks at it some time."""
    ticket = hold(session, named.number) if named.number else None
    is_known = ticket is not None and (named.by_token or mailbox_of(ticket.email) == mailbox_of(mail.from_address or ""))
    what = _AUTOMATIC if mail.kind is Kind.AUTOMATIC else "A mail of a list"
    if ticket is None or not is_known:
        return Decided(MailState.REVIEW, f"{what} ({mail.why}) that belongs to no ticket", ticket.number if ticket else None)
    return _file(session, row, mail, files, ticket, f"{what} ({mail.why})", mail.why, now)


def _file(
    session: Session, row: IncomingMail, mail: Understood, files: Sequence[PreparedFile], ticket: Ticket, flag: str, why: str, now: datetime
) -> Decided:
    """Keep an automatic mail on a ticket, for staff to see: it changes nothing, and nobody is written to."""
    tokens = _take_in(session, ticket.number, files, now)
    came = Came(row.id, mail.from_address, flag)
    message, _ = keep_message(session, ticket, CUSTOMER, mail.reply or mail.text, BY_CUSTOMER, now, tokens, came=came)
    intake.note_event(session, ticket.number, now, AUTOMATIC, actor="system", channel=MAIL, note=why, message_id=message)
    return Decided(MailState.DONE, f"{flag}: filed, nothing was done", ticket.number)


def _bounce(session: Session, mail: Understood, desk: Desk, now: datetime) -> Decided:
    assert mail.bounce is not None
    number, is_known = bounces.mark(session, mail.bounce, now)
    if not is_known:
        return Decided(MailState.REVIEW, "It says that a mail did not arrive, and matches none that we have sent")
    if not mail.bounce.is_final:
        return Decided(MailState.DONE, "One of our mails is late: its server goes on trying", number)
    return Decided(MailState.DONE, "One of our mails came back: marked on it", number)


def _as_decided(session: Session, row: IncomingMail, mail: Understood, files: Sequence[PreparedFile], desk: Desk, now: datetime) -> Decided:
    """Do what a person has decided after a review."""
    if row.decision == "ticket":
        return mail_requests.ticket(session, row, mail, files, desk, now, is_vouched=True)
    ticket = hold(session, row.ticket_number) if row.ticket_number else None
    if ticket is None:
        return Decided(MailState.REVIEW, "The ticket that it was to go to is gone: choose another one")
    is_theirs = mail.from_address is not None and mailbox_of(ticket.email) == mailbox_of(mail.from_address)
    flag = None if is_theirs else OTHER_ADDRESS
    tokens = _take_in(session, ticket.number, files, now)
    came = Came(row.id, mail.from_address, flag)
    customer_acts.customer_writes(session, ticket.number, BY_CUSTOMER, desk, now, text=mail.reply or mail.text, tokens=tokens, came=came)
    return Decided(MailState.DONE, f"Put on {ticket_id(desk.policy, ticket.number)} after a review", ticket.number)


def _review(session: Session, row: IncomingMail, mail: Understood, reason: str, desk: Desk, now: datetime, number: int | None) -> Decided:
    """Leave a mail to a person, and tell the team."""
    mail_review.tell_team(session, row, mail, reason, desk, now)
    return Decided(MailState.REVIEW, reason, number)


def _complains(mail: Understood, named: Named, desk: Desk) -> bool:
    if desk.mail_in.complaints_email and mailbox_of(desk.mail_in.complaints_email) in map(mailbox_of, mail.recipients):
        # An answer about a complaint that is a ticket already goes on it.
        return not named.by_token
    return is_complaint(desk.policy, mail.subject)


def _goes_on_about_escalation(session: Session, mail: Understood, number: int) -> bool:
    """Whether it comes from whoever asked before, and that is being reviewed: then it is a message, and asks for nothing anew."""
    return escalations.is_under_review(session, number, mail.from_address or "")


def _take_in(session: Session, number: int, files: Sequence[PreparedFile], now: datetime) -> list[str]:
    """Keep a mail's files and return their tokens; of one with a virus only its name stays."""
    for one in files:
        if one.virus:
            note = f"{one.file.name} ({one.virus})"
            intake.note_event(session, number, now, mail_requests.VIRUS, actor="system", channel=MAIL, note=note)
    return [file.token for file in mail_files.take_in(session, files, now)]


def _writes_too_much(session: Session, row: IncomingMail, now: datetime) -> bool:
    lately = (IncomingMail.from_mailbox == row.from_mailbox, IncomingMail.received_at > now - _AN_HOUR, IncomingMail.received_at <= now)
    earlier = select(func.count()).where(*lately, IncomingMail.id != row.id, IncomingMail.done_at.is_not(None))
    return (session.scalar(earlier) or 0) >= MOST_AN_HOUR


def _says_it_again(session: Session, number: int, mail: Understood, now: datetime) -> bool:
    """Whether the address wrote the same on the ticket just before."""
    if len(mail.reply) < _SHORTEST_OF_MACHINE:
        return False
    theirs = or_(Message.sender == mail.from_address, Message.author == mail.from_address)
    lately = (Message.ticket_number == number, Message.at > now - _AGAIN_WITHIN, Message.at <= now)
    return bool(session.scalar(select(exists().where(*lately, theirs, Message.text == mail.reply))))


def _existing(session: Session, number: int | None) -> int | None:
    return number if number and session.get(Ticket, number) else None


def _earlier(session: Session, mail: Understood) -> Ticket | None:
    """Return the ticket of an earlier mail from the same address that this one answers: its writer goes on before our letter is there."""
    answered = [one for one in (mail.in_reply_to, *mail.references[-10:]) if one]
    if not answered:
        return None
    theirs = (IncomingMail.message_id.in_(answered), IncomingMail.from_mailbox == mailbox_of(mail.from_address or ""))
    which = select(IncomingMail.ticket_number).where(*theirs, IncomingMail.ticket_number.is_not(None), IncomingMail.state == MailState.DONE)
    number = session.scalar(which.order_by(IncomingMail.id.desc()).limit(1))
    ticket = hold(session, number) if number else None
    return ticket if ticket and mailbox_of(ticket.email) == mailbox_of(mail.from_address or "") else None
