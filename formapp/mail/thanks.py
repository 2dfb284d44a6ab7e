"""Whether a reply says thank you and nothing else."""

import re
import unicodedata

from formapp.mail.thanks_words import (
    EASTERN_MORE,
    EASTERN_NAME,
    EASTERN_PHRASES,
    EASTERN_THANKS,
    FAREWELL,
    GREETING,
    MORE,
    NO_NAME,
    PHRASE,
    THANKS_WORD,
)

_MOST_WORDS = 25
_MOST_CHARACTERS = 400
_MOST_EASTERN = 80
_ASKS = re.compile(r"[?？¿0-9@#]|https?:|www\.")
_SAD = re.compile(r":-?[(/|]|[👎😞😢😭😡😠🙁☹😟😕😤❌]")
_SMILEY = re.compile(r"[:;]-?[)DPp*]|<3|\^_?\^|(?<!\w)[xX]D(?!\w)")
_APPLAUSE = re.compile("[👍🙏👌❤🎉🥳💯😊😀😃🙂🤝👏]")
_EASTERN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_BETWEEN = re.compile(r"[.,;:!¡…\n()~*_\-–—|/\"“”„«»]+")
_NAME = re.compile(
    r"[^\W\d_a-z][^\W\d_]*(?:['’][^\W\d_]+)?(?: (?:[^\W\d_a-z][^\W\d_]*|of|de|von|van|den|der|da|do|di|la|le|el|al|and|&|the)){0,4}"
)
_MOST_NAMES = 4
# "Thanks so much Lee": after these it names whom it thanks.
_BEFORE_NAMES = (
    " you",
    " much",
    " lot",
    " again",
    " dank",
    " mille",
    " beaucoup",
    " mycket",
    " bardzo",
    " sehr",
    " gracias",
    " wel",
    " u",
    " je",
    " ihnen",
)


def is_only_thanks(reply: str) -> bool:
    """Whether a visible reply thanks us and asks nothing: then a resolved ticket stays resolved. When in doubt it does not."""
    text = unicodedata.normalize("NFC", reply[: _MOST_CHARACTERS + 1]).strip()
    if not text or len(text) > _MOST_CHARACTERS or _ASKS.search(text) or _SAD.search(text):
        return False
    if _EASTERN.search(text):
        return _is_eastern_thanks(text)
    spoken = _without_signs(_SMILEY.sub(". ", text))
    if not spoken.strip(" .\n"):
        return bool(_APPLAUSE.search(text))
    return _is_western_thanks(spoken)


def _is_western_thanks(text: str) -> bool:
    plain = _plain(text)
    if len(re.findall(r"\w+", plain)) > _MOST_WORDS + _MOST_NAMES * 2 or not THANKS_WORD.search(plain) or MORE.search(plain):
        return False
    lines = [line for line in text.split("\n") if line.strip()]
    words = names = 0
    for place, line in enumerate(lines):
        may_name = False
        for said in filter(None, (" ".join(one.split()) for one in _BETWEEN.split(line))):
            # "It's" is one word, and "c'est" are two.
            plain, apart = (" ".join(re.sub("'", sign, _plain(said)).split()) for sign in ("", " "))
            if PHRASE.fullmatch(plain) or PHRASE.fullmatch(apart):
                words, may_name = words + len(apart.split()), True
            elif GREETING.fullmatch(plain) or FAREWELL.fullmatch(plain):
                may_name = True
            elif _is_named(said, plain, may_name=may_name, is_last=place >= len(lines) - 3 and place > 0):
                names += 1
            else:
                return False
    return words <= _MOST_WORDS and names <= _MOST_NAMES


def _is_named(said: str, plain: str, *, may_name: bool, is_last: bool) -> bool:
    """Whether words are a name: of whom it greets or thanks on that line, or of who signed, on the last lines."""
    if NO_NAME.search(plain):
        return False
    if _NAME.fullmatch(said) and (may_name or is_last):
        return True
    opened = re.match(r"[^\W\d_]+(?: [^\W\d_]+){0,3}? (?=[^\W\d_a-z])", said)
    if not opened or not _NAME.fullmatch(said[opened.end() :]) or len(said[opened.end() :].split()) > 3:
        return False
    before = " ".join(plain.split()[: len(opened[0].split())])
    if GREETING.fullmatch(before) or FAREWELL.fullmatch(before):
        return True
    return bool(PHRASE.fullmatch(before) and (THANKS_WORD.fullmatch(before.split()[-1]) or before.endswith(_BEFORE_NAMES)))


def _is_eastern_thanks(text: str) -> bool:
    if len(text) > _MOST_EASTERN or not EASTERN_THANKS.search(text) or EASTERN_MORE.search(text):
        return False
    lines = [line.strip() for line in _without_signs(text).split("\n") if line.strip()]
    for place, line in enumerate(lines):
        left = re.sub(r"[\W_ー]+", "", EASTERN_PHRASES.sub("", line))
        is_name = place in (0, len(lines) - 1) and len(lines) > 1 and EASTERN_NAME.fullmatch(line.strip("、。,. 　"))
        addressed = re.fullmatch(r"[\u3400-\u9fff\u30a0-\u30ff]{1,8}(?:様|さま|さん)", left)
        if left and not is_name and not addressed:
            return False
    return True


def _without_signs(text: str) -> str:
    """Return a text with its emoji as stops."""
    return "".join(". " if unicodedata.category(mark) in ("So", "Sk", "Cf", "Mn", "Sm", "Co", "Cn") else mark for mark in text)


def _plain(text: str) -> str:
    """Return a text in lower case without accents."""
    folded = text.casefold().translate({ord("ø"): "o", ord("ł"): "l", ord("đ"): "d", ord("æ"): "ae", ord("’"): "'"})
    return "".join(mark for mark in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(mark))
