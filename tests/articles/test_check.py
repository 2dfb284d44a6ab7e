from pathlib import Path

import pytest

from formapp.articles.check import REQUIRED, check_articles
from tests.conftest import ROOT

GOOD = {
    "title": "A page",
    "description": "What it is for.",
    "id": "a-page",
    "owner": "Team",
    "created_by": "Ada",
    "created": "2026-11-16T09:30:00+10:00",
    "modified_by": "Grace",
    "modified": "2026-11-23T09:30:00+10:00",
    "reviewed": "2026-11-23",
}


def write(file: Path, head: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{key}: {value}" for key, value in head.items()]
    file.write_text("\n".join(["---", *lines, "---", "", "# A page", ""]), encoding="utf-8")


def test_our_own_pages_are_complete() -> None:
    assert check_articles(ROOT / "docs") == []


@pytest.mark.parametrize("key", REQUIRED)
def test_a_missing_key_is_named_with_its_file_and_the_mend(tmp_path: Path, key: str) -> None:
    write(tmp_path / "deep" / "page.md", {name: value for name, value in GOOD.items() if name != key})

    assert check_articles(tmp_path) == [f"{tmp_path}/deep/page.md: {key}: is missing: {REQUIRED[key][1]}"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("title", '""', "must be a text"),
        ("created", "2026-11-16", "does not say in which zone"),
        ("modified", "soon", "is no moment"),
        ("modified", "2026-11-15T09:30:00+10:00", "is before created"),
        ("reviewed", "2026-11-31", "is no day"),
        ("id", "A Page", "must be small letters"),
        ("id", "12", "must be a text"),
        ("id", "a" * 101, "must be 100 characters or less"),
        ("owner", "kim@", "'kim@' must be a name, or one plain address like team@example.com"),
        ("owner", "Kim <kim@docs.example.org>", "must be a name, or one plain address"),
        ("owner", "kim@docs.example.org and jo@docs.example.org", "must be a name, or one plain address"),
        ("fixes", "F-123", "fixes: 'F-123' is no list: write a list of IDs, like [F-123, F-124]"),
        ("fixes", "", "fixes: None is no list"),
        ("fixes", "{F-1: F-2}", "is no list"),
        ("fixes", "[F-123, 124]", "fixes: 124 is no ID of feedback: write a list of IDs"),
        ("fixes", "[BC-123]", "'BC-123' is no ID of feedback"),
        ("fixes", "[F-123, f-0123]", "fixes: f-0123 is there twice: remove one of them"),
        ("description", "one: two", "the head is not YAML"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, key: str, value: str, said: str) -> None:
    write(tmp_path / "page.md", {**GOOD, key: value})

    (fault,) = check_articles(tmp_path)
    assert said in fault


@pytest.mark.parametrize(
    ("key", "value"),
    [("owner", "kim@docs.example.org"), ("owner", "The team at the desk"), ("fixes", "[]"), ("fixes", "[F-1, f-22, ' F-333 ']")],
)
def test_a_right_value_is_no_fault(tmp_path: Path, key: str, value: str) -> None:
    write(tmp_path / "page.md", {**GOOD, key: value})

    assert check_articles(tmp_path) == []


def test_an_id_belongs_to_one_page(tmp_path: Path) -> None:
    write(tmp_path / "one.md", GOOD)
    write(tmp_path / "two.md", GOOD)

    assert check_articles(tmp_path) == [f"{tmp_path}/two.md: id: 'a-page' is already the id of {tmp_path}/one.md: give this page its own"]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# No head\n", encoding="utf-8")

    assert len(check_articles(tmp_path)) == len(REQUIRED)
