"""The HTML of a mail as text: what its reader would see, and which of it is quoted, signed or forwarded. Nothing is fetched or run.

One pass over the tags, and no tree: libraries that build one take quadratic time for what is nested deep.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LONGEST = 3_000_000  # characters of HTML
_LONGEST_TAG = 200_000
_MOST_QUOTES = 20
_MOST_QUOTED = 400  # attributes of one tag
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,40})")
_STOP = re.compile(r"[\"'>]")
_ATTRIBUTE = re.compile(r"([a-zA-Z][a-zA-Z0-9:_-]{0,60})\s{0,20}=\s{0,20}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_UNSEEN = frozenset({"script", "style", "title", "template", "noframes", "xmp", "textarea", "svg", "object", "select", "math"})
_RAW = frozenset({"script", "style", "title", "xmp", "textarea", "noframes"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "form", "fieldset"})
_BLOCKS = _PARAGRAPHS | {"div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "center", "address", "body", "caption"}
_VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "col", "area", "base", "wbr", "o:p"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)", re.IGNORECASE
)
_SIGNATURE = re.compile(
    r"gmail_signature|moz-signature|\bsignature\b|protonmail_signature_block(?!-empty)|ms-outlook-mobile-signature", re.IGNORECASE
)
_HISTORY = re.compile(
    r"divrplyfwdmsg|olk_src_body_section|outlookmessageheader|mail-editor-reference-message-container|replied?_?message_?header",
    re.IGNORECASE,
)
_OUTLOOK_TOP = re.compile(r"border-top\s*:\s*solid\s*#(?:e1e1e1|b5c4df)", re.IGNORECASE)
_RULE = "________________________________"


def text_of_html(source: str) -> str:
    """Return the text of an HTML mail: quotes begin with "> ", a signature with the line "-- ", an Outlook header with a rule."""
    writer = _Writer()
    for token in _tokens(source[:LONGEST]):
        writer.take(token)
    return writer.text()


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of text (no name), or a tag."""

    text: str = ""
    name: str = ""
    is_end: bool = False
    attributes: str = ""


def _tokens(source: str) -> Iterator[_Token]:
    place, length = 0, len(source)
    no_more_tags = False
    while place < length:
        start = -1 if no_more_tags else source.find("<", place)
        if start < 0:
            yield _Token(source[place:])
            return
        if start > place:
            yield _Token(source[place:start])
        if source.startswith("<!--", start):
            place = _after_comment(source, start)
            continue
        if source.startswith(("<!", "<?"), start):
            end = source.find(">", start)
            place = length if end < 0 else end + 1
            continue
        named = _NAME.match(source, start)
        is_closed, end = _end_of_tag(source, named.end()) if named else (False, start + 1)
        if not named or not is_closed:
            # No tag after all. What was looked at is text, so that nothing is looked at twice.
            place = max(end, start + 1)
            yield _Token(source[start:place])
            no_more_tags = bool(named) and source.find(">", place) < 0
            continue
        name = named[2].lower()
        yield _Token(name=name, is_end=bool(named[1]), attributes=source[named.end() : end])
        place = end + 1
        if name in _RAW and not named[1]:
            place = _after_raw(source, name, place)


def _after_comment(source: str, start: int) -> int:
    end = source.find("-->", start + 4)
    if end < 0:
        return len(source)
    # What Outlook sees alone is hidden from everybody else.
    return end + 3


def _end_of_tag(source: str, place: int) -> tuple[bool, int]:
    """Return whether a tag is closed, and where: its quoted attributes are passed over. Where it is not, how far was looked."""
    limit = min(len(source), place + _LONGEST_TAG)
    for _ in range(_MOST_QUOTED):
        found = _STOP.search(source, place, limit)
        if not found:
            return False, place
        if found[0] == ">":
            return True, found.start()
        closed = source.find(found[0], found.end(), limit)
        place = found.end() if closed < 0 else closed + 1
    return False, place


def _after_raw(source: str, name: str, place: int) -> int:
    """Return where the content of a script, a style or their like ends: at its end tag, which the caller reads."""
    found = re.compile(f"</{name}", re.IGNORECASE).search(source, place)
    return found.start() if found else len(source)


@dataclass(slots=True)
class _Writer:
    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    # Whether each open blockquote is a quote; what hides until its end tag, and how many of its name are open within.
    quotes: list[bool] = field(default_factory=list)
    hidden_by: str = ""
    hidden_depth: int = 0
    numbers: list[int] = field(default_factory=list)
    links: list[tuple[str, int]] = field(default_factory=list)
    is_pre: int = 0
    cells: int = 0

    def take(self, token: _Token) -> None:
        if not token.name:
            if not self.hidden_by:
                self._write(token.text)
            return
        if self.hidden_by:
            self._while_hidden(token)
        elif token.is_end:
            self._end(token.name)
        else:
            self._start(token.name, token.attributes)

    def text(self) -> str:
        self._break()
        kept: list[str] = []
        for line in self.lines:
            if line.strip(" >") or (kept and kept[-1].strip(" >")):
                kept.append(line)
        return "\n".join(kept).strip("\n")

    def _while_hidden(self, token: _Token) -> None:
        if token.name != self.hidden_by:
            return
        self.hidden_depth += -1 if token.is_end else 1
        if self.hidden_depth <= 0:
            self.hidden_by = ""

    def _start(self, name: str, said: str) -> None:
        if name in _VOID:
            self._void(name, said)
            return
        style = said if "style" in said.lower() else ""
        if name in _UNSEEN or (style and _HIDDEN.search(_attribute(said, "style"))):
            self.hidden_by, self.hidden_depth = name, 1
            return
        self._open(name, said)
        if name == "pre":
            self.is_pre += 1
        if said:
            self._mark(said)

    def _open(self, name: str, said: str) -> None:
        if name == "blockquote":
            self._quote(said)
        elif name in ("ul", "ol"):
            self._break()
            self.numbers.append(0 if name == "ol" else -1)
        elif name == "li":
            self._item()
        elif name in ("td", "th"):
            self._cell()
        elif name == "a":
            self.links.append((_attribute(said, "href"), len(self.line)))
        elif name in _BLOCKS:
            self._block(name)

    def _end(self, name: str) -> None:
        if name == "blockquote":
            self._break()
            if self.quotes:
                self.quotes.pop()
        elif name in ("ul", "ol"):
            self._break()
            if self.numbers:
                self.numbers.pop()
        elif name == "a":
            self._end_link()
        elif name == "pre":
            self._break()
            self.is_pre = max(0, self.is_pre - 1)
        elif name in _BLOCKS:
            self._block(name)

    def _void(self, name: str, said: str) -> None:
        if name == "br":
            self._break(keep_empty=True)
        elif name == "hr":
            self._break()
            self._line("---")
        elif name == "img":
            alt = html.unescape(_attribute(said, "alt")).strip()
            if alt and len(alt) <= 200:
                self._write(f"[{alt}]")

    def _quote(self, said: str) -> None:
        self._break()
        plain = re.sub(r"\s", "", said.lower()[:2000])
        # Gmail and Apple Mail indent with one that has no border and is no quote.
        is_indent = "cite" not in plain and "gmail_quote" not in plain and ("border:none" in plain or "border:0" in plain)
        if len(self.quotes) < 1000:
            self.quotes.append(not is_indent)

    def _item(self) -> None:
        self._break()
        if self.numbers and self.numbers[-1] >= 0:
            self.numbers[-1] += 1
            self.line.append(f"{self.numbers[-1]}. ")
        else:
            self.line.append("- ")

    def _cell(self) -> None:
        if "".join(self.line[-3:]).strip():
            self.line.append(" \t ")

    def _block(self, name: str) -> None:
        self._break()
        if name in _PARAGRAPHS and self.lines and self.lines[-1].strip(" >"):
            self._line("")

    def _mark(self, said: str) -> None:
        about = said[:3000]
        if _SIGNATURE.search(about) and re.search(r"(?:class|id|data-smartmail)\s*=", about, re.IGNORECASE) and not _HISTORY.search(about):
            self._break()
            self._line("-- ")
        elif _HISTORY.search(about) or _OUTLOOK_TOP.search(about):
            self._break()
            self._line(_RULE)

    def _end_link(self) -> None:
        if not self.links:
            return
        target, begun = self.links.pop()
        target = html.unescape(target).strip()
        shown = "".join(self.line[begun:]).strip()
        if not re.match(r"(?:https?|mailto):", target, re.IGNORECASE) or len(target) > 2000:
            return
        plain = re.sub(r"^(?:mailto:|https?://(?:www\.)?)", "", target, flags=re.IGNORECASE).rstrip("/")
        if shown and plain.casefold() not in shown.casefold() and shown.casefold() not in plain.casefold():
            self.line.append(f" ({target})")
        elif not shown and not target.lower().startswith("mailto:"):
            return

    def _write(self, text: str) -> None:
        plain = html.unescape(text) if "&" in text else text
        if self.is_pre:
            first, *more = plain.split("\n")
            self.line.append(first)
            for one in more:
                self._break(keep_empty=True)
                self.line.append(one)
            return
        spaced = re.sub(r"[ \t\r\n\f]+", " ", plain).replace("\xa0", " ")
        if spaced == " " and not self.line:
            return
        self.line.append(spaced)

    def _break(self, *, keep_empty: bool = False) -> None:
        """End the line that is being written, where there is one."""
        text = "".join(self.line)
        self.line = []
        self.links = [(target, 0) for target, _ in self.links[-20:]]
        shown = text.rstrip() if self.is_pre else re.sub(r" {2,}", " ", text).strip()
        if shown or keep_empty:
            self._line(shown)

    def _line(self, text: str) -> None:
        depth = min(sum(self.quotes), _MOST_QUOTES) if self.quotes else 0
        self.lines.append(f"{'> ' * depth}{text}" if text or not depth else ("> " * depth).rstrip())


def _attribute(said: str, name: str) -> str:
    for found in _ATTRIBUTE.finditer(said[:20_000]):
        if found[1].lower() == name:
            return found[2] or found[3] or found[4] or ""
    return ""
