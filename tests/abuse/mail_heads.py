"""The headers of a finished mail and of its parts, read by hand and held against the templates'."""

from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any, cast

from formapp.mail.composer import compose
from formapp.mail.letter import Letter
from formapp.mail.letterhead import Letterhead

NOW = datetime(2026, 11, 23, 4, 28, tzinfo=UTC)
LETTERHEAD = Letterhead("Billycart Support", "support@billycart.com")
LINE_ENDS = ("\r\n", "\r", "\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
ENCODED = "=?utf-8?q?x=0D=0ABcc:_victim@evil.example?="
# The templates' headers: of a mail, of a team's mail, of a text part and of a file's part.
OURS = ["Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID"]
OURS += ["Auto-Submitted", "X-Auto-Response-Suppress"]
ABOUT_TEXT = ["Content-Type", "Content-Transfer-Encoding"]
ABOUT_FILE = [*ABOUT_TEXT, "Content-Disposition"]


def seal(letter: Letter) -> bytes:
    return compose(letter, LETTERHEAD, message_id=LETTERHEAD.new_message_id(), date=NOW)


def names_in(head: bytes) -> list[str]:
    """Return the names of the headers in a head, as anybody reads them who takes every line that begins no fold for a header."""
    return [line.partition(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]


def heads_of(raw: bytes) -> list[list[str]]:
    """Return the header names of a mail and of each of its parts, read by hand."""
    head, _, body = raw.partition(b"\r\n\r\n")
    boundary = head.partition(b'boundary="')[2].partition(b'"')[0]
    if not boundary:
        return [names_in(head)]
    parts = f"\r\n{body.decode('ascii')}".encode().split(b"\r\n--" + boundary)
    return [names_in(head), *(names_in(part.partition(b"\r\n\r\n")[0].removeprefix(b"\r\n")) for part in parts[1:-1])]


def heads_meant(letter: Letter) -> list[list[str]]:
    own = [*OURS, "Reply-To"] if letter.reply_to else OURS
    return [sorted(own), ABOUT_TEXT, *[ABOUT_FILE] * len(letter.enclosures)] if letter.enclosures else [sorted(own)]


def assert_headers_are_the_templates(raw: bytes, letter: Letter) -> None:
    outer, *parts = heads_of(raw)
    assert [sorted(outer), *parts] == heads_meant(letter)
    for rules in (policy.compat32, policy.default):
        mail = message_from_bytes(raw, policy=cast(Any, rules))
        assert Counter(mail.keys()) == Counter(outer)
        assert [part.keys() for part in mail.walk()][1:] == parts
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
