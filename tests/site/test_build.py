"""The build stops with one message for what is wrong, and the same configuration builds with Zensical."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.programs import need
from tests.site.built_site import build


def spoil(file: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil_(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert old in text
        (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil_


def test_the_build_says_nothing_when_all_is_well(pages: Path) -> None:
    built = build(pages / "out", pages)

    assert built.returncode == 0
    assert "WARNING" not in built.stderr


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (
            spoil("docs/support-services.md", "[[policy: priorities]]", "[[policy: levels]]"),
            "[[policy: levels]] does not exist",
        ),
        (spoil("docs/policy.toml", "target_hours = 2", "target_hours = -2"), "docs/policy.toml: priorities[1].target_hours"),
        (spoil("docs/policy.toml", "[hours]", "[hours"), "docs/policy.toml: is not TOML"),
        (spoil("docs/policy.toml", "due = 2026-11-24T14:28", "due = 2026-11-24T14:29"), "docs/policy.toml: examples[1].due: claims"),
        (spoil("docs/index.md", "modified: 2026", "modified: the year 2026"), "index.md: modified: "),
        (spoil("docs/index.md", "(contact/ticket.md)", "(contact/tickets.md)"), "contact/tickets.md"),
        (spoil("docs/contact/index.md", "#request-types", "#request-kinds"), "an anchor '#request-kinds'"),
    ],
    ids=["unknown marker", "impossible promise", "bad TOML", "wrong example", "malformed date", "dead link", "dead anchor"],
)
def test_what_is_wrong_stops_the_build_with_one_message(pages: Path, spoilt: Callable[[Path], None], said: str) -> None:
    spoilt(pages)

    built = build(pages / "out", pages)

    assert built.returncode != 0
    assert built.stderr.count(said) == 1
    assert "Traceback" not in built.stderr


def test_the_same_configuration_builds_with_zensical(pages: Path) -> None:
    zensical = need("zensical", package="the development dependencies", beside=str(ROOT / ".venv/bin"))

    built = subprocess.run([zensical, "build", "--clean"], cwd=pages, env=os.environ, capture_output=True, encoding="utf-8", check=False)

    assert built.returncode == 0, built.stdout + built.stderr
    built_pages = {
        path: (pages / "site" / path / "index.html").read_text(encoding="utf-8") for path in ("", "support-services", "contact/ticket")
    }
    assert '<table class="hc-table" role="table">\n<caption>Priority levels of an incident' in built_pages["support-services"]
    assert "Tue 24 Nov 2026, 2:28 pm AEST" in built_pages["support-services"]
    assert (
        '<form class="hc-form"'
        in built_pages["contact/ticket"].partition("<!-- helpcentre:swap -->")[2].partition("<!-- /helpcentre:swap -->")[0]
    )
    assert 'data-hc-open-now="' in built_pages[""]
    assert "data-hc-drawer" in built_pages[""]
    assert "contact/ticket/" not in (pages / "site/sitemap.xml").read_text(encoding="utf-8")
    # Its pages are made without hooks, so the byline is what the head says, as it is written.
    article = (pages / "site/articles/getting-help/what-happens-next/index.html").read_text(encoding="utf-8")
    assert "<strong>Paypa Plane Support</strong> on <time>2026-11-17T11:15:00+10:00</time>" in article
    assert "fonts.g" not in "".join(built_pages.values())
