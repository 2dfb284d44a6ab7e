"""`formapp tickets report`: on a terminal, as files, and as the figures that the site shows."""

import json
import shutil
from pathlib import Path

import pytest

from formapp.reports.scorecard_public import read_figures
from formapp.reports.whole_folder import STYLESHEETS
from formapp.runtime import Runtime
from tests.commands.conftest import Run
from tests.conftest import ROOT
from tests.scorecard_rows import Promised, Told, store
from tests.services.test_scorecard import EVERYTHING


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def site(runtime: Runtime) -> None:
    assets = runtime.settings.site_dir / "assets"
    assets.mkdir(parents=True)
    for name in STYLESHEETS:
        shutil.copy(ROOT / "theme" / "assets" / name, assets)


@pytest.fixture
def tickets(runtime: Runtime) -> None:
    with runtime.database.transaction() as session:
        store(session, *EVERYTHING)


@pytest.mark.usefixtures("tickets")
def test_it_is_said_on_a_terminal(run: Run) -> None:
    said = run("tickets", "report", "--from", "2026-10-01", "--to", "2026-11-23")
    assert said.exit_code == 0
    lines = said.output.splitlines()
    assert lines[0] == "From 2026-10-01 to 2026-11-23"
    assert "General Enquiry        67% of 3                 –                      2 h              1 h" in lines
    assert "Incident, P1           0% of 2                  100% of 1              2.5 h            65 h" in lines
    assert "Oct 2026     50% of 2                 100% of 1              2" in lines
    assert lines[-5:] == [
        "Half of 4 first responses took 2 h or less in business hours, and nine in ten 4 h or less.",
        "Half of 3 resolutions took 9 h or less in business hours, and nine in ten 65 h or less.",
        "",
        "8 tickets were received; General Enquiry is the commonest type, with 6.",
        "4 resolved, 1 of them without a response; 1 re-opened (25%).",
    ]
    assert run("tickets", "report").output.startswith("From 2025-12-01 to 2026-11-23\n")


@pytest.mark.usefixtures("tickets", "site")
def test_it_is_written_as_files_and_said_as_data(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        made = run("tickets", "report", "--out", str(tmp_path / "card"))
        assert (made.exit_code, made.output) == (0, f"{tmp_path}/card/index.html: 8 tickets from 2025-12-01 to 2026-11-23\n")
    said = json.loads(run("tickets", "report", "--json").output)
    assert said == json.loads((tmp_path / "card" / "scorecard.json").read_text(encoding="utf-8"))
    assert said["first_responses"] == {"met": 3, "missed": 3}


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("place", ["", "card", ".."])
def test_it_is_not_written_where_it_would_be_published(run: Run, runtime: Runtime, place: str) -> None:
    refused = run("tickets", "report", "--out", str(runtime.settings.site_dir / place))
    assert (refused.exit_code, "is not apart from the built site" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    ("options", "mend"),
    [
        (("--from", "2026-12-01"), "give the earlier day first"),
        (("--from", "1 December"), "does not match the format '%Y-%m-%d'"),
        (("--out", "card"), "build the site with `formapp site build`"),
        (("--public", "figures.json", "--json"), "--public goes alone"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], mend: str
):
    monkeypatch.chdir(tmp_path)
    refused = run("tickets", "report", *options)
    assert refused.exit_code != 0
    assert mend in refused.stderr
    assert not list(tmp_path.glob("card")) + list(tmp_path.glob("figures.json"))


def test_the_figures_for_everybody_are_of_the_last_whole_months_and_large_enough(run: Run, runtime: Runtime, tmp_path: Path) -> None:
    met, late = Promised("2026-10-07 10:00", "2026-10-06 12:00"), Promised("2026-10-07 10:00", "2026-10-08 12:00")
    in_october = [Told("2026-10-06 10:00", response="2026-10-06 12:00", promises=(promise,)) for promise in (*[met] * 11, late)]
    before = Told("2026-07-31 10:00", promises=(Promised("2026-08-03 10:00", "2026-08-03 09:00"),))
    since = Told("2026-11-02 10:00", promises=(Promised("2026-11-03 10:00", "2026-11-03 09:00"),))
    with runtime.database.transaction() as session:
        store(session, *in_october, before, since)
    file = tmp_path / "scorecard.json"
    for _ in range(2):
        made = run("tickets", "report", "--public", str(file))
        assert (made.exit_code, made.output) == (
            0,
            f"{file}: from 2026-08-01 to 2026-10-31, 10 of 12 figures are not published\n"
            "Nothing shows it yet: set scorecard.published = true in the policy, then build\n",
        )
    figures = read_figures(file.read_text(encoding="utf-8"), runtime.policy.scorecard.fewest)
    assert (figures.first_responses.promises, figures.first_responses.kept) == (12, 11)
    shown = [one for one in (*figures.kinds, *figures.months) if one.promises]
    assert [(one.promises, one.kept) for one in shown] == [(12, 11)] * 2
    assert list(tmp_path.glob(".*")) == []


def test_only_figures_are_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("version = 1")
    (tmp_path / "folder").mkdir()
    for name in ("policy.toml", "folder"):
        refused = run("tickets", "report", "--public", str(tmp_path / name))
        assert (refused.exit_code, "holds something else than published figures" in refused.stderr) == (1, True)
    assert (tmp_path / "policy.toml").read_text() == "version = 1"
    refused = run("tickets", "report", "--public", str(tmp_path / "nowhere" / "scorecard.json"))
    assert (refused.exit_code, "name a file in a folder that you may write to" in refused.stderr) == (1, True)
