"""The built site: the frame that dynamic pages wear, and the headers that its pages need; for the service and for a web server alike."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Self

from formapp.errors import HelpCentreError

SWAP = re.compile(r"<!-- helpcentre:swap -->.*?<!-- /helpcentre:swap -->", re.DOTALL)
ERROR_FRAME = "404.html"
REQUEST_FRAME = "your-request/index.html"
# Beside the forms' own pages, so that it fits their addresses.
CHECK_FRAME = "contact/check/index.html"
_INLINE_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"(<h1\b[^>]*>).*?</h1>", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
# Instant navigation fetches the page anew at the first jump within it, and with it goes what somebody has typed.
_INSTANT = re.compile(r'"navigation\.instant[a-z.]*"(?:, )?')
_ARTICLE = re.compile(
    r'<meta name="helpcentre:article" content="(?P<id>[a-z0-9-]{1,100})"'
    r'(?: data-revision="(?P<revision>[0-9a-f]{12})")?(?: data-commit="(?P<commit_hash>[0-9a-f]{40})")?>'
)
_HEAD_LINKS = re.compile(r'<link rel="(?:canonical|prev|next)"[^>]*>')

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class SiteNotBuilt(HelpCentreError):
    """There is no built site to serve."""


@dataclass(frozen=True)
class BuiltArticle:
    """An article of the built site: its page's path as a link has it, and the text that it was built from, as far as the build knew."""

    id: str
    path: str
    title: str
    revision: str = ""
    commit_hash: str | None = None


@dataclass(frozen=True)
class Site:
    """A built site, read once when the process starts."""

    folder: Path
    content_security_policy: str
    # By their ids, which outlive their addresses.
    articles: Mapping[str, BuiltArticle]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the site in a folder; raise SiteNotBuilt when what we need of it is not there."""
        for needed in (ERROR_FRAME, REQUEST_FRAME, CHECK_FRAME):
            if not (folder / needed).is_file():
                raise SiteNotBuilt(f"{folder / needed} is missing: build the site with `mkdocs build`, or set FORMAPP_SITE_DIR")
        # Resolved, so that a process keeps to its build when a link is turned to the next one.
        return cls(folder.resolve(), content_security_policy(script_hashes(folder)), built_articles(folder))

    def article_at(self, path: str) -> BuiltArticle | None:
        """Return the article whose page has that path, like articles/getting-help/…/."""
        return next((article for article in self.articles.values() if article.path == path), None)

    def page(self, name: str) -> "Frame":
        """Return a built page as a frame; `name` is a path inside the site's folder that we chose, never a reader's."""
        return Frame((self.folder / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Frame:
    """A built page, of which a part is exchanged; every method returns a new one."""

    html: str

    def swapped(self, content: str) -> "Frame":
        """Exchange what stands between the marks for safe HTML."""
        html, count = SWAP.subn(lambda _: content, self.html, count=1)
        if not count:
            raise SiteNotBuilt("a built page has lost its swap marks: build the site again with `mkdocs build`")
        return Frame(_INSTANT.sub("", html))

    def titled(self, title: str) -> "Frame":
        """Set the title and the first heading to a plain text, and take out the links that belong to the built page.

        The heading keeps its id: the skip link leads to it.
        """
        site_name = _TITLE.search(self.html)
        suffix = site_name[1].rpartition(" - ")[2] if site_name else ""
        html = _TITLE.sub(lambda _: f"<title>{escape(title)} - {suffix}</title>", self.html, count=1)
        return Frame(_HEAD_LINKS.sub("", _HEADING.sub(lambda found: f"{found[1]}{escape(title)}</h1>", html, count=1)))

    def with_error_summary(self, summary: str) -> "Frame":
        """Put an error summary above the heading, and say in the title that there is an error."""
        html = _TITLE.sub(lambda found: f"<title>Error: {found[1]}</title>", self.html, count=1)
        return Frame(html.replace("<h1", f"{summary}<h1", 1))


def script_hashes(folder: Path) -> list[str]:
    """Return the CSP hashes of every inline script in the built pages."""
    hashes = set()
    for path in folder.rglob("*.html"):
        for script in _INLINE_SCRIPT.finditer(path.read_text(encoding="utf-8")):
            attributes = script["attributes"].lower()
            if "src=" in attributes or "application/json" in attributes:
                continue
            digest = base64.b64encode(hashlib.sha256(script["code"].encode()).digest()).decode()
            hashes.add(f"'sha256-{digest}'")
    return sorted(hashes)


def built_articles(folder: Path) -> dict[str, BuiltArticle]:
    """Return the articles among the built pages, by their ids: the pages that ask whether they helped."""
    found = {}
    for file in sorted(folder.rglob("*.html")):
        html = file.read_text(encoding="utf-8")
        if article := _ARTICLE.search(html):
            path = file.relative_to(folder).as_posix().removesuffix("index.html")
            title = unescape(heading[1]).strip() if (heading := _TITLE.search(html)) else path
            found[article["id"]] = BuiltArticle(
                id=article["id"],
                path=path,
                title=title.rpartition(" - ")[0] or title,
                revision=article["revision"] or "",
                commit_hash=article["commit_hash"],
            )
    return found


def content_security_policy(hashes: list[str]) -> str:
    """Return the strict policy: our own files, and the inline scripts that the build wrote."""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *hashes)),
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        )
    )


def security_headers(site: Site, *, https: bool) -> dict[str, str]:
    """Return the headers for every page; HSTS only where the site is reached over https."""
    headers = {"Content-Security-Policy": site.content_security_policy, **ALWAYS}
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers
