"""Who is sent an acknowledgement: a form must not become a way to flood somebody's mailbox, or to make two robots talk."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from formapp.address import UnusableAddress, bare_address, domain_of, mailbox_of
from formapp.mail.purposes import (
    ACKNOWLEDGEMENTS,
    COMPLAINT_ACKNOWLEDGEMENT,
    ESCALATION_ACCEPTED,
    ESCALATION_ITEMS_MISSING,
    ESCALATION_NOT_YET,
    ESCALATION_RECEIVED,
    FEEDBACK_ACTED_ON,
    TICKET_ACKNOWLEDGEMENT,
    UNPROVEN_ACKNOWLEDGEMENT,
    UNPROVEN_ACKNOWLEDGEMENTS,
    UNPROVEN_COMPLAINT_ACKNOWLEDGEMENT,
)
from formapp.models.outgoing_mail import OutgoingMail

# What counts together for one address: an escalation or a complaint is acknowledged although a ticket was just before.
FOR_TICKETS = frozenset({TICKET_ACKNOWLEDGEMENT, UNPROVEN_ACKNOWLEDGEMENT})
FOR_COMPLAINTS = frozenset({COMPLAINT_ACKNOWLEDGEMENT, UNPROVEN_COMPLAINT_ACKNOWLEDGEMENT})
FOR_ESCALATIONS = frozenset({ESCALATION_ACCEPTED, ESCALATION_NOT_YET, ESCALATION_RECEIVED, ESCALATION_ITEMS_MISSING})
FOR_FEEDBACK = frozenset({FEEDBACK_ACTED_ON})
# What anybody can have sent anywhere without work; of a stranger's escalation no letter says whether there was a proof.
_FREE = UNPROVEN_ACKNOWLEDGEMENTS | {ESCALATION_RECEIVED}

# An address that a mail came back from may be in use again after so long.
SPARED_FOR = timedelta(days=30)

# Mailboxes behind which there is a machine, a list, or somebody else's duty.
_NOBODY = re.compile(
    r"mailer-?daemon|(no|do-?not|dont)[-_.]?reply([-_.].*)?|postmaster|hostmaster|abuse|daemon|root"
    r"|bounces?([-_=.].*)?|.*-bounces?|listserv|majordomo|owner-.*|.*-owner|.*-request"
)


@dataclass(frozen=True, slots=True)
class AckCaps:
    """How many acknowledgements may be queued at most; the tickets are kept whatever these say."""

    pause_per_address: timedelta = timedelta(minutes=10)
    per_address_per_day: int = 3
    # Of all kinds together: three forms must not fill a mailbox three times.
    in_all_per_address_per_day: int = 5
    per_domain_per_hour: int = 50
    in_all_per_hour: int = 500
    # Of those for requests without a proof of work, which cost a robot nothing.
    unproven_per_address_per_day: int = 1
    unproven_per_hour: int = 20


def reason_not_to_acknowledge(
    session: Session,
    recipient: str,
    purposes: Collection[str],
    *,
    is_proven: bool,
    own_addresses: Collection[str],
    caps: AckCaps,
    now: datetime,
) -> str | None:
    """Return why this address is sent no acknowledgement now, in words for staff, or None when it may be sent one.

    `purposes` are those that count together for one address, one of the sets above. The caller sees to it that one
    transaction at a time asks, as the intake does. `own_addresses` are those that end up with us: the support address,
    the team's and the one for bounces.
    """
    never = reason_never_to_acknowledge(recipient, own_addresses)
    if never:
        return never
    if has_come_back(session, mailbox_of(bare_address(recipient)), now):
        return "our last email to the address came back"
    return _cap_reached(_sent_lately(session, mailbox_of(bare_address(recipient)), purposes, caps, now), caps, is_proven=is_proven)


def has_come_back(session: Session, mailbox: str, now: datetime) -> bool:
    """Whether a mail to that mailbox came back lately: the next would as well."""
    lately = (OutgoingMail.bounced_at > now - SPARED_FOR, OutgoingMail.bounced_at <= now)
    return bool(session.scalar(select(exists().where(OutgoingMail.recipient_mailbox == mailbox, *lately))))


def reason_never_to_acknowledge(recipient: str, own_addresses: Collection[str]) -> str | None:
    """Return why this address is sent no acknowledgement, now or later, or None when only the caps speak for or against it."""
    try:
        mailbox = mailbox_of(bare_address(recipient))
    except UnusableAddress as error:
        return f"the address cannot be written to: {error}"
    if mailbox in {mailbox_of(own) for own in own_addresses}:
        return "the address is one of our own"
    if _NOBODY.fullmatch(mailbox.rpartition("@")[0]):
        return "the address is that of a mail system or a list, not of a person"
    return None


def _cap_reached(sent: Any, caps: AckCaps, *, is_proven: bool) -> str | None:
    if sent.to_address_just_now:
        return "the address was sent an acknowledgement a few minutes ago"
    if sent.to_address_of_all_kinds_in_a_day >= caps.in_all_per_address_per_day:
        return "the address was sent as many acknowledgements of all kinds as it may get in a day"
    if sent.to_address_in_a_day >= (caps.per_address_per_day if is_proven else caps.unproven_per_address_per_day):
        return "the address was sent as many acknowledgements as it may get in a day"
    if sent.to_domain_in_an_hour >= caps.per_domain_per_hour:
        return "the address's domain was sent as many acknowledgements as it may get in an hour"
    if sent.in_an_hour >= caps.in_all_per_hour:
        return "as many acknowledgements were sent as may be in an hour"
    if not is_proven and sent.unproven_in_an_hour >= caps.unproven_per_hour:
        return "as many acknowledgements were sent without a proof of work as may be in an hour"
    return None


def _sent_lately(session: Session, mailbox: str, purposes: Collection[str], caps: AckCaps, now: datetime) -> Any:
    same_address = OutgoingMail.recipient_mailbox == mailbox
    to_address = and_(same_address, OutgoingMail.purpose.in_(purposes))
    in_an_hour = OutgoingMail.created_at > now - timedelta(hours=1)
    return session.execute(
        select(
            func.count().filter(to_address, OutgoingMail.created_at > now - caps.pause_per_address).label("to_address_just_now"),
            func.count().filter(to_address).label("to_address_in_a_day"),
            func.count().filter(same_address).label("to_address_of_all_kinds_in_a_day"),
            func.count().filter(OutgoingMail.recipient_domain == domain_of(mailbox), in_an_hour).label("to_domain_in_an_hour"),
            func.count().filter(in_an_hour).label("in_an_hour"),
            func.count().filter(OutgoingMail.purpose.in_(_FREE), in_an_hour).label("unproven_in_an_hour"),
        ).where(
            OutgoingMail.purpose.in_(ACKNOWLEDGEMENTS),
            OutgoingMail.created_at > now - timedelta(days=1),
            # What lies ahead was queued by a clock that has since been put back; it must not silence us until then.
            OutgoingMail.created_at <= now,
            or_(in_an_hour, same_address),
        )
    ).one()
