"""The HTML of a mail as text: what its reader would see. Nothing is fetched or run.

What is quoted, signed or forwarded comes out in the conventions of plain mails, so that one cutter reads both: quotes begin with "> ",
a signature with the line "-- ", the head of a mail that Outlook quotes with a rule.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from formapp.mail.html_tokens import Token, tokens, unescaped

_MOST_TAGS = 150_000
_LONGEST_TEXT = 400_000
_LONGEST_SOURCE = 20_000_000
_LONGEST_END = 20_000
_MOST_QUOTES = 20
_MOST_STYLES = 50  # open at once
_LONGEST_LINK = 2_000
_LONGEST_ALT = 200
_RULE = "________________________________"
_CUT = "[…]"

_VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "col", "area", "base", "wbr", "embed", "source", "track", "param"})
_UNSEEN = frozenset({"template", "svg", "math", "select", "datalist", "audio", "video", "canvas"})
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "fieldset"})
_BLOCKS = _SPACED | {
    *("div", "tr", "td", "th", "li", "dt", "dd", "caption", "thead", "tbody", "tfoot", "form", "figure", "blockquote", "body", "html"),
    *("section", "article", "header", "footer", "main", "aside", "nav", "center", "address"),
}
# Whose start ends the one before, which many leave open.
_ENDS = {
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tr": ("td", "th", "tr"),
    "li": ("li",),
    "dt": ("dt", "dd"),
    "dd": ("dt", "dd"),
}
_ZERO = r"0(?:px|pt|em|%)?\s*(?:!important\s*)?(?:;|$)"
_HIDDEN = re.compile(
    rf"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|max-height\s*:\s*{_ZERO}|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)",
    re.IGNORECASE,
)
_PRE_STYLE = re.compile(r"white-space\s*:\s*(?:pre\b|pre-wrap|break-spaces|-moz-pre-wrap)", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"(?:^|[\s_-])(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|protonmail_signature_block|signature|_mailautosig)(?:\s|$)"
)
_HEAD_OF_QUOTED = re.compile(r"divrplyfwdmsg|olk_src_body_section|outlookmessageheader|mail-editor-reference-message-container")
_LINE_ABOVE = re.compile(r"border-top\s*:[^;]{0,60}\bsolid\b", re.IGNORECASE)
_LABEL = re.compile(r"[^\s:：][^:：]{0,30}[:：]")
_NO_BORDER = re.compile(r"border(?:-left)?:(?:none|0(?:px|pt)?(?:;|$|none|!))")
_WEB_OR_MAIL = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_SCHEME = re.compile(r"^(?:mailto:|https?://(?:www\.)?)", re.IGNORECASE)
_NOTHING = " \t\xa0\u00ad\u034f\u200b\u200c\u200d\u2007\u2060\ufeff"
_OF_YAHOO = 4  # lines that its attribution may take


def text_of_html(source: str) -> str:
    """Return the text of a mail's HTML. Of a very long one the end stays as well: references stand there."""
    writer = _written(source[:_LONGEST_SOURCE], is_all_seen=False)
    text = writer.text()
    if writer.has_hidden and not text.strip():
        # Better something that was not meant to be seen than nothing.
        text = _written(source[:_LONGEST_SOURCE], is_all_seen=True).text()
    if writer.is_full or len(source) > _LONGEST_SOURCE:
        end = source[-_LONGEST_END:]
        text = f"{text}\n{_CUT}\n{_written(end[end.find('<') :] if '<' in end else end, is_all_seen=False).text()}"
    return text


def _written(source: str, *, is_all_seen: bool) -> "_Writer":
    writer = _Writer(is_all_seen)
    for place, token in enumerate(tokens(source)):
        if place >= _MOST_TAGS or writer.length > _LONGEST_TEXT:
            writer.is_full = True
            break
        writer.take(token)
    return writer


@dataclass(slots=True)
class _Element:
    """An open element, and what it does to the text within."""

    name: str
    is_block: bool = False
    is_hidden: bool = False
    is_quote: bool = False
    is_pre: bool = False
    # Lines in which the attribution may end, behind which all within is a quote.
    history: int = 0


@dataclass(slots=True)
class _Writer:
    is_all_seen: bool
    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    length: int = 0
    is_full: bool = False
    has_hidden: bool = False
    open: list[_Element] = field(default_factory=list)
    # The open blocks' places in `open`, and how many of each name there are.
    blocks: list[int] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    quotes: int = 0
    pre: int = 0
    lists: list[int] = field(default_factory=list)
    link: str = ""
    link_text: list[str] = field(default_factory=list)
    history: _Element | None = None
    has_head_below: bool = False

    def take(self, token: Token) -> None:
        """Write a piece of text, or do what a tag says."""
        if not token.name:
            if not self.hidden:
                self._write(unescaped(token.text))
        elif token.is_end:
            self._end(token.name)
        elif token.name in _VOID:
            if not self.hidden:
                self._void(token)
        else:
            self._start(token)

    def text(self) -> str:
        """Return what was written, with at most one empty line between two others."""
        self._break()
        kept: list[str] = []
        for line in self.lines:
            if line.strip(" >") or (kept and kept[-1].strip(" >")):
                kept.append(line)
        return "\n".join(kept).strip("\n")

    # What tags do

    def _start(self, token: Token) -> None:
        name = token.name
        said = token.attributes() if token.text.strip(" /") else {}
        style = said.get("style", "")
        is_block = name in _BLOCKS
        if is_block:
            self._end_implied(name)
        element = _Element(name, is_block)
        element.is_hidden = name in _UNSEEN or (not self.is_all_seen and ("hidden" in said or bool(style and _HIDDEN.search(style))))
        element.is_pre = name == "pre" or bool(style and _PRE_STYLE.search(style))
        if not (self.hidden or element.is_hidden):
            self._begin(element, said, style)
        self._push(element)

    def _begin(self, element: _Element, said: Mapping[str, str], style: str) -> None:
        name = element.name
        if element.is_block:
            self._begin_block(name)
        if name == "blockquote":
            element.is_quote = not _is_indent(said, style)
        elif name in ("ul", "ol"):
            self.lists.append(0 if name == "ol" else -1)
        elif name == "a":
            self._end_link()
            self.link, self.link_text = said.get("href", "").strip(), []
        if said:
            self._mark(element, said, style)

    def _begin_block(self, name: str) -> None:
        if name in ("td", "th"):
            if "".join(self.line[-2:]).strip():
                self.line.append("\t")
            return
        self._break()
        if name in _SPACED:
            self._gap()
        elif name == "li":
            if self.lists and self.lists[-1] >= 0:
                self.lists[-1] += 1
            self.line.append(f"{self.lists[-1]}. " if self.lists and self.lists[-1] > 0 else "- ")

    def _end(self, name: str) -> None:
        if name in ("br", "p") and not self.names[name]:
            # Browsers take these for a line end.
            self._break(keep_empty=name == "br")
        if not self.names[name]:
            return
        since = max(self.blocks[-1] + 1, len(self.open) - _MOST_STYLES) if self.blocks else 0
        if name not in _BLOCKS and since and not any(one.name == name for one in self.open[since:]):
            # An end tag of a letter style does not end a block.
            return
        while self._pop() != name:
            pass

    def _void(self, token: Token) -> None:
        if token.name == "br":
            self._break(keep_empty=True)
        elif token.name == "hr":
            self._break()
            self._rule()
        elif token.name == "img":
            alt = " ".join(token.attributes().get("alt", "").split())
            if alt and len(alt) <= _LONGEST_ALT:
                # An emoji is a letter, whatever it is made of.
                self._write(f"[image: {alt}]" if any(mark.isalnum() and mark.isascii() for mark in alt) else alt)

    # The open elements

    def _push(self, element: _Element) -> None:
        if element.is_block:
            self.blocks.append(len(self.open))
        self.open.append(element)
        self.names[element.name] += 1
        self.hidden += element.is_hidden
        self.has_hidden |= element.is_hidden
        self.quotes += element.is_quote
        self.pre += element.is_pre

    def _pop(self) -> str:
        element = self.open[-1]
        if not self.hidden:
            self._finish(element)
        self.open.pop()
        if element.is_block:
            self.blocks.pop()
        self.names[element.name] -= 1
        self.hidden -= element.is_hidden
        self.quotes -= element.is_quote
        self.pre -= element.is_pre
        if self.history is element:
            self.history = None
        return element.name

    def _finish(self, element: _Element) -> None:
        if element.name == "a":
            self._end_link()
        elif element.is_block and element.name not in ("td", "th"):
            self._break()
            if element.name in _SPACED:
                self._gap()
            if element.name in ("ul", "ol") and self.lists:
                self.lists.pop()

    def _end_implied(self, name: str) -> None:
        """End what the start of a block ends: a paragraph, a cell, a row, an item of a list."""
        while self.blocks:
            nearest = self.open[self.blocks[-1]].name
            if nearest != "p" and nearest not in _ENDS.get(name, ()):
                return
            while self._pop() != nearest:
                pass

    # What programs mark

    def _mark(self, element: _Element, said: Mapping[str, str], style: str) -> None:
        about = f"{said.get('class', '')} {said.get('id', '')} {said.get('data-smartmail', '')} {said.get('name', '')}".lower()[:500]
        if "yahoo_quoted" in about:
            element.history, self.history = _OF_YAHOO, element
        elif _HEAD_OF_QUOTED.search(about) or (style and _LINE_ABOVE.search(style)):
            self.has_head_below = True
        elif _SIGNATURE.search(about) and not self.quotes:
            self._break()
            self._signature()

    def _signature(self) -> None:
        # Somebody may write in it: alone it is no signature.
        if any(line.strip() and not line.startswith(">") for line in self.lines[-200:]) and self._last() != "-- ":
            self._line("-- ")

    def _rule(self) -> None:
        if self.lines and self._last().strip("> ") != _RULE:
            self._line(_RULE)

    def _last(self) -> str:
        return next((line for line in reversed(self.lines[-5:]) if line.strip()), "")

    # The text

    def _end_link(self) -> None:
        target, shown = self.link, " ".join("".join(self.link_text).split())
        self.link, self.link_text = "", []
        if not shown or len(target) > _LONGEST_LINK or not _WEB_OR_MAIL.match(target):
            return
        plain = _SCHEME.sub("", target).rstrip("/").casefold()
        if plain in shown.casefold() or shown.casefold().rstrip("/") in (plain, target.casefold()):
            return
        more = f" ({''.join(target.split())})"
        if self.line or not self.lines:
            self.line.append(more)
        else:
            self.lines[-1] += more

    def _write(self, text: str) -> None:
        self.length += len(text)
        if self.link:
            self.link_text.append(text)
        if self.pre:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for one in others:
                self._break(keep_empty=True)
                self.line.append(one)
            return
        spaced = _SPACES.sub(" ", text)
        if spaced != " " or self.line:
            self.line.append(spaced)

    def _break(self, *, keep_empty: bool = False) -> None:
        """End the line that is being written, where there is one."""
        text = "".join(self.line)
        self.line = []
        shown = text.rstrip() if self.pre else re.sub(r" {2,}", " ", text).strip(" \n\t")
        if not shown.strip(_NOTHING):
            if keep_empty or (text and "\xa0" in text):
                self._line("")
            return
        self._line("-- " if shown == "--" else shown)

    def _gap(self) -> None:
        if self.lines and self.lines[-1].strip(" >"):
            self._line("")

    def _line(self, text: str) -> None:
        if text and self.has_head_below:
            self.has_head_below = False
            if _LABEL.match(text):
                self._rule()
        if text == "-- " and self._last() == "-- ":
            return
        depth = min(self.quotes, _MOST_QUOTES)
        self.lines.append("> " * depth + text if text else ("> " * depth).rstrip())
        if text and self.history is not None:
            self._end_of_attribution(self.history, text)

    def _end_of_attribution(self, element: _Element, text: str) -> None:
        element.history -= 1
        if text.endswith((":", "：")):
            element.is_quote = True
            self.quotes += 1
        if element.is_quote or element.history <= 0:
            self.history = None


def _is_indent(said: Mapping[str, str], style: str) -> bool:
    """Whether a blockquote only indents: Gmail and Apple Mail make those without a border."""
    about = f"{said.get('type', '')} {said.get('class', '')} {said.get('cite', '')}".lower()
    if "cite" in about or "quote" in about or "mid:" in about:
        return False
    return bool(_NO_BORDER.search("".join(style.lower().split())))
