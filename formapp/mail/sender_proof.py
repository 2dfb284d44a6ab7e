"""Whether our own mail server found that the From line's domain vouches for a mail (RFC 8601).

Only a server that takes such results out of the mails that it receives may be named in the settings (opendkim, rspamd, Exim and the
large providers do): nothing in a mail can tell a result of ours from one that the sender put at the very top.
"""

import re
from collections.abc import Iterator
from email.message import Message

import authres
from authres.core import AuthenticationResult

from formapp.address import domain_of

_NAME = "authentication-results"
_LONGEST = 4_000
_MOST_HEADERS = 5
_MOST_LINES_ABOVE = 100
# A server writes its results above all that came with the mail: what stands below one of these came with it.
_CAME_WITH_IT = frozenset(
    {"from", "to", "cc", "subject", "date", "message-id", "reply-to", "sender", "mime-version", "content-type", "in-reply-to", "references"}
    | {"dkim-signature", "content-transfer-encoding", "user-agent", "x-mailer", "return-receipt-to", "list-id", "auto-submitted"}
)
# DMARC was asked, and had nothing to say: then DKIM decides.
_SAYS_NOTHING = frozenset({"none", "bestguesspass"})
# Endings under which anybody can have a name, when a country's stands after them: example.com.au is somebody's, com.au nobody's.
_SHARED = re.compile(
    r"(?:com|net|org|gov|edu|asn|co|ac|or|ne|go|gob|gouv|govt|mil|info|biz|ltd|plc|sch|nhs|police|med|web|nom|art|firm|ind|gen|..?)\.[a-z]{2}"
)


def is_aligned(headers: Message, from_address: str | None, authserv_id: str | None) -> bool:
    """Whether the results on top, by the server of that name, say that DMARC passed, or DKIM for the From line's own domain.

    SPF alone proves nothing: forwarding breaks it, and many share a server. Of several results on top, as opendkim and opendmarc each
    write one, the first that speaks of a method counts for it: one below may have come with the mail.
    """
    if not authserv_id or not from_address:
        return False
    domain = _plain(domain_of(from_address))
    decided: dict[str, list[AuthenticationResult]] = {}
    for value in _on_top(headers, authserv_id):
        for method, results in _results_of(value, authserv_id).items():
            decided.setdefault(method, results)
    dmarc = decided.get("dmarc", [])
    if any(_says(one) not in _SAYS_NOTHING for one in dmarc):
        return all(_says(one) == "pass" and _plain(_told(one, "from").rpartition("@")[2]) == domain for one in dmarc)
    return any(_says(one) == "pass" and _belongs(domain, _signer(one)) for one in decided.get("dkim", []))


def _on_top(headers: Message, authserv_id: str) -> Iterator[str]:
    """Yield the results of our server: those above every other's, and above whatever came with the mail.

    They stand above our server's own line of its way (Received) or just below, so the line after them ends them.
    """
    found = 0
    for name, value in headers.items()[:_MOST_LINES_ABOVE]:
        lower = name.lower()
        if lower in _CAME_WITH_IT or (lower == "received" and found) or found >= _MOST_HEADERS:
            return
        if lower == _NAME:
            if _server_of(str(value)) != authserv_id.strip().casefold():
                return
            found += 1
            yield str(value)


def _server_of(value: str) -> str:
    words = value[:_LONGEST].split(";", 1)[0].split()
    return words[0].strip('"').casefold() if words else ""


def _results_of(value: str, authserv_id: str) -> dict[str, list[AuthenticationResult]]:
    """Return the results by method; none of a header that is too long or malformed."""
    if len(value) > _LONGEST:
        return {}
    try:
        header = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {' '.join(value.split())}")
    except Exception:
        # Whatever the library says of a line that is none: it proves nothing.
        return {}
    if str(header.authserv_id).casefold() != authserv_id.strip().casefold():
        return {}
    results: dict[str, list[AuthenticationResult]] = {}
    for one in header.results:
        if isinstance(one, AuthenticationResult):
            results.setdefault(str(one.method).lower(), []).append(one)
    return results


def _says(result: AuthenticationResult) -> str:
    return str(result.result).lower()


def _told(result: AuthenticationResult, name: str) -> str:
    return next((str(one.value or "") for one in result.properties if one.type == "header" and one.name == name), "")


def _signer(result: AuthenticationResult) -> str:
    """Return the domain that signed: d, or that of i, which stands alone in the results of some."""
    return _plain(_told(result, "d") or _told(result, "i").rpartition("@")[2])


def _belongs(domain: str, signer: str) -> bool:
    """Whether a domain is the signer's, or beneath it.

    Not the other way round, as relaxed alignment allows: without a list of all shared endings, a customer's domain at a hosting provider
    would vouch for the provider's.
    """
    labels = signer.split(".")
    if len(labels) < 2 or not all(labels):
        return False
    if domain == signer:
        return True
    return domain.endswith(f".{signer}") and not _SHARED.fullmatch(signer)


def _plain(domain: str) -> str:
    return domain.strip().strip(".").casefold()
