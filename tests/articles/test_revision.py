from pathlib import Path

import pytest

from formapp.articles.head import BadHead
from formapp.articles.revision import LENGTH, revision_of
from tests.articles.test_history import git

ARTICLE = """\
---
title: Refund a payment
id: refunds
author: Ada
reviewed: 2026-01-05
---
# Refund a payment

You can refund a payment for a year.

Select **Refund**.
"""


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """An article that is the first commit of a repository."""
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet", "--initial-branch=main")
    file = repository / "refunds.md"
    file.write_text(ARTICLE, encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "How to refund\n\nWith a body.")
    return file


def name_of(tmp_path: Path, content: str | bytes) -> str:
    file = tmp_path / "article.md"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return revision_of(file).name


def test_a_revision_is_twelve_hexadecimal_digits(tmp_path: Path):
    name = name_of(tmp_path, ARTICLE)
    assert len(name) == LENGTH == 12
    assert set(name) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("author: Ada", "author: Grace"),
        ("reviewed: 2026-01-05", "reviewed: 2026-11-23"),
        ("id: refunds", "id: giving-money-back"),
        ("author: Ada\n", ""),
        ("author: Ada", "author: Ada\nfixes: [F-123]"),
        ("title: Refund a payment", 'title: "Refund a payment"'),
    ],
)
def test_what_else_the_head_says_makes_no_new_revision(tmp_path: Path, old: str, new: str):
    assert old in ARTICLE
    assert name_of(tmp_path, ARTICLE.replace(old, new)) == name_of(tmp_path, ARTICLE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Refund a payment", "title: Give money back"),
        ("for a year", "for two years"),
        ("Select **Refund**.", "Select **Refund**!"),
        ("Select **Refund**.", ""),
        ("title: Refund a payment\n", ""),
    ],
)
def test_another_title_or_text_is_another_revision(tmp_path: Path, old: str, new: str):
    assert old in ARTICLE
    assert name_of(tmp_path, ARTICLE.replace(old, new)) != name_of(tmp_path, ARTICLE)


@pytest.mark.parametrize(
    "same",
    [
        ARTICLE.replace("\n", "\r\n"),
        ARTICLE.replace("Select **Refund**.\n", "Select **Refund**.   \t\n"),
        f"{ARTICLE}\n\n   \n",
        ARTICLE.rstrip(),
        b"\xef\xbb\xbf" + ARTICLE.encode(),
    ],
    ids=["line ends", "blanks at a line's end", "blank lines at the end", "no end of line", "byte order mark"],
)
def test_what_an_editors_program_changes_by_itself_is_no_new_revision(tmp_path: Path, same: str | bytes):
    assert name_of(tmp_path, same) == name_of(tmp_path, ARTICLE)


def test_words_that_move_from_the_title_to_the_text_are_another_revision(tmp_path: Path):
    one = "---\ntitle: Refund a payment\n---\nSelect it.\n"
    other = "---\ntitle: Refund a\n---\npayment Select it.\n"
    assert name_of(tmp_path, one) != name_of(tmp_path, other)


def test_without_git_there_is_a_revision_and_no_commit(tmp_path: Path):
    (tmp_path / "article.md").write_text(ARTICLE, encoding="utf-8")
    revision = revision_of(tmp_path / "article.md")
    assert revision.name
    assert (revision.commit_hash, revision.summary) == (None, "")


def test_the_commit_is_the_last_one_that_changed_the_article_with_the_first_line_of_its_message(article: Path):
    first = revision_of(article)
    assert first.commit_hash is not None
    assert len(first.commit_hash) == 40
    assert first.summary == "How to refund"
    article.with_name("other.md").write_text("# Other\n", encoding="utf-8")
    git(article.parent, "add", ".")
    git(article.parent, "commit", "--quiet", "-m", "Another article")
    assert revision_of(article) == first
    article.write_text(ARTICLE.replace("a year", "two years"), encoding="utf-8")
    git(article.parent, "commit", "--quiet", "-am", "Two years")
    second = revision_of(article)
    assert second.summary == "Two years"
    assert second.commit_hash != first.commit_hash


@pytest.mark.parametrize("staged", [False, True])
def test_a_text_that_is_not_committed_has_no_commit_and_a_revision_of_its_own(article: Path, staged: bool):
    committed = revision_of(article)
    article.write_text(ARTICLE.replace("a year", "two years"), encoding="utf-8")
    if staged:
        git(article.parent, "add", ".")
    changed = revision_of(article)
    assert (changed.commit_hash, changed.summary) == (None, "")
    assert changed.name != committed.name
    article.write_text(ARTICLE, encoding="utf-8")
    if staged:
        git(article.parent, "add", ".")
    assert revision_of(article) == committed


def test_an_article_that_git_does_not_know_or_ignores_has_no_commit(article: Path):
    fresh = article.with_name("fresh.md")
    fresh.write_text(ARTICLE, encoding="utf-8")
    assert revision_of(fresh).commit_hash is None
    article.with_name(".gitignore").write_text("fresh.md\n", encoding="utf-8")
    assert revision_of(fresh).commit_hash is None


def test_changes_elsewhere_take_no_commit_away(article: Path):
    article.with_name("other.md").write_text("# Other\n", encoding="utf-8")
    assert revision_of(article).commit_hash is not None


def test_a_shallow_clone_is_not_believed(article: Path, tmp_path: Path):
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{article.parent}", "shallow")
    revision = revision_of(tmp_path / "shallow" / "refunds.md")
    assert (revision.commit_hash, revision.summary) == (None, "")
    assert revision.name == revision_of(article).name


def test_a_message_of_markup_and_accents_stays_as_it_was_written(article: Path):
    article.write_text(ARTICLE.replace("a year", "two years"), encoding="utf-8")
    git(article.parent, "commit", "--quiet", "-am", 'Füge <b>"zwei" & mehr</b> hinzu')
    assert revision_of(article).summary == 'Füge <b>"zwei" & mehr</b> hinzu'


@pytest.mark.parametrize("content", [b"---\ntitle: [\n---\nText\n", b"---\ntitle: \n---\nText\n", b"\xff\xfe"])
def test_a_head_that_cannot_be_read_is_said(tmp_path: Path, content: bytes):
    with pytest.raises(BadHead):
        name_of(tmp_path, content)
