"""`formapp site`, on a copy of the pages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FORMAPP_")}
    command = [sys.executable, "-m", "formapp.commands.main", "site", "build"]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, encoding="utf-8", check=False)


def test_the_pages_are_built_with_nothing_set(pages: Path):
    assert build(pages).returncode == 0
    assert (pages / "site" / "index.html").exists()
    assert [path.name for path in pages.glob("site*")] == ["site"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("](../support-services.md#request-types)", "](../support-servces.md)", "support-servces.md"),
        ("](../support-services.md#request-types)", "](../support-services.md#nowhere)", "#nowhere"),
        ("id: contact\n", "", "docs/contact/index.md: id: is missing"),
        ("id: contact\n", "id: home\n", "'home' is already the id of"),
        ("[[policy: open-now]]", "[[Policy open-now]]", "'[[Policy open-now]]' is not a marker"),
        ("[[policy: open-now]]", "[[policy: open-now]", "'[[policy: open-now]' is not a marker"),
        ("[[policy: open-now]]", "[[polcy: open-now]]", "[[polcy: open-now]] does not exist"),
    ],
)
def test_a_fault_in_a_page_is_named_and_the_pages_before_it_stay(pages: Path, old: str, new: str, said: str):
    (pages / "site").mkdir()
    (pages / "site" / "index.html").write_text("as before")
    page = pages / "docs" / "contact" / "index.md"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    built = build(pages)
    assert built.returncode == 1
    assert said in built.stderr
    assert "contact/index.md" in built.stderr
    assert "Traceback" not in built.stderr
    assert (pages / "site" / "index.html").read_text() == "as before"
