"""Whether our own mail server found that the From line's domain vouches for a mail (RFC 8601)."""

from email.message import Message

from authres import AuthenticationResultsHeader
from authres.core import AuthenticationResult

from formapp.address import domain_of

_NAME = "authentication-results"
_LONGEST = 10_000
_MOST_HEADERS = 10
# Endings under which anybody can have a name, when a country's domain stands after them: example.com.au is one owner, com.au is not.
_SHARED = frozenset(
    {
        "com",
        "net",
        "org",
        "gov",
        "edu",
        "co",
        "ac",
        "or",
        "ne",
        "go",
        "asn",
        "id",
        "gob",
        "gouv",
        "govt",
        "mil",
        "info",
        "biz",
        "ltd",
        "plc",
    }
)
# Above these nothing was added by a server that had the mail before ours.
_PASSED_ON = "received"


def is_aligned(headers: Message, from_address: str | None, authserv_id: str | None) -> bool:
    """Whether the results on top, by the server of that name, say that DMARC passed, or DKIM for the From line's own domain.

    Only what stands above every result of another name and, where there are any, directly below our server's own Received line is ours;
    whatever is further down may have been written by the sender. SPF alone proves nothing: forwarding breaks it, and others share it.
    """
    if not authserv_id or not from_address:
        return False
    domain = domain_of(from_address).casefold()
    return any(_vouches(text, domain, authserv_id) for text in _on_top(headers, authserv_id))


def _on_top(headers: Message, authserv_id: str) -> list[str]:
    """Return the values of the topmost results, as long as they follow each other without another server's."""
    found: list[str] = []
    received_after = 0
    for name, value in headers.items():
        lower = name.lower()
        if lower == _PASSED_ON and found:
            # Our server puts its results above its own Received line, or just below it: what follows came with the mail.
            received_after += 1
            break
        if lower != _NAME:
            continue
        text = str(value)
        if _authserv_of(text) != authserv_id.casefold() or len(found) >= _MOST_HEADERS:
            break
        found.append(text)
    return found


def _authserv_of(text: str) -> str:
    words = text[:_LONGEST].replace("\r", " ").replace("\n", " ").strip().split(";", 1)[0].split()
    return words[0].casefold() if words else ""


def _vouches(text: str, domain: str, authserv_id: str) -> bool:
    if len(text) > _LONGEST:
        return False
    unfolded = " ".join(text.split())
    try:
        header = AuthenticationResultsHeader.parse(f"Authentication-Results: {unfolded}")
    except Exception:
        # Whatever the library says of a line that is none: it proves nothing.
        return False
    if str(header.authserv_id).casefold() != authserv_id.casefold():
        return False
    return any(_is_pass(result, domain) for result in header.results)


def _is_pass(result: AuthenticationResult, domain: str) -> bool:
    if str(result.result).lower() != "pass":
        return False
    told = {(one.type.lower(), one.name.lower()): str(one.value or "").casefold() for one in result.properties}
    if result.method.lower() == "dmarc":
        return told.get(("header", "from"), "").rpartition("@")[2] == domain
    if result.method.lower() == "dkim":
        signed = told.get(("header", "d")) or told.get(("header", "i"), "").rpartition("@")[2]
        return _belongs(domain, signed)
    return False


def _belongs(domain: str, signer: str) -> bool:
    """Whether a domain is the signer's, or beneath it; the signer must not be an ending that many share."""
    labels = signer.split(".")
    if len(labels) < 2 or (len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _SHARED):
        return False
    return domain == signer or domain.endswith(f".{signer}")
