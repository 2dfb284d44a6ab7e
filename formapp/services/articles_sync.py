"""What the database knows of the articles is brought to what their files say, and what the editors fixed is settled."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import CursorResult, exists, func, select, update
from sqlalchemy.orm import Session

from formapp.articles.head import BadHead, day_of, feedback_of, id_of, moment_of, owner_of, read_head, text_of
from formapp.articles.headings import headings_of
from formapp.articles.revision import Revision, revision_of
from formapp.models import Article, ArticleRevision, Feedback, Vote
from formapp.rules.feedback import DONE, NEW, feedback_id
from formapp.services.database import Database
from formapp.services.feedback import settle


@dataclass
class Synced:
    """What was done: ids of articles, IDs of feedback, how much of it is now published, and what an editor must mend, a line for each.

    `revisions` are the articles that have a text which they never had before; `removed` are those whose page is gone, or no longer
    asks whether it helped.
    """

    articles: int = 0
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    revisions: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    published: int = 0
    waiting: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Read:
    """An article as its file has it."""

    file: Path
    id: str
    title: str
    path: str
    source: str
    owner: str
    reviewed: date | None
    modified: datetime | None
    headings: list[tuple[str, str, int]]
    revision: Revision
    fixes: tuple[int, ...]


def sync(database: Database, docs: Path, now: datetime) -> Synced:
    """Read every article below a folder and write what is new of it, in one transaction; a second time changes nothing.

    A fault in a head, or in what it says that it fixes, is returned and everything else is done all the same; an article whose file
    cannot be read stays as it was. Raises what the database raises.
    """
    done = Synced()
    # Before the transaction: git is asked about every file.
    articles, unread = _read_all(docs, done)
    if not articles:
        done.faults.append(f"{docs}: has no article: nothing was changed; say with --docs where the pages are")
        return done
    with database.transaction() as session:
        for article in articles:
            _write(session, article, now, done)
        _remove_others(session, {article.id for article in articles}, unread, now, done)
        for article in articles:
            _settle_what_it_fixes(session, article, now, done)
        session.flush()
        _publish(session, now, done)
    return done


def page_path(file: PurePosixPath) -> str:
    """Return the path of a page below the site's address, as MkDocs makes it of its file's below the folder of the pages."""
    folder = file.parent if file.stem in ("index", "README") else file.with_suffix("")
    return "" if folder == PurePosixPath(".") else f"{folder}/"


def _read_all(docs: Path, done: Synced) -> tuple[list[_Read], set[str]]:
    """Return the articles, and the sources of the files that may be articles and cannot be read."""
    found: dict[str, _Read] = {}
    unread = set()
    for file in sorted(docs.rglob("*.md")):
        try:
            article = _read(file, docs, done)
        except BadHead as error:
            done.faults.append(str(error))
            unread.add(_source(file, docs))
            continue
        if article and found.setdefault(article.id, article) is not article:
            taken = found[article.id].file
            done.faults.append(f"{file}: id: {article.id!r} is already the id of {taken}: give this page its own")
    done.articles = len(found)
    return list(found.values()), unread


def _read(file: Path, docs: Path, done: Synced) -> _Read | None:
    """Return the article in a file; None for a page that is none, because it has no id or does not ask whether it helped."""
    head = read_head(file)
    name = id_of(head, "id", file)
    hidden = head.get("hide")
    if name is None or (isinstance(hidden, list | str) and "feedback" in hidden):
        return None
    try:
        fixes = feedback_of(head, "fixes", file)
    except BadHead as error:
        done.faults.append(str(error))
        fixes = ()
    return _Read(
        file=file,
        id=name,
        title=text_of(head, "title", file) or name,
        path=page_path(PurePosixPath(file.relative_to(docs).as_posix())),
        source=_source(file, docs),
        owner=owner_of(head, "owner", file) or "",
        reviewed=day_of(head, "reviewed", file),
        modified=moment_of(head, "modified", file),
        headings=[(heading.id, heading.words, heading.line) for heading in headings_of(file)],
        revision=revision_of(file),
        fixes=fixes,
    )


def _source(file: Path, docs: Path) -> str:
    return f"{docs.absolute().name}/{file.relative_to(docs).as_posix()}"


def _write(session: Session, read: _Read, now: datetime, done: Synced) -> None:
    """Write an article's row and, where it is not known yet, its revision."""
    known = session.get(Article, read.id)
    values = {name: getattr(read, name) for name in ("title", "path", "source", "owner", "reviewed", "headings")}
    values["revision"] = read.revision.name
    if known is None:
        session.add(Article(id=read.id, removed_at=None, fixes=[], **values))
        done.new.append(read.id)
    else:
        if known.removed_at is not None:
            known.removed_at = None
            done.returned.append(read.id)
        # As JSON gives it back, a heading is a list.
        before = {name: getattr(known, name) for name in values} | {"headings": [tuple(heading) for heading in known.headings]}
        if before != values:
            for name, value in values.items():
                setattr(known, name, value)
            done.changed.append(read.id)
    _write_revision(session, read, now, done)


def _write_revision(session: Session, read: _Read, now: datetime, done: Synced) -> None:
    revision = read.revision
    known = session.get(ArticleRevision, (read.id, revision.name))
    if known is None:
        _look_at_its_date(session, read, done)
        about = {"commit_hash": revision.commit_hash, "summary": revision.summary, "published_at": now}
        session.add(ArticleRevision(article_id=read.id, revision=revision.name, **about))
        if read.id not in done.new:
            done.revisions.append(read.id)
    elif known.commit_hash is None and revision.commit_hash is not None:
        # Published before it was committed, as with `formapp up`; now it has a name.
        known.commit_hash, known.summary = revision.commit_hash, revision.summary


def _look_at_its_date(session: Session, read: _Read, done: Synced) -> None:
    latest = session.scalar(select(func.max(ArticleRevision.published_at)).where(ArticleRevision.article_id == read.id))
    if latest and read.modified and read.modified < latest:
        done.faults.append(f"{read.file}: modified: is older than this text: set it to now, and modified_by to whoever changed it")


def _remove_others(session: Session, ids: set[str], unread: set[str], now: datetime, done: Synced) -> None:
    for article in session.scalars(select(Article).where(Article.removed_at.is_(None)).order_by(Article.id)):
        # A file that cannot be read may well be it still.
        if article.id not in ids and article.source not in unread:
            article.removed_at = now
            done.removed.append(article.id)


def _publish(session: Session, now: datetime, done: Synced) -> None:
    """Let readers be told of what is done, once the text is another than the one they saw: "We have changed it" must be true."""
    is_unpublished = (Feedback.state == DONE, Feedback.published_at.is_(None))
    as_seen = exists().where(Vote.id == Feedback.vote_id, Article.id == Feedback.article_id, Article.revision == Vote.revision)
    changed = update(Feedback).where(*is_unpublished, ~as_seen).values(published_at=now)
    published = session.execute(changed, execution_options={"synchronize_session": False})
    assert isinstance(published, CursorResult)
    done.published = published.rowcount
    waiting = select(Feedback.number).where(*is_unpublished, as_seen, Feedback.email.is_not(None)).order_by(Feedback.number)
    done.waiting = [feedback_id(number) for number in session.scalars(waiting)]


def _settle_what_it_fixes(session: Session, read: _Read, now: datetime, done: Synced) -> None:
    """Settle what an article's head says that it fixes, once: what an editor opens again, or its reader rewrites, stays open."""
    obeyed = []
    before = session.get_one(Article, read.id)
    for number in read.fixes:
        feedback = session.get(Feedback, number)
        if feedback is None:
            done.faults.append(f"{read.file}: fixes: {feedback_id(number)} does not exist: correct the ID or remove it")
            continue
        if feedback.article_id != read.id:
            done.faults.append(
                f"{read.file}: fixes: {feedback_id(number)} is about the article {feedback.article_id!r}: write it into that one's head"
            )
            continue
        obeyed.append(number)
        if feedback.state == NEW and number not in before.fixes:
            settle(session, number, DONE, feedback.note, now)
            done.settled.append(feedback_id(number))
    if before.fixes != obeyed:
        before.fixes = obeyed
