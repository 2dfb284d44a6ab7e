"""The Python-Markdown extension: finds the markers of a page and puts what they name in their place."""

import re
import xml.etree.ElementTree as etree
from pathlib import Path
from typing import Any

from markdown import Extension, Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from mkdocs.utils import get_build_datetime

from formapp.publish.blocks import HEADINGS
from formapp.publish.markers import MARKER, Marker, render_block, render_value, require_markers
from formapp.publish.page_parts import SWAP_END, SWAP_START
from formapp.publish.published import Published, PublishError, publish

SERVICE, EMAIL = "service", "email"
ALONE_ON_A_LINE = re.compile(rf"(?:{MARKER})[ \t]*")
# After the fences (25), so that a marker shown as code stays code; before raw HTML (20), so that one inside a <div markdown> is found.
BLOCKS_PRIORITY = 22
# After code in backticks (190), before links and references (170), which would also like square brackets.
VALUES_PRIORITY = 175


class PublishExtension(Extension):
    """Renders the markers of a page.

    Options: `policy`, the policy file (default docs/policy.toml, from the folder of the build); `forms`, who takes them: "service",
    or "email" where there is none.
    """

    def __init__(self, **options: Any) -> None:
        """Take the options of mkdocs.yml; an unknown one is refused by Python-Markdown."""
        self.config = {
            "policy": ["docs/policy.toml", "The policy file, from the folder in which the build runs"],
            "forms": [SERVICE, "Who takes the forms: service or email"],
        }
        super().__init__(**options)

    def published(self) -> Published:
        """Read the policy when the first marker asks for it, so that a page without markers needs none."""
        forms = self.getConfig("forms")
        if forms not in (SERVICE, EMAIL):
            raise PublishError(f"option `forms` of formapp.publish is {forms!r}: set it to {SERVICE} or {EMAIL}")
        return publish(Path(self.getConfig("policy")), get_build_datetime(), forms_by_email=forms == EMAIL)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the two finders of markers."""
        md.preprocessors.register(_BlockMarkers(md, self), "helpcentre_blocks", BLOCKS_PRIORITY)
        md.inlinePatterns.register(_ValueMarkers(MARKER, md, self), "helpcentre_values", VALUES_PRIORITY)


class _BlockMarkers(Preprocessor):
    """Replaces markers that stand alone on a line."""

    def __init__(self, md: Markdown, extension: PublishExtension) -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        endings: list[str] = []
        for line in lines:
            require_markers(line)
            match = ALONE_ON_A_LINE.fullmatch(line)
            html = render_block(Marker.of(match), self.extension.published) if match else None
            if match is None or html is None:
                out.append(line)
                continue
            out += ["", *self._with_heading(Marker.of(match), html), ""]
            if html == SWAP_START:
                endings = ["", self._keep(SWAP_END)]
        return out + endings

    def _with_heading(self, marker: Marker, html: str) -> list[str]:
        if marker.kind != "policy" or marker.name not in HEADINGS:
            return [self._keep(html)]
        # The heading is Markdown's, so that the page's contents name it.
        return [f"## {HEADINGS[marker.name]}", "", self._keep(html)] if html else []

    def _keep(self, html: str) -> str:
        """Put finished HTML where Markdown does not look at it again."""
        return self.md.htmlStash.store(html)


class _ValueMarkers(InlineProcessor):
    """Replaces markers inside a sentence."""

    def __init__(self, pattern: str, md: Markdown, extension: PublishExtension) -> None:
        super().__init__(pattern, md)
        self.extension = extension

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[etree.Element | str, int, int]:  # type: ignore[override]
        html = render_value(Marker.of(m), self.extension.published)
        return self.md.htmlStash.store(html), m.start(0), m.end(0)
