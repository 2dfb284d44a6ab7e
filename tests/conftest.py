import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, text

from formapp.policy.loader import load_policy
from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.runtime import Runtime
from formapp.services.database import Database, migrate, open_database
from formapp.settings import Settings, read_settings
from tests.certificates import Authority
from tests.clock import Clock
from tests.postgresql_server import postgresql_server
from tests.programs import free_port, need
from tests.proofs import SECRET

ROOT = Path(__file__).parent.parent
POLICY = ROOT / "docs" / "policy.toml"

# A browser that starts as root, and looks nothing up of its own accord.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# How fast a machine is must decide no test.
hypothesis_settings.register_profile("unhurried", deadline=None)
hypothesis_settings.load_profile("unhurried")

# What the machine's own environment sets must not reach a test.
for name in [name for name in os.environ if name.startswith("FORMAPP_")]:
    del os.environ[name]


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(POLICY)


@pytest.fixture(scope="session")
def calendar(policy: Policy) -> BusinessCalendar:
    return BusinessCalendar.of(policy)


@pytest.fixture(scope="session")
def service_port() -> int:
    """The port of the service that wears the built site: instant navigation knows the address that the site was built for."""
    return free_port()


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory, service_port: int) -> Path:
    """The site as MkDocs builds it, without a warning."""
    folder = tmp_path_factory.mktemp("built") / "site"
    environ = os.environ | {"FORMAPP_BASE_URL": f"http://localhost:{service_port}/", "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    made = subprocess.run(command, cwd=ROOT, env=environ, check=False, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Of the two, the one without windows needs half the time.
        program = shutil.which("chromium-headless-shell") or need("chromium", package="chromium-headless-shell")
        chromium = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A copy of what the site is built from, to be changed or spoilt."""
    for name in ("docs", "theme", "formapp"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    return tmp_path


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server whose database `template` has our schema."""
    with postgresql_server() as url:
        _on_server(url, "CREATE DATABASE template")
        database = open_database(f"{url}template")
        migrate(database)
        database.engine.dispose()
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite database of our schema and no rows."""
    shutil.copy(sqlite_template, tmp_path / "helpcentre.db")
    return f"sqlite:///{tmp_path / 'helpcentre.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of our schema and no rows, of each kind in turn; a file of tests in which no row matters makes it `sqlite_url`."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server = request.getfixturevalue("postgresql")
    name = f"test_{uuid4().hex}"
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE template STRATEGY FILE_COPY")
    yield f"{server}{name}"
    _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return read_settings(
        {
            "FORMAPP_ENVIRONMENT": "development",
            "FORMAPP_INSTANCE_DIR": str(tmp_path),
            "FORMAPP_DATABASE_URL": database_url,
            "FORMAPP_POLICY_FILE": str(POLICY),
            "FORMAPP_SITE_DIR": str(tmp_path / "site"),
            "FORMAPP_TEAM_EMAIL": "team@example.org",
            "FORMAPP_SECRET_KEY": SECRET,
        }
    )


@pytest.fixture
def runtime(settings: Settings, policy: Policy, calendar: BusinessCalendar, database: Database, clock: Clock) -> Runtime:
    return Runtime(settings, policy, calendar, database, clock.now)


def _on_server(url: str, statement: str) -> None:
    engine = create_engine(f"{url}postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
