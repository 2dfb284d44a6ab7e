"""The two templates of a letter, its subject and its body, filled in."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from formapp.address import UnusableAddress, bare_address
from formapp.mail.body_text import quoted
from formapp.mail.header_text import one_line
from formapp.mail.letter import Enclosure, Letter

LONGEST_LINE = 76  # characters, as far as words can be broken

_TEMPLATES = Path(__file__).parent.parent / "templates" / "mail"


def fill_in_letter(
    purpose: str,
    *,
    to: str,
    reply_to: str | None = None,
    enclosures: Sequence[Enclosure] = (),
    automatic: bool = True,
    quotes_us: bool = False,
    **words: object,
) -> Letter:
    """Return the letter of that purpose with these words; a reply to it goes to `reply_to`, where a header can hold the address.

    `automatic` and `quotes_us` are as in Letter. Raises UnusableAddress for `to`.
    """
    answers_go_to = None if reply_to is None else _bare_or_none(reply_to)
    words["reply_to"] = answers_go_to
    subject = _letters.get_template(f"{purpose}/subject.txt").render(words)
    body = _letters.get_template(f"{purpose}/body.txt").render(words)
    return Letter(
        purpose=purpose,
        recipient=bare_address(to),
        subject=one_line(subject),
        body=body.strip("\n") + "\n",
        reply_to=answers_go_to,
        automatic=automatic,
        quotes_us=quotes_us,
        enclosures=tuple(enclosures),
    )


def _bare_or_none(address: str) -> str | None:
    try:
        return bare_address(address)
    except UnusableAddress:
        return None


def _hanging(text: str, indent: int, width: int = LONGEST_LINE) -> str:
    """Return the text on lines of `width`, all but the first indented."""
    room = width - indent
    lines = textwrap.wrap(one_line(text), room, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines)


# No autoescaping: the letters are plain text, and what customers wrote passes `quoted` or `one_line` instead.
_letters = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    # The parts that letters share end in a line end of their own.
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701
)
_letters.filters.update(quoted=quoted, one_line=one_line, hanging=_hanging)
