"""Which text of an article somebody read: a hash of it, and the commit that it came from."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from formapp.articles.head import read_page, text_of
from formapp.articles.history import last_commit_of

LENGTH = 12  # characters of the hash: 48 bits tell the revisions of one article apart


@dataclass(frozen=True)
class Revision:
    """A hash of an article's title and text; the commit and the first line of its message only where git has exactly this text."""

    name: str
    commit_hash: str | None
    summary: str


def revision_of(file: Path) -> Revision:
    """Return the revision of an article's file; raise BadHead when its head cannot be read.

    What else the head says, such as who changed the article, is not what people read, and makes no new revision.
    """
    head, text = read_page(file)
    commit = last_commit_of(file)
    return Revision(
        name=hashlib.sha256(f"{text_of(head, 'title', file)}\n{' '.join(text.split())}".encode()).hexdigest()[:LENGTH],
        commit_hash=commit.name if commit else None,
        summary=commit.summary if commit else "",
    )
