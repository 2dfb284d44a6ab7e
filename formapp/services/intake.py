"""What taking in any form has in common: sent once, with its files, its mark of proof, and letters to both sides."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError
from formapp.forms.support_form import Said
from formapp.mail.letter import Enclosure, Letter
from formapp.mail.letters import BY_EMAIL, ON_THE_FORM, Answer, ListedFile, SaidPromise, TeamCopy
from formapp.models import Escalation, Ticket, TicketEvent
from formapp.policy.policy import Policy
from formapp.rules import deadlines
from formapp.rules.file_kinds import OTHER
from formapp.rules.files import LARGEST_IN_MAIL, KeptFile, kind_of, say_size
from formapp.rules.wording import say_moment_in_full, to_the_minute
from formapp.services import outbox
from formapp.services.acknowledgements import reason_not_to_acknowledge
from formapp.services.attachments import Adopted
from formapp.services.desk import Desk
from formapp.services.proofs import Solved, spend
from formapp.services.staff_links import StaffLinks

# Without JavaScript a form carries no key, and after Back some browsers make a new one: the same answers from the same
# address are one request for so long.
SAME_REQUEST = timedelta(minutes=10)
_INTAKE_LOCK = 0x7469636B  # any number, as long as nothing else takes the same advisory lock

Sent = TypeVar("Sent", Ticket, Escalation)


class AlreadySent(HelpCentreError):
    """The form's key has been used for other answers; `number` is the ticket that they became or are about."""

    def __init__(self, number: int) -> None:
        super().__init__("this form was sent before with other answers: send it again as a new request")
        self.number = number


def _nothing() -> None:
    """Take no slot: for a sender that nobody counts."""


@dataclass(frozen=True)
class Envelope:
    """How a form was sent, beside what it says.

    `take_slot` is called for something new only, so that the same request sent twice counts once; what it raises undoes all.
    `withheld_because` says why there is no acknowledgement, of something that is believed. `hasty_because` counts only without
    a proof of work: a browser that fills forms in is fast too.
    """

    key: str | None = None
    files: tuple[KeptFile, ...] = ()
    proof: Solved | None = None
    suspect_because: str | None = None
    hasty_because: str | None = None
    withheld_because: str | None = None
    # The mail that it came in, where it came by mail; and whether something else than a proof of work vouches for its sender.
    mail_id: int | None = None
    is_vouched: bool = False
    # Whether the files may travel in the team's mail, or only links to them.
    encloses_files: bool = True
    take_slot: Callable[[], None] = _nothing

    @property
    def channel(self) -> str:
        """How it came, as the history says it."""
        return "form" if self.mail_id is None else "mail"

    @property
    def key_digest(self) -> str | None:
        """A digest that fits the column: the key is any text that a client likes to send."""
        return _digest(self.key) if self.key else None

    @property
    def tokens(self) -> tuple[str, ...]:
        """The files' tokens."""
        return tuple(file.token for file in self.files)

    def content_digest(self, answers: Any) -> str:
        """Return a digest of everything that was sent."""
        return _digest(json.dumps([asdict(answers), [[file.name, file.digest] for file in self.files]]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def earlier(session: Session, model: type[Sent], envelope: Envelope, content_digest: str, now: datetime) -> Sent | None:
    """Return what the same submission became before, once no other submission can be under way.

    Raises AlreadySent when the key came before with something else.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Let a double click's second request see what the first one stored; SQLite has one writer anyway.
        session.execute(select(func.pg_advisory_xact_lock(_INTAKE_LOCK)))
    if envelope.key_digest and (found := session.scalar(select(model).where(model.submission_key == envelope.key_digest))):
        if found.content_digest != content_digest:
            raise AlreadySent(found.number if isinstance(found, Ticket) else found.given_number)
        return found
    recent = (model.content_digest == content_digest, model.received_at > now - SAME_REQUEST, model.received_at <= now)
    return session.scalar(select(model).where(*recent).order_by(model.received_at.desc()).limit(1))


def marks(session: Session, envelope: Envelope, content_digest: str, now: datetime) -> dict[str, Any]:
    """Return the columns that say how something was sent; the proof is used up."""
    is_proven = envelope.is_vouched or (envelope.proof is not None and spend(session, envelope.proof, now))
    return {
        "received_at": now,
        "submission_key": envelope.key_digest,
        "content_digest": content_digest,
        "suspect_because": envelope.suspect_because or (None if is_proven else envelope.hasty_because),
        "is_proven": is_proven,
    }


def note_event(
    session: Session,
    number: int,
    now: datetime,
    event: str,
    *,
    actor: str,
    channel: str,
    status: str | None = None,
    note: str | None = None,
    **more: Any,
) -> None:
    """Write a line of a ticket's history; `status` where it changed to one. `more` are columns that only some lines have."""
    line = {"ticket_number": number, "at": now, "event": event, "actor": actor, "channel": channel, "new_status": status, "note": note}
    session.execute(insert(TicketEvent).values(line | more))


@dataclass(frozen=True)
class Marked:
    """Whether what came in is believed, and why nobody at its address is written to; as the team's letter says it."""

    is_proven: bool
    suspect_because: str | None
    withheld: str | None

    @classmethod
    def of(
        cls,
        session: Session,
        envelope: Envelope,
        marked: dict[str, Any],
        address: str,
        purposes: Collection[str],
        desk: Desk,
        now: datetime,
    ) -> Self:
        """Judge an address by what `marks` returned of the envelope; `purposes` count together for one address."""
        is_proven, suspect = marked["is_proven"], marked["suspect_because"]
        if suspect:
            return cls(is_proven, suspect, suspect)
        withheld = reason_not_to_acknowledge(
            session, address, purposes, is_proven=is_proven, own_addresses=desk.own_addresses, caps=desk.caps, now=now
        )
        return cls(is_proven, None, envelope.withheld_because or withheld)

    @property
    def unacknowledged_because(self) -> str | None:
        """Why there is no acknowledgement, where nothing else says it already."""
        return None if self.suspect_because else self.withheld


def send(
    session: Session, team: Letter, acknowledgement: Callable[[], Letter], marked: Marked, desk: Desk, now: datetime, *, number: int | None
) -> None:
    """Queue the team's letter and, unless it is withheld, the customer's; both belong to the ticket of that number, where there is one."""
    outbox.queue(session, team, letterhead=desk.letterhead, now=now, ticket_number=number)
    if not marked.withheld:
        outbox.queue(session, acknowledgement(), letterhead=desk.letterhead, now=now, ticket_number=number)
    elif number is not None:
        # Nothing is left undone without a word: staff can see why this customer was sent nothing.
        note_event(session, number, now, "acknowledgement withheld", actor="system", channel="mail", note=marked.withheld)


def in_words(promise: deadlines.Promise, now: datetime, policy: Policy) -> SaidPromise:
    """Say a promise as letters say it."""
    return SaidPromise(
        received=say_moment_in_full(to_the_minute(now), policy),
        due=say_moment_in_full(promise.due, policy),
        target=promise.target,
        basis=promise.basis,
        working=deadlines.explain(promise),
    )


def for_team(
    staff: StaffLinks,
    envelope: Envelope,
    marked: Marked,
    address: str,
    said: Iterable[Said],
    files: Sequence[Adopted],
    *,
    number: int | None,
) -> TeamCopy:
    """Return what every letter to the team says of what came in; `number` is the ticket that it is about, where there is one."""
    links = staff.in_letter(number)
    listed, enclosures = files_for_mail(files, links.file_url, enclosing=envelope.encloses_files)
    return TeamCopy(
        team=staff.address,
        customer=address,
        answers=tuple(Answer(one.label, one.answer) for one in said),
        suspect_because=marked.suspect_because,
        unacknowledged_because=marked.unacknowledged_because,
        is_proven=marked.is_proven,
        link=links.ticket_url,
        files=listed,
        enclosures=enclosures,
        way=ON_THE_FORM if envelope.mail_id is None else BY_EMAIL,
        **links.words,
    )


def files_for_mail(
    files: Sequence[Adopted], link_of: Callable[[int], str], *, enclosing: bool = True
) -> tuple[tuple[ListedFile, ...], tuple[Enclosure, ...]]:
    """Return the list of files for a letter, and those that travel in it: in their order, as long as they fit, if any do."""
    listed, enclosures, weight = [], [], 0
    for file in files:
        kind = kind_of(file.kind)
        # What a mail server may take for a danger would hold back the words as well.
        fits = enclosing and kind is not OTHER and not file.is_gone and file.held_because is None and weight + file.size <= LARGEST_IN_MAIL
        if fits:
            weight += file.size
            enclosures.append(Enclosure(file.id, file.name, kind.media_type))
        # A link for each that is there: an enclosed one may be taken out on its way, and a held one opens as soon as it has been scanned.
        link = None if file.is_gone else link_of(file.id)
        note = ". ".join(filter(None, (file.held_because, file.warning))) or None
        listed.append(ListedFile(file.name, f"{kind.name}, {say_size(file.size)}", enclosed=fits, link=link, note=note))
    return tuple(listed), tuple(enclosures)
