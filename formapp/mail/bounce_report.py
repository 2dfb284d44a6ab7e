"""Reports that a letter did not arrive: RFC 3464, and the forms of servers that write their own."""

import re
from collections.abc import Iterator
from email.message import Message

from formapp.mail import bounce_words
from formapp.mail.away_subjects import is_away_subject
from formapp.mail.charsets import decode
from formapp.mail.header_reading import text_of
from formapp.mail.header_text import one_line
from formapp.mail.mail_kind import has_null_sender
from formapp.mail.mime_parts import Part, parse
from formapp.mail.understood import Bounce

_LOOKED_AT = 60_000
_MOST = 20
_MOST_PARTS = 40
_MOST_LINES = 400
_LONGEST_REPLY = 300
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status", "message/xdelivery-status"})
_RETURNED = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "text/global-headers"}
)
_OTHER_REPORTS = ("disposition-notification", "feedback-report")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'@|=]{1,64}@[A-Za-z0-9\u0080-\uffff._-]{1,255}")
_ID = re.compile(r"<[^<>\s]{1,400}>")
_ID_LINE = re.compile(r"^[>|\s]{0,20}(?:X-)?(?:Original-)?Message-ID\s{0,5}:[\s>|]{0,20}(<[^<>\s]{1,400}>)", re.IGNORECASE | re.MULTILINE)
# Where a report in words ends, and what came back or the fields for machines begin.
_BELOW = re.compile(
    r"^[\s>|]{0,10}(?:(?:Reporting-MTA|Return-Path|Received|Final-Recipient|Original-Recipient|Arrival-Date)\s{0,5}:"
    r"|-{2,}[^\n]{0,80}(?:original|copy|returned|below|message header|headers|bounced)|(?:original message|message headers) follow"
    r"|bounced e-?mail:|included is a copy|here is (?:a copy of )?(?:your|the) (?:message|original))",
    re.IGNORECASE | re.MULTILINE,
)
_CODE = re.compile(r"(?<![0-9.])(?:[45]\.[0-9]{1,3}\.[0-9]{1,3}|(?:4[0-9]{2}|55[0-9]|5[0-4][0-9])[ -])(?![0-9])")
_OF_SENDER = re.compile(
    r"\s*[>*]{0,5}\s*(?:from|sender|mail from|reply-to|message-id|x-[a-z-]{1,30}|references|in-reply-to|date|subject)\b\s?[:<]",
    re.IGNORECASE,
)
_STARTS_WITH_ADDRESS = re.compile(r"\s{0,40}(?:[*•>-]{1,3}\s{0,5})?[<(\"']{0,2}" + _ADDRESS.pattern)
_FIELD = re.compile(r"^([A-Za-z-]{4,40})[ \t]{0,5}:[ \t]{0,20}(.{0,2000})", re.MULTILINE)


def bounce_of(root: Part, from_address: str | None, text: str) -> Bounce | None:
    """Return what a report says; None for a mail that is none. A person who forwards or quotes one has not sent one."""
    report = next((part for part in root.walk() if part.kind in _STATUS), None)
    kind = root.parameter("report-type").lower() if root.kind == "multipart/report" else None
    if kind is not None and any(other in kind for other in _OTHER_REPORTS):
        return None
    is_from_server = _is_from_server(root.headers, from_address)
    if report is not None and (kind is not None or is_from_server):
        return _by_the_book(root, report, text)
    if not is_from_server:
        return None
    failed = str(root.headers.get("X-Failed-Recipients", ""))[:2000]
    subject = text_of(root.headers, "Subject")
    if not failed and (is_away_subject(subject) or not _says_so(subject, text, is_report=kind is not None)):
        return None
    return _in_free_form(root, subject, failed, text[:_LOOKED_AT])


def without_addresses(text: str) -> str:
    """Return a server's words on one line, at most 300 characters, with no address in them."""
    words = ("…" if "@" in word or "%40" in word else word for word in one_line(text[:2000].replace(",", ", ")).split())
    return " ".join(words).replace("… …", "…")[:_LONGEST_REPLY].strip()


def _is_from_server(headers: Message, from_address: str | None) -> bool:
    if has_null_sender(headers):
        return True
    return bool(
        bounce_words.SERVER.search(str(headers.get("From", ""))[:500]) or bounce_words.SERVER.search((from_address or "nobody")[:300])
    )


def _says_so(subject: str, text: str, *, is_report: bool) -> bool:
    return is_report or bool(bounce_words.SUBJECT.search(subject) or bounce_words.TEXT.search(text[:5_000]))


def _by_the_book(root: Part, report: Part, text: str) -> Bounce | None:
    """Read the groups of fields, one for each recipient; None where nothing failed or is late, as in a report that it was delivered."""
    said = decode(report.content()[:_LOOKED_AT], "")[0] if not report.parts else "".join(map(_fields_of, report.parts[:_MOST]))
    groups = list(_groups(said or _fields_of(report)))
    told = [(_action(group), group) for group in groups if "action" in group or "status" in group]
    bad = [group for action, group in told if action == "failed"] or [group for action, group in told if action == "delayed"]
    if told and not bad:
        return None
    if not told:
        return _in_free_form(root, text_of(root.headers, "Subject"), "", text[:_LOOKED_AT], *_recipients_in(groups))
    named = _recipients_in(bad)
    is_final = any(action == "failed" for action, _ in told)
    free = _in_free_form(root, "", "", text[:_LOOKED_AT], *named)
    return Bounce(is_final, free.message_ids, free.recipients, _words_of(bad) or free.reply)


def _fields_of(part: Part) -> str:
    return "".join(f"{name}: {value}\n" for name, value in part.headers.items()) + "\n" + decode(part.body[:_LOOKED_AT], "")[0]


def _groups(text: str) -> Iterator[dict[str, str]]:
    unfolded = re.sub(r"\n[ \t]+", " ", text.replace("\r\n", "\n"))
    group: dict[str, str] = {}
    for name, value in _FIELD.findall(unfolded):
        field = name.lower()
        # A group has no end of its own where the empty line was lost: another recipient begins another.
        if field in group and field in ("final-recipient", "original-recipient", "action"):
            yield group
            group = {}
        group.setdefault(field, value.strip())
    if group:
        yield group


def _action(group: dict[str, str]) -> str:
    said = re.match(r"[a-z]*", group.get("action", "").lower())
    action = said[0] if said else ""
    if action in ("failed", "failure", "delayed", "delivered", "relayed", "expanded"):
        return "failed" if action == "failure" else action
    status = group.get("status", "")
    return {"5": "failed", "4": "delayed", "2": "delivered"}.get(status[:1], "failed")


def _recipients_in(groups: list[dict[str, str]]) -> list[str]:
    named: list[str] = []
    for group in groups:
        for field in ("original-recipient", "final-recipient"):
            value = group.get(field, "").rpartition(";")[2]
            found = _ADDRESS.search(value)
            if found:
                named.append(found[0])
                # As RFC 3461 writes a plus sign.
                named.extend([found[0].replace("+2B", "+").replace("+2b", "+")] if "+2b" in found[0].lower() else [])
    return named


def _words_of(groups: list[dict[str, str]]) -> str:
    for group in groups:
        code, words = group.get("status", "").split(" ")[0][:12], group.get("diagnostic-code", "")
        words = re.sub(r"^[A-Za-z0-9_-]{1,20}\s?;\s?", "", words)
        if words:
            return without_addresses(words if code in words else f"{code} {words}")
    return without_addresses(groups[0].get("status", ""))


def _in_free_form(root: Part, subject: str, failed: str, text: str, *known: str) -> Bounce:
    above = _above(text)
    returned = _returned(root, text)
    own = {address.lower() for name in ("To", "From", "Delivered-To") for address in _in_header(root.headers, name)}
    recipients = list(known) or _ADDRESS.findall(failed) or _named_in(above, own)
    if not recipients:
        recipients = [address for headers in returned for address in _in_header(headers, "To")]
    is_late = _is_late(subject, above)
    return Bounce(not is_late, _ids_of(root, returned, text), _plain(recipients), without_addresses(_server_said(above, subject)))


def _is_late(subject: str, above: str) -> bool:
    """Whether the server goes on trying; where the subject says one or the other, the text is not asked."""
    said = re.sub(r"delivery status notification|\(failure\) notification", "", subject, flags=re.IGNORECASE)
    if bounce_words.OVER.search(said):
        return False
    if bounce_words.LATE.search(said) or re.search(r"\bwarning\b", said, re.IGNORECASE):
        return True
    return bool(bounce_words.LATE.search(above)) and not bounce_words.OVER.search(above)


def _above(text: str) -> str:
    below = _BELOW.search(text)
    return text[: below.start()] if below and text[: below.start()].strip() else text


def _server_said(above: str, subject: str) -> str:
    """Return the line with the server's code and what follows it; else the one that says that it did not arrive."""
    lines = [line[:1000].strip().removeprefix("<<<").strip() for line in above.split("\n", _MOST_LINES)[:_MOST_LINES]]
    signs = (
        lambda at: _CODE.search(lines[at]),
        # Below the address that it could not reach, where its own words begin further in.
        lambda at: at and lines[at] and _STARTS_WITH_ADDRESS.match(lines[at - 1]) and not _STARTS_WITH_ADDRESS.match(lines[at]),
        lambda at: bounce_words.TEXT.search(lines[at]) and not bounce_words.GREETING.search(lines[at]),
    )
    place = next((at for sign in signs for at in range(len(lines)) if sign(at)), None)
    if place is None:
        return subject
    said = lines[place]
    for line in lines[place + 1 : place + 4]:
        if not line or len(said) > _LONGEST_REPLY or _STARTS_WITH_ADDRESS.match(line):
            break
        said += f" {line}"
    return said


def _named_in(above: str, own: set[str]) -> list[str]:
    """Return the addresses that a text names as those that it could not reach: of lines that begin with one, or else of any line."""
    lines = [line[:1000] for line in above.split("\n", _MOST_LINES)[:_MOST_LINES] if "@" in line and not _OF_SENDER.match(line)]
    for choice in ([line for line in lines if _STARTS_WITH_ADDRESS.match(line)], lines):
        named = [one for line in choice for one in _ADDRESS.findall(line)[:3] if one.lower().strip(".") not in own]
        named = [one for one in named if not bounce_words.SERVER.search(one)]
        if named:
            return named
    return []


def _returned(root: Part, text: str) -> list[Message]:
    """Return the headers of what came back."""
    found = [part for part in root.walk() if part.kind in _RETURNED][:5]
    return [parse(part.content()[:_LOOKED_AT].lstrip()).headers for part in found]


def _ids_of(root: Part, returned: list[Message], text: str) -> tuple[str, ...]:
    """Return the message IDs of the letter that came back: its own, else what the report says that it answers."""
    found: dict[str, None] = {}
    for headers in returned:
        for name in ("Message-ID", "X-Original-Message-ID", "X-Google-Original-Message-ID"):
            found.update(dict.fromkeys(_ID.findall(str(headers.get(name, ""))[:1000])[:1]))
    texts = [text, *(_start_of(part) for part in list(root.walk())[:_MOST_PARTS] if not part.parts and part.kind not in _RETURNED)]
    for one in texts:
        found.update(dict.fromkeys(_ID_LINE.findall(one)[:3]))
    found.update(dict.fromkeys(_ID.findall(str(root.headers.get("In-Reply-To", ""))[:1000])[:1]))
    if not found:
        found.update(dict.fromkeys(_ID.findall(str(root.headers.get("References", ""))[-4000:])[-3:]))
    return tuple(found)[:_MOST]


def _start_of(part: Part) -> str:
    """Return the beginning of a part that may be text, whatever it says that it is."""
    if part.main in ("image", "audio", "video"):
        return ""
    return part.content()[:_LOOKED_AT].decode("latin-1")


def _in_header(headers: Message, name: str) -> list[str]:
    return [found for value in (headers.get_all(name) or [])[:5] for found in _ADDRESS.findall(str(value)[:2000])]


def _plain(addresses: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip(".'`").lower() for one in addresses))[:_MOST]
