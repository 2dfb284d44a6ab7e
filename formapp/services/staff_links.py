"""Links for staff, who have no accounts: each opens one thing, for some weeks, and all can be revoked at once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formapp.address import bare_address, mailbox_of
from formapp.errors import HelpCentreError
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
    """What a link opens: a ticket or a file by its number, or the queue (None); and the address that it was sent to."""

    number: int | None
    address: str


@dataclass(frozen=True, slots=True)
class StaffLinks:
    """Makes the links of one letter, for one address, on one day."""

    links: Links
    address: str
    generation: int
    address_id: int
    day: date

    @classmethod
    def read(cls, session: Session, links: Links, address: str, day: date) -> Self:
        """Return the maker of an address's links, in a transaction that writes: an address that is new to us is kept."""
        bare = bare_address(address)
        wanted = select(StaffAddress.id).where(StaffAddress.address == bare)
        known = session.scalar(wanted)
        if known is None:
            session.execute(insert_into(session, StaffAddress).values(address=bare).on_conflict_do_nothing())
            known = session.scalars(wanted).one()
        return cls(links, bare, _generation(session), known, day)

    def ticket_url(self, number: int) -> str:
        """Return the address of a ticket's staff page."""
        return f"{self.links.base_url}/staff-ticket/{self._token(TICKET, number)}/"

    def queue_url(self) -> str:
        """Return the address of the queue, from which every ticket is reached."""
        return f"{self.links.base_url}/staff-queue/{self._token(QUEUE, _NOTHING)}/"

    def file_url(self, attachment_id: int) -> str:
        """Return the address under which a file is downloaded."""
        return f"{self.links.base_url}/attachment/{self._token(FILE, attachment_id)}"

    def _token(self, purpose: str, number: int) -> str:
        return self.links.token_of(_salt(purpose, self.generation), number, self.address_id, self.day.toordinal())


def staff_links(session: Session, desk: Desk, now: datetime, address: str | None = None) -> StaffLinks:
    """Return the maker of links for an address, by default the team's, in a transaction that writes."""
    return StaffLinks.read(session, desk.links, address or desk.team_email, desk.today(now))


def open_ticket(session: Session, desk: Desk, token: str, now: datetime) -> StaffAccess:
    """Return which ticket a token opens, and for whom; raise BadLink or ExpiredLink."""
    return _opened(session, desk, TICKET, token, now)


def open_queue(session: Session, desk: Desk, token: str, now: datetime) -> StaffAccess:
    """Return for whom a token opens the queue; raise BadLink or ExpiredLink."""
    return _opened(session, desk, QUEUE, token, now)


def open_file(session: Session, desk: Desk, token: str, now: datetime) -> StaffAccess:
    """Return which file a token opens, and for whom; raise BadLink or ExpiredLink."""
    return _opened(session, desk, FILE, token, now)


def send_fresh(session: Session, expired: ExpiredLink, desk: Desk, now: datetime) -> bool:
    """Mail a fresh link to the address that had the expired one; False where it was sent one for the same in the last minutes.

    Raises BadLink for a ticket that is gone.
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
    found = session.get(StaffAddress, address_id)
    if found is None:
        raise BadLink("the link was sent to nobody that we know: open the newest of our emails")
    opens = None if purpose == QUEUE else number
    age = desk.today(now) - date.fromordinal(ordinal)
    # A day of grace the other way: the clock that made it may have been ahead.
    if not timedelta(days=-1) <= age <= OPENS_FOR:
        raise ExpiredLink(purpose, opens, found.address)
    return StaffAccess(opens, found.address)


def _generation(session: Session) -> int:
    return session.scalar(select(LinkGeneration.generation).where(LinkGeneration.kind == _KIND)) or 0


def _salt(purpose: str, generation: int) -> str:
    return f"{purpose} {generation}"
