"""Signatures: what stands below the line "-- ", and what telephones and their programs add. Names and greetings are the writer's words."""

import re

from formapp.mail import reply_languages as said
from formapp.mail.reply_lines import plain, says_something

_MOST_LINES = 15
_MOST_FOOTERS = 4
_MOST_LIST_FOOTER = 7
_LONGEST_FOOTER = 250
_MOST_WORDS = 14

_LINK = re.compile(r"<[^<>]{0,500}>|\((?:https?:|mailto:)[^()]{0,500}\)|https?://\S{1,400}")
_ADVERTISED = re.compile(
    r"virus-free\.? ?(?:www\.\S{1,40})?|virenfrei\.? ?(?:www\.\S{1,40})?|garanti sans virus\.? ?(?:www\.\S{1,40})?"
    r"|yahoo mail: search, organi[sz]e, conquer"
    r"|(?:this e-?mail|diese e-?mail|ce courrier|cet e-?mail) [^.]{0,60}\b(?:avast|avg)\b[^.]{0,60}\.?(?: ?www\.\S{1,40})?"
)
_BEGINNINGS = tuple(sorted(said.SENT_BEGINNINGS, key=len, reverse=True))
_SENTENCE = re.compile(r"[.!?…。？！][\"')”»]{0,2}$")
_KEYED = re.compile(r"([^\s:：][^:：]{0,30})[:：]")


def end_without_signature(lines: list[str], start: int, end: int) -> int:
    """Return where the text of these lines ends when what its writer signs every mail with is left out."""
    end = _without_footers(lines, start, end)
    end = _without_list_footer(lines, start, end)
    for _ in range(2):
        cut = _delimiter(lines, start, end)
        if cut is None:
            break
        end = _without_footers(lines, start, cut)
    return end


def is_footer(line: str) -> bool:
    """Whether a line is only what a program adds: "Sent from my iPhone", "Get Outlook for iOS"."""
    if len(line) > _LONGEST_FOOTER:
        return False
    text = plain(_LINK.sub(" ", line)).lower().strip("<>()[]_- \t")
    if not text:
        return False
    if _ADVERTISED.fullmatch(text):
        return True
    shown = plain(_LINK.sub(" ", line)).strip("<>()[]_- \t")
    main, excused = _without_excuse(shown)
    rest = _without_ends(main)
    return rest is not None and _names_a_product(rest) and (excused or len(main.split()) <= _MOST_WORDS)


def _without_footers(lines: list[str], start: int, end: int) -> int:
    for _ in range(_MOST_FOOTERS):
        while end > start and not lines[end - 1].strip():
            end -= 1
        if end > start and is_footer(lines[end - 1]):
            end -= 1
        else:
            break
    return end


def _without_list_footer(lines: list[str], start: int, end: int) -> int:
    """Return where the text ends above what a mailing list adds: a stroke, its name and its addresses."""
    for at in range(end - 1, max(start, end - _MOST_LIST_FOOTER) - 1, -1):
        if lines[at].startswith("__") and not lines[at].strip("_ "):
            below = " ".join(lines[at + 1 : end])[:1000].lower()
            return at if "mailing list" in below and ("listinfo" in below or "unsubscribe" in below) else end
    return end


def _delimiter(lines: list[str], start: int, end: int) -> int | None:
    """Return the line "-- " below which stands a signature and nothing else; None where none does, or where it is unsure."""
    seen = 0
    for at in range(end - 1, max(start, end - _MOST_LINES * 3) - 1, -1):
        if _is_delimiter(lines[at]):
            return at if _is_signature(lines, start, at, end) else None
        seen += bool(lines[at].strip())
        if seen > _MOST_LINES:
            break
    return None


def _is_signature(lines: list[str], start: int, at: int, end: int) -> bool:
    below = [line.strip() for line in lines[at + 1 : end] if line.strip()]
    if any(len(line) > 400 and not _is_boilerplate(line) for line in below):
        return False
    if lines[at] == "-- ":
        return not any(_is_prose(line, 7) for line in below)
    # Two strokes alone are a divider as well: what is below must look like a signature, and be the only one.
    is_only = sum(1 for line in lines[start:at] if _is_delimiter(line)) == 0
    return is_only and not any(_is_prose(line, 3) or _is_a_list(line) for line in below)


def _is_delimiter(line: str) -> bool:
    # Some programs join the two strokes to one.
    return line[:4].rstrip() in ("--", "—") and len(line) <= 4


def _is_prose(line: str, words: int) -> bool:
    if _is_boilerplate(line) or line[0] in "\"“”'«‘":
        return False
    return "?" in line and "http" not in line or (len(line.split()) >= words and bool(_SENTENCE.search(line)))


def _is_boilerplate(line: str) -> bool:
    lower = line[:1000].lower()
    return any(word in lower for word in said.BOILERPLATE)


def _is_a_list(line: str) -> bool:
    """Whether a line says "Order 2: a bolt", which is nobody's telephone."""
    keyed = _KEYED.match(line)
    return keyed is not None and plain(keyed[1]).lower().strip(" .*") not in said.CONTACT_KEYS


def _without_excuse(text: str) -> tuple[str, bool]:
    """Return a line without "Please excuse my brevity", and whether it stood there."""
    lower = text.lower()
    found = [place for word in said.EXCUSES if (place := lower.find(word)) > 0]
    if not found:
        return text, False
    stop = max(text.rfind(mark, 0, min(found)) for mark in ".,;!-")
    return (text[:stop], True) if stop > 0 else (text, False)


def _without_ends(text: str) -> list[str] | None:
    """Return the words that name what it was sent from; None where it does not begin or end as such lines do."""
    lower = text.lower().rstrip(" .!")
    ending = next((words for words in said.SENT_ENDINGS if lower.endswith(words)), "")
    beginning = next((words for words in _BEGINNINGS if lower.startswith(words) and _is_apart(words, lower)), "")
    if not beginning and not ending:
        return None
    # "Von …" and "from my …" alone are the beginnings of many sentences.
    if beginning in ("von", "von meinem", "von meiner") and not ending:
        return None
    # A shopping list says "Get a Samsung" as well.
    if beginning in said.FETCHING and not any(program in lower for program in ("outlook", "mail", "aol")):
        return None
    kept = text.rstrip(" .!")
    kept = kept[: len(kept) - len(ending)] if ending else kept
    return kept[len(beginning) :].split()


def _is_apart(words: str, lower: str) -> bool:
    following = lower[len(words) : len(words) + 1]
    is_unspaced = words[-1] > "\u2e80"
    return is_unspaced or not following or not following.isascii() or not following.isalnum()


def _names_a_product(words: list[str]) -> bool:
    """Whether words name a telephone or a program and say nothing else."""
    bare = [word.strip(".,;:!()[]<>\"'’") for word in words]
    bare = [word for word in bare if word]
    named = [word.lower() for word in bare if word.lower().startswith(said.PRODUCTS)]
    others = [word for word in bare if not word.lower().startswith(said.PRODUCTS) and word.lower() not in said.SENT_GLUE]
    is_named = bool(named) or any(product in " ".join(bare).lower() for product in said.PRODUCTS if not product.isascii())
    return (
        is_named
        and all(word[:1].isupper() or any(char.isdigit() for char in word) or not word.isascii() for word in others)
        and len(bare) <= _MOST_WORDS
    )


def signs_off_only(lines: list[str]) -> bool:
    """Whether lines say nothing but what programs add and mail servers put in front."""
    return all(not says_something(line) or is_footer(line) or line[:80].strip(" *_").lower().startswith(said.BANNERS) for line in lines)
