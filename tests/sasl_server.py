"""Dovecot's answers to those who log in, for a Postfix that asks for a password."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.programs import need

CONFIGURATION = """\
protocols =
base_dir = {folder}/run
log_path = {folder}/log
ssl = no
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={password}
}}
service auth {{
  unix_listener {folder}/socket {{
    mode = 0666
  }}
}}
# Nobody who has failed once has to wait.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


@contextmanager
def sasl_server(folder: Path, password: str) -> Iterator[None]:
    """Let whoever has that password log in, by the socket `folder`/socket; needs root, as the Postfix that asks does."""
    dovecot = need("dovecot", package="dovecot-core")
    folder.mkdir()
    (folder / "dovecot.conf").write_text(CONFIGURATION.format(folder=folder, password=password))
    with (folder / "commands.log").open("wb") as log:
        process = subprocess.Popen([dovecot, "-F", "-c", str(folder / "dovecot.conf")], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while not (folder / "socket").exists():
                assert process.poll() is None, (folder / "commands.log").read_text()
                assert time.monotonic() < deadline, "Dovecot does not come up"
                time.sleep(0.02)
            yield
        finally:
            process.terminate()
            process.wait()
