"""Attributions: the line above a quote that says who wrote it and when, as mail programs word it in many languages.

People write such sentences too ("On Monday my boss wrote:"). So several signs must agree: a date in digits or an address, a verb
where programs put it, the words that programs use and no others; and more of them where no quote mark follows.
"""

import re
from enum import IntEnum

from formapp.mail import reply_languages as said
from formapp.mail.reply_lines import LOOKED_AT, plain, unquoted

_MOST_LINES = 5  # over which one is wrapped
_LONGEST = 400  # characters, addresses apart
_MOST_CHECKED = 3000  # in one mail; a mail with more is no mail

_ALL_VERBS = (*said.VERBS, *said.LAST_VERBS, *said.UNSPACED_VERBS)
_ANY = "|".join(re.escape(verb) for verb in sorted((*said.VERBS, *said.LAST_VERBS), key=len, reverse=True))
_MIDDLE = "|".join(re.escape(verb) for verb in sorted(said.VERBS, key=len, reverse=True))
_UNSPACED = "|".join(map(re.escape, said.UNSPACED_VERBS))
_ENDS_IN_VERB = re.compile(rf"(?:(?<!\w)(?:{_ANY})|{_UNSPACED}) ?[:;]?$")
_HAS_VERB = re.compile(rf"(?<!\w)(?:{_MIDDLE})(?!\w)|{_UNSPACED}")
_VERBS = re.compile(rf"(?<!\w)(?:{_ANY})(?!\w)|{_UNSPACED}", re.IGNORECASE)
# Looked for where a word begins only, or a long line without one would be gone through again and again.
_ADDRESS = re.compile(r"(?:^|(?<=[\s<>\[\]()\"':,;]))[^\s<>@\[\]()\"':,;]{1,100}@[^\s<>@\[\]()\"':,;]{2,200}")
_ANGLED = re.compile(r"<[^<>]{0,300}>|\[mailto:[^\]]{0,300}\]|\(mailto:[^)]{0,300}\)|\"[^\"]{0,100}\"")
_MONTH = rf"(?:{'|'.join(map(re.escape, said.MONTHS))})\w{{0,9}}"
_DATE = re.compile(
    r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])|(?<![0-9.])[0-9]{1,2}[./-] ?[0-9]{1,2}[./-] ?[0-9]{2,4}(?![0-9])"
    rf"|(?<![0-9:.])[0-9]{{1,2}}(?:st|nd|rd|th|er|º|ª)?[.,]? (?:de )?{_MONTH}|(?<!\w){_MONTH} [0-9]{{1,2}}|[0-9]{{1,2}} ?[月월]"
)
_TIME = re.compile(r"(?<![0-9.:])[0-9]{1,2} ?(?::|\.|h|時|点|點|시|hod) ?[0-9]{2}(?![0-9]*\.[0-9])|(?<!\w)[0-9]{1,2} ?[ap]\.?m\b")
_WORD = re.compile(r"[^\W\d_][\w'.-]{0,60}")
_FIRST_PERSON = re.compile(r"(?:^|\s)I(?:'\w{1,3})? (?=[a-z])")


class Strength(IntEnum):
    """How sure it is that a line is an attribution: not at all, if a quote follows, or whatever follows."""

    NONE = 0
    BEFORE_QUOTE = 1
    SURE = 2


def attributions_in(heads: list[str]) -> dict[int, tuple[int, Strength]]:
    """Return where attributions begin in these lines, where each ends, and how sure it is."""
    found: dict[int, tuple[int, Strength]] = {}
    checked = 0
    for end, head in enumerate(heads):
        if not _may_end(head):
            continue
        checked += 1
        if checked > _MOST_CHECKED:
            break
        start, strength = _read_upwards(heads, end)
        if strength:
            found[start] = (end + 1, strength)
    return found


def strength_of(joined: str) -> Strength:
    """Return how sure it is that a text, the lines of an attribution put together, is one."""
    if len(joined) > LOOKED_AT:
        return Strength.NONE
    text = plain(joined)
    is_dashed = text.startswith("--") and text.endswith("--")
    text = text.strip("- ") if is_dashed else text
    lower = text.lower()
    if "@" not in lower and not any(verb in lower for verb in _ALL_VERBS):
        return Strength.NONE
    bare = _ANGLED.sub(" ", text)
    if len(bare) > _LONGEST or _is_somebodys_own(bare):
        return Strength.NONE
    signs = _Signs(lower, bare, is_dashed)
    if signs.is_sure():
        return Strength.SURE
    return Strength.BEFORE_QUOTE if signs.is_likely() else Strength.NONE


class _Signs:
    """What speaks for an attribution in a text."""

    def __init__(self, lower: str, bare: str, is_dashed: bool) -> None:
        self.is_dashed = is_dashed
        self.ends_in_verb = bool(_ENDS_IN_VERB.search(lower))
        self.has_verb = self.ends_in_verb or bool(_HAS_VERB.search(lower))
        self.ends_in_colon = lower.endswith((":", ":;")) or is_dashed
        address = _ADDRESS.search(lower)
        self.has_address = address is not None
        self.ends_in_address = address is not None and len(lower) - _last_address(lower) <= 6
        dated = _DATE.search(lower)
        self.has_date = dated is not None
        self.has_time = bool(_TIME.search(_DATE.sub(" ", lower)))
        self.begins_with_date = dated is not None and _is_before_date(lower[: dated.start()])
        self.begins_with_number = lower[:1].isdigit()
        self.begins_with_name = address is not None and _is_name(bare[: address.start()])
        self.own_words, self.names = _count_words(bare)

    def is_sure(self) -> bool:
        if not (self.ends_in_colon or (self.ends_in_verb and self.has_address)):
            return False
        if self.is_dashed and self.ends_in_verb:
            return self.has_address or self.has_date
        if not self.has_date or not (self.has_time or self.has_address):
            return False
        if self.has_verb:
            return self._is_worded() and (self.begins_with_date or self.begins_with_name)
        # Russian and older programs have no verb: a date, a time, a name, an address, a colon.
        return self.has_time and self.ends_in_address and self.begins_with_date and self.own_words <= 1

    def is_likely(self) -> bool:
        if self.ends_in_colon or self.ends_in_verb:
            if self.has_verb:
                return (self.has_date or self.has_address or self.has_time) and self.own_words <= 4 or self._is_name_alone()
            return self.has_date and self.has_address and self.own_words <= 4
        return self.begins_with_number and self.has_date and self.ends_in_address and self.own_words <= 3

    def _is_worded(self) -> bool:
        return self.own_words <= 2 if self.has_address else self.own_words == 0 and self.names > 0

    def _is_name_alone(self) -> bool:
        return self.ends_in_verb and self.own_words == 0 and 1 <= self.names <= 5


def _read_upwards(heads: list[str], end: int) -> tuple[int, Strength]:
    """Return the line in which the attribution begins that ends in this one. The nearest that begins as programs begin is believed."""
    joined, best = "", (end, Strength.NONE)
    for start in range(end, max(-1, end - _MOST_LINES), -1):
        head = heads[start]
        if start < end and not _may_be_continued(heads, start):
            break
        joined = f"{unquoted(head)} {joined}"
        strength = strength_of(joined)
        if strength is Strength.SURE and _begins_well(joined):
            return start, strength
        # A line that is one alone takes no own line above it in, unless it began in the middle.
        is_first = not best[1] or _begins_well(joined) or unquoted(heads[best[0]]).startswith("<")
        if strength and strength >= best[1] and is_first:
            best = (start, strength)
    return best


def _may_end(head: str) -> bool:
    tail = head[-60:].rstrip(" \t\xa0*_")
    if not tail or len(head) >= LOOKED_AT:
        return False
    if tail[-1] in ":：︰;" or tail.endswith("--"):
        return True
    if tail[-1] == ">" and any(char.isdigit() for char in head[:12]):
        return True
    return plain(tail).lower().endswith(_ALL_VERBS)


def _may_be_continued(heads: list[str], start: int) -> bool:
    """Whether a line may go on in the next: it does not end as sentences and other attributions do."""
    line = heads[start].rstrip()
    bare = unquoted(line)
    if not bare or len(line) > 300 or bare[-1] in ":!?：。？！":
        return False
    # A quote's own last line, when the next bears no mark of a quote.
    return not (bare[-1] == "." and len(bare.split()[-1]) > 6)


def _begins_well(joined: str) -> bool:
    first = plain(joined[:200]).lower()
    dated = _DATE.search(first)
    return dated is not None and _is_before_date(first[: dated.start()])


def _is_before_date(text: str) -> bool:
    """Whether a text is what programs put before a date: nothing, "On", "Il giorno", a weekday, a time."""
    words = text.replace(",", " ").split()
    if not words:
        return True
    if len(words) > 6:
        return False
    first = words[0].strip(".,()\"' ")
    is_known = first in said.BEFORE_DATES or first in said.SHORT_WEEKDAYS or first[:1].isdigit()
    return is_known or first.startswith((*said.WEEKDAYS, *said.MONTHS)) or not first


def _is_name(text: str) -> bool:
    """Whether a text before an address could be a name: few words, none of them of a sentence."""
    own, names = _count_words(text)
    return own <= 1 and names <= 7


def _count_words(bare: str) -> tuple[int, int]:
    """Return how many words of sentences a text holds, in small letters, and how many names; what programs say is neither."""
    own = names = 0
    for word in _WORD.findall(_ADDRESS.sub(" ", _VERBS.sub(" ", bare))):
        known = word.lower().strip(".'-")
        if known in said.GLUE or known in said.BEFORE_DATES:
            continue
        if not word[:1].islower():
            # "Jane" begins as January does.
            names += 1
        elif known not in said.SHORT_WEEKDAYS and not known.startswith((*said.WEEKDAYS, *said.MONTHS)):
            own += 1
    return own, names


def _is_somebodys_own(bare: str) -> bool:
    words = {
        word.lower() for word in _WORD.findall(bare) if word[:1].islower() or word.lower() in ("my", "your", "our", "we", "ich", "wir")
    }
    return bool(words & said.OWN_WORDS) or bool(_FIRST_PERSON.search(bare))


def _last_address(lower: str) -> int:
    return max((found.end() for found in _ADDRESS.finditer(lower)), default=0)
