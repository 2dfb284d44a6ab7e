"""An application on a port of its own, in a thread of the test."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: the tests' output is for what fails."""


@contextmanager
def listening(app: WSGIApplication, port: int = 0) -> Iterator[int]:
    """Yield the port on which the application answers; 0 takes a free one."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        # A browser that hangs up halfway makes Werkzeug forget to close what it was sending.
        answer: Iterable[bytes] = app(environ, start_response)
        with closing(ClosingIterator(answer, getattr(answer, "close", None))) as closed_at_last:
            yield from closed_at_last

    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
