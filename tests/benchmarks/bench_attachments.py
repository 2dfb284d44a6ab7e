"""A ticket with three 4 MB files: its time against one without, and the memory of the web process under 20 such at once."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

from tests.conftest import ROOT
from tests.requests import question
from tests.service import Service

AT_ONCE = 20
FILES, SIZE = 3, 4_000_000
ROUNDS = 10
MEMORY_LIMIT = 300  # MB, as the issue asks


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        service = _service(Path(name))
        try:
            service.start_web()
            service.wait_until_up()
            bare = statistics.median(_send(service.port, files=0) for _ in range(ROUNDS))
            loaded = statistics.median(_send(service.port, files=FILES) for _ in range(ROUNDS))
            idle = _peak_memory(service)
            with ThreadPoolExecutor(AT_ONCE) as customers:
                took = list(customers.map(lambda _: _send(service.port, files=FILES), range(AT_ONCE)))
            peak = _peak_memory(service)
        finally:
            service.stop()
    print(f"a ticket without files: {bare * 1000:.0f} ms; with {FILES} files of {SIZE / 1e6:.0f} MB: {loaded * 1000:.0f} ms")
    print(f"ratio: {loaded / bare:.1f}")
    print(f"{AT_ONCE} such at once: the slowest took {max(took):.1f} s")
    print(f"memory of the web process at its peak: {peak:.0f} MB (one at a time: {idle:.0f} MB); the limit is {MEMORY_LIMIT} MB")


def _service(folder: Path) -> Service:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder / "site")]
    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"})
    service = Service(folder, {"FORMAPP_SITE_DIR": str(folder / "site"), "FORMAPP_LOG_LEVEL": "WARNING"})
    service.run("db", "upgrade")
    return service


def _send(port: int, *, files: int) -> float:
    boundary = uuid4().hex
    answers = question(summary=f"Question {boundary}", email=f"{boundary}@example.net")
    start = f"--{boundary}\r\nContent-Disposition: form-data; name="
    parts = [f'{start}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in answers.items()]
    for number in range(files):
        head = f'{start}"files"; filename="export-{number}.log"\r\n\r\n'
        line = f"{number} {boundary} The export failed again.\n".encode()
        parts.append(head.encode() + (line * (SIZE // len(line) + 1))[:SIZE] + b"\r\n")
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Accept": "application/json"}
    started = time.monotonic()
    connection.request("POST", "/contact/ticket/", body, headers)
    answer = connection.getresponse()
    assert answer.status == 201, (answer.status, answer.read())
    answer.read()
    connection.close()
    return time.monotonic() - started


def _peak_memory(service: Service) -> float:
    """The most that any of the web server's processes has held, in MB."""
    assert service.web
    processes = subprocess.run(["ps", "-o", "pid=", "-g", str(service.web.pid)], capture_output=True, text=True, check=True).stdout.split()
    statuses = [Path(f"/proc/{process}/status").read_text() for process in processes]
    return max(int(status.split("VmHWM:")[1].split()[0]) / 1000 for status in statuses)


if __name__ == "__main__":
    main()
