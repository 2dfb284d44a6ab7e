"""The tags and texts of HTML in one pass of linear time, whatever is broken. No tree is built.

Libraries that build one, as browsers do, take quadratic time and memory for what is nested deep (selectolax 1.0: 40,000 <div> 2 s,
40,000 <b id=…> 8 s, 40,000 <b id=…><p> more memory than there is).
"""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:_-]{0,60})")
# A quote that is never closed is no quote.
_REST_OF_TAG = re.compile(r"(?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')|[\"'=])*+>")
_ATTRIBUTE = re.compile(r"([^\s=>\"'/]++)\s*+(?:=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?")
# Digits beyond any character: Python refuses to read very long numbers.
_NO_CHARACTER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")
# What stands in them is no text, and has no tags.
_RAW = {
    name: re.compile(rf"</{name}(?![a-z0-9])", re.IGNORECASE)
    for name in ("script", "style", "title", "xmp", "textarea", "noframes", "iframe", "noembed")
}
_MOST_FAILURES = 20


class Token(NamedTuple):
    """A piece of text (then it has no name), or a tag with what stands in it behind its name."""

    text: str
    name: str = ""
    is_end: bool = False

    def attributes(self) -> dict[str, str]:
        """Return a tag's attributes by their names in lower case, those that stand alone with an empty text."""
        return {
            found[1].lower(): unescaped(found[2] or found[3] or (found[4] or "").strip("\"'")) for found in _ATTRIBUTE.finditer(self.text)
        }


def unescaped(text: str) -> str:
    """Return a text with its character references replaced."""
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text)) if "&" in text else text


def tokens(source: str) -> Iterator[Token]:
    """Yield what HTML consists of; comments, declarations, scripts and styles are left out."""
    place, last_end = 0, source.rfind(">")
    unclosed: set[str] = set()
    failures = 0
    while (start := source.find("<", place)) >= 0 and start < last_end:
        if start > place:
            yield Token(source[place:start])
        if source.startswith(("<!", "<?"), start):
            place = _after_declaration(source, start)
            continue
        named = _NAME.match(source, start)
        if named is None:
            yield Token("<")
            place = start + 1
            continue
        ended = _REST_OF_TAG.match(source, named.end()) if failures < _MOST_FAILURES else None
        failures += ended is None
        place = ended.end() if ended else source.find(">", named.end()) + 1
        name, is_end = named[1].lower(), source[start + 1] == "/"
        if name not in _RAW:
            yield Token(source[named.end() : place - 1], name, is_end)
        elif not is_end and name not in unclosed:
            closed = _RAW[name].search(source, place)
            if closed is None:
                # One that is never closed would hide all that follows.
                unclosed.add(name)
            else:
                place = closed.start()
    if place < len(source):
        yield Token(source[place:])


def _after_declaration(source: str, start: int) -> int:
    if not source.startswith("<!--", start):
        return source.find(">", start) + 1
    if source.startswith(("<!-->", "<!--->"), start):
        return source.find(">", start) + 1
    end = source.find("-->", start + 4)
    # What Outlook alone sees is a comment to all others. One that is never closed hides only itself.
    return end + 3 if end >= 0 else source.find(">", start) + 1
