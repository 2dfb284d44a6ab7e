from datetime import UTC, datetime
from pathlib import Path

import pytest

from formapp.articles.head import BadHead, day_of, moment_of, read_head, text_of

FILE = Path("page.md")


def head_of(tmp_path: Path, text: str) -> dict[str, object]:
    file = tmp_path / "page.md"
    file.write_text(text, encoding="utf-8")
    return dict(read_head(file))


def test_dates_are_read_as_they_are_written(tmp_path: Path) -> None:
    head = head_of(tmp_path, "---\ncreated: 2026-11-23T09:15:00+10:00\nreviewed: 2026-11-23\ncount: 3\nhide: [toc]\n---\n")

    assert head == {"created": "2026-11-23T09:15:00+10:00", "reviewed": "2026-11-23", "count": 3, "hide": ["toc"]}


def test_a_page_without_a_head_has_an_empty_one(tmp_path: Path) -> None:
    assert head_of(tmp_path, "# Title\n") == {}


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("title: one: two", r"page\.md:2: the head is not YAML .*quotes"),
        ("title: [one", r"page\.md:\d: the head is not YAML"),
        ("- a\n- b", "is not a list of keys and values"),
        ("just words", "is not a list of keys and values"),
    ],
)
def test_a_head_that_is_not_yaml_is_refused_with_its_line(tmp_path: Path, head: str, said: str) -> None:
    with pytest.raises(BadHead, match=said):
        head_of(tmp_path, f"---\n{head}\n---\n")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_bytes(b"---\ntitle: caf\xe9\n---\n")

    with pytest.raises(BadHead, match="UTF-8"):
        read_head(tmp_path / "page.md")


@pytest.mark.parametrize("written", ["2026-11-23T09:15:00+10:00", "2026-11-22 23:15:00Z", "2026-11-23T09:15+10:00"])
def test_a_moment_has_its_offset(written: str) -> None:
    assert moment_of({"created": written}, "created", FILE) == datetime(2026, 11, 22, 23, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-11-23T09:15:00", "does not say in which zone"),
        ("2026-11-23", "does not say in which zone"),
        ("2026-13-45T09:15:00+10:00", "is no moment"),
        ("yesterday", "is no moment"),
        (None, "is no moment"),
        (20261123091500, "is no moment"),
    ],
)
def test_a_moment_that_is_none_is_refused_with_file_key_and_mend(written: object, said: str) -> None:
    with pytest.raises(BadHead, match=rf"page\.md: modified: .*{said}: write day, time and offset"):
        moment_of({"modified": written}, "modified", FILE)


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(BadHead, match=r"page\.md: reviewed: '23 November' is no day"):
        day_of({"reviewed": "23 November"}, "reviewed", FILE)


@pytest.mark.parametrize("value", ["", "  ", 3, None, ["a"]])
def test_a_text_must_be_one(value: object) -> None:
    with pytest.raises(BadHead, match="must be a text"):
        text_of({"title": value}, "title", FILE)
