from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from formapp.commands.articles import say_synced
from formapp.commands.main import main
from formapp.services.articles_sync import Synced
from tests.articles.test_check import GOOD, write
from tests.conftest import POLICY, ROOT


def test_complete_heads_are_counted() -> None:
    result = CliRunner().invoke(main, ["articles", "check", "--docs", str(ROOT / "docs")])

    assert result.exit_code == 0
    assert "are complete" in result.output


def test_faults_are_printed_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# No head\n", encoding="utf-8")

    result = CliRunner().invoke(main, ["articles", "check", "--docs", str(tmp_path)])

    assert result.exit_code == 1
    assert f"{tmp_path}/page.md: title: is missing: write the page's title" in result.output
    assert "Traceback" not in result.output


def test_a_folder_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["articles", "check", "--docs", str(tmp_path / "none")])

    assert result.exit_code == 1
    assert "is no folder" in result.output


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an article and an empty database, and no setting that only a service needs."""
    monkeypatch.setenv("FORMAPP_INSTANCE_DIR", str(tmp_path / "instance"))
    monkeypatch.setenv("FORMAPP_POLICY_FILE", str(POLICY))
    write(tmp_path / "docs" / "how-to.md", GOOD | {"id": "how-to"})
    assert run("db", "upgrade").exit_code == 0
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_a_sync_says_what_it_did_and_a_second_one_that_there_was_nothing_to_do(place: Path) -> None:
    first = run("articles", "sync", "--docs", str(place / "docs"))
    assert (first.exit_code, first.output) == (0, "1 article read\nnew: how-to\n")
    second = run("articles", "sync", "--docs", str(place / "docs"))
    assert (second.exit_code, second.output) == (0, "1 article read\n")


def test_a_sync_does_what_it_can_and_names_the_rest(place: Path) -> None:
    write(place / "docs" / "how-to.md", GOOD | {"id": "how-to", "fixes": "[F-999]"})
    result = run("articles", "sync", "--docs", str(place / "docs"))
    assert result.exit_code == 1
    assert "new: how-to\n" in result.output
    assert f"{place}/docs/how-to.md: fixes: F-999 does not exist: correct the ID or remove it" in result.output
    assert "Traceback" not in result.output


def test_a_sync_of_no_folder_or_without_a_database_says_what_to_do(place: Path) -> None:
    assert "is no folder" in run("articles", "sync", "--docs", str(place / "none")).output
    (place / "instance" / "helpcentre.db").unlink()
    result = run("articles", "sync", "--docs", str(place / "docs"))
    assert result.exit_code == 1
    assert "run `formapp db upgrade`" in result.output


def test_everything_that_a_sync_can_do_is_said() -> None:
    done = Synced(7, ["a"], ["b", "c"], ["d"], ["e"], ["b"], ["F-1", "F-2"], 1)
    assert say_synced(done) == [
        "7 articles read",
        "new: a",
        "changed: b, c",
        "no longer asks whether it helped, or was taken out: d",
        "asks again whether it helped: e",
        "with a new text: b",
        "feedback done: F-1, F-2",
        "published: what was done about 1 piece of feedback",
    ]
