"""The nginx example, with a real nginx: static pages and dynamic ones, one policy, and no token in its log."""

import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode

import pytest

from tests.programs import free_port, need
from tests.requests import escalation, question
from tests.service import ROOT, Service, running

pytestmark = pytest.mark.nginx


class Nginx:
    def __init__(self, port: int, folder: Path, service: Service) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "access.log"
        self.error_log = folder / "error.log"
        self.service = service

    def ask(self, path: str, data: dict[str, str] | bytes | None = None, **headers: str) -> tuple[int, dict[str, str], str]:
        class KeepRedirect(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *args: object, **kwargs: object) -> None:
                return None

        opener = urllib.request.build_opener(KeepRedirect)
        body = urlencode(data).encode() if isinstance(data, dict) else data
        request = urllib.request.Request(self.url + path, body, headers={name.replace("_", "-"): value for name, value in headers.items()})
        try:
            answer = opener.open(request, timeout=20)
        except HTTPError as error:
            answer = error
        with answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read().decode()


@pytest.fixture(scope="module")
def nginx(built_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    program = need("nginx", package="nginx")
    # Outside pytest's own folder: nginx reads the pages as another user.
    with (
        TemporaryDirectory(prefix="nginx-") as name,
        running(tmp_path_factory.mktemp("service"), {"FORMAPP_SITE_DIR": str(built_site)}) as service,
    ):
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        subprocess.run(["cp", "-r", str(built_site), str(folder / "site")], check=True)
        service.run("site", "front", str(folder / "front"))
        (folder / "nginx.conf").write_text(_for_tests(folder, port, service.port))
        process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-g", "daemon off;", "-e", str(folder / "error.log")])
        try:
            _wait(f"http://127.0.0.1:{port}/")
            yield Nginx(port, folder, service)
        finally:
            process.terminate()
            process.wait()


def _for_tests(folder: Path, port: int, service_port: int) -> str:
    """Return the example with our folders and ports, and without the certificate that only a real host has."""
    example = (ROOT / "formapp" / "deploy" / "nginx.conf").read_text()
    example = re.sub(r"server \{\s+listen 80;.*?\n\}\n", "", example, count=1, flags=re.DOTALL)
    for pattern, ours in (
        (r"listen 443 ssl http2;", f"listen 127.0.0.1:{port};"),
        (r"\n\s+ssl_certificate[^\n]*", ""),
        (r"/srv/helpcentre/site", str(folder / "site")),
        (r"/etc/nginx/helpcentre", str(folder / "front")),
        (r"/var/log/nginx/helpcentre.log", str(folder / "access.log")),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{service_port}"),
    ):
        example, count = re.subn(pattern, ours, example)
        assert count, pattern
    return f"pid {folder}/nginx.pid;\nevents {{}}\nhttp {{\ninclude /etc/nginx/mime.types;\n{example}}}\n"


def _wait(url: str) -> None:
    give_up_at = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except URLError:
            assert time.monotonic() < give_up_at, "nginx did not come up"
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", "text/html"), ("/contact/ticket/", "text/html"), ("/assets/forms.js", "application/javascript"), ("/sitemap.xml", "text/xml")],
)
def test_pages_come_from_files_with_the_strict_policy_and_their_type(nginx: Nginx, path: str, kind: str):
    status, headers, _ = nginx.ask(path)
    assert status == 200
    assert headers["content-type"].startswith(kind)
    assert headers["server"] == "nginx"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_page_without_its_slash_leads_to_the_one_with_it(nginx: Nginx):
    status, headers, _ = nginx.ask("/contact/ticket")
    assert (status, headers["location"]) == (301, "/contact/ticket/")


def test_static_and_dynamic_pages_have_one_and_the_same_policy(nginx: Nginx):
    static, dynamic = nginx.ask("/")[1], nginx.ask("/nothing-here")[1]
    assert static["content-security-policy"] == dynamic["content-security-policy"]
    assert dynamic["cache-control"] == "no-store"


def test_a_form_is_posted_to_its_own_static_page_and_reaches_the_service(nginx: Nginx):
    status, headers, _ = nginx.ask("/contact/ticket/", question())
    assert status == 303
    status, headers, page = nginx.ask(headers["location"])
    assert status == 200
    assert "Request received" in page
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    status, _, page = nginx.ask("/contact/ticket/", {})
    assert status == 422
    assert "There is a problem" in page


def test_what_is_not_there_gets_the_sites_own_page(nginx: Nginx):
    status, _, page = nginx.ask("/nothing-here")
    assert status == 404
    assert "Page not found" in page


def multipart(files: dict[str, bytes], answers: dict[str, str], part: str) -> tuple[bytes, str]:
    """Return the body of a form with files in one part's name, and its content type."""
    boundary = "0-test-boundary-0"
    head = f"--{boundary}\r\nContent-Disposition: form-data; name="
    texts = [f'{head}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in answers.items()]
    contents = [f'{head}"{part}"; filename="{name}"\r\n\r\n'.encode() + content + b"\r\n" for name, content in files.items()]
    return b"".join([*texts, *contents, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def test_three_files_of_four_megabytes_pass_and_the_pages_of_what_they_came_with_are_there(nginx: Nginx):
    files = {f"export-{number}.log": f"{number} The export failed.\n".encode() * 195_000 for number in range(3)}
    body, kind = multipart(files, question(summary="With large files"), "files")
    assert len(body) > 12_000_000
    status, headers, _ = nginx.ask("/contact/ticket/", body, Content_Type=kind)
    assert status == 303
    assert "export-2.log" in nginx.ask(headers["location"])[2]


def test_d34_its_log_names_no_token(nginx: Nginx):
    _, ticket, _ = nginx.ask("/contact/ticket/", question(summary="Another question"))
    _, asked, _ = nginx.ask("/contact/escalation/", escalation())
    body, kind = multipart({"a.log": b"10:42 it failed\n"}, {}, "file")
    staged = json.loads(nginx.ask("/api/attachments", body, Content_Type=kind)[2])["token"]
    paths = (ticket["location"], asked["location"], f"/attachment/{staged}")
    staff = (f"/staff-ticket/{staged}/", f"/staff-ticket/{staged}/files/1", f"/staff-queue/{staged}/tickets/1001/")
    for path in (*paths, *staff, f"/api/attachments/{staged}"):
        nginx.ask(path)
    # A line is written once the answer is out.
    give_up_at = time.monotonic() + 10
    while "/api/attachments/-token-" not in (log := nginx.log.read_text()):
        assert time.monotonic() < give_up_at, log
        time.sleep(0.05)
    assert log.count("/-token-") >= 6
    for path in paths:
        assert path.rpartition("/")[2] not in log


def test_a_body_too_large_to_be_passed_on_gets_a_page_that_helps(nginx: Nginx):
    # Its announced length is enough: nginx answers before the body comes.
    connection = HTTPConnection(nginx.url.removeprefix("http://"), timeout=20)
    connection.putrequest("POST", "/contact/ticket/")
    connection.putheader("Content-Type", "multipart/form-data; boundary=0")
    connection.putheader("Content-Length", "34000000")
    connection.endheaders()
    answer = connection.getresponse()
    page, headers = answer.read().decode(), {name.lower(): value for name, value in answer.getheaders()}
    answer.close()
    connection.close()
    assert answer.status == 413
    assert "Your request is too large to send" in page
    assert "default-src 'none'" in headers["content-security-policy"]


def test_with_the_service_down_pages_are_served_and_a_form_is_told_that_nothing_was_sent(nginx: Nginx):
    """The last test: it stops the service."""
    _, sent, _ = nginx.ask("/contact/ticket/", question(summary="Before it stops"))
    nginx.service.stop()
    assert nginx.ask("/contact/ticket/")[0] == 200
    for path, data in (("/contact/ticket/", question()), ("/nothing-here", None), (sent["location"], None)):
        status, headers, page = nginx.ask(path, data)
        assert status == 502
        assert "Sorry, there is a problem with the service" in page
        assert "Nothing has been sent" in page
        assert "mailto:support@billycart.com" in page
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
    assert sent["location"].rpartition("/")[2] not in nginx.error_log.read_text() + nginx.log.read_text()
