from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.certificates import Authority
from tests.postfix_server import PostfixServer, postfix_server
from tests.service import Service, running


@pytest.fixture(scope="package")
def postfix(authority: Authority) -> Iterator[PostfixServer]:
    with postfix_server(shows=authority.certificate_for("localhost")) as server:
        yield server


@pytest.fixture(scope="package")
def service(
    tmp_path_factory: pytest.TempPathFactory, built_site: Path, service_port: int, postfix: PostfixServer, authority: Authority
) -> Iterator[Service]:
    """The whole service, with a real mail server behind it."""
    environ = {
        "FORMAPP_SITE_DIR": str(built_site),
        "FORMAPP_SMTP_HOST": "localhost",
        "FORMAPP_SMTP_PORT": str(postfix.port),
        "FORMAPP_SMTP_CA_FILE": str(authority.file),
    }
    with running(tmp_path_factory.mktemp("service"), environ, service_port) as service:
        yield service


@pytest.fixture
def visit(browser: Browser, service: Service) -> Iterator[Callable[..., Page]]:
    """Open a page of the service as a new reader; nothing may go wrong in it, and nobody else may be asked.

    With `ticking` False its clock is one that the test can move; set before the page loads, or timers of two clocks would mix.
    """
    contexts = []
    complaints: list[str] = []

    def visit_(path: str = "/", *, ticking: bool = True, **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
        page.on("request", lambda sent: None if sent.url.startswith((service.base_url, "data:")) else complaints.append(sent.url))
        if not ticking:
            page.clock.install()
        page.goto(service.base_url + path)
        return page

    yield visit_
    for context in contexts:
        context.close()
    assert complaints == []
