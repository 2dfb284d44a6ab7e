"""Quoted lines: whether they quote a mail, or are prompts and logs that somebody pasted."""

import re

from formapp.mail.reply_attribution import attributions_in
from formapp.mail.reply_lines import is_quoted, unquoted
from formapp.mail.reply_markers import header_block_end, is_forward_marker, is_original_marker, is_reference, is_write_above

_FIRST = 8  # lines in which a quote says whose it is
_JUDGED = 60  # lines by which its kind is judged
_CODE = re.compile(
    r"[;{}$\\|`]|[=(]\S|\)\s?$|--?\w+\s|::|/\w+/|^\W|^(?:select|insert|update|import|from \w+ import|npm|sudo|cd|git|ping|dir|echo|curl) ",
    re.IGNORECASE,
)
_LOG = re.compile(r"\b(?:error|exception|warning|fatal|failed|traceback|debug|info)\b\s?[:\]]", re.IGNORECASE)
_PROMPT = re.compile(r"\s{0,4}>>> ?(?:[a-z_.]{1,40} ?[=(]|import |from |print|def |class |for |if |with )")


def quote_end(heads: list[str], place: int) -> int:
    """Return the line after the last quoted one of those that follow each other here, empty ones between them counted."""
    end = at = place
    while at < len(heads):
        if is_quoted(heads[at]) or heads[at].startswith("|"):
            end = at + 1
        elif heads[at].strip():
            break
        at += 1
    return end


def says_whose(heads: list[str]) -> bool:
    """Whether a quote says itself that it is of a mail: by what it begins with, or by marks of our letters."""
    first = [at for at, head in enumerate(heads[: _FIRST * 3]) if unquoted(head)][:_FIRST]
    if not first:
        return False
    if any(start in first for start in attributions_in(heads[: first[-1] + 1])):
        return True
    if any(is_original_marker(heads[at]) or header_block_end(heads, at) is not None for at in first):
        return True
    return any(is_write_above(head) or is_reference(head) for head in heads)


def begins_with_forward(heads: list[str]) -> bool:
    """Whether a quote is a forwarded mail, as Apple Mail quotes them."""
    first = next((head for head in heads[:_FIRST] if unquoted(head)), "")
    return is_forward_marker(first)


def is_prose(heads: list[str]) -> bool:
    """Whether quoted lines of unknown origin read like a mail: sentences, and no prompts, code or logs."""
    judged = [head for head in heads if unquoted(head)][:_JUDGED]
    bare = [unquoted(head) for head in judged]
    if any(_PROMPT.match(head) or _LOG.search(head[:300]) for head in judged):
        return False
    written = [line for line in bare if len(line.split()) >= 3 and not _CODE.search(line[:300])]
    ends = any(line[-1] in ".?!。？！" for line in written)
    return len(written) * 10 >= len(bare) * 6 and ends and not any(_CODE.search(line[:300]) for line in bare[:2])
