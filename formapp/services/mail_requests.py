"""What begins with a mail: a ticket, a complaint, a formal escalation; each goes the way of its form."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from formapp.address import UnusableAddress, bare_address, mailbox_of
from formapp.forms.complaint import ComplaintAnswers
from formapp.forms.escalation import EscalationAnswers
from formapp.forms.ticket import TicketAnswers
from formapp.mail.purposes import ESCALATION_ANSWERED, TICKET_ANSWERED, TICKET_CLOSED, TICKET_RESOLVED
from formapp.mail.understood import Understood
from formapp.models import Escalation, IncomingMail, OutgoingMail, Ticket
from formapp.models.incoming_mail import MailState
from formapp.rules.escalation_items import EscalationItems, items_in, missing_items
from formapp.rules.mail_subjects import bare_subject
from formapp.rules.mailed_request import request_in
from formapp.rules.references import ticket_id
from formapp.services import complaints, escalations, intake, mail_files, tickets
from formapp.services.desk import Desk
from formapp.services.intake import Envelope
from formapp.services.mail_decided import Decided
from formapp.services.mail_files import PreparedFile
from formapp.services.ticket_life import MAIL

VIRUS = "file with a virus"
NO_TEXT = "The email has no text."
NO_SUBJECT = "No subject"
NOT_SURE_WHO = "nothing proves that the email is from that address, so a letter could go to somebody who never wrote"
_LONGEST_SUMMARY = 150
# What only goes to somebody whom we know: staff have answered them.
_TO_KNOWN = (TICKET_ANSWERED, TICKET_RESOLVED, TICKET_CLOSED, ESCALATION_ANSWERED)


def ticket(
    session: Session,
    row: IncomingMail,
    mail: Understood,
    files: Sequence[PreparedFile],
    desk: Desk,
    now: datetime,
    *,
    is_vouched: bool = False,
) -> Decided:
    """Make a ticket of a mail: a general enquiry, unless its text says otherwise in the words of the form."""
    said = request_in(desk.policy, mail.reply or mail.text)
    answers = TicketAnswers(
        request_type=said.request_type,
        priority=said.priority,
        suggested_priority=None,
        summary=_summary(mail),
        description=mail.reply or mail.text or NO_TEXT,
        name=mail.from_name or mail.from_address or "Unknown",
        email=mail.from_address or "",
        area="",
        extent="",
        effect="",
        impact="",
        browser="",
        company="",
    )
    receipt = tickets.submit(session, answers, _envelope(session, row, mail, files, desk, now, is_vouched=is_vouched), desk, now)
    return _received(session, receipt.number, files, desk, now, "Made", is_new=receipt.is_new)


def complaint(
    session: Session, row: IncomingMail, mail: Understood, files: Sequence[PreparedFile], about: int | None, desk: Desk, now: datetime
) -> Decided:
    """Make a complaint of a mail; `about` is the ticket that it names."""
    answers = ComplaintAnswers(
        about=desk.policy.complaints.about[-1].text,
        about_ticket=ticket_id(desk.policy, about) if about else "",
        description=mail.reply or mail.text or _summary(mail),
        wanted="",
        name=mail.from_name or mail.from_address or "Unknown",
        email=mail.from_address or "",
        phone="",
    )
    receipt = complaints.submit(session, answers, _envelope(session, row, mail, files, desk, now), desk, now)
    return _received(session, receipt.number, files, desk, now, "Made the complaint", is_new=receipt.is_new)


def escalation(
    session: Session, row: IncomingMail, mail: Understood, files: Sequence[PreparedFile], number: int, desk: Desk, now: datetime
) -> Decided:
    """Ask for a ticket's escalation; items that are missing are asked for, once."""
    if not number:
        # Without an ID there is nothing to review yet: a person finds out which ticket is meant.
        made = ticket(session, row, mail, files, desk, now)
        return Decided(made.state, f"{made.outcome}. It asks for an escalation and names no ticket", made.ticket_number)
    items = _filled_in(session, items_in(mail.text, from_name=mail.from_name, from_address=mail.from_address or ""), mail, number)
    missing, answers = missing_items(desk.policy, items), _answers(items, mail, number)
    envelope = _envelope(session, row, mail, files, desk, now)
    waiting = escalations.incomplete(session, number)
    bc = ticket_id(desk.policy, number)
    if waiting and mailbox_of(waiting.email) == mailbox_of(answers.email):
        # A second try takes the place of the first.
        merged = _merged(items, waiting)
        left = missing_items(desk.policy, merged)
        escalations.complete(session, waiting, _answers(merged, mail, number), envelope, desk, now, left)
        outcome = f"Completed the request to escalate {bc}"
    else:
        escalations.submit(session, answers, envelope, desk, now, missing=missing)
        outcome = f"Asked for the escalation of {bc}" + (f" without: {'; '.join(missing)}" if missing else "")
    known = session.get(Ticket, number)
    return Decided(MailState.DONE, outcome, known.number if known else None)


def complete_escalation(session: Session, row: IncomingMail, mail: Understood, number: int, desk: Desk, now: datetime) -> None:
    """Judge an escalation of the ticket that waits for missing items, where a reply of whoever asked for it brings some."""
    waiting = escalations.incomplete(session, number)
    if waiting is None or mailbox_of(waiting.email) != mailbox_of(mail.from_address or ""):
        return
    found = items_in(mail.reply or mail.text, from_name="", from_address="")
    if not any((found.company, found.phone, found.impact, found.business_case)):
        return
    merged = _merged(found, waiting)
    envelope = Envelope(mail_id=row.id, is_vouched=True)
    escalations.complete(session, waiting, _answers(merged, mail, number), envelope, desk, now, missing_items(desk.policy, merged))


def _envelope(
    session: Session,
    row: IncomingMail,
    mail: Understood,
    files: Sequence[PreparedFile],
    desk: Desk,
    now: datetime,
    *,
    is_vouched: bool = False,
) -> Envelope:
    sure = is_vouched or mail.is_authentic
    return Envelope(
        key=f"mail {row.id}",
        files=mail_files.take_in(session, files, now),
        withheld_because=None if sure or _is_known(session, mail.from_address or "") else NOT_SURE_WHO,
        mail_id=row.id,
        is_vouched=sure,
    )


def _is_known(session: Session, address: str) -> bool:
    """Whether staff have answered that address before: a letter to it surprises nobody."""
    try:
        mailbox = mailbox_of(bare_address(address))
    except UnusableAddress:
        return False
    answered = (OutgoingMail.purpose.in_(_TO_KNOWN), OutgoingMail.bounced_at.is_(None))
    return bool(session.scalar(select(exists().where(OutgoingMail.recipient_mailbox == mailbox, *answered))))


def _received(
    session: Session, number: int, files: Sequence[PreparedFile], desk: Desk, now: datetime, what: str, *, is_new: bool
) -> Decided:
    bc = ticket_id(desk.policy, number)
    if not is_new:
        return Decided(MailState.DONE, f"The same as {bc}, which came a few minutes before", number)
    for one in files:
        if one.virus:
            intake.note_event(session, number, now, VIRUS, actor="system", channel=MAIL, note=f"{one.file.name} ({one.virus})")
    return Decided(MailState.DONE, f"{what} {bc}", number)


def _summary(mail: Understood) -> str:
    first_line = next((line.strip() for line in (mail.reply or mail.text).splitlines() if line.strip()), "")
    said = re.sub(r"\s+", " ", bare_subject(mail.subject[:1000]).strip() or first_line[:1000] or NO_SUBJECT)
    return said if len(said) <= _LONGEST_SUMMARY else f"{said[: _LONGEST_SUMMARY - 1].rstrip()}…"


def _filled_in(session: Session, items: EscalationItems, mail: Understood, number: int) -> EscalationItems:
    """Return the items with what the ticket says already, where it is the sender's own."""
    found = session.get(Ticket, number)
    if found is None or mailbox_of(found.email) != mailbox_of(mail.from_address or ""):
        return items
    return EscalationItems(
        items.company or found.company, items.name or found.name, items.email, items.phone, items.impact, items.business_case
    )


def _merged(found: EscalationItems, waiting: Escalation) -> EscalationItems:
    return EscalationItems(
        company=found.company or waiting.company,
        name=found.name or waiting.name,
        email=waiting.email,
        phone=found.phone or waiting.phone,
        impact=found.impact or waiting.impact,
        business_case=found.business_case or waiting.business_case,
    )


def _answers(items: EscalationItems, mail: Understood, number: int) -> EscalationAnswers:
    return EscalationAnswers(
        given_number=number,
        company=items.company,
        name=items.name or mail.from_name,
        # Whom it is from says the From line, whatever the text gives.
        email=mail.from_address or "",
        phone=items.phone,
        impact=items.impact,
        business_case=items.business_case,
    )
