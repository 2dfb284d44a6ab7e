"""A page as a test looks at it: its elements, their texts, and the hygiene that every page must have."""

from collections import defaultdict
from html.parser import HTMLParser

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
        self.texts: defaultdict[str, list[str]] = defaultdict(list)
        self.ids: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements[tag].append(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag not in _VOID:
            self._open.append((tag, []))

    def handle_data(self, data: str) -> None:
        for _, words in self._open:
            words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {name for name, _ in self._open}:
            return
        while self._open:
            name, words = self._open.pop()
            self.texts[name].append(" ".join("".join(words).split()))
            if name == tag:
                return

    def ids_are_unique(self) -> bool:
        return len(self.ids) == len(set(self.ids))

    def controls_without_label(self) -> list[dict[str, str]]:
        labelled = {label.get("for") for label in self.elements["label"]}
        controls = [one for kind in ("input", "select", "textarea") for one in self.elements[kind]]
        return [
            one
            for one in controls
            if one.get("type") not in ("hidden", "submit") and one.get("id") not in labelled and "aria-label" not in one
        ]
