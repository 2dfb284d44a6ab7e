"""The application on a port of its own, with a clock that the test moves, for a real browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from formapp.app import create_app
from formapp.runtime import Runtime


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: the tests' output is for what fails."""


@contextmanager
def served(runtime: Runtime, site: Path) -> Iterator[str]:
    """Yield the address of the application in a built site, as it stands in its own links."""
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True, request_handler=_Quiet)
    base_url = f"http://localhost:{server.server_port}"
    settings = runtime.settings.model_copy(update={"site_dir": site, "base_url": base_url, "submissions_per_hour": 1000})
    app = create_app(replace(runtime, settings=settings))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield base_url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
