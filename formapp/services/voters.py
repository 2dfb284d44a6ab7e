"""Readers told apart for a day, and nobody after it."""

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from formapp.models import Vote, VoterKey
from formapp.services.upsert import insert_into

_LENGTH = 32  # hexadecimal digits


@dataclass(frozen=True)
class Voter:
    """Keyed hashes of a reader, by network and browser, and of the network alone; they mean nothing once the day's key is gone."""

    reader: str
    network: str


def voter_of(session: Session, client: str, browser: str, day: date) -> Voter:
    """Return who votes, as far as a day's votes need to know; `client` is an address or a prefix, `browser` what it calls itself.

    The vote is to be stored in the same transaction.
    """
    key = _key_of(session, day)

    def hashed(*facts: str) -> str:
        return hmac.digest(key, "\n".join(facts).encode(errors="replace"), hashlib.sha256).hex()[:_LENGTH]

    return Voter(reader=hashed("reader", client, browser), network=hashed("network", _network_of(client)))


def _network_of(client: str) -> str:
    """Return what one customer of a provider may have: a client's IPv4 address, or the /48 around its IPv6 /64."""
    try:
        network = ipaddress.ip_network(client)
    except ValueError:
        return client
    return str(network.supernet(new_prefix=48) if network.version == 6 and network.prefixlen > 48 else network)


def forget_voters(session: Session, today: date) -> int:
    """Destroy the keys of days before `today`, and the hashes made with them; return how many votes were cut loose.

    The worker looks each minute, so a key lives for a day; and no old hash waits for a key from a backup.
    """
    # One of a day that is far ahead was made by a clock that has since been put back. Locked first, as a vote does.
    past = or_(VoterKey.day < today, VoterKey.day > today + timedelta(days=2))
    over = session.scalars(select(VoterKey.day).where(past).with_for_update()).all()
    if not over:
        return 0
    loose = session.execute(update(Vote).where(Vote.day.in_(over), Vote.voter.is_not(None)).values(voter=None, network=None))
    session.execute(delete(VoterKey).where(VoterKey.day.in_(over)))
    return int(getattr(loose, "rowcount", 0))


def _key_of(session: Session, day: date) -> bytes:
    # Votes take turns at the day's key: those that come at once would not see each other, nor that the key is just being destroyed.
    wanted = select(VoterKey.key).where(VoterKey.day == day).with_for_update()
    key = session.scalar(wanted)
    if key is None:
        # Two first votes of a day may come at once: one makes the key, both use it.
        made = insert_into(session, VoterKey).values(day=day, key=secrets.token_bytes(32))
        session.execute(made.on_conflict_do_nothing())
        key = session.scalar(wanted)
        # Where no worker runs, no key is older than 48 hours all the same.
        forget_voters(session, day - timedelta(days=1))
    assert key is not None
    return key
