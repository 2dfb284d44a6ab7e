"""Bytes of a mail to text, whatever character set they claim."""

import codecs
import re
from collections.abc import Mapping

from charset_normalizer import from_bytes

# Names that Python's codecs do not go by.
_MEANT: Mapping[str, str] = {
    "usascii": "ascii",
    "iso88591": "latin-1",
    "ansi": "cp1252",
    "ms936": "gbk",
    "x-gbk": "gbk",
    "gb-2312-80": "gbk",
    "chinesebig5": "big5",
    "ksc5601": "cp949",
    "euckr": "cp949",
    "x-sjis": "cp932",
    "ms-kanji": "cp932",
    "windows-31j": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "x-mac-roman": "mac-roman",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "utf": "utf-8",
    "utf8mb4": "utf-8",
    "utf8mb3": "utf-8",
    "unicode": "utf-8",
    "x-unicode-2-0-utf-8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode-2-0-utf-7": "utf-7",
}
# Sets that are named where a larger one was used, by Python's names.
_LARGER: Mapping[str, str] = {
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "johab": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "big5": "big5hkscs",
}
# Nothing that turns text into other text, or into a file.
_NO_TEXT = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})
# ASCII bytes are not ASCII text in these.
_STATEFUL = ("utf-7", "utf7", "utf-16", "utf16", "utf-32", "utf32", "iso2022", "iso-2022", "hz")
_WIDE = ("utf-16", "utf16", "utf-32", "utf32")
_MULTIBYTE = frozenset({"gb18030", "cp949", "cp932", "big5hkscs", "euc-jp", "euc_jp"})
_JAPANESE = re.compile(rb"\x1b\$[@B(]")
_GUESSED_FROM = 6_000
# Below this share of bytes above ASCII a text is in the Latin alphabet: others write every letter with them.
_LATIN_SHARE = 0.15
# Most letters of a text are small ones of its alphabet; in the wrong set they are capitals, or none at all.
_ALPHABETS = (
    # Where Hebrew has no letters Russian has its capitals and its commonest vowels.
    ("cp1255", re.compile("[\u05d0-\u05ea]")),
    ("cp1251", re.compile("[\u0430-\u045f]")),
    ("koi8-r", re.compile("[\u0430-\u045f]")),
    ("cp866", re.compile("[\u0430-\u045f]")),
    ("cp1253", re.compile("[\u03ac-\u03ce]")),
)
_ALPHABET_SHARE = 0.8
_NOT_HEBREW = re.compile(rb"[\xc0-\xdf\xfb-\xff]")
# A few bytes that are wrong spoil no text.
_MOST_WRONG = 0.05


def decode(content: bytes, charset: str, *, may_guess: bool = True) -> tuple[str, bool]:
    """Return bytes as text, and whether that is surely what was meant: they fit the set that they claim, or are UTF-8.

    Guessing takes its time: a caller with many texts says when to stop.
    """
    if (marked := _marked(content)) is not None:
        return marked, True
    wanted = _codec(charset) if charset else None
    if wanted and wanted.startswith(_STATEFUL):
        text = _stateful(content, wanted)
        if text is not None:
            # Half of a pair of these is a letter in no other set.
            return text.encode("utf-8", "replace").decode("utf-8"), True
        wanted = None
    if content.isascii():
        if _JAPANESE.search(content):
            # Its escapes say it, whatever the mail says.
            return content.decode("iso2022_jp_ext", "replace"), True
        return content.decode("ascii"), True
    return _eight_bit(content, wanted, may_guess=may_guess)


def _eight_bit(content: bytes, wanted: str | None, *, may_guess: bool) -> tuple[str, bool]:
    if wanted == "ascii":
        wanted = None
    text = _strictly(content, "utf-8")
    if text is not None and not (wanted in _MULTIBYTE and _is_short_east_asian(content, text) and _strictly(content, wanted or "")):
        # Text of any other set is almost never UTF-8 by chance.
        return text, True
    if wanted is None:
        return _guessed(content, may_guess=may_guess), False
    if (text := _strictly(content, wanted)) is not None:
        return text, True
    garbled = content.decode(wanted, "replace")
    if garbled.count("\ufffd") <= len(garbled) * _MOST_WRONG or (
        wanted == "utf-8" and garbled.count("\ufffd") * 4 < _other_letters(garbled)
    ):
        return garbled, False
    return _guessed(content, may_guess=may_guess), False


def _marked(content: bytes) -> str | None:
    """Return text that says itself what it is, by a byte order mark."""
    if content[:3] == codecs.BOM_UTF8:
        text = content[3:]
        return text.decode("utf-8", "replace")
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and content[:4] != codecs.BOM_UTF32_LE and b"\0" in content[:200]:
        return content.decode("utf-16", "replace")
    return None


def _codec(charset: str) -> str | None:
    """Return the name of the codec for a character set as mails name it; None for one that is none."""
    name = re.sub(r"[^a-z0-9.-]", "", charset[:60].lower().replace("_", "-"))[:40].strip("-.")
    for one in (name, name.removeprefix("x-"), re.sub(r"^(?:x-)?(?:cp|windows|win|ibm|dos)-?0*(?=[0-9])", "cp", name)):
        try:
            found = codecs.lookup(_MEANT.get(one, one)).name
            # Only codecs of text: the others raise here.
            "".encode(found)
        except (LookupError, ValueError):
            continue
        if found.replace("-", "_") not in _NO_TEXT:
            return _LARGER.get(found, found)
    return None


def _stateful(content: bytes, codec: str) -> str | None:
    """Return text in a set whose bytes look like ASCII; None where it evidently is not in it."""
    if codec.startswith(_WIDE):
        if b"\0" not in content[:1000]:
            return None
        if codec in ("utf-16", "utf16"):
            codec = "utf-16-be" if content[:1000:2].count(0) > content[1:1000:2].count(0) else "utf-16-le"
        return content.decode(codec, "replace")
    text = _strictly(content, codec)
    if text is not None:
        return text
    return content.decode(codec, "replace") if content.isascii() else None


def _strictly(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _is_short_east_asian(content: bytes, text: str) -> bool:
    """Whether so few letters say nothing: pairs of bytes in an East Asian set can be UTF-8 by chance."""
    above = [mark for mark in text[:200] if mark > "\x7f"]
    return len(content) < 100 and len(above) <= 4 and all(mark < "\u0800" for mark in above)


def _other_letters(text: str) -> int:
    return sum(mark > "\x7f" and mark != "\ufffd" for mark in text[:20_000])


def _guessed(content: bytes, *, may_guess: bool) -> str:
    piece = content[:_GUESSED_FROM]
    above = sum(byte > 0x7F for byte in piece)
    if above <= len(piece) * _LATIN_SHARE:
        return content.decode("cp1252", "replace")
    for codec, letters in _ALPHABETS:
        if codec == "cp1255" and _NOT_HEBREW.search(piece):
            continue
        if above > 3 and len(letters.findall(piece.decode(codec, "replace"))) > above * _ALPHABET_SHARE:
            return content.decode(codec, "replace")
    if may_guess and len(piece) > 30:
        best = from_bytes(piece).best()
        if best is not None and best.encoding not in ("ascii", "utf_7"):
            return content.decode(best.encoding, "replace")
    return content.decode("cp1252", "replace")
