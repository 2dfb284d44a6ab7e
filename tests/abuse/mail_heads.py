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
ROBOTS = ["Auto-Submitted", "X-Auto-Response-Suppress"]
OURS += ROBOTS
ABOUT_TEXT = ["Content-Type", "Content-Transfer-Encoding"]
ABOUT_FILE = [*ABOUT_TEXT, "Content-Disposition"]


def seal(letter: Letter) -> bytes:
    return compose(letter, LETTERHEAD, message_id=LETTERHEAD.new_message_id(), date=NOW)


def names_in(head: bytes) -> list[str]:
    """Return the names of the headers in a head, as anybody reads them who takes every line that begins no fold for a header."""
    return [line.partition(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]


def heads_of(raw: bytes) -> list[list[str]]:
    """Return the header names of a mail and of each of its parts, read by hand: a part's parts follow it."""
    head, _, body = raw.partition(b"\r\n\r\n")
    boundary = head.partition(b'boundary="')[2].partition(b'"')[0]
    if not boundary:
        return [names_in(head)]
    assert body.isascii()
    _, *parts, _ = (b"\r\n" + body).split(b"\r\n--" + boundary)
    return [names_in(head), *(names for part in parts for names in heads_of(part.removeprefix(b"\r\n")))]


def heads_meant(letter: Letter) -> list[list[str]]:
    """Return the header names of the letter's mail: of its two texts, within one part where there are files, and of each file."""
    own = [name for name in OURS if letter.automatic or name not in ROBOTS]
    own += ["Reply-To"] if letter.reply_to else []
    around = [ABOUT_TEXT] if letter.enclosures else []
    return [sorted(own), *around, ABOUT_TEXT, ABOUT_TEXT, *[ABOUT_FILE] * len(letter.enclosures)]


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
