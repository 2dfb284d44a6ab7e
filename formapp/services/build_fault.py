"""What was wrong with the last build of an editor's preview, left by the process that builds for the one that shows the pages."""

from pathlib import Path

_FILE = "edit-fault.txt"


def keep(instance_dir: Path, fault: str) -> None:
    """Keep what was found wrong."""
    (instance_dir / _FILE).write_text(fault, encoding="utf-8")


def forget(instance_dir: Path) -> None:
    """Forget it, as a build has been made since."""
    (instance_dir / _FILE).unlink(missing_ok=True)


def read(instance_dir: Path) -> str:
    """Return it; empty when nothing was wrong."""
    try:
        return (instance_dir / _FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
