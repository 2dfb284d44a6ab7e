from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mkdocs.config.defaults import MkDocsConfig

from formapp.publish import bylines
from formapp.publish.published import PublishError
from tests.articles.test_history import git
from tests.conftest import POLICY

HEAD = """---
title: A page
created_by: Ada
created: 2026-11-22T23:15:00Z
modified_by: Grace
modified: 2026-11-23T14:05:00+10:00
---

# A page
"""


@pytest.fixture
def config() -> MkDocsConfig:
    config = MkDocsConfig()
    config["mdx_configs"] = {"formapp.publish": {"policy": str(POLICY)}}
    return config


def page_of(tmp_path: Path, text: str) -> Any:
    file = tmp_path / "page.md"
    file.write_text(text, encoding="utf-8")
    return SimpleNamespace(file=SimpleNamespace(abs_src_path=str(file)), meta={})


def test_the_byline_says_day_date_and_time_in_the_zone_of_the_policy(tmp_path: Path, config: MkDocsConfig) -> None:
    page = page_of(tmp_path, HEAD)

    assert bylines.on_page_markdown("text", page=page, config=config, files=None) == "text"
    assert page.meta["byline"] == {
        "created_by": "Ada",
        "created": "Monday 23 November 2026, 9:15 am AEST",
        "created_iso": "2026-11-22T23:15:00+00:00",
        "modified_by": "Grace",
        "modified": "Monday 23 November 2026, 2:05 pm AEST",
        "modified_iso": "2026-11-23T14:05:00+10:00",
    }


def test_a_page_without_a_head_says_what_git_knows(tmp_path: Path, config: MkDocsConfig) -> None:
    page = page_of(tmp_path, "# A page\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "page.md")
    git(tmp_path, "commit", "--quiet", "-m", "one", at="2026-11-23T09:15:00+10:00", by="Ada")

    bylines.on_page_markdown("text", page=page, config=config, files=None)

    moment = {"created": "Monday 23 November 2026, 9:15 am AEST", "created_iso": "2026-11-23T09:15:00+10:00", "created_by": "Ada"}
    assert page.meta["byline"] == moment | {key.replace("created", "modified"): value for key, value in moment.items()}


def test_without_head_and_history_nothing_is_said(tmp_path: Path, config: MkDocsConfig) -> None:
    page = page_of(tmp_path, "# A page\n")

    bylines.on_page_markdown("text", page=page, config=config, files=None)

    assert page.meta["byline"] == {}


def test_a_malformed_date_stops_the_build_naming_file_and_key(tmp_path: Path, config: MkDocsConfig) -> None:
    page = page_of(tmp_path, HEAD.replace("2026-11-23T14:05", "2026-13-45T14:05"))

    with pytest.raises(PublishError, match=r"page\.md: modified: .* is no moment: write day, time and offset"):
        bylines.on_page_markdown("text", page=page, config=config, files=None)
