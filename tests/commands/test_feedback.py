"""`formapp feedback`."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from formapp.commands import feedback as command
from formapp.errors import HelpCentreError
from formapp.models import Feedback
from formapp.reports.whole_folder import STYLESHEETS
from formapp.rules.feedback import DONE, NEW, WONT_DO
from formapp.runtime import Runtime
from formapp.services.links import FEEDBACK_REPORT
from tests.conftest import ROOT
from tests.feedback_samples import write_year
from tests.services.test_feedback_report import TODAY, article, said, vote


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def run(runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    """Run the command on the test's own database and clock."""
    monkeypatch.setattr(command, "read_settings", lambda *, serving: runtime.settings)
    monkeypatch.setattr(command.Runtime, "start", lambda settings: runtime)
    monkeypatch.setattr(runtime.database.engine, "dispose", lambda: None)

    def run_(*arguments: str) -> Result:
        return CliRunner().invoke(command.feedback, arguments)

    return run_


@pytest.fixture
def site(runtime: Runtime) -> None:
    assets = runtime.settings.site_dir / "assets"
    assets.mkdir(parents=True)
    for name in STYLESHEETS:
        shutil.copy(ROOT / "theme" / "assets" / name, assets)


@pytest.fixture
def three(runtime: Runtime) -> None:
    waiting = said(vote(False), comment="How long\ndoes it \x1b[2Jtake?", email="zoe@example.net")
    settled = said(vote(False), "difficult", "out-of-date", state=DONE)
    with runtime.database.transaction() as session:
        session.add_all([article(), waiting, settled, said(vote(True), comment="Buy!", set_aside_because="a burst of comments")])


def stored(runtime: Runtime, number: int = 1) -> Feedback:
    with runtime.database.reading() as session:
        return session.scalars(select(Feedback).where(Feedback.number == number)).one()


@pytest.mark.usefixtures("site")
def test_the_report_is_written_as_files_and_again_in_their_place(run, runtime: Runtime, tmp_path: Path):
    with runtime.database.transaction() as session:
        write_year(session, articles=8, votes=600)
    for _ in range(2):
        made = run("report", "--out", str(tmp_path / "out" / "report"))
        assert made.exit_code == 0, made.output
    said = json.loads((tmp_path / "out" / "report" / "feedback.json").read_text(encoding="utf-8"))
    counted = said["votes"]["yes"] + said["votes"]["no"]
    assert made.output == f"{tmp_path}/out/report/index.html: {counted} votes on 8 articles\n"
    assert len(list((tmp_path / "out" / "report" / "articles").iterdir())) == 8
    assert not list((tmp_path / "out").glob(".*"))
    refused = run("report", "--out", str(tmp_path / "out"))
    assert isinstance(refused.exception, HelpCentreError)
    assert "holds something else than an earlier report" in str(refused.exception)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("place", ["", "report", "assets/report", "..", "../.."])
def test_a_report_is_not_written_where_it_would_be_published(run, runtime: Runtime, place: str):
    site_dir = runtime.settings.site_dir
    before = sorted(site_dir.rglob("*"))
    refused = run("report", "--out", str(site_dir / place))
    assert isinstance(refused.exception, HelpCentreError)
    assert "is not apart from the built site" in str(refused.exception)
    assert sorted(site_dir.rglob("*")) == before


@pytest.mark.usefixtures("site")
def test_a_link_to_the_built_site_is_the_built_site(run, runtime: Runtime, tmp_path: Path):
    (tmp_path / "link").symlink_to(runtime.settings.site_dir)
    assert "is not apart from the built site" in str(run("report", "--out", str(tmp_path / "link" / "report")).exception)


def test_without_a_built_site_it_says_what_to_do(run, tmp_path: Path):
    refused = run("report", "--out", str(tmp_path / "report"))
    assert isinstance(refused.exception, HelpCentreError)
    assert "build the site with `formapp site build`" in str(refused.exception)
    assert not (tmp_path / "report").exists()


def test_a_fresh_link_opens_the_report_of_today(run, runtime: Runtime):
    link = run("link").output.strip()
    assert link.startswith(f"{runtime.settings.base_url}/feedback-report/")
    assert runtime.links.read(FEEDBACK_REPORT, link.split("/")[-2]) == TODAY.toordinal()


@pytest.mark.usefixtures("three")
def test_what_is_new_is_listed_and_with_all_the_rest_too(run):
    first = "F-1  New  Mon 23 Nov 2026  refunds  (somebody waits)\n    How long does it [2Jtake?\n"
    sums = "1 New, 2 in all, 1 set aside\n"
    assert run("list").output == first + sums
    others = (
        "F-2  Done  Mon 23 Nov 2026  refunds\n    It is difficult to understand; It is out of date\n"
        "F-3  Set aside  Mon 23 Nov 2026  refunds\n    Buy!\n"
    )
    assert run("list", "--all").output == first + others + sums


@pytest.mark.usefixtures("three")
def test_feedback_is_settled_by_its_id_and_opened_again(run, runtime: Runtime):
    done = run("done", "f-001", "--note", " It says\nso now ")
    assert (done.exit_code, done.output) == (0, "F-1: Done\n")
    assert (stored(runtime).state, stored(runtime).note, stored(runtime).email) == (DONE, "It says so now", "zoe@example.net")
    assert run("reopen", "F-1").output == "F-1: New\n"
    assert (stored(runtime).state, stored(runtime).settled_at) == (NEW, None)
    assert run("wont-do", "F-1", "--note", "By design").output == "F-1: Won’t do\n"
    assert (stored(runtime).state, stored(runtime).email) == (WONT_DO, None)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("name", ["done", "wont-do", "reopen"])
@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("F-4", "F-4 is not feedback here"),
        ("4", "like F-123"),
        ("BC-1001", "like F-123"),
        ("", "like F-123"),
        ("F-" + "9" * 30, "like F-123"),
    ],
)
def test_what_is_no_feedback_is_refused_with_what_to_write(run, name: str, written: str, mend: str):
    refused = run(name, written)
    assert isinstance(refused.exception, HelpCentreError)
    assert mend in str(refused.exception)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("note", "why"), [("x" * 501, "Note must be 500 characters or less"), ("See www.evil.example", "Note must not hold a link")]
)
def test_a_note_that_cannot_be_mailed_is_refused(run, runtime: Runtime, note: str, why: str):
    refused = run("done", "F-1", "--note", note)
    assert isinstance(refused.exception, HelpCentreError)
    assert str(refused.exception).startswith(why)
    assert stored(runtime).state == NEW
