"""A reply of staff to a letter of ours: passed on to the customer, or what its commands order."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from formapp.address import domain_of
from formapp.errors import HelpCentreError
from formapp.mail.incoming_letters import staff_mail_not_done
from formapp.mail.reply_marker import MARKER
from formapp.mail.understood import Understood
from formapp.models import IncomingMail, Ticket
from formapp.models.incoming_mail import MailState
from formapp.policy.policy import Policy, UnknownChoice
from formapp.rules.lifecycle import MoveNotAllowed, Mover, Status
from formapp.rules.mail_commands import Command, commands_of
from formapp.rules.references import ticket_id
from formapp.services import mail_files, outbox, staff_acts
from formapp.services.desk import Desk
from formapp.services.mail_decided import Decided
from formapp.services.mail_files import PreparedFile
from formapp.services.staff_acts import NothingToChange, UnknownReason
from formapp.services.staff_links import staff_links
from formapp.services.ticket_life import MAIL, Act, CannotWrite

NOTE, RESOLVE, UPDATE, REOPEN = "note", "resolve", "update", "reopen"
ORDERS = "#resolve and the reason, #note, #update, #reopen, or #p1 to #p5"
NO_REASON_GIVEN = "We have looked at your request again."
_LEVEL = re.compile(r"p[0-9]")


class NotDone(HelpCentreError):
    """What a member of staff wrote cannot be done; the message says why and what to do."""


def act(
    session: Session, row: IncomingMail, mail: Understood, files: Sequence[PreparedFile], number: int, desk: Desk, now: datetime
) -> Decided:
    """Do what a member of staff wrote above our letter, all of it or nothing; of nothing the writer is told why."""
    bc = ticket_id(desk.policy, number)
    by = Act(Mover.STAFF, MAIL, by=mail.from_address)
    try:
        with session.begin_nested():
            commands, text = _read(mail, desk.policy, desk)
            done = _do(session, number, commands, text, files, by, desk, now)
    except (NotDone, MoveNotAllowed, CannotWrite, UnknownReason, UnknownChoice, NothingToChange) as refusal:
        _tell_writer(session, mail, number, str(refusal), desk, now)
        return Decided(MailState.DONE, f"Not done, and its writer was told why: {refusal}", number)
    return Decided(MailState.DONE, f"{bc}: {done}", number)


def _read(mail: Understood, policy: Policy, desk: Desk) -> tuple[tuple[Command, ...], str]:
    """Return the commands and the text of a reply; raise NotDone for what must not reach a customer."""
    own = _above_our_letter(mail, desk)
    if holds_secrets(own, desk):
        raise NotDone(
            "your reply still holds part of our letter, with a link that only staff may have: write above the line, or use the staff page"
        )
    commands, text = commands_of(own)
    for command in commands:
        if command.word not in (NOTE, RESOLVE, UPDATE, REOPEN) and not _LEVEL.fullmatch(command.word):
            raise NotDone(f"#{command.word} is not something that we know: begin with {ORDERS}")
    return commands, text.strip()


def _above_our_letter(mail: Understood, desk: Desk) -> str:
    """Return what stands above our letter, without the line by which a mail program says, in whatever language, whom it quotes."""
    own = mail.reply.split(MARKER)[0].rstrip("> |\t\n")
    above, _, last = own.rpartition("\n\n")
    names_us = any(name in last for name in (desk.letterhead.name, f"@{domain_of(desk.letterhead.address)}"))
    return above if MARKER in mail.text and names_us and last.endswith((":", "：")) else own


def holds_secrets(text: str, desk: Desk) -> bool:
    """Whether a text holds what only staff may have: a link to a staff page, or a reference of the team's."""
    prefix = re.escape(desk.policy.brand.ticket_prefix)
    return bool(re.search(rf"/staff-(ticket|queue|door)/|/attachment/|(?<![a-z0-9])s-{prefix}-[0-9]+\.", text, re.IGNORECASE))


def _do(
    session: Session,
    number: int,
    commands: Sequence[Command],
    text: str,
    files: Sequence[PreparedFile],
    by: Act,
    desk: Desk,
    now: datetime,
) -> str:
    words = [command.word for command in commands]
    levels = [command for command in commands if _LEVEL.fullmatch(command.word)]
    others = [command for command in commands if command not in levels]
    if len(levels) > 1 or len(others) > 1:
        raise NotDone(f"#{' and #'.join(words)} do not go together: send them one at a time")
    tokens = [] if others and others[0].word == NOTE else [file.token for file in mail_files.take_in(session, files, now)]
    if levels:
        _classify(session, number, levels[0], by, desk, now)
    if others:
        _order(session, number, others[0], text, tokens, by, desk, now)
    elif text or tokens:
        _answer(session, number, text, tokens, by, desk, now)
    elif not levels:
        raise NotDone("there was nothing above the line: write your answer above it")
    return ", ".join(f"#{word}" for word in words) or "passed on to the customer"


def _classify(session: Session, number: int, command: Command, by: Act, desk: Desk, now: datetime) -> None:
    ticket = session.get_one(Ticket, number)
    kinds = {kind.key: kind for kind in desk.policy.request_types}
    current = kinds.get(ticket.request_type)
    has_priority = current if current and current.has_priority else next((kind for kind in kinds.values() if kind.has_priority), None)
    if has_priority is None:
        raise NotDone("the policy has no request type with priorities: change the type on the staff page")
    because = command.rest or NO_REASON_GIVEN
    staff_acts.reclassify(session, number, by, desk, now, request_type=has_priority.key, priority=command.word.upper(), because=because)


def _order(session: Session, number: int, command: Command, text: str, tokens: Sequence[str], by: Act, desk: Desk, now: datetime) -> None:
    whole = "\n\n".join(filter(None, (command.rest, text)))
    match command.word:
        case "note":
            if not whole:
                raise NotDone("the note is empty: write it after #note")
            staff_acts.note(session, number, by, desk, now, text=whole)
        case "update":
            _require(whole or tokens, "the update is empty: write it after #update")
            staff_acts.reply(session, number, by, desk, now, text=whole, waits=False, tokens=tokens)
        case "reopen":
            _require(whole, "say why it is open again: write it after #reopen, for the customer reads it")
            staff_acts.reopen(session, number, by, desk, now, text=whole, tokens=tokens)
        case "resolve":
            reason, rest = _reason(command.rest, desk.policy)
            text = "\n\n".join(filter(None, (rest, text)))
            staff_acts.resolve(session, number, by, desk, now, reason=reason, text=text, tokens=tokens)


def _answer(session: Session, number: int, text: str, tokens: Sequence[str], by: Act, desk: Desk, now: datetime) -> None:
    ticket = session.get_one(Ticket, number)
    if ticket.status in (Status.RESOLVED, Status.CLOSED):
        raise NotDone(
            f"the ticket is {ticket.status}: to open it again begin your reply with #reopen, or with #note to keep it for the team"
        )
    staff_acts.reply(session, number, by, desk, now, text=text, waits=True, tokens=tokens)


def _reason(said: str, policy: Policy) -> tuple[str, str]:
    """Return the policy's reason that a line begins with, and the rest of the line; raise NotDone for none."""
    plain = said.casefold().strip(" :.\"'“”")
    for reason in sorted(policy.resolution.reasons_to_choose, key=len, reverse=True):
        if plain.startswith(reason.casefold()):
            return reason, said.strip(" :.\"'“”")[len(reason) :].strip(" :.,;-–")
    first = plain.split(" ")[0]
    close = [reason for reason in policy.resolution.reasons_to_choose if first and reason.casefold().startswith(first)]
    if len(close) == 1:
        # "#resolve duplicate of BC-1001": the word says which reason, and the rest is for the customer.
        return close[0], said
    raise NotDone(f"#resolve needs one of the policy’s reasons: {'; '.join(policy.resolution.reasons_to_choose)}")


def _require(given: object, problem: str) -> None:
    if not given:
        raise NotDone(problem)


def _tell_writer(session: Session, mail: Understood, number: int, problem: str, desk: Desk, now: datetime) -> None:
    assert mail.from_address is not None
    staff = staff_links(session, desk, now, mail.from_address)
    letter = staff_mail_not_done(
        to=mail.from_address,
        ticket_id=ticket_id(desk.policy, number),
        problem=problem,
        text=mail.reply or mail.text,
        link=staff.ticket_url(number),
        reply=staff.reply_to(number),
    )
    outbox.queue(session, letter, letterhead=desk.letterhead, now=now, ticket_number=number)
