from collections.abc import Callable
from pathlib import Path

import pytest
from markdown import Markdown

from tests.conftest import POLICY

Render = Callable[[str], str]
# Monday 23 November 2026, 2:28 pm in Brisbane.
BUILT = "1795408080"


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    """A copy of the policy that a test may spoil."""
    file = tmp_path / "policy.toml"
    file.write_bytes(POLICY.read_bytes())
    return file


@pytest.fixture
def render(policy_file: Path, monkeypatch: pytest.MonkeyPatch) -> Render:
    """Turn Markdown into HTML as the site does, on a day in November 2026."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", BUILT)
    extensions = ["md_in_html", "attr_list", "tables", "toc", "pymdownx.superfences", "formapp.publish"]
    return Markdown(extensions=extensions, extension_configs={"formapp.publish": {"policy": str(policy_file)}}).convert


@pytest.fixture
def change(policy_file: Path) -> Callable[[str, str], None]:
    """Replace a text of the policy file, which must be there."""

    def replace(old: str, new: str) -> None:
        text = policy_file.read_text(encoding="utf-8")
        assert text.count(old) >= 1
        policy_file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace
