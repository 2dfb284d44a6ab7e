"""Reports that a letter did not arrive: RFC 3464, and the common forms of servers that write their own."""

import re
from email.message import Message

from formapp.mail.mime_parts import Part, parse
from formapp.mail.understood import Bounce

_LOOKED_AT = 60_000
_MOST = 20
_FROM_SERVER = re.compile(r"(mailer-?daemon|postmaster|mail-?delivery|mailerdaemon|mdaemon|amavis|bounce[s]?)(@|$|\+|[-_.])", re.IGNORECASE)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_ID_LINE = re.compile(r"^[>\s]{0,10}(?:Message-ID|In-Reply-To)\s{0,5}:\s{0,5}(<[^<>\s\x00-\x1f]{1,400}>)", re.IGNORECASE | re.MULTILINE)
_SIGNS = re.compile(
    r"hi\. this is the qmail-send program|created automatically by mail delivery software|this is the (?:mail system|postfix program) at host"
    r"|could not be delivered|couldn'?t be delivered|delivery (?:has failed|to the following|status notification|failed|failure)"
    r"|undeliver(?:able|ed)|message (?:was )?not delivered|returned to sender|returning message to sender|permanent (?:fatal )?errors?"
    r"|unable to deliver|address(?:es)? had (?:permanent|transient)|user unknown|mailbox (?:is )?(?:full|unavailable|not found)|no such user"
    r"|unzustellbar|nicht zugestellt|non remis|n['’]a pas pu être (?:remis|délivré)|no se (?:ha podido|pudo) entregar|impossibile recapitare",
    re.IGNORECASE,
)
_LATE = re.compile(
    r"\b(?:delayed|has been delayed|still being retried|will be retried|temporar(?:y|ily)|will continue to|warning: could not send)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b([245]\.[0-9]{1,3}\.[0-9]{1,3})\b|\b([45][0-9]{2})\b[ -]")


def bounce_of(root: Part, from_address: str | None, text: str) -> Bounce | None:
    """Return what a report says; None for a mail that is none. A person who forwards or quotes one has not sent one."""
    report = next((part for part in root.walk() if part.kind in ("message/delivery-status", "message/global-delivery-status")), None)
    is_report = root.kind == "multipart/report" and "disposition-notification" not in root.parameter("report-type").lower()
    if report is not None and (is_report or _is_from_server(root.headers, from_address)):
        return _by_the_book(root, report, text)
    if not _is_from_server(root.headers, from_address):
        return None
    failed = str(root.headers.get("X-Failed-Recipients", ""))[:2000]
    if failed or is_report or _SIGNS.search(text[:_LOOKED_AT]):
        return _in_free_form(root, failed, text[:_LOOKED_AT])
    return None


def _is_from_server(headers: Message, from_address: str | None) -> bool:
    if re.fullmatch(r"\s*<\s*>\s*", str(headers.get("Return-Path", "x"))[:100]):
        return True
    local = (from_address or str(headers.get("From", ""))[:300]).lower()
    return bool(_FROM_SERVER.match(local) or re.search(r"<(?:mailer-daemon|postmaster)@", local))


def _by_the_book(root: Part, report: Part, text: str) -> Bounce:
    said = report.content()[:_LOOKED_AT].decode("utf-8", "replace") or "".join(str(part.headers) for part in report.parts[:_MOST])
    fields = re.sub(r"\r?\n[ \t]+", " ", said)
    actions = [found.lower() for found in re.findall(r"^Action\s*:\s*([A-Za-z]+)", fields, re.IGNORECASE | re.MULTILINE)]
    status = re.search(r"^Status\s*:\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})", fields, re.IGNORECASE | re.MULTILINE)
    named = re.findall(
        r"^(?:Final|Original)-Recipient\s*:\s*(?:[A-Za-z0-9-]+\s*;)?\s*<?([^\s<>;]+@[^\s<>;]+)", fields, re.IGNORECASE | re.MULTILINE
    )
    told = re.search(r"^Diagnostic-Code\s*:\s*(?:[A-Za-z0-9-]+\s*;)?\s*(.{1,600})", fields, re.IGNORECASE | re.MULTILINE)
    words = told[1] if told else ""
    if status and status[1] not in words:
        words = f"{status[1]} {words}"
    is_final = "failed" in actions or (not actions and bool(status) and status is not None and status[1].startswith("5"))
    return Bounce(is_final, _returned(root, text), _plain(named), without_addresses(words))


def _in_free_form(root: Part, failed: str, text: str) -> Bounce:
    above = re.split(
        r"(?im)^[-\s>]*(?:-{2,}\s*)?(?:original message|below this line is a copy|this is a copy of the message|included is a copy).*$",
        text,
    )[0]
    line = next((line for line in above.split("\n") if _CODE.search(line)), "") or next(
        (line for line in above.split("\n") if _SIGNS.search(line)), ""
    )
    recipients = _ADDRESS.findall(failed) or [one for one in _ADDRESS.findall(above) if not _FROM_SERVER.match(one)]
    is_late = bool(_LATE.search(above)) and not re.search(r"\b5\.[0-9]\.[0-9]|\b55[0-9]\b", above)
    return Bounce(not is_late, _returned(root, text), _plain(recipients), without_addresses(line))


def _returned(root: Part, text: str) -> tuple[str, ...]:
    """Return the message IDs of the letter that came back."""
    found: dict[str, None] = {}
    for part in root.walk():
        if part.kind in ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"):
            inner = parse(part.content()[:200_000]).headers
            for name in ("Message-ID", "X-Original-Message-ID"):
                found.update(dict.fromkeys(re.findall(r"<[^<>\s\x00-\x1f]{1,400}>", str(inner.get(name, ""))[:1000])))
    found.update(dict.fromkeys(_ID_LINE.findall(text[:_LOOKED_AT])))
    for name in ("In-Reply-To", "References"):
        found.update(dict.fromkeys(re.findall(r"<[^<>\s\x00-\x1f]{1,400}>", str(root.headers.get(name, ""))[:4000])))
    return tuple(found)[:_MOST]


def without_addresses(text: str) -> str:
    """Return a server's words on one line, at most 300 characters, with no address in them."""
    return " ".join(_ADDRESS.sub("…", text[:2000]).replace("<…>", "…").split())[:300]


def _plain(addresses: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip(".'").lower() for one in addresses))[:_MOST]
