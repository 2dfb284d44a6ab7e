"""How long the report on feedback takes, at 100,000 votes on 500 articles and at a tenth of the votes. Run by `make bench`."""

import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from formapp.reports import folder
from formapp.reports.html import Places, Shown, report_content
from formapp.reports.whole_folder import STYLESHEETS
from formapp.runtime import Runtime
from formapp.services.database import Database, migrate, open_database
from formapp.services.feedback_report import gather
from formapp.settings import read_settings
from tests.clock import MONDAY_AFTERNOON
from tests.conftest import ROOT
from tests.feedback_samples import write_year
from tests.postgresql_server import postgresql_server
from tests.proofs import SECRET

ARTICLES, VOTES = 500, 100_000
LIMIT = 5  # seconds, as the issue asks


@dataclass(frozen=True)
class Took:
    gather: float
    page: float
    files: float

    @property
    def together(self) -> float:
        return self.gather + self.files


def main() -> None:
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgresql_server())
        for kind, url in (("SQLite", f"sqlite:///{place}/{{}}.db"), ("PostgreSQL", f"{server}{{}}")):
            few, many = (_measure(_database(url, server, votes), place) for votes in (VOTES // 10, VOTES))
            print(f"report on {VOTES:,} votes on {ARTICLES} articles, {kind}:")
            print(
                f"  gathered in {many.gather:.2f} s, its first page made in {many.page:.2f} s, all pages and tables in {many.files:.2f} s"
            )
            print(f"  gathered and all written: {many.together:.2f} s; the limit is {LIMIT} s")
            print(f"  ratio to {VOTES // 10:,} votes: {many.together / few.together:.1f}, of gathering {many.gather / few.gather:.1f}")


def _database(url: str, server: str, votes: int) -> Database:
    name = f"votes_{votes}"
    if url.startswith("postgresql"):
        engine = open_database(f"{server}postgres").engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
    database = open_database(url.format(name))
    migrate(database)
    with database.transaction() as session:
        write_year(session, articles=ARTICLES, votes=votes)
    return database


def _measure(database: Database, place: Path) -> Took:
    environ = {
        "FORMAPP_ENVIRONMENT": "development",
        "FORMAPP_SECRET_KEY": SECRET,
        "FORMAPP_POLICY_FILE": str(ROOT / "docs" / "policy.toml"),
        "FORMAPP_INSTANCE_DIR": str(place),
    }
    runtime = Runtime.start(read_settings(environ))
    stylesheets = {name: (ROOT / "theme" / "assets" / name).read_text(encoding="utf-8") for name in STYLESHEETS}
    started = time.perf_counter()
    with database.reading() as session:
        report = gather(session, runtime.desk, MONDAY_AFTERNOON)
    gathered = time.perf_counter()
    report_content(report, runtime.policy, Places("/", str, (), "/"), Shown())
    shown = time.perf_counter()
    folder.write(place / "report", report, runtime.policy, stylesheets)
    written = time.perf_counter()
    database.engine.dispose()
    runtime.database.engine.dispose()
    return Took(gathered - started, shown - gathered, written - shown)


if __name__ == "__main__":
    main()
