from pathlib import Path

from click.testing import CliRunner

from formapp.commands.main import main
from tests.conftest import ROOT


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
