"""Signed references to a ticket, which letters about it carry in Message-ID and References: `bc-1042.…`.

Whoever has one was written to about that ticket. One reader for all the places where one may come back, so that none is forgotten.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

_MAC_CHARACTERS = 16  # of base32, 80 bits
# Texts are looked through from their end, where a quoted letter ends.
_LOOKED_AT = 200_000


@dataclass(frozen=True, slots=True)
class TicketTokens:
    """Makes and reads them. The first of the keys signs, the others are believed; `prefix` is that of ticket IDs."""

    keys: tuple[str, ...]
    prefix: str

    def for_customer(self, number: int) -> str:
        """Return the token of every letter about a ticket: "bc-1042.k3…"."""
        return self._token(self.keys[0], number)

    def found_in(self, texts: Iterable[str]) -> tuple[int, ...]:
        """Return the tickets that genuine tokens in these texts name, in their order, each once; letter case does not matter."""
        pattern = re.compile(rf"(?<![a-z0-9-]){re.escape(self.prefix.lower())}-([0-9]{{1,9}})\.([a-z2-7]{{{_MAC_CHARACTERS}}})(?![a-z0-9])")
        found: dict[int, None] = {}
        for text in texts:
            for match in pattern.finditer(text[-_LOOKED_AT:].lower()):
                number = int(match[1])
                if number not in found and self._is_genuine(match[0], number):
                    found[number] = None
        return tuple(found)

    def _is_genuine(self, token: str, number: int) -> bool:
        # Each in constant time.
        return any(hmac.compare_digest(token, self._token(key, number)) for key in self.keys)

    def _token(self, key: str, number: int) -> str:
        secret = hashlib.sha256(b"ticket token " + key.encode()).digest()
        mac = hmac.new(secret, f"reply {number}".encode(), hashlib.sha256).digest()
        return f"{self.prefix.lower()}-{number}.{base64.b32encode(mac).decode().lower()[:_MAC_CHARACTERS]}"
