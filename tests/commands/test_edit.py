"""`formapp edit`, as an editor uses it; what they see in a browser is tested in tests/journeys."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from formapp.models import Article
from formapp.services.database import open_database
from tests.commands.running import Running, running_here
from tests.commands.test_site import build
from tests.conftest import ROOT
from tests.programs import need
from tests.readers import remark, vote

pytestmark = pytest.mark.heavy
ARTICLE = "what-happens-next"
PAGE = f"/articles/getting-help/{ARTICLE}/"


def build_shown(running: Running) -> int:
    found = running.page("/edit/build")
    return int(json.loads(found)["build"]) if found else 0


def commands_of(running: Running) -> str:
    """Return the command lines of the processes that this one has started."""
    every = subprocess.run(["ps", "-A", "-ww", "-o", "ppid=,args="], check=True, capture_output=True, text=True).stdout.splitlines()
    return "\n".join(line for line in every if line.split()[0] == str(running.process.pid))


def test_it_shows_each_change_and_what_readers_said_and_ends_with_one_interrupt(pages: Path):
    with running_here(pages, "edit", FORMAPP_BASE_URL="https://support.billycart.com") as running:
        running.wait(lambda: "/edit/strip.js" in running.page(PAGE), "the preview did not appear")
        first = build_shown(running)
        assert f'<meta name="helpcentre:build" content="{first}">' in running.page(PAGE)
        assert f"The help centre is at {running.url}" in running.output()
        assert f'rel="canonical" href="{running.url}{PAGE}"' in running.page(PAGE)
        assert "0 votes in instance" in running.output()
        assert not (pages / "site").exists()
        assert "--bind 127.0.0.1:" in commands_of(running)
        assert "formapp.commands.main worker" in commands_of(running)

        database = open_database(f"sqlite:///{pages / 'instance' / 'helpcentre.db'}")
        with database.transaction() as session:
            session.add(remark(vote(ARTICLE, revision="b" * 12), comment="Which folder?"))
            assert session.get(Article, ARTICLE) is not None  # what the pages say of themselves is taken in
        database.engine.dispose()
        assert "Which folder?" in running.page(f"/edit/feedback/{ARTICLE}")

        source = pages / "docs" / "articles" / "getting-help" / f"{ARTICLE}.md"
        source.write_text(source.read_text(encoding="utf-8") + "\n## After all that\n\nCelebrate.\n", encoding="utf-8")
        running.wait(lambda: build_shown(running) > first, "the changed page was not shown")
        assert "After all that" in running.page(PAGE)

        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(40) == 0
        assert running.output().rstrip().endswith("Ended.")


def test_a_database_that_was_set_is_only_read_and_settled(pages: Path, sqlite_template: Path):
    shutil.copy(sqlite_template, pages / "service.db")
    database = open_database(f"sqlite:///{pages / 'service.db'}")
    with database.transaction() as session:
        session.add(said := remark(vote(ARTICLE), comment="Which folder?"))
        session.flush()
        number = said.number
    with running_here(pages, "edit", FORMAPP_DATABASE_URL=f"sqlite:///{pages / 'service.db'}") as running:
        running.wait(lambda: build_shown(running) > 0, "the preview did not appear")
        assert f"1 vote in sqlite:///{pages / 'service.db'}" in running.output()
        assert "Which folder?" in running.page(f"/edit/feedback/{ARTICLE}")
        assert "worker" not in commands_of(running)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"{running.url}/contact/ticket/", b"summary=A+question")
        urllib.request.urlopen(f"{running.url}/edit/feedback", f"number={number}&state=done".encode()).close()
        with database.reading() as session:
            assert session.get(Article, ARTICLE) is None  # no draft goes into it
            assert session.get_one(type(said), number).state == "done"
    database.engine.dispose()


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"FORMAPP_DATABASE_URL": "sqlite:///empty.db"}, "the database's schema is empty"),
        ({"FORMAPP_ENVIRONMENT": "production"}, "run `formapp edit` on your own machine"),
    ],
)
def test_what_it_must_not_touch_is_refused_before_anything_is_built(pages: Path, environ: dict[str, str], said: str):
    with running_here(pages, "edit", **environ) as running:
        assert running.process.wait(60) == 1
    assert said in running.output()
    assert "Traceback" not in running.output()
    assert not (pages / "instance" / "edit-site").exists()
    assert not list(pages.glob("instance/helpcentre.db*"))


def test_the_help_says_whose_words_are_shown():
    made = subprocess.run([sys.executable, "-m", "formapp.commands.main", "edit", "--help"], capture_output=True, text=True, check=True)
    said = " ".join(made.stdout.split())
    assert "Set FORMAPP_DATABASE_URL to the service's own database" in said
    assert "its schema is not changed, no worker sends its mails, drafts are not taken into it" in said


def test_zensical_puts_the_strip_into_a_preview_too(pages: Path):
    zensical = need("zensical", package="the development dependencies", beside=str(ROOT / ".venv/bin"))
    environ = os.environ | {"HELPCENTRE_EDITING": "7"}
    made = subprocess.run([zensical, "build", "--clean"], cwd=pages, env=environ, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    home = (pages / "site" / "index.html").read_text(encoding="utf-8")
    assert '<meta name="helpcentre:build" content="7">' in home
    assert '<script type="module" src="/edit/strip.js"></script>' in home


def with_a_strip(folder: Path) -> list[str]:
    """Return the files of a site that know of the strip."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found += [str(path) for words in (b"/edit/", b"hc-edit", b"helpcentre:build") if words in content]
    return found


def test_what_is_published_knows_nothing_of_the_strip_whatever_was_set(pages: Path, built_site: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HELPCENTRE_EDITING", "true")
    assert build(pages).returncode == 0
    assert (pages / "site" / "index.html").exists()
    assert with_a_strip(pages / "site") == []
    assert with_a_strip(built_site) == []
