"""Turn a letter into the finished bytes of a mail, and refuse what did not come out as meant."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.charset import QP, Charset
from email.header import Header, decode_header, make_header
from email.message import Message as ParsedMessage
from email.parser import BytesParser
from email.utils import formataddr, parseaddr
from typing import Any, cast

from flask import Flask
from flask_mail import Mail, Message

from formapp.address import bare_address
from formapp.mail.body_text import body_text
from formapp.mail.header_lines import MalformedLetter, header_names
from formapp.mail.header_text import is_message_id, one_line
from formapp.mail.html_body import html_body
from formapp.mail.letter import Enclosure, Letter
from formapp.mail.letterhead import Letterhead
from formapp.mail.skeleton import Texts, in_parts, refuse_unless_parts_as_meant

__all__ = ["LONGEST_LINE", "MalformedLetter", "compose"]

LONGEST_LINE = 998  # bytes without the line end, RFC 5322
_ALWAYS = ("Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID")

# Flask-Mail asks the current application for its settings even while it only builds a message.
_post_office = Flask("formapp.mail", static_folder=None)
Mail(_post_office)

# Quoted-printable keeps every line short and every byte ASCII; names stay readable where they are ASCII.
_WIRE = Charset("utf-8")
_WIRE.body_encoding = QP
_WIRE.header_encoding = cast(Any, None)


class _ExactMessage(Message):
    """A message that leaves as it was set: the library's way out decodes and folds headers anew, and has let others in."""

    def __init__(
        self, *, message_id: str, subject: str, recipient: str, texts: Texts, sender: str, date: float, enclosures: Sequence[Enclosure]
    ) -> None:
        # Not the library's own, which makes a Message-ID from this machine's name and asks the DNS for it each time.
        self.msgId, self.subject, self.recipients, self.body = message_id, subject, [recipient], texts.plain
        self.sender, self.date, self.charset = sender, date, cast(Any, _WIRE)
        self.reply_to, self.extra_headers = None, None
        self.cc, self.bcc, self.attachments, self.mail_options, self.rcpt_options = [], [], [], [], []
        self.alts, self._html, self._enclosures = {}, texts.html, enclosures

    def as_bytes(self) -> bytes:
        built = self._message()
        built.policy = policy.compat32
        encoded = Texts(_unlike_a_mailbox(cast(str, built.get_payload())), _unlike_a_mailbox(_WIRE.body_encode(self._html.encode())))
        headers, body = in_parts(list(built.raw_items()), encoded, self._enclosures, self.msgId)
        head = "".join(f"{name}: {value}\n" for name, value in headers)
        return f"{head}\n{body}".replace("\n", "\r\n").encode("ascii")


def compose(letter: Letter, letterhead: Letterhead, *, message_id: str, date: datetime) -> bytes:
    """Return the mail's bytes, the same for the same arguments; of a file only the place where its content goes (see enclosures.py).

    Raises UnusableAddress for a recipient or reply address that is not one bare address, and MalformedLetter for
    a mail whose headers, parsed again, are not the ones meant.
    """
    recipient = bare_address(letter.recipient)
    reply_to = bare_address(letter.reply_to) if letter.reply_to else None
    extra = _extra_headers(letter)
    subject = one_line(letter.subject)
    if not subject:
        raise MalformedLetter("a letter needs a subject: give it one")
    if not is_message_id(message_id):
        raise MalformedLetter("the Message-ID is not well formed: make it with Letterhead.new_message_id()")
    plain = body_text(letter.body)
    texts = Texts(plain, html_body(plain, subject=subject, sender=letterhead.name, quotes_us=letter.quotes_us))
    message = _ExactMessage(
        message_id=message_id,
        subject=_subject_header(subject),
        recipient=recipient,
        texts=texts,
        sender=formataddr((letterhead.name, letterhead.address)),
        date=date.timestamp(),
        enclosures=letter.enclosures,
    )
    message.reply_to, message.extra_headers = reply_to, extra
    with _post_office.app_context():
        raw = message.as_bytes()
    meant = {"Subject": subject, "From": letterhead.address, "To": recipient, "Message-ID": message_id, **extra}
    if reply_to:
        meant["Reply-To"] = reply_to
    _refuse_unless_as_meant(raw, meant, texts, letter.enclosures)
    return raw


def _extra_headers(letter: Letter) -> dict[str, str]:
    extra = {}
    if letter.automatic:
        extra["Auto-Submitted"] = "auto-generated"
        extra["X-Auto-Response-Suppress"] = "All"
    mentioned = (*letter.references, *([letter.in_reply_to] if letter.in_reply_to else []))
    if not all(map(is_message_id, mentioned)):
        raise MalformedLetter("In-Reply-To and References take well-formed Message-IDs only: leave the others out")
    if letter.in_reply_to:
        extra["In-Reply-To"] = letter.in_reply_to
    if letter.references:
        extra["References"] = "\n ".join(letter.references)
    return extra


def _unlike_a_mailbox(encoded: str) -> str:
    # Some mailboxes still write ">From " for a line that begins so.
    return re.sub("(?m)^From ", "=46rom ", encoded)


def _subject_header(subject: str) -> str:
    # Text that looks encoded is encoded, so that it arrives as that text and not as what it stands for.
    if subject.isascii() and "=?" not in subject and len(subject) <= 68:
        return subject
    return Header(subject, "utf-8", header_name="Subject").encode(linesep="\n")


def _refuse_unless_as_meant(raw: bytes, meant: dict[str, str], texts: Texts, enclosures: Sequence[Enclosure] = ()) -> None:
    lines = raw.split(b"\r\n")
    if any(b"\r" in line or b"\n" in line or len(line) > LONGEST_LINE for line in lines):
        raise MalformedLetter("a line of the mail is too long or has a bare line end: clean the text it came from")
    names = Counter(header_names(lines[: lines.index(b"")]))
    if names != Counter({*_ALWAYS, *meant}):
        raise MalformedLetter(f"the mail has the headers {sorted(names.elements())}: a text from outside has become one")
    parsed = BytesParser(policy=policy.compat32).parsebytes(raw)
    if Counter(parsed.keys()) != names:
        raise MalformedLetter("two readings of the mail's headers differ: a text from outside has changed them")
    for name, value in meant.items():
        if _read_back(parsed, name) != " ".join(value.split()):
            raise MalformedLetter(f"the mail's {name} line does not say what was meant: clean the text it came from")
    refuse_unless_parts_as_meant(raw, parsed, texts, enclosures)


def _read_back(parsed: ParsedMessage, name: str) -> str:
    value = cast(str, parsed[name])
    if name == "Subject":
        return str(make_header(decode_header(value)))
    if name == "From":
        return parseaddr(value)[1]
    return " ".join(value.split())
