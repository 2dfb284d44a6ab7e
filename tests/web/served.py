"""The application on a port of its own, with a clock that the test moves, for a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from formapp.app import create_app
from formapp.runtime import Runtime
from tests.app_server import listening
from tests.programs import free_port


@contextmanager
def served(runtime: Runtime, site: Path) -> Iterator[str]:
    """Yield the address of the application in a built site, as it stands in its own links."""
    port = free_port()
    base_url = f"http://localhost:{port}"
    settings = runtime.settings.model_copy(update={"site_dir": site, "base_url": base_url, "submissions_per_hour": 1000})
    with listening(create_app(replace(runtime, settings=settings)), port):
        yield base_url
