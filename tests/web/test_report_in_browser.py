"""The report as an editor sees it: in a real browser, in both schemes, on a telephone and on a screen."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from formapp.app import create_app
from formapp.reports import folder
from formapp.runtime import Runtime
from formapp.services.feedback_report import gather
from tests.app_server import listening
from tests.axe import COVERED, faults_of, settle
from tests.feedback_samples import write_year
from tests.reports.test_folder import STYLESHEETS
from tests.services.test_feedback_report import TODAY

# The pages are the same on either database.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
SIZES = [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")]


@dataclass(frozen=True)
class Served:
    """The service's address, and the paths of the report's pages below it or on the disk."""

    report: str
    article: str
    on_disk: Path


@pytest.fixture
def served(runtime: Runtime, built_site: Path, tmp_path: Path) -> Iterator[Served]:
    with runtime.database.transaction() as session:
        write_year(session, articles=8, votes=240)
    edited = {"site_dir": built_site, "edit_url": "https://git.example/edit/{path}#L{line}"}
    runtime = replace(runtime, settings=runtime.settings.model_copy(update=edited))
    with runtime.database.reading() as session:
        report = gather(session, runtime.desk, runtime.now())
    folder.write(tmp_path / "report", report, runtime.policy, STYLESHEETS)
    # The one with the most to say.
    article = max(report.articles, key=lambda one: len(one.weeks) * sum(reason.now for reason in one.reasons))
    with listening(create_app(runtime)) as port:
        begin = f"http://localhost:{port}{runtime.links.report_path(TODAY)}"
        yield Served(begin, f"articles/{article.id}", tmp_path / "report")


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Page]:
    """A page in which nothing may go wrong."""
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # Axe itself reads stylesheets, and a page on a disk lets nobody fetch anything.
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" and "Connecting to" not in line.text else None)
    yield page
    context.close()
    assert complaints == []


def look_at(page: Page, address: str, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address)
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    settle(page)


def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(open_page: Page, served: Served):
    pages = {
        served.report: SIZES,
        f"{served.report}{served.article}/": SIZES,
        # The same in another frame.
        f"file://{served.on_disk}/index.html": SIZES[1:2],
        f"file://{served.on_disk}/{served.article}.html": SIZES[2:3],
    }
    for address, sizes in pages.items():
        for width, scheme in sizes:
            look_at(open_page, address, width, scheme)
            assert faults_of(open_page) == [], (address, width, scheme)
            assert open_page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
            # The stylesheet is there: it is what gives the charts their colours.
            fill = "getComputedStyle(document.querySelector('.hc-weeks .hc-fill-yes')).fill"
            assert open_page.evaluate(fill) == {"light": "rgb(10, 68, 66)", "dark": "rgb(165, 227, 220)"}[scheme]
            # Axe cannot see that a picture is cut off or empty.
            assert open_page.locator(".hc-bars__bar").first.bounding_box()["width"] > 40  # type: ignore[index]


def test_an_editor_settles_a_comment_by_keyboard_and_comes_back_to_the_comments(open_page: Page, served: Served):
    look_at(open_page, served.report, 320, "light")
    first = open_page.locator(".hc-comment").first
    identity = first.get_attribute("id")
    first.get_by_label("Note").fill("It says so now")
    open_page.keyboard.press("Tab")
    open_page.keyboard.press("Enter")
    expect(open_page.locator("#settled")).to_have_text(f"{identity} is now “Done”.")
    expect(open_page.locator("#settled")).to_be_in_viewport()
    assert open_page.locator(".hc-comment").first.get_attribute("id") != identity


def test_no_stop_of_the_keyboard_hides_under_the_header(open_page: Page, served: Served):
    look_at(open_page, served.report, 320, "light")
    for _ in range(50):
        open_page.keyboard.press("Tab")
        assert open_page.evaluate(COVERED) is None
