"""The report as a folder of files: whole, closed in itself, and never over somebody's own files."""

import json
import re
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from formapp.policy.policy import Policy
from formapp.reports import folder
from formapp.reports.html import COMMENTS_A_PAGE
from formapp.reports.values import Report
from formapp.reports.whole_folder import STYLESHEETS as NAMES
from formapp.reports.whole_folder import UnusableFolder
from tests.abuse.test_nasty_texts import NASTY
from tests.conftest import ROOT
from tests.pages import Page
from tests.reports.samples import MENDED, comment, report

STYLESHEETS = {name: (ROOT / "theme" / "assets" / name).read_text(encoding="utf-8") for name in NAMES}


@pytest.fixture
def write(tmp_path: Path, policy: Policy):
    def write_(some: Report | None = None, name: str = "report") -> Path:
        folder.write(tmp_path / name, some or report(comment()), policy, STYLESHEETS)
        return tmp_path / name

    return write_


def test_the_folder_has_pages_tables_and_one_stylesheet_and_is_for_nobody_else(write):
    written = write()
    assert sorted(str(file.relative_to(written)) for file in written.rglob("*") if file.is_file()) == [
        "articles/fees.html",
        "articles/refunds.html",
        "feedback.csv",
        "feedback.json",
        "index.html",
        "report.css",
        "votes.csv",
    ]
    assert stat.S_IMODE(written.stat().st_mode) == 0o700
    assert (written / "feedback.csv").read_bytes().count(b"\r\n") == 2
    assert json.loads((written / "feedback.json").read_text(encoding="utf-8"))["version"] == 1
    assert list(written.parent.iterdir()) == [written]


def test_every_link_between_the_files_leads_to_one(write):
    written = write()
    for file in written.rglob("*.html"):
        page = Page(file.read_text(encoding="utf-8"))
        assert page.ids_are_unique()
        for link in page.elements["a"] + page.elements["link"]:
            target, _, fragment = link["href"].partition("#")
            if target.startswith("https://"):
                continue
            assert not target or (file.parent / target).is_file(), link
            assert target or fragment in page.ids, link


def test_a_page_on_a_disk_has_a_strict_policy_and_neither_script_nor_form(write):
    for file in write().rglob("*.html"):
        html = file.read_text(encoding="utf-8")
        page = Page(html)
        (policy,) = [one["content"] for one in page.elements["meta"] if one.get("http-equiv") == "Content-Security-Policy"]
        assert policy == "default-src 'none'; style-src 'self' file:; base-uri 'none'; form-action 'none'"
        assert page.elements.keys().isdisjoint({"script", "form", "input", "button", "style", "img"})
        assert not re.search(r"\sstyle=|\son\w+=", html)
        assert html.count("<h1") == 1


def test_its_colours_follow_the_readers_device(write):
    style = (write() / "report.css").read_text(encoding="utf-8")
    light, _, dark = style.partition("@media (prefers-color-scheme: dark) {")
    assert "data-md-color-scheme=" not in style
    for name in ("ground", "ink", "yes", "no"):
        assert f"--hc-{name}:" in light
        assert f"--hc-{name}:" in dark
    assert (style.count("{"), light.count("color-scheme: dark")) == (style.count("}"), 0)


def test_only_an_earlier_report_is_written_over(write, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    write(name="empty")
    written = write()
    shutil.copy(written / "articles" / "refunds.html", written / "articles" / "gone.html")
    write()
    assert not (written / "articles" / "gone.html").exists()

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("my own page")
    (tmp_path / "file").write_text("my own file")
    (tmp_path / "link").symlink_to(written)
    for name in ("mine", "file", "link"):
        with pytest.raises(UnusableFolder, match="name a folder that is empty"):
            write(name=name)
    assert (tmp_path / "mine" / "index.html").read_text() == "my own page"


@pytest.mark.parametrize("name", ["notes.txt", "articles/mine.html", "articles/more/refunds.html", "articles/feedback.csv", "more"])
def test_a_report_with_a_file_of_somebodys_own_is_not_written_over(write, name: str):
    own = write() / name
    own.parent.mkdir(exist_ok=True)
    if own.suffix:
        own.write_text("my own words")
    else:
        own.mkdir()
    with pytest.raises(UnusableFolder, match=f"as {name.removesuffix('/refunds.html')}: name a folder that is empty"):
        write()
    assert own.exists()


def test_a_table_without_a_report_is_somebodys_own(write, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "feedback.csv").write_text("my own table")
    with pytest.raises(UnusableFolder, match="as feedback.csv"):
        write(name="mine")


@pytest.mark.parametrize("name", [".", "a-file/report", "x" * 300, "/proc/report"])
def test_where_nothing_can_be_written_it_says_what_to_do(policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    if name.startswith("a-file"):
        Path("a-file").touch()
    before = list(Path().iterdir())
    with pytest.raises(UnusableFolder, match=r"cannot be written \(.*\): name a folder that is empty, or not there yet, in a folder"):
        folder.write(Path(name), report(), policy, STYLESHEETS)
    assert list(Path().iterdir()) == before


def test_a_report_that_cannot_be_finished_leaves_the_earlier_one(write, policy: Policy):
    written = write()
    before = (written / "index.html").read_text(encoding="utf-8")
    with pytest.raises(KeyError):
        folder.write(written, report(), policy, {})
    assert (written / "index.html").read_text(encoding="utf-8") == before
    assert list(written.parent.iterdir()) == [written]


def test_what_does_not_fit_on_a_page_is_said_to_be_in_the_table(write):
    many = [comment(number) for number in range(1, COMMENTS_A_PAGE + 3)]
    page = Page((write(report(*many)) / "articles" / "refunds.html").read_text(encoding="utf-8"))
    assert len(page.elements["blockquote"]) == COMMENTS_A_PAGE
    assert "These are 50 of 52; all are in feedback.csv." in page.texts["p"]
    assert "../feedback.csv" in [link["href"] for link in page.elements["a"]]


def test_an_id_that_is_none_does_not_leave_the_folder(write, tmp_path: Path):
    odd = replace(MENDED, id="../../x y")
    written = write(report(comment(article_id=odd.id), articles=(odd,)))
    assert [file.name for file in (written / "articles").iterdir()] == ["..%2F..%2Fx%20y.html"]
    assert list(tmp_path.iterdir()) == [written]


def test_d58_every_text_is_shown_literally(write):
    texts = [comment(number, comment=text, note=text, where=text, search_words=text, article=text) for number, text in enumerate(NASTY, 1)]
    written = write(report(*texts, comment(99, comment=NASTY[0], set_aside_because=NASTY[0])))
    for file in written.rglob("*.html"):
        html = file.read_text(encoding="utf-8")
        assert not re.search(r"<(?:script|img|svg/)", html)
        page = Page(html)
        shown = page.texts["blockquote"]
        assert not shown or set(shown) == {" ".join(text.split()) for text in NASTY}
