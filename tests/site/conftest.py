from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.site.built_site import BuiltSite, served

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuiltSite]:
    with served(tmp_path_factory.mktemp("site")) as built:
        yield built


@pytest.fixture
def open_page(browser: Browser, site: BuiltSite) -> Iterator[Open]:
    """Open pages of the site, at a `moment` that lasts or `since` one that passes.

    At the end of the test nothing may have gone wrong in them, and nobody else may have been asked for anything.
    """
    contexts = []
    complaints: list[str] = []

    def watch(page: Page) -> None:
        def note_request(request: Request) -> None:
            if not request.url.startswith((site.url, "data:")):
                complaints.append(f"asked {request.url}")

        def note_message(message: ConsoleMessage) -> None:
            # There is no service here, so a form's page asks for a challenge in vain, as it may.
            if message.type in ("error", "warning") and "/api/challenge" not in message.location["url"]:
                complaints.append(message.text)

        page.on("request", note_request)
        page.on("console", note_message)
        page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_(path: str = "", *, width: int = 1280, height: int = 800, moment: Any = None, since: Any = None, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        if moment:
            page.clock.set_fixed_time(moment)
        if since:
            page.clock.install(time=since)
        page.goto(site.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
