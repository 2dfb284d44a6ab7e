"""The site, built for a test and served with the headers that the application sends."""

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from formapp.site import Site, security_headers
from tests.conftest import ROOT


@dataclass(frozen=True)
class BuiltSite:
    folder: Path
    url: str

    def pages(self) -> list[str]:
        """Return the path of every page below the site's address, such as contact/ticket/."""
        found = sorted(str(file.relative_to(self.folder)) for file in self.folder.rglob("*.html"))
        return [path.removesuffix("index.html") for path in found]

    def html(self, path: str) -> str:
        return (self.folder / path / "index.html" if path.endswith("/") or not path else self.folder / path).read_text(encoding="utf-8")


def build(folder: Path, root: Path = ROOT, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the build that an editor runs."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", **settings}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, encoding="utf-8", check=False)


@contextmanager
def served(folder: Path) -> Iterator[BuiltSite]:
    """Build the site for a port of its own, and serve it there."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder))) as server:
        url = f"http://localhost:{server.server_port}/"
        built = build(folder, FORMAPP_BASE_URL=url)
        assert built.returncode == 0, built.stderr
        _Handler.headers_to_send = security_headers(Site.read(folder), https=False)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield BuiltSite(folder, url)
        server.shutdown()
        thread.join()


class _Handler(http.server.SimpleHTTPRequestHandler):
    headers_to_send: dict[str, str] = {}
    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        for name, value in self.headers_to_send.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests' output is for what fails."""
