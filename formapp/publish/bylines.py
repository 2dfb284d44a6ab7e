"""A MkDocs hook: gives each page what its file alone does not say: the words of its byline, its revision, where to write to.

Zensical runs no hooks; there the theme's byline shows what the page's head says, as it is written, and votes name no revision.
"""

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_build_datetime

from formapp.articles.byline import Byline, byline_of, say_in_full
from formapp.articles.head import BadHead, read_head
from formapp.articles.history import history_of
from formapp.articles.revision import revision_of
from formapp.policy.hours import OpeningHours
from formapp.publish.published import PublishError, publish


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put it into the page's metadata, where the theme finds it; a malformed date stops the build."""
    if page.file.abs_src_path:
        policy = publish(_policy_file(config), get_build_datetime()).policy
        file = Path(page.file.abs_src_path)
        try:
            byline, revision = byline_of(read_head(file), file, history_of), revision_of(file)
        except BadHead as error:
            raise PublishError(str(error)) from None
        page.meta["byline"] = words_of(byline, policy.hours)
        page.meta["revision"] = revision.name
        page.meta["commit"] = revision.commit_hash or ""
        page.meta["support_email"] = policy.channels.email
    return markdown


def words_of(byline: Byline, hours: OpeningHours) -> dict[str, str]:
    """Return what the theme shows of a byline, under the names that a page's head uses; what is not known is left out."""
    words = {}
    for done, by, moment in (("created", byline.created_by, byline.created), ("modified", byline.modified_by, byline.modified)):
        if by:
            words[f"{done}_by"] = by
        if moment:
            words[done] = say_in_full(moment, hours)
            words[f"{done}_iso"] = moment.isoformat()
    return words


def _policy_file(config: MkDocsConfig) -> Path:
    options: dict[str, Any] = config.mdx_configs.get("formapp.publish") or {}
    return Path(options.get("policy", "docs/policy.toml"))
