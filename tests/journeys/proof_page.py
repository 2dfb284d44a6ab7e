"""A page with a small form, the site's own scripts and the site's own headers: no more than what a proof of work needs."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from formapp.runtime import utc_now
from formapp.services.proofs import Proofs, Solved
from formapp.site import ALWAYS, content_security_policy
from tests.conftest import ROOT
from tests.proofs import SECRET

# Its own start and exchange are as in the site: the form is in the page's main part, which a script may put in anew.
FORM = """<h1>Send a request</h1><form class="hc-form" method="post" data-hc-form>
<p><label for="summary">Summary</label> <input id="summary" name="summary"></p>
<p><label for="more">Description</label> <textarea id="more" name="more"></textarea></p>
<input type="hidden" name="proof"><p><button>Send</button></p></form>"""
PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Send a request</title><link rel="icon" href="data:,">
<script src="/assets/proof.js" defer></script></head><body><main>{FORM}</main></body></html>"""


class ProofServer(http.server.ThreadingHTTPServer):
    """Serves the page, the assets and challenges; remembers what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(ROOT / "theme")))
        self.url = f"http://localhost:{self.server_port}"
        self.proofs = Proofs([SECRET])
        self.asked: list[str] = []
        self.challenge_status = 200
        self.may_answer = threading.Event()
        self.may_answer.set()

    def proven(self, payload: str) -> Solved | None:
        return self.proofs.read(payload, utc_now())

    def challenges(self) -> int:
        return self.asked.count("/api/challenge")


class _Handler(http.server.SimpleHTTPRequestHandler):
    server: ProofServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/":
            self._send(200, "text/html; charset=utf-8", PAGE)
        elif self.path == "/api/challenge":
            self.server.may_answer.wait(60)
            status = self.server.challenge_status
            answer = self.server.proofs.challenge(utc_now()) if status == 200 else {"error": "try again in 5 minutes"}
            self._send(status, "application/json", json.dumps(answer))
        else:
            super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", content_security_policy([]))
        for name, value in ALWAYS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests' output is for what fails."""

    def _send(self, status: int, kind: str, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def proof_server() -> Iterator[ProofServer]:
    """Yield a running server."""
    with ProofServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.may_answer.set()
        server.shutdown()
        thread.join()
