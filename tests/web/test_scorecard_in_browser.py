"""The scorecard as staff see it: in a real browser, in both schemes, on a telephone and on a screen."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from formapp.app import create_app
from formapp.runtime import Runtime
from formapp.services import staff_links
from tests.app_server import listening
from tests.axe import faults_of, settle
from tests.scorecard_rows import store
from tests.services.test_scorecard import EVERYTHING

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def served(runtime: Runtime, built_site: Path) -> Iterator[str]:
    """The address of the scorecard."""
    with runtime.database.transaction() as session:
        store(session, *EVERYTHING)
        queue = staff_links.staff_links(session, runtime.desk, runtime.now()).queue_url().removeprefix(runtime.settings.base_url)
    running = replace(runtime, settings=runtime.settings.model_copy(update={"site_dir": built_site}))
    with listening(create_app(running)) as port:
        yield f"http://localhost:{port}{queue}scorecard/"


def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(browser: Browser, served: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        for width, scheme in ((320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(served)
            page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
            settle(page)
            assert faults_of(page) == [], (width, scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, scheme)
            # The stylesheet is there, and no picture is cut off or empty.
            assert page.evaluate("getComputedStyle(document.querySelector('.hc-weeks .hc-fill-yes')).fill") != "rgb(0, 0, 0)"
            assert page.locator(".hc-bars__bar").first.bounding_box()["width"] > 40  # type: ignore[index]
