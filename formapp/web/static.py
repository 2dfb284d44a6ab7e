"""The built site's files, served from the same process where no web server stands in front."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
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

    def __init__(self, application: "WSGIApplication", site: Site, headers: Mapping[str, str], keep: int = BRIEFLY) -> None:
        self._application = application
        self._headers = headers
        # The disk is asked at each request: a build may change the files while the process runs.
        self._files = WhiteNoise(
            application, autorefresh=True, max_age=keep, index_file=True, allow_all_origins=False, immutable_file_test=_is_hashed
        )
        self._files.add_files(str(site.folder), prefix="/")

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request; every answer gets the headers, redirects and unchanged files too."""

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            complete = Headers(headers)
            for name, value in self._headers.items():
                complete.setdefault(name, value)
            return start_response(status, headers, *rest)

        # The error page, asked for by its own name, would be a page that answers 200.
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and environ["PATH_INFO"] != f"/{ERROR_FRAME}":
            answer: Iterable[bytes] = self._files(environ, start)
            return answer
        return self._application(environ, start)


def _is_hashed(path: str, url: str) -> bool:
    """Whether Material has put a digest into the file's name, as in bundle.1a2b3c4d.min.js."""
    parts = url.rsplit("/", 1)[-1].split(".")
    return any(len(part) == 8 and all(letter in "0123456789abcdef" for letter in part) for part in parts[1:-1])
