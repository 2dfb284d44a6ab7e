"""Links for staff, who have no accounts: each opens one thing, for some weeks, and all can be revoked at once.

A door is a link that opens nothing by itself. It stands in letters that may be quoted to a customer: it takes a browser to what it
leads to that has opened a link before, and mails everybody else's wish to the address that it was made for.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formapp.address import bare_address, mailbox_of
from formapp.errors import HelpCentreError
from formapp.mail.letters import StaffReply
from formapp.mail.purposes import STAFF_FRESH_LINK
from formapp.mail.team_life_letters import staff_fresh_link
from formapp.models import LinkGeneration, OutgoingMail, StaffAddress, Ticket
from formapp.rules.references import ticket_id
from formapp.services import outbox
from formapp.services.desk import Desk
from formapp.services.links import BadLink, Links
from formapp.services.upsert import insert_into

TICKET, QUEUE, FILE = "staff ticket", "staff queue", "staff file"
# As long as somebody may come back to a mail; a fresh link is one click away.
OPENS_FOR = timedelta(days=30)
FRESH_EVERY = timedelta(minutes=10)
_KIND = "staff"
_DOOR, _BROWSER = "staff door", "staff browser"
# What doors lead to, by the number that stands for it in them.
_BEHIND = (TICKET, FILE)
# A link that opens no single thing.
_NOTHING = 0


class ExpiredLink(HelpCentreError):
    """A link of ours that is too old; a fresh one can be sent to the address that had it."""

    def __init__(self, purpose: str, number: int | None, address: str) -> None:
        super().__init__("the link has expired: ask for a fresh one")
        self.purpose = purpose
        self.number = number
        self.address = address


@dataclass(frozen=True, slots=True)
class StaffAccess:
    """What a link opens: a ticket or a file by its number, or the queue (None); and the address that it was sent to, with its number."""

    number: int | None
    address: str
    address_id: int


@dataclass(frozen=True, slots=True)
class Door:
    """What a door leads to: TICKET or FILE, its number, and the address that it was made for."""

    purpose: str
    number: int
    address: str


@dataclass(frozen=True, slots=True)
class StaffLinks:
    """Makes the links of one letter, for one address, on one day. `desk` says how letters are answered, where that is asked."""

    links: Links
    address: str
    generation: int
    address_id: int
    day: date
    desk: Desk | None = None

    @classmethod
    def read(cls, session: Session, links: Links, address: str, day: date, desk: Desk | None = None) -> Self:
        """Return the maker of an address's links, in a transaction that writes: an address that is new to us is kept."""
        bare = bare_address(address)
        wanted = select(StaffAddress.id).where(StaffAddress.address == bare)
        known = session.scalar(wanted)
        if known is None:
            session.execute(insert_into(session, StaffAddress).values(address=bare).on_conflict_do_nothing())
            known = session.scalars(wanted).one()
        return cls(links, bare, _generation(session), known, day, desk)

    def ticket_url(self, number: int) -> str:
        """Return the address of a ticket's staff page."""
        return f"{self.links.base_url}/staff-ticket/{self._token(TICKET, number)}/"

    def queue_url(self) -> str:
        """Return the address of the queue, from which every ticket is reached."""
        return f"{self.links.base_url}/staff-queue/{self._token(QUEUE, _NOTHING)}/"

    def file_url(self, attachment_id: int) -> str:
        """Return the address under which a file is downloaded."""
        return f"{self.links.base_url}/attachment/{self._token(FILE, attachment_id)}"

    def review_url(self) -> str:
        """Return the address of the list of mails that wait for review."""
        return f"{self.queue_url()}review/"

    def in_letter(self, number: int | None) -> "LetterLinks":
        """Return the links that fit a letter which may be answered; `number` is the ticket that it is about, where there is one."""
        return LetterLinks(self, number)

    def reply_to(self, number: int | None) -> StaffReply | None:
        """Return how staff answer a letter about a ticket by mail; None where a reply does not come to us."""
        if number is None or self.desk is None or not self.desk.mail_in.is_read:
            return None
        letterhead, token = self.desk.letterhead, self.desk.mail_in.tokens.for_staff(number, self.generation)
        reasons = self.desk.policy.resolution.reasons_to_choose
        return StaffReply(to=letterhead.reply_to(token), token=token, sender=letterhead.address, reasons=reasons)

    def door_url(self, purpose: str, number: int) -> str:
        """Return the address of a door to a TICKET's staff page or to a FILE."""
        token = self.links.token_of(_salt(_DOOR, self.generation), _BEHIND.index(purpose), number, self.address_id, self.day.toordinal())
        return f"{self.links.base_url}/staff-door/{token}/"

    def behind(self, door: Door) -> str:
        """Return the address of what a door leads to."""
        return self.ticket_url(door.number) if door.purpose == TICKET else self.file_url(door.number)

    def _token(self, purpose: str, number: int) -> str:
        return self.links.token_of(_salt(purpose, self.generation), number, self.address_id, self.day.toordinal())


@dataclass(frozen=True, slots=True)
class LetterLinks:
    """The links of a letter that is answered: a reply quotes them, so they open by themselves only where it comes to us."""

    made: StaffLinks
    number: int | None

    @property
    def ticket_url(self) -> str | None:
        """The address of the ticket's staff page, or of a door to it; None where there is no ticket."""
        if self.number is None:
            return None
        return self.made.ticket_url(self.number) if self._comes_to_us else self.made.door_url(TICKET, self.number)

    def file_url(self, attachment_id: int) -> str:
        """Return the address of a file, or of a door to it."""
        return self.made.file_url(attachment_id) if self._comes_to_us else self.made.door_url(FILE, attachment_id)

    @property
    def words(self) -> dict[str, Any]:
        """How the letter is answered, as words of a TeamCopy."""
        return {"reply": self.made.reply_to(self.number), "by_door": not self._comes_to_us}

    @property
    def _comes_to_us(self) -> bool:
        return self.made.reply_to(self.number) is not None


def staff_links(session: Session, desk: Desk, now: datetime, address: str | None = None) -> StaffLinks:
    """Return the maker of links for an address, by default the team's, in a transaction that writes."""
    return StaffLinks.read(session, desk.links, address or desk.team_email, desk.today(now), desk)


def open_ticket(session: Session, desk: Desk, token: str, now: datetime) -> StaffAccess:
    """Return which ticket a token opens, and for whom; raise BadLink or ExpiredLink."""
    return _opened(session, desk, TICKET, token, now)


def open_queue(session: Session, desk: Desk, token: str, now: datetime) -> StaffAccess:
    """Return for whom a token opens the queue; raise BadLink or ExpiredLink."""
    return _opened(session, desk, QUEUE, token, now)


def open_file(session: Session, desk: Desk, token: str, now: datetime) -> StaffAccess:
    """Return which file a token opens, and for whom; raise BadLink or ExpiredLink."""
    return _opened(session, desk, FILE, token, now)


def open_door(session: Session, desk: Desk, token: str, now: datetime) -> Door:
    """Return what a door leads to, and for whom it was made; raise BadLink, or ExpiredLink as for a link to the same."""
    behind, number, address_id, ordinal = desk.links.read_numbers(_salt(_DOOR, _generation(session)), token, 4)
    address = _address_of(session, address_id)
    door = Door(_BEHIND[behind], number, address)
    if not _is_current(desk, ordinal, now):
        raise ExpiredLink(door.purpose, number, address)
    return door


def browser_pass(session: Session, desk: Desk, access: StaffAccess, now: datetime) -> str:
    """Return what a browser keeps that has opened a link: it opens doors, as long as a link made now would open."""
    return desk.links.token_of(_salt(_BROWSER, _generation(session)), access.address_id, desk.today(now).toordinal())


def links_of_browser(session: Session, desk: Desk, kept: str, now: datetime) -> StaffLinks | None:
    """Return the maker of the links that a browser may open by what it kept; None where it may open none."""
    generation = _generation(session)
    try:
        address_id, ordinal = desk.links.read_numbers(_salt(_BROWSER, generation), kept, 2)
        address = _address_of(session, address_id)
    except BadLink:
        return None
    return StaffLinks(desk.links, address, generation, address_id, desk.today(now)) if _is_current(desk, ordinal, now) else None


def send_fresh(session: Session, expired: ExpiredLink | Door, desk: Desk, now: datetime) -> bool:
    """Mail a fresh link to the address that had the expired one, or that a door was made for.

    False where it was sent one for the same in the last minutes. Raises BadLink for a ticket that is gone.
    """
    about = expired.number if expired.purpose == TICKET else None
    if about is not None and session.get(Ticket, about) is None:
        raise BadLink("the link is to a ticket that is gone: open the newest of our emails")
    sent_lately = select(func.count()).where(
        OutgoingMail.recipient_mailbox == mailbox_of(expired.address),
        OutgoingMail.purpose == STAFF_FRESH_LINK,
        OutgoingMail.ticket_number.is_not_distinct_from(about),
        OutgoingMail.created_at > now - FRESH_EVERY,
        OutgoingMail.created_at <= now,
    )
    if session.scalar(sent_lately):
        return False
    fresh = staff_links(session, desk, now, expired.address)
    if about is not None:
        what, link = ticket_id(desk.policy, about), fresh.ticket_url(about)
    elif expired.purpose == FILE and expired.number is not None:
        what, link = "the file", fresh.file_url(expired.number)
    else:
        what, link = "the queue", fresh.queue_url()
    letter = staff_fresh_link(to=expired.address, what=what, link=link, opens_for_days=OPENS_FOR.days)
    outbox.queue(session, letter, letterhead=desk.letterhead, now=now, ticket_number=about)
    return True


def mail_queue_link(session: Session, desk: Desk, now: datetime) -> StaffLinks:
    """Mail the team a fresh link to the queue, as after all have been revoked; return the maker of its links."""
    made = staff_links(session, desk, now)
    letter = staff_fresh_link(to=made.address, what="the queue", link=made.queue_url(), opens_for_days=OPENS_FOR.days)
    outbox.queue(session, letter, letterhead=desk.letterhead, now=now)
    return made


def rotate(session: Session) -> None:
    """Begin the next generation: every link for staff that was made so far opens nothing."""
    found = session.get(LinkGeneration, _KIND, with_for_update=True)
    if found is None:
        session.add(LinkGeneration(kind=_KIND, generation=1))
    else:
        found.generation += 1
    session.flush()


def _opened(session: Session, desk: Desk, purpose: str, token: str, now: datetime) -> StaffAccess:
    number, address_id, ordinal = desk.links.read_numbers(_salt(purpose, _generation(session)), token, 3)
    address = _address_of(session, address_id)
    opens = None if purpose == QUEUE else number
    if not _is_current(desk, ordinal, now):
        raise ExpiredLink(purpose, opens, address)
    return StaffAccess(opens, address, address_id)


def _address_of(session: Session, address_id: int) -> str:
    found = session.get(StaffAddress, address_id)
    if found is None:
        raise BadLink("the link was sent to nobody that we know: open the newest of our emails")
    return found.address


def _is_current(desk: Desk, ordinal: int, now: datetime) -> bool:
    # A day of grace the other way: the clock that made it may have been ahead.
    return timedelta(days=-1) <= desk.today(now) - date.fromordinal(ordinal) <= OPENS_FOR


def _generation(session: Session) -> int:
    return session.scalar(select(LinkGeneration.generation).where(LinkGeneration.kind == _KIND)) or 0


def _salt(purpose: str, generation: int) -> str:
    return f"{purpose} {generation}"
