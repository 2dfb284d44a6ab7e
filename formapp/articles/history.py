"""What git knows of a file, for the pages whose head is silent."""

import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Commit:
    """Who changed a file, and when (aware, with the author's own offset)."""

    author: str
    at: datetime


@dataclass(frozen=True)
class LastCommit:
    """A commit's full hash, and the first line of its message."""

    name: str
    summary: str


@dataclass(frozen=True)
class History:
    """The first and the last commit of a file; the same one where there is only one."""

    created: Commit
    modified: Commit


def history_of(file: Path) -> History | None:
    """Return the file's history, None where git is missing or cannot tell the truth."""
    if not _is_whole(file.parent):
        return None
    log = _git(file.parent, "log", "--follow", "--format=%aI %an", "--", file.name)
    if not log:
        return None
    commits = [_read_commit(line) for line in log.splitlines()]
    return History(created=commits[-1], modified=commits[0])


def last_commit_of(file: Path) -> LastCommit | None:
    """Return the commit that a file's text is of; None without git, and while the file has changes that are not committed."""
    if not _is_whole(file.parent) or _git(file.parent, "status", "--porcelain", "--", file.name) != "":
        return None
    log = _git(file.parent, "log", "-1", "--format=%H %s", "--", file.name)
    if not log:
        return None
    name, _, summary = log.partition(" ")
    return LastCommit(name, summary)


def _is_whole(folder: Path) -> bool:
    # A shallow clone shows its oldest commit as the author of everything.
    return _git(folder, "rev-parse", "--is-shallow-repository") == "false"


def _read_commit(line: str) -> Commit:
    at, _, author = line.partition(" ")
    return Commit(author=author, at=datetime.fromisoformat(at))


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and every argument is ours
            ["git", *arguments],  # noqa: S607 - git is wherever the machine keeps it
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
