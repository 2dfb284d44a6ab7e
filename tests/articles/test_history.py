import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from formapp.articles.history import history_of


def git(folder: Path, *arguments: str, at: str = "2026-01-05T11:00:00+10:00", by: str = "Ada") -> None:
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", by), ("EMAIL", "a@b.org"), ("DATE", at))
    }
    environment = {"PATH": "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", **who}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page in a repository, written by Ada and changed and renamed by Grace."""
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet")
    (repository / "old.md").write_text("# A page\n\nIts text is long enough to be known again.\n", encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "one")
    git(repository, "mv", "old.md", "page.md")
    git(repository, "commit", "--quiet", "-m", "two", at="2026-03-09T16:30:00+10:00", by="Grace Hopper")
    return repository / "page.md"


def test_the_first_and_the_last_commit_of_a_page_are_found_over_a_renaming(page: Path) -> None:
    history = history_of(page)

    assert history is not None
    assert (history.created.author, history.created.at) == ("Ada", datetime(2026, 1, 5, 1, 0, tzinfo=UTC))
    assert (history.modified.author, history.modified.at) == ("Grace Hopper", datetime(2026, 3, 9, 6, 30, tzinfo=UTC))


def test_a_page_that_was_never_committed_has_no_history(page: Path) -> None:
    fresh = page.with_name("fresh.md")
    fresh.write_text("# Fresh\n", encoding="utf-8")

    assert history_of(fresh) is None


def test_a_folder_that_is_no_repository_has_no_history(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# A page\n", encoding="utf-8")

    assert history_of(tmp_path / "page.md") is None


def test_a_shallow_clone_is_not_believed(page: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{page.parent}", "shallow")

    assert history_of(tmp_path / "shallow" / "page.md") is None


def test_without_git_there_is_no_history(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(page.parent))

    assert history_of(page) is None
