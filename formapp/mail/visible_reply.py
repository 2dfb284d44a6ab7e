"""What the writer of a mail wrote new: the text without the quoted history and the signature.

Line by line and in linear time. Nothing that the writer may have written is cut: where it is unsure all is shown, and the whole text is
always kept. A forwarded mail is what its sender wants us to read, and stays.
"""

from formapp.mail.reply_signs import ABOVE_THIS, FORWARDED, HEADERS, LOOKED_AT, MOBILE, ORIGINAL, RULE, is_attribution

_MOST_WRAPPED = 4  # lines over which an attribution is broken
_LONGEST_SIGNATURE = 15
_LONGEST_FOOTER = 3
_BLOCK = 8  # lines in which the header of a quoted mail stands
_QUOTE_WITHOUT_ATTRIBUTION = 4
_LOOKED_AT_LINES = 40


def visible_reply(text: str) -> str:
    """Return the text without what it quotes; all of it where that is unsure."""
    lines = text.split("\n")
    shown = _without_history(lines)
    shown = _without_signature(_without_leading_quote(shown))
    reply = "\n".join(shown).strip("\n").rstrip()
    return reply if reply.strip() else text.strip("\n")


def _without_history(lines: list[str]) -> list[str]:
    """Return the lines above what mail programs add below an answer."""
    heads = [line[:LOOKED_AT] for line in lines]
    has_own, quoted_from = False, _quoted_from(heads)
    for place, head in enumerate(heads):
        if not head.strip():
            continue
        if has_own and _begins_history(heads, place, quoted_from):
            return lines[: _start_of_history(heads, place)]
        if FORWARDED.fullmatch(head):
            # Only what follows a forwarded mail, and so belongs to it, could be history now.
            return lines
        if not _is_quote(head) and not RULE.fullmatch(head) and not _is_attribution_at(heads, place):
            has_own = True
    return lines


def _begins_history(heads: list[str], place: int, quoted_from: int) -> bool:
    """Whether from this line on everything is quoted: nobody wrote anything below it."""
    head = heads[place]
    if ABOVE_THIS.search(head) or ORIGINAL.fullmatch(head):
        return True
    if _is_header_block(heads, place):
        return True
    if (end := _attribution_end(heads, place)) is not None:
        return end >= quoted_from if _next_is_quote(heads, end) else True
    return _is_quote(head) and place >= quoted_from and _is_surely_a_quote(heads, place)


def _start_of_history(heads: list[str], place: int) -> int:
    """Return where the history begins: with the rule or the empty lines above its first sign."""
    while place and (not heads[place - 1].strip() or RULE.fullmatch(heads[place - 1])):
        place -= 1
    # An attribution may stand above a marker of ours.
    for back in range(1, _MOST_WRAPPED + 1):
        if place - back >= 0 and _attribution_end(heads, place - back) == place:
            return _start_of_history(heads, place - back) if place > back else place - back
    return place


def _is_header_block(heads: list[str], place: int) -> bool:
    """Whether a line begins the block From, Sent, To, Subject of a quoted mail, in any of the languages."""
    if not HEADERS["from"].match(heads[place]) and not HEADERS["date"].match(heads[place]):
        return False
    block = [head for head in heads[place : place + _BLOCK + 1] if head.strip()]
    found = {what for head in block for what, pattern in HEADERS.items() if pattern.match(head)}
    if "from" not in found or len(found) < 3:
        return False
    # People list "From: Sydney, To: Melbourne" too; they give no date and subject, and no addresses.
    return {"date", "subject"} <= found or ("subject" in found and any("@" in head for head in block))


def _is_attribution_at(heads: list[str], place: int) -> bool:
    return _attribution_end(heads, place) is not None


def _attribution_end(heads: list[str], place: int) -> int | None:
    """Return the line after an attribution that begins here, over several lines perhaps; None where none does."""
    joined = ""
    for end in range(place + 1, min(place + _MOST_WRAPPED, len(heads)) + 1):
        head = heads[end - 1].strip().lstrip("> ").rstrip()
        if not head:
            return None
        joined = f"{joined} {head}".strip()
        if joined.endswith((":", "：", "︰")):
            return end if is_attribution(joined, is_followed_by_quote=_next_is_quote(heads, end)) else None
    return None


def _next_is_quote(heads: list[str], place: int) -> bool:
    for head in heads[place : place + 3]:
        if head.strip():
            return _is_quote(head)
    return False


def _quoted_from(heads: list[str]) -> int:
    """Return the line from which on stand only quotes, their attributions, and at most a signature."""
    place, start = 0, 0
    while place < len(heads):
        head = heads[place]
        if not head.strip() or _is_quote(head) or RULE.fullmatch(head):
            place += 1
            continue
        end = _attribution_end(heads, place)
        if end is not None:
            place = end
        elif _is_signature_from(heads, place):
            break
        else:
            place += 1
            start = place
    return start


def _is_signature_from(heads: list[str], place: int) -> bool:
    if len(heads) - place > _LONGEST_SIGNATURE * 3:
        return False
    rest = [head for head in heads[place:] if head.strip()]
    if heads[place].rstrip() == "--":
        return len(rest) <= _LONGEST_SIGNATURE
    return len(rest) <= _LONGEST_FOOTER and bool(MOBILE.fullmatch(heads[place].strip()))


def _is_surely_a_quote(heads: list[str], place: int) -> bool:
    """Whether lines that begin with > quote a mail, and are no prompts that somebody pasted."""
    quoted = [head.lstrip() for head in heads[place : place + _LOOKED_AT_LINES] if head.strip()]
    quoted = [head for head in quoted if head.startswith(">")]
    inner = [head.lstrip("> ") for head in quoted]
    if any(ORIGINAL.fullmatch(head) or HEADERS["subject"].match(head) for head in inner[:_BLOCK]):
        return True
    prose = sum(head.startswith("> ") and head[2:3].isalpha() for head in quoted)
    prompts = any(head.startswith((">>> ", "> $", "> SELECT", "> select", "> npm", "> cd ")) for head in quoted)
    return len(quoted) >= _QUOTE_WITHOUT_ATTRIBUTION and prose * 2 >= len(quoted) and not prompts


def _is_quote(head: str) -> bool:
    return head.lstrip(" ").startswith((">", "＞"))


def _without_leading_quote(lines: list[str]) -> list[str]:
    """Return what stands below a quote, where an answer is written wholly below it: one block with its attribution, then only own lines."""
    heads = [line[:LOOKED_AT] for line in lines]
    place = _after_empty(heads, 0)
    end = _attribution_end(heads, place) if place < len(heads) else None
    if end is None or not _next_is_quote(heads, end):
        return lines
    place = _after_empty(heads, end)
    while place < len(heads) and (_is_quote(heads[place]) or not heads[place].strip()):
        place += 1
    own = [head for head in heads[place:] if head.strip()]
    if not own or any(_is_quote(head) for head in own):
        return lines
    return lines[place:]


def _after_empty(heads: list[str], place: int) -> int:
    while place < len(heads) and not heads[place].strip():
        place += 1
    return place


def _without_signature(lines: list[str]) -> list[str]:
    """Return the lines without a signature below the line "-- ", and without the footers of phones."""
    kept = _without_footer(lines)
    for place in range(len(kept) - 1, max(-1, len(kept) - _LONGEST_SIGNATURE * 3), -1):
        if kept[place].rstrip() == "--" and place:
            below = sum(1 for line in kept[place + 1 :] if line.strip())
            if below <= (_LONGEST_SIGNATURE if kept[place] == "-- " else _LONGEST_SIGNATURE // 2):
                return _without_footer(kept[:place])
            return kept
    return kept


def _without_footer(lines: list[str]) -> list[str]:
    kept = list(lines)
    for _ in range(_LONGEST_FOOTER):
        while kept and not kept[-1].strip():
            kept.pop()
        if len(kept) > 1 and len(kept[-1]) <= 200 and MOBILE.fullmatch(kept[-1].strip()):
            kept.pop()
        else:
            break
    return kept
