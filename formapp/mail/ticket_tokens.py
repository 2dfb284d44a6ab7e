"""Signed references to a ticket, which letters carry in Reply-To, Message-ID, References and the foot of their text.

Whoever has one was written to about that ticket: `bc-1042.…` stands in every letter, `s-bc-1042.…` in those to the team only. One
reader for all the places, so that none is forgotten.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

from formapp.address import UnusableAddress, bare_address

_MAC_CHARACTERS = 16  # of base32, 80 bits
# Texts are looked through from their end, where the foot of the quoted letter is.
_LOOKED_AT = 200_000


@dataclass(frozen=True, slots=True)
class Reference:
    """A ticket that a mail proves to know, and whether by a letter to the team."""

    number: int
    is_staff: bool


@dataclass(frozen=True, slots=True)
class TicketTokens:
    """Makes and reads them. The first of the keys signs, the others are believed; `prefix` is that of ticket IDs."""

    keys: tuple[str, ...]
    prefix: str

    def for_customer(self, number: int) -> str:
        """Return the token of every letter about a ticket: "bc-1042.k3…"."""
        return self._token(self.keys[0], number, None)

    def for_staff(self, number: int, generation: int) -> str:
        """Return the token of letters to the team: "s-bc-1042.k3…". Those of an earlier generation are no longer believed."""
        return self._token(self.keys[0], number, generation)

    def reply_address(self, token: str, address: str) -> str | None:
        """Return the address by which a reply brings the token back: support+bc-1042.k3…@example.com; None where it is too long."""
        local, _, domain = address.rpartition("@")
        try:
            return bare_address(f"{local}+{token}@{domain}")
        except UnusableAddress:
            return None

    def found_in(self, texts: Iterable[str], generation: int | None) -> tuple[Reference, ...]:
        """Return the tickets that genuine tokens in these texts name, in their order, each once; letter case does not matter.

        `generation` is that of the team's tokens; None where it is not known, and then only the customers' are read.
        """
        pattern = re.compile(rf"(?<![a-z0-9])(s-)?{re.escape(self.prefix.lower())}-([0-9]{{1,9}})\.([a-z2-7]{{16}})(?![a-z0-9])")
        found: dict[Reference, None] = {}
        for text in texts:
            for match in pattern.finditer(text[-_LOOKED_AT:].lower()):
                reference = Reference(int(match[2]), is_staff=bool(match[1]))
                if reference not in found and self._is_genuine(match[0], reference, generation):
                    found[reference] = None
        return tuple(found)

    def _is_genuine(self, token: str, reference: Reference, generation: int | None) -> bool:
        if reference.is_staff and generation is None:
            return False
        wanted = generation if reference.is_staff else None
        # Each in constant time.
        return any(hmac.compare_digest(token, self._token(key, reference.number, wanted)) for key in self.keys)

    def _token(self, key: str, number: int, generation: int | None) -> str:
        side = "" if generation is None else "s-"
        meant = f"{'reply' if generation is None else f'staff reply {generation}'} {number}".encode()
        mac = hmac.new(hashlib.sha256(b"ticket token " + key.encode()).digest(), meant, hashlib.sha256).digest()
        return f"{side}{self.prefix.lower()}-{number}.{base64.b32encode(mac).decode().lower()[:_MAC_CHARACTERS]}"
