from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from formapp.commands import started
from formapp.commands.main import main
from formapp.runtime import Runtime

Run = Callable[..., Result]


@pytest.fixture
def run(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `formapp` with these arguments on the test's own database and clock; `input` is standard input."""
    monkeypatch.setattr(started, "read_settings", lambda *, serving: runtime.settings)
    monkeypatch.setattr(started.Runtime, "start", lambda settings: runtime)
    monkeypatch.setattr(runtime.database.engine, "dispose", lambda: None)

    def run_(*arguments: str, input: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=input)

    return run_
