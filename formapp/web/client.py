"""Who asks, as far as a network can say."""

import ipaddress
import re

from flask import request

LOCAL = "local"
UNKNOWN = "unknown"
_WITH_PORT = re.compile(r"(?P<v4>[0-9.]+):\d+|\[(?P<v6>[^\]]+)\](:\d+)?")


def client_address() -> str:
    """Return the request's client for counting: an IPv4 address, an IPv6 /64, `local` for a Unix socket, else `unknown`.

    Whether a proxy's X-Forwarded-For is believed was decided before, by the number of trusted proxies.
    """
    given = (request.remote_addr or "").strip()
    # Some proxies write the port as well.
    ported = _WITH_PORT.fullmatch(given)
    text = (ported["v4"] or ported["v6"]) if ported else given
    if not text or text.startswith("unix:"):
        return LOCAL
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    # One customer has a whole /64 to choose from.
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
