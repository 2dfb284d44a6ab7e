"""The built site's files, served from the same process where no web server stands in front."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from wsgiref.headers import Headers

from whitenoise import WhiteNoise

from formapp.site import ERROR_FRAME, Site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Material's own assets carry a hash in their names; ours do not, and pages change with every build (seconds).
BRIEFLY = 60


class StaticSite:
    """WSGI middleware: reading goes to the built files, everything else to the application.

    A form posts to its own page's address, and WhiteNoise would answer 405 to that.
    """

    def __init__(self, application: "WSGIApplication", site: Site, headers: Mapping[str, str], *, changes: bool) -> None:
        """Serve the site's files; look at the disk for each request if the site `changes` while the process runs."""

        def add_headers(answer: Headers, path: str, url: str) -> None:
            for name, value in headers.items():
                answer[name] = value

        self._application = application
        self._files = WhiteNoise(
            application,
            autorefresh=changes,
            max_age=BRIEFLY,
            index_file=True,
            add_headers_function=add_headers,
            immutable_file_test=_is_hashed,
        )
        self._files.add_files(str(site.folder), prefix="/")

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        # The error page, asked for by its own name, would be a page that answers 200.
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and environ["PATH_INFO"] != f"/{ERROR_FRAME}":
            answer: Iterable[bytes] = self._files(environ, start_response)
            return answer
        return self._application(environ, start_response)


def _is_hashed(path: str, url: str) -> bool:
    """Whether Material has put a digest into the file's name, as in bundle.1a2b3c4d.min.js."""
    parts = url.rsplit("/", 1)[-1].split(".")
    return any(len(part) == 8 and all(letter in "0123456789abcdef" for letter in part) for part in parts[1:-1])
