"""What the articles' files say becomes what the database knows, and what they fix is settled."""

import subprocess
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from sqlalchemy import select

from formapp.commands.articles import say_synced
from formapp.models import Article, ArticleRevision, Feedback, Vote
from formapp.rules.feedback import DONE, NEW, WONT_DO
from formapp.runtime import Runtime
from formapp.services import feedback
from formapp.services.articles_sync import Synced, page_path, sync
from tests.clock import Clock
from tests.conftest import ROOT
from tests.services import given_feedback as given

HEAD = {"title": "How to", "id": "how-to", "owner": "Team", "reviewed": "2026-11-23"}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "help" / "docs"
    folder.mkdir(parents=True)
    return folder


def write(docs: Path, name: str = "how-to.md", text: str = "# How to\n\n## First\n", **changes: object) -> Path:
    file = docs / name
    file.parent.mkdir(parents=True, exist_ok=True)
    head = {key: value for key, value in (HEAD | changes).items() if value is not None}
    file.write_text("\n".join(["---", *(f"{key}: {value}" for key, value in head.items()), "---", "", text]), encoding="utf-8")
    return file


def synced(runtime: Runtime, docs: Path) -> Synced:
    return sync(runtime.database, docs, runtime.now())


def rows(runtime: Runtime, model: type) -> list[dict[str, Any]]:
    with runtime.database.reading() as session:
        found = session.scalars(select(model).order_by(*model.__table__.primary_key)).all()  # type: ignore[attr-defined]
        return [{column.key: getattr(row, column.key) for column in model.__mapper__.columns} for row in found]  # type: ignore[attr-defined]


def everything(runtime: Runtime) -> list[list[dict[str, Any]]]:
    return [rows(runtime, Article), rows(runtime, ArticleRevision)]


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    return subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("index.md", ""),
        ("README.md", ""),
        ("a.md", "a/"),
        ("articles/index.md", "articles/"),
        ("articles/getting-help/a.b.md", "articles/getting-help/a.b/"),
        ("articles/README.md", "articles/"),
    ],
)
def test_a_page_is_where_mkdocs_puts_it(file: str, path: str) -> None:
    assert page_path(PurePosixPath(file)) == path


def test_our_own_articles_are_read_with_the_paths_that_they_are_built_at(runtime: Runtime, built_site: Path) -> None:
    done = synced(runtime, ROOT / "docs")
    assert done.faults == []
    articles = rows(runtime, Article)
    assert {article["id"] for article in articles} >= {"describe-a-problem", "screenshot-and-browser-version", "what-happens-next"}
    for article in articles:
        assert f'<meta name="helpcentre:article" content="{article["id"]}" data-revision="{article["revision"]}"' in (
            built_site / article["path"] / "index.html"
        ).read_text(encoding="utf-8")
        assert (ROOT / article["source"]).is_file()
    assert len(articles) == sum("helpcentre:article" in page.read_text(encoding="utf-8") for page in built_site.rglob("*.html"))


def test_everything_of_an_article_is_written(runtime: Runtime, clock: Clock, docs: Path) -> None:
    write(docs, "articles/how-to.md", owner="kim@docs.example.org")
    assert synced(runtime, docs) == Synced(articles=1, new=["how-to"])
    (article,), (revision,) = everything(runtime)
    assert article == {
        "id": "how-to",
        "title": "How to",
        "path": "articles/how-to/",
        "source": "docs/articles/how-to.md",
        "owner": "kim@docs.example.org",
        "reviewed": date(2026, 11, 23),
        "revision": revision["revision"],
        "headings": [["first", "First", 10]],
        "fixes": [],
        "removed_at": None,
    }
    assert revision["published_at"] == clock.now()
    assert (revision["commit_hash"], revision["summary"]) == (None, ""), "there is no git"


def test_a_second_time_changes_nothing(runtime: Runtime, clock: Clock, docs: Path) -> None:
    write(docs)
    write(docs, "b.md", id="b")
    write(docs, "gone.md", id="gone")
    synced(runtime, docs)
    (docs / "gone.md").unlink()
    clock.pass_(days=1)
    synced(runtime, docs)
    before = everything(runtime)
    clock.pass_(days=1)
    assert synced(runtime, docs) == Synced(articles=2)
    assert everything(runtime) == before


@pytest.mark.parametrize("head", [{"id": None}, {"hide": "[toc, feedback]"}, {"hide": "feedback"}])
def test_a_page_that_does_not_ask_whether_it_helped_is_no_article(runtime: Runtime, docs: Path, head: dict[str, object]) -> None:
    write(docs)
    write(docs, "page.md", **({"id": "page"} | head))
    assert synced(runtime, docs) == Synced(articles=1, new=["how-to"])


def test_a_new_text_is_a_new_revision_and_one_that_comes_back_is_none(runtime: Runtime, clock: Clock, docs: Path) -> None:
    write(docs)
    synced(runtime, docs)
    first = rows(runtime, Article)[0]["revision"]
    clock.pass_(days=1)
    write(docs, text="# How to\n\nBetter.\n")
    assert synced(runtime, docs) == Synced(articles=1, changed=["how-to"], revisions=["how-to"])
    clock.pass_(days=1)
    write(docs)
    assert synced(runtime, docs) == Synced(articles=1, changed=["how-to"])
    assert rows(runtime, Article)[0]["revision"] == first
    assert len(rows(runtime, ArticleRevision)) == 2


def test_a_renamed_file_keeps_its_article_and_its_feedback(runtime: Runtime, docs: Path) -> None:
    write(docs)
    synced(runtime, docs)
    number = given.feedback(runtime, article_id="how-to")
    (docs / "how-to.md").unlink()
    write(docs, "articles/better-name.md", fixes=f"[F-{number}]")
    assert synced(runtime, docs) == Synced(articles=1, changed=["how-to"], settled=[f"F-{number}"], published=1)
    (article,), revisions = everything(runtime)
    assert (article["path"], article["source"]) == ("articles/better-name/", "docs/articles/better-name.md")
    assert len(revisions) == 1


def test_an_article_that_is_gone_is_marked_and_one_that_comes_back_is_not(runtime: Runtime, clock: Clock, docs: Path) -> None:
    write(docs)
    file = write(docs, "b.md", id="b")
    synced(runtime, docs)
    file.unlink()
    clock.pass_(days=1)
    gone_at = clock.now()
    assert synced(runtime, docs) == Synced(articles=1, removed=["b"])
    clock.pass_(days=1)
    assert synced(runtime, docs) == Synced(articles=1)
    assert [article["removed_at"] for article in rows(runtime, Article)] == [gone_at, None]
    write(docs, "b.md", id="b")
    assert synced(runtime, docs) == Synced(articles=2, returned=["b"])
    assert [article["removed_at"] for article in rows(runtime, Article)] == [None, None]


def test_an_article_that_no_longer_asks_is_told_of_like_one_that_was_taken_out(runtime: Runtime, docs: Path) -> None:
    write(docs)
    write(docs, "b.md", id="b")
    synced(runtime, docs)
    write(docs, "b.md", id="b", hide="[feedback]")
    done = synced(runtime, docs)
    assert done == Synced(articles=1, removed=["b"])
    assert say_synced(done) == ["1 article read", "no longer asks whether it helped, or was taken out: b"]


def test_a_folder_without_articles_removes_none(runtime: Runtime, docs: Path, tmp_path: Path) -> None:
    write(docs)
    synced(runtime, docs)
    before = everything(runtime)
    (tmp_path / "empty").mkdir()
    (fault,) = synced(runtime, tmp_path / "empty").faults
    assert "has no article: nothing was changed" in fault
    assert everything(runtime) == before


def test_what_is_fixed_is_done_with_its_note_kept_and_published(runtime: Runtime, clock: Clock, docs: Path) -> None:
    one, two, other = (given.feedback(runtime, article_id="how-to", note="a note") for _ in range(3))
    write(docs, fixes=f"[F-{one}, F-{two}]")
    assert synced(runtime, docs) == Synced(articles=1, new=["how-to"], settled=[f"F-{one}", f"F-{two}"], published=2)
    done = given.stored(runtime, one)
    assert (done.state, done.note, done.settled_at, done.published_at) == (DONE, "a note", clock.now(), clock.now())
    assert given.stored(runtime, other).state == NEW
    clock.pass_(days=1)
    assert synced(runtime, docs) == Synced(articles=1)
    assert given.stored(runtime, one).published_at == done.published_at


def test_what_was_done_in_the_report_is_published_and_what_is_not_to_be_done_is_not(runtime: Runtime, clock: Clock, docs: Path) -> None:
    numbers = [given.feedback(runtime, article_id="how-to", email="reader@example.net") for _ in range(3)]
    settled_at = clock.now()
    with runtime.database.transaction() as session:
        for number, state in zip(numbers, (DONE, WONT_DO), strict=False):
            feedback.settle(session, number, state, "", settled_at)
    clock.pass_(days=1)
    write(docs, fixes=f"[F-{numbers[1]}]")
    assert synced(runtime, docs) == Synced(articles=1, new=["how-to"], published=1)
    found = [given.stored(runtime, number) for number in numbers]
    assert [(one.state, one.published_at) for one in found] == [(DONE, clock.now()), (WONT_DO, None), (NEW, None)]
    assert found[0].settled_at == settled_at


def test_a_wrong_fix_is_named_and_everything_else_is_done(runtime: Runtime, docs: Path) -> None:
    other, own = given.feedback(runtime, article_id="other"), given.feedback(runtime, article_id="how-to")
    file = write(docs, fixes=f"[F-999, F-{other}, F-{own}]")
    bad = write(docs, "b.md", id="b", fixes="F-1")
    done = synced(runtime, docs)
    assert done.faults == [
        f"{bad}: fixes: 'F-1' is no list: write a list of IDs, like [F-123, F-124]",
        f"{file}: fixes: F-999 does not exist: correct the ID or remove it",
        f"{file}: fixes: F-{other} is about the article 'other': write it into that one's head",
    ]
    assert (done.articles, done.new, done.settled, done.published) == (2, ["b", "how-to"], [f"F-{own}"], 1)
    assert given.stored(runtime, other).state == NEW


@pytest.mark.parametrize("spoilt", [{"title": "one: two"}, {"owner": "kim@"}, {"reviewed": "soon"}, {"title": '""'}, {"id": "A Page"}])
def test_an_article_whose_head_is_spoilt_stays_as_it_was(runtime: Runtime, docs: Path, spoilt: dict[str, str]) -> None:
    write(docs)
    write(docs, "b.md", id="b")
    synced(runtime, docs)
    before = everything(runtime)
    file = write(docs, "b.md", **({"id": "b"} | spoilt))
    done = synced(runtime, docs)
    assert [fault.startswith(str(file)) for fault in done.faults] == [True]
    assert (done.articles, done.changed, done.removed) == (1, [], [])
    assert everything(runtime) == before


def test_of_two_files_with_one_id_the_first_is_the_article(runtime: Runtime, docs: Path) -> None:
    first, second = write(docs, "a.md"), write(docs, "b.md")
    done = synced(runtime, docs)
    assert done.faults == [f"{second}: id: 'how-to' is already the id of {first}: give this page its own"]
    assert rows(runtime, Article)[0]["source"] == "docs/a.md"


def test_a_revision_is_named_by_its_commit_as_soon_as_there_is_one(runtime: Runtime, clock: Clock, docs: Path) -> None:
    write(docs)
    git(docs.parent, "init", "--quiet")
    synced(runtime, docs)
    first_published = clock.now()
    git(docs.parent, "add", ".")
    git(docs.parent, "commit", "--quiet", "--message", "Say it better\n\nAt length.")
    clock.pass_(days=1)
    synced(runtime, docs)
    (revision,) = rows(runtime, ArticleRevision)
    assert (revision["commit_hash"], revision["summary"]) == (git(docs.parent, "rev-parse", "HEAD"), "Say it better")
    assert revision["published_at"] == first_published
    synced(runtime, docs)
    assert rows(runtime, ArticleRevision) == [revision]


def test_a_sync_that_fails_has_done_nothing(runtime: Runtime, docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = given.feedback(runtime, article_id="how-to")
    write(docs, fixes=f"[F-{number}]")

    def fails(*args: object) -> None:
        raise RuntimeError("cut off")

    with monkeypatch.context() as patched:
        patched.setattr("formapp.services.articles_sync.settle", fails)
        with pytest.raises(RuntimeError):
            synced(runtime, docs)
    assert everything(runtime) == [[], []]


def test_what_is_opened_again_is_not_settled_again_by_the_same_line(runtime: Runtime, clock: Clock, docs: Path) -> None:
    number = given.feedback(runtime, article_id="how-to")
    write(docs, fixes=f"[F-{number}]")
    assert synced(runtime, docs).settled == [f"F-{number}"]
    with runtime.database.transaction() as session:
        feedback.settle(session, number, NEW, "", clock.now())
    assert synced(runtime, docs) == Synced(articles=1)
    assert given.stored(runtime, number).state == NEW
    write(docs)
    synced(runtime, docs)
    write(docs, fixes=f"[F-{number}]")
    assert synced(runtime, docs).settled == [f"F-{number}"]


def test_readers_are_told_of_a_change_only_when_the_text_is_another_than_the_one_they_saw(runtime: Runtime, docs: Path) -> None:
    write(docs)
    synced(runtime, docs)
    number = given.feedback(runtime, article_id="how-to", email="reader@example.net")
    with runtime.database.transaction() as session:
        seen = session.get_one(Vote, session.get_one(Feedback, number).vote_id)
        seen.revision = session.get_one(Article, "how-to").revision
    write(docs, fixes=f"[F-{number}]")
    done = synced(runtime, docs)
    assert (done.settled, done.published, done.waiting) == ([f"F-{number}"], 0, [f"F-{number}"])
    write(docs, text="# How to\n\n## First\n\nBetter.\n")
    done = synced(runtime, docs)
    assert (done.published, done.waiting) == (1, [])


def test_a_new_text_with_an_old_date_is_said_to_have_one(runtime: Runtime, clock: Clock, docs: Path) -> None:
    write(docs, modified="2026-11-20T09:00:00+10:00")
    assert synced(runtime, docs).faults == []
    clock.pass_(days=1)
    file = write(docs, text="# How to\n\nBetter.\n", modified="2026-11-20T09:00:00+10:00")
    assert synced(runtime, docs).faults == [
        f"{file}: modified: is older than this text: set it to now, and modified_by to whoever changed it"
    ]
    clock.pass_(days=1)
    write(docs, text="# How to\n\nBest.\n", modified="2026-11-25T12:00:00+10:00")
    assert synced(runtime, docs).faults == []
